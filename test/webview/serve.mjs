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
    target: 'chrome128',
    sourcemap: 'inline',
    entryPoints: { webview: join(root, 'webview/main.ts') },
    outdir: out,
    tsconfig: join(root, 'webview/tsconfig.json'),
    logLevel: 'warning',
  });
  const codicons = join(root, 'node_modules/@vscode/codicons/dist');
  const files = {
    '/': ['text/html', join(here, 'harness.html')],
    '/themes.css': ['text/css', join(here, 'themes.css')],
    '/fakeHost.js': ['text/javascript', join(here, 'fakeHost.js')],
    '/webview.js': ['text/javascript', join(out, 'webview.js')],
    '/codicon.css': ['text/css', join(codicons, 'codicon.css')],
    '/codicon.ttf': ['font/ttf', join(codicons, 'codicon.ttf')],
  };
  const server = createServer((request, response) => {
    const file = files[new URL(request.url ?? '/', 'http://x').pathname];
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
