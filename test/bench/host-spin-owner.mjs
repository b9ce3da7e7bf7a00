// The owner of a proxy, as an extension host is: runs it and spins its own event loop when told to.
//   host-spin-owner.mjs engine|relay UPSTREAM_PORT WORK_DIR ENGINE_BUNDLE WORKERS
import { once } from 'node:events';
import { createRequire } from 'node:module';
import net from 'node:net';
const [kind, upstreamPort, workDir, bundle, workers] = process.argv.slice(2);

async function engine() {
  const { startEngine } = createRequire(import.meta.url)(bundle);
  const running = await startEngine({
    workers,
    listen: { host: '127.0.0.1', port: 0 },
    allowedHosts: [],
    allowedOrigins: [],
    certificates: `${workDir}/certificates`,
    upstream: { kind: 'url', url: `http://127.0.0.1:${upstreamPort}` },
    recording: { on: true, maxTotalBytes: Infinity, file: `${workDir}/spin.realtime.jsonl` },
    generator: 'host-spin',
  });
  return running.address.port;
}

/** The same as ws-relay-record, on this event loop. */
async function relay() {
  const { freePort } = await import('./lib/proc.mjs');
  const port = await freePort();
  process.argv.splice(2, Infinity, String(port), upstreamPort, `${workDir}/trace.jsonl`);
  await import('./topologies/bin/ws-relay.mjs');
  for (;;) {
    const socket = net.connect(port, '127.0.0.1');
    if (
      await once(socket, 'connect').then(
        () => true,
        () => false,
      )
    ) {
      socket.destroy();
      return port;
    }
  }
}

const port = await (kind === 'engine' ? engine() : relay());
process.on('message', ({ spin }) => {
  process.send({ spinning: true }, () => {
    const until = performance.now() + spin;
    while (performance.now() < until);
    process.send({ spun: true });
  });
});
process.on('disconnect', () => process.exit(0));
process.send({ port });
