// Serves the webview with a fake host, to look at it without VS Code: node test/webview/serve.mjs [port]
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { bundled, fileServer } from './bundle.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Serves the bundled webview; resolves with its URL. */
export async function serve(port = 0) {
  const server = createServer(
    await fileServer({
      '/': ['text/html', join(here, 'harness.html')],
      '/fakeHost.js': ['text/javascript', join(here, 'fakeHost.js')],
      // The fake host follows its sessions with the product's own rules.
      '/protocol.js': ['text/javascript', join(await bundled('protocol'), 'protocol.js')],
    }),
  );
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  return { url: `http://127.0.0.1:${address.port}/`, close: () => server.close() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await serve(Number(process.argv[2] ?? 0));
  console.log(url);
}
