/** Bundle `proxyWorker`: the traffic thread. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { answer } from './ask';
import { Traffic } from './traffic';
import type { TrafficReport, TrafficRequests, TrafficSetup } from './workerMessages';

const port = parentPort;
if (!port) throw new Error('proxyWorker runs as a worker thread only');
const say = (report: TrafficReport) => port.postMessage(report);

const traffic = new Traffic(workerData as TrafficSetup & { wake: MessagePort }, say);
answer<TrafficRequests>(port, {
  inject: async ({ session, to, text, replaces }) => {
    await traffic.inject(session, to, text, replaces);
    return null;
  },
  newSession: (query) => traffic.newSession(query),
  closeSession: ({ session }) => {
    traffic.closeSession(session);
    return null;
  },
  setUpstream: (upstream) => {
    traffic.setUpstream(upstream);
    return null;
  },
  forgetRecorder: () => {
    traffic.forgetRecorder();
    return null;
  },
  stop: async () => {
    await traffic.stop();
    return null;
  },
});
say({ report: 'clock', epoch: performance.timeOrigin, now: performance.now() });
traffic.listen().catch((error: Error) => say({ report: 'failed', message: error.message }));
