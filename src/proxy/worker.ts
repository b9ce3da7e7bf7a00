/** Bundle `proxyWorker`: the traffic thread. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { parseRules } from '../rules/ruleFile';
import { createRuleSet } from '../rules/ruleSet';
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
  setBreakpoints: ({ breakpoints }) => traffic.hands.setBreakpoints(breakpoints),
  setRules: ({ rules }) => {
    const options = {
      ...(rules?.seed === undefined ? {} : { seed: rules.seed }),
      onSlow: (message: string, out: readonly string[]) => {
        say({ report: 'problem', message });
        say({ report: 'rulesOut', out: [...out] });
        traffic.hands.reconsider();
      },
    };
    traffic.hands.setRules(rules && createRuleSet(parseRules(rules.text, rules.file), options));
    return null;
  },
  release: ({ id, text }) => {
    traffic.hands.release(id, text);
    return null;
  },
  keep: ({ id }) => {
    traffic.hands.keep(id);
    return null;
  },
  drop: ({ id }) => {
    traffic.hands.drop(id);
    return null;
  },
  answer: async ({ id, text }) => {
    await traffic.hands.answer(id, text);
    return null;
  },
  releaseAll: ({ session }) => {
    traffic.hands.releaseAll(session);
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
