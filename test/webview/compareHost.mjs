// Serves the page of a comparison over two real traces, with the product's own bridges, document workers and comparison, to look at it
// without VS Code: node test/webview/compareHost.mjs A B [port].
import { build } from 'esbuild';
import { createServer } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { encode, handlersOf, page, THEME_CLASSES } from './traceHost.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../..');

/** Resolves with the address, and the rows that the page asked to open. */
export async function serveComparison(a, b, port = 0) {
  const out = await mkdtemp(join(tmpdir(), 'compare-host-'));
  await build({
    bundle: true,
    platform: 'browser',
    format: 'esm',
    splitting: true,
    chunkNames: 'webview-[name]-[hash]',
    target: 'chrome128',
    sourcemap: 'inline',
    entryPoints: { 'webview-compare': join(root, 'webview/compare/main.ts') },
    outdir: out,
    tsconfig: join(root, 'webview/tsconfig.json'),
    logLevel: 'warning',
  });
  await build({
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outdir: out,
    outExtension: { '.js': '.cjs' },
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    entryPoints: {
      documentWorker: join(root, 'src/document/worker.ts'),
      compareWorker: join(root, 'src/compare/worker.ts'),
      runCompare: join(root, 'src/compare/runCompare.ts'),
      bridge: join(root, 'src/extension/bridge.ts'),
      searchHandlers: join(root, 'src/extension/searchHandlers.ts'),
      traceModel: join(root, 'src/extension/traceModel.ts'),
      client: join(root, 'src/document/client.ts'),
      messages: join(root, 'webview/compare/messages.ts'),
    },
    logLevel: 'warning',
  });
  const require = createRequire(join(out, 'x.cjs'));
  const { Bridge } = require('./bridge.cjs');
  const { searchHandlers } = require('./searchHandlers.cjs');
  const { TraceModel } = require('./traceModel.cjs');
  const { openDocument } = require('./client.cjs');
  const { runCompare } = require('./runCompare.cjs');
  const { checkComparePage } = require('./messages.cjs');
  let traces = { a, b };
  let models = Object.fromEntries(
    Object.entries(traces).map(([which, trace]) => [which, new TraceModel(trace, out, async () => openDocument)]),
  );
  const codicons = join(root, 'node_modules/@vscode/codicons/dist');
  const files = {
    '/themes.css': ['text/css', join(here, 'themes.css')],
    '/codicon.css': ['text/css', join(codicons, 'codicon.css')],
    '/codicon.ttf': ['font/ttf', join(codicons, 'codicon.ttf')],
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
    if (pathname === '/')
      return response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(page(THEME_CLASSES[searchParams.get('theme')] ?? 'vscode-dark', '/webview-compare.js'));
    const isBundle = /^\/webview[\w.-]*\.js$/.test(pathname);
    const file = isBundle ? ['text/javascript', join(out, pathname)] : files[pathname];
    if (file === undefined) return response.writeHead(404).end();
    readFile(file[1]).then(
      (data) => response.writeHead(200, { 'content-type': file[0], 'cache-control': 'no-store' }).end(data),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
  const opened = [];
  /** Why the next comparison fails; '' when it does not. */
  const failing = { why: '' };
  const sockets = new WebSocketServer({ server, path: '/bridge' });
  sockets.on('connection', (socket) => {
    const post = (message) => new Promise((done) => socket.send(encode(message), () => done(true)));
    const bridges = Object.fromEntries(
      Object.entries(models).map(([which, model]) => [
        which,
        new Bridge({
          model,
          handlers: handlersOf(model, searchHandlers),
          post: (message) => post({ compare: which, message }),
          status: () => ({
            title: basename(traces[which]),
            live: false,
            recording: false,
            proxy: { state: 'stopped' },
            liveSessions: [],
          }),
          reload: () => undefined,
          log: (line) => console.error(line),
        }),
      ]),
    );
    const compare = async () => {
      void post({ compare: 'working', files: traces });
      try {
        if (failing.why !== '') throw new Error(failing.why);
        void post({ compare: 'result', comparison: await runCompare(traces, out) });
      } catch (error) {
        void post({ compare: 'failed', error: error.message });
      }
    };
    socket.on('message', (text) => {
      const message = checkComparePage(JSON.parse(String(text)));
      if (message === undefined) return console.error(`refused: ${text}`);
      if (message.compare === 'ready') return void compare();
      if (message.compare === 'again') {
        for (const model of Object.values(models)) model.restart().catch((error) => console.error(error.message));
        return void compare();
      }
      if (message.compare === 'swap') {
        traces = { a: traces.b, b: traces.a };
        models = { a: models.b, b: models.a };
        return void socket.close(4000);
      }
      if (message.compare === 'open') return opened.push({ which: message.which, row: message.row });
      void bridges[message.compare].receive(message.message);
    });
    socket.on('close', () => Object.values(bridges).forEach((bridge) => bridge.dispose()));
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    opened,
    failing,
    close: async () => {
      for (const client of sockets.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all(Object.values(models).map((model) => model.close()));
      await rm(out, { recursive: true, force: true });
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [a, b, port] = process.argv.slice(2);
  console.log((await serveComparison(a, b, Number(port ?? 0))).url);
}
