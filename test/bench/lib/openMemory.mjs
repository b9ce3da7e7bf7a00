// What the extension takes for a trace, in a process of its own as the extension host is:
// node --expose-gc openMemory.mjs TRACE BUNDLES [--snapshot DIR]. The product's model, bridge and document worker open it, and
// everything is posted as to a page. Prints one line of JSON: bytes of the process when all is analysed (`resident`), at most
// until then (`peak`), and what both threads hold after a collection. `bundleHost` makes the bundles.
import { createRequire } from 'node:module';
import path from 'node:path';
import { serialize, writeHeapSnapshot } from 'node:v8';
import { BroadcastChannel } from 'node:worker_threads';

const [file, out, , snapshots] = process.argv.slice(2);
const require = createRequire(path.join(out, 'x.cjs'));
const { Bridge } = require('./bridge.cjs');
const { TraceModel } = require('./traceModel.cjs');
const { openDocument } = require('./client.cjs');
const channel = new BroadcastChannel('memory');

/** What host and worker hold, after a collection of both. */
async function held() {
  const told = new Promise((resolve) => (channel.onmessage = ({ data }) => data.told && resolve(data.told)));
  channel.postMessage({ ask: true, snapshot: snapshots && path.join(snapshots, 'worker.heapsnapshot') });
  const worker = await told;
  if (snapshots) writeHeapSnapshot(path.join(snapshots, 'host.heapsnapshot'));
  globalThis.gc();
  const part = ({ heapUsed, heapTotal, arrayBuffers, external }) => ({ heapUsed, heapTotal, arrayBuffers, external });
  return { host: part(process.memoryUsage()), worker: part(worker) };
}

const model = new TraceModel(file, out, async () => openDocument);
const analysed = new Promise((resolve) => {
  model.onDidGrow.on(() => {
    const { read, size, rows, analysed } = model.state;
    if (size > 0 && read >= size && analysed === rows) resolve();
  });
});
let posted = 0;
let taken = 0;
const bridge = new Bridge({
  model,
  handlers: {},
  // VS Code makes bytes of what is posted, and hands them to another process.
  post: async (message) => {
    posted += serialize(message).length;
    await new Promise((resolve) => setImmediate(resolve));
    // As a page does when it has taken it in.
    if (message.notify === 'update') void bridge.receive({ generation: message.generation, taken: (taken += 1) });
    return true;
  },
  status: () => ({}),
  reload: () => undefined,
  log: (line) => console.error(line),
});
void bridge.receive({ id: 1, request: 'ready', params: {} });
await analysed;
await new Promise((resolve) => setTimeout(resolve, 1000));
const resident = process.memoryUsage.rss();
const peak = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ rows: model.state.rows, posted, resident, peak, ...(await held()) }));
bridge.dispose();
channel.close();
await model.close();
process.exit();
