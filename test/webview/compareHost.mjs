// Serves the page of a comparison over two real traces, with the product's own bridges, document workers and comparison, to look at it
// without VS Code: node test/webview/compareHost.mjs A B [port].
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { bundled, fileServer } from './bundle.mjs';
import { encode, handlersOf, page, THEME_CLASSES } from './traceHost.mjs';

/** Resolves with the address, and the rows that the page asked to open. */
export async function serveComparison(a, b, port = 0) {
  const out = await bundled('host');
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
  const serveFile = await fileServer();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
    if (pathname === '/')
      return response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(page(THEME_CLASSES[searchParams.get('theme')] ?? 'vscode-dark', '/webview-compare.js'));
    serveFile(request, response);
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
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [a, b, port] = process.argv.slice(2);
  console.log((await serveComparison(a, b, Number(port ?? 0))).url);
}
