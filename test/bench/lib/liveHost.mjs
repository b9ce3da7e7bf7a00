// The extension host of a live session, in a process of its own: the product's engine, and its model and bridge for a page
// while one is wanted. node liveHost.mjs UPSTREAM_URL DIR. Says the proxy's address; then `open`, `close`, `stop`.
import { build } from 'esbuild';
import { createRequire } from 'node:module';
import path from 'node:path';
import { serveTrace } from '../../webview/traceHost.mjs';
import { nowNs } from './payloads.mjs';

const [upstream, dir] = process.argv.slice(2);
const root = new URL('../../..', import.meta.url).pathname;
const source = (name) => path.join(root, 'src', name);
const workers = path.join(dir, 'workers');
await build({
  bundle: true,
  platform: 'node',
  format: 'cjs',
  outdir: workers,
  outExtension: { '.js': '.cjs' },
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  external: ['bufferutil', 'utf-8-validate'],
  logLevel: 'error',
  entryPoints: {
    engine: source('proxy/engine.ts'),
    proxyWorker: source('proxy/worker.ts'),
    recorderWorker: source('proxy/recorderWorker.ts'),
  },
});
const { startEngine } = createRequire(import.meta.url)(path.join(workers, 'engine.cjs'));
const engine = await startEngine({
  workers,
  listen: { host: '127.0.0.1', port: 0 },
  allowedHosts: [],
  allowedOrigins: [],
  certificates: path.join(dir, 'certificates'),
  upstream: { kind: 'url', url: upstream },
  recording: { on: true, maxTotalBytes: Infinity, file: path.join(dir, 'live.realtime.jsonl') },
  generator: 'bench',
});
engine.on('problem', (message) => console.error(message));

let served;
// What came when, ns of the monotonic clock: bytes in the file as the engine tells, and rows as the document's worker does.
let told = { recorded: [], indexed: [] };
const follow = ({ size }) => {
  told.recorded.push([nowNs(), size]);
  // As an open editor does: what goes wrong is in the document's state, which the page shows.
  if (served?.model.opened) served.model.follow().catch(() => undefined);
};
engine.on('recorded', (state) => served && follow(state));

const commands = {
  open: async () => {
    const sessions = engine.sessions().map(({ id }) => id);
    served = await serveTrace(engine.file, 0, { live: true, recording: true, liveSessions: sessions });
    told = { recorded: [], indexed: [] };
    served.model.onDidGrow.on(() => told.indexed.push([nowNs(), served?.model.columns.rows ?? 0]));
    return { url: served.url };
  },
  close: async () => {
    const closing = served;
    served = undefined;
    await closing.close();
    return told;
  },
  stop: async () => {
    await engine.stop();
    return {};
  },
};
process.on('message', (name) =>
  commands[name]().then(
    (result) => process.send(result),
    (error) => process.send({ error: String(error) }),
  ),
);
process.on('disconnect', () => process.exit());
process.send({ url: `ws://127.0.0.1:${engine.address.port}`, file: engine.file });
