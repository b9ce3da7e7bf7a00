// What the harnesses serve and run, bundled with the product's options once for each process that asks.
import { build } from 'esbuild';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../..');
const codicons = join(root, 'node_modules/@vscode/codicons/dist');
const made = {};

/**
 * Bundles `kind` and resolves with the folder it is in: `page` (webview.js, webview-compare.js), `host` (the product's own bridge,
 * models and workers), `protocol` (protocol.js, a global). Gone when the process ends.
 */
export const bundled = (kind) => (made[kind] ??= bundle(kind));

async function bundle(kind) {
  const outdir = await mkdtemp(join(tmpdir(), `harness-${kind}-`));
  process.once('exit', () => rmSync(outdir, { recursive: true, force: true }));
  await build({ bundle: true, logLevel: 'warning', outdir, ...options[kind] });
  return outdir;
}

const options = {
  page: {
    platform: 'browser',
    format: 'esm',
    splitting: true,
    chunkNames: 'webview-[name]-[hash]',
    target: 'chrome128',
    // Beside the scripts: inside them it is two thirds of what each page has to read.
    sourcemap: 'linked',
    entryPoints: { webview: join(root, 'webview/main.ts'), 'webview-compare': join(root, 'webview/compare/main.ts') },
    tsconfig: join(root, 'webview/tsconfig.json'),
  },
  host: {
    platform: 'node',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    entryPoints: {
      documentWorker: join(root, 'src/document/worker.ts'),
      compareWorker: join(root, 'src/compare/worker.ts'),
      runCompare: join(root, 'src/compare/runCompare.ts'),
      bridge: join(root, 'src/extension/bridge.ts'),
      searchHandlers: join(root, 'src/extension/searchHandlers.ts'),
      noteHandlers: join(root, 'src/extension/noteHandlers.ts'),
      traceModel: join(root, 'src/extension/traceModel.ts'),
      client: join(root, 'src/document/client.ts'),
      messages: join(root, 'webview/compare/messages.ts'),
    },
  },
  protocol: {
    format: 'iife',
    globalName: 'protocol',
    entryPoints: { protocol: join(root, 'src/protocol/index.ts') },
  },
};

/** Answers requests for the bundled page, what it is styled with, and `more` (paths to a content type and a file). */
export async function fileServer(more = {}) {
  const out = await bundled('page');
  const files = {
    '/themes.css': ['text/css', join(here, 'themes.css')],
    '/codicon.css': ['text/css', join(codicons, 'codicon.css')],
    '/codicon.ttf': ['font/ttf', join(codicons, 'codicon.ttf')],
    ...more,
  };
  return (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    const isBundle = /^\/webview[\w.-]*\.js(\.map)?$/.test(pathname);
    const file = isBundle ? ['text/javascript', join(out, pathname)] : files[pathname];
    if (file === undefined) return response.writeHead(404).end();
    readFile(file[1]).then(
      (data) => response.writeHead(200, { 'content-type': file[0], 'cache-control': 'no-store' }).end(data),
      (error) => response.writeHead(500).end(String(error)),
    );
  };
}
