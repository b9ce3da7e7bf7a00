/** Bundle `rewriteWorker`: one piece of work on traces, off its owner's thread. Told anything, it stops and leaves nothing. */
import { parentPort, workerData } from 'node:worker_threads';
import { split, trim } from './cut';
import type { JobData, JobReport, Jobs } from './jobs';
import { merge } from './merge';
import { partName } from './partName';
import { recover } from './recover';
import { share } from './share';

const port = parentPort;
if (!port) throw new Error('rewriteWorker runs as a worker thread only');
const say = (report: JobReport) => port.postMessage(report);
const { job, params, generator } = workerData as JobData;
const stop = new AbortController();
port.once('message', () => stop.abort(new Error('Stopped.')));

/** Not more often than anybody looks, ms. */
const PROGRESS_MS = 100;
let toldAt = -Infinity;
const options = {
  generator,
  signal: stop.signal,
  progress: (share: number) => {
    const now = performance.now();
    if (now - toldAt < PROGRESS_MS) return;
    toldAt = now;
    say({ progress: share });
  },
};

const handlers: { [N in keyof Jobs]: (params: Jobs[N]['params']) => Promise<Jobs[N]['result']> } = {
  trim: ({ file, out, range }) => trim(file, out, range, options),
  split: ({ file, stem, by }) => split(file, (part) => partName(stem, part), by, options),
  merge: ({ files, out }) => merge(files, out, options),
  recover: ({ file, out }) => recover(file, out, options),
  share: ({ file, out, masks }) => share(file, out, { ...options, masks }),
};

(handlers[job] as (given: unknown) => Promise<unknown>)(params)
  .then(
    (result) => say({ result }),
    (error: unknown) => say({ error: error instanceof Error ? error.message : String(error) }),
  )
  .finally(() => port.close());
