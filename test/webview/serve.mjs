// Serves the webview with a fake host, to look at it without VS Code: node test/webview/serve.mjs [port]
import { build } from 'esbuild';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../..');
const out = join(here, 'output/dist');

/** Bundles the webview with the product's options into test/webview/output, and serves it; resolves with its URL. */
export async function serve(port = 0) {
  await build({
    bundle: true,
    platform: 'browser',
    format: 'esm',
    splitting: true,
    chunkNames: 'webview-[name]-[hash]',
    target: 'chrome128',
    sourcemap: 'inline',
    entryPoints: { webview: join(root, 'webview/main.ts') },
    outdir: out,
    tsconfig: join(root, 'webview/tsconfig.json'),
    logLevel: 'warning',
  });
  // The fake host follows its sessions with the product's own rules.
  await build({
    bundle: true,
    format: 'iife',
    globalName: 'protocol',
    entryPoints: { protocol: join(root, 'src/protocol/index.ts') },
    outdir: out,
    logLevel: 'warning',
  });
  const codicons = join(root, 'node_modules/@vscode/codicons/dist');
  const files = {
    '/': ['text/html', join(here, 'harness.html')],
    '/themes.css': ['text/css', join(here, 'themes.css')],
    '/fakeHost.js': ['text/javascript', join(here, 'fakeHost.js')],
    '/protocol.js': ['text/javascript', join(out, 'protocol.js')],
    '/codicon.css': ['text/css', join(codicons, 'codicon.css')],
    '/codicon.ttf': ['font/ttf', join(codicons, 'codicon.ttf')],
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    const isBundle = /^\/webview[\w.-]*\.js$/.test(pathname);
    const file = isBundle ? ['text/javascript', join(out, pathname)] : files[pathname];
    if (file === undefined) return response.writeHead(404).end();
    readFile(file[1]).then(
      (data) => response.writeHead(200, { 'content-type': file[0], 'cache-control': 'no-store' }).end(data),
      (error) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  return { url: `http://127.0.0.1:${address.port}/`, close: () => server.close() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await serve(Number(process.argv[2] ?? 0));
  console.log(url);
}
