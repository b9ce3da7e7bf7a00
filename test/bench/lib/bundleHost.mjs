// The product's own model, bridge and document worker as bundles, for processes that measure them.
import { build } from 'esbuild';
import fs from 'node:fs';
import path from 'node:path';

/** Builds into `out`. */
export async function bundleHost(out) {
  const source = (name) => new URL(`../../../src/${name}`, import.meta.url).pathname;
  await build({
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outdir: out,
    outExtension: { '.js': '.cjs' },
    mainFields: ['module', 'main'],
    logLevel: 'error',
    entryPoints: {
      bridge: source('extension/bridge.ts'),
      traceModel: source('extension/traceModel.ts'),
      client: source('document/client.ts'),
      productWorker: source('document/worker.ts'),
    },
  });
  // The product's worker, which also tells what it holds when it is asked.
  fs.writeFileSync(
    path.join(out, 'documentWorker.cjs'),
    `require('./productWorker.cjs');
const channel = new (require('node:worker_threads').BroadcastChannel)('memory');
channel.onmessage = ({ data }) => {
  if (!data.ask) return;
  if (data.snapshot) require('node:v8').writeHeapSnapshot(data.snapshot);
  globalThis.gc();
  channel.postMessage({ told: process.memoryUsage() });
};
channel.unref();
`,
  );
}
