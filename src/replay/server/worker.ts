/** Bundle `serveWorker`: a replay server off its owner's thread, where nothing else delays what it sends. */
import { parentPort, workerData } from 'node:worker_threads';
import { serveTrace } from './serve';
import type { ServeCommand, ServeJob, ServeTold } from './thread';

const port = parentPort;
if (!port) throw new Error('serveWorker runs as a worker thread only');
const say = (told: ServeTold) => port.postMessage(told);

async function work(): Promise<void> {
  let [retiring, stopping] = [false, false];
  const server = await serveTrace({
    ...(workerData as ServeJob),
    onSession: (report) => {
      say({ told: 'session', report });
      leave();
    },
    onRefused: (session, status) => say({ told: 'refused', session, status }),
    onLog: (message) => say({ told: 'log', message }),
  });
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    say({ told: 'stopped', report: await server.stop() });
    port?.close();
  };
  const leave = () => {
    if (retiring && server.report().sessions.every(({ closed }) => closed !== null)) void stop();
  };
  port?.on('message', (command: ServeCommand) => {
    if (command === 'report') say({ told: 'report', report: server.report() });
    if (command === 'stop') void stop();
    if (command === 'retire') {
      retiring = true;
      leave();
    }
  });
  say({ told: 'listening', url: server.url, problems: [...server.problems] });
}

work().catch((error: unknown) => {
  say({ told: 'failed', message: error instanceof Error ? error.message : String(error) });
  port.close();
});
