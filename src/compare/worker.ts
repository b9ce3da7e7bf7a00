/** Bundle `compareWorker`: one comparison, off its owner's thread. */
import { parentPort, workerData } from 'node:worker_threads';
import type { UserPrices } from '../analysis/prices';
import { compareTraces } from './compare';
import type { Comparison } from './model';

/** What the owner hands over. */
export interface CompareData {
  a: string;
  b: string;
  prices?: UserPrices;
}

/** The worker's one answer. */
export type CompareAnswer = { comparison: Comparison } | { error: string };

const port = parentPort;
if (!port) throw new Error('compareWorker runs as a worker thread only');
const { a, b, prices } = workerData as CompareData;
const say = (answer: CompareAnswer) => port.postMessage(answer);
compareTraces(a, b, prices ? { prices } : {})
  .then(
    (comparison) => say({ comparison }),
    (error: unknown) => say({ error: error instanceof Error ? error.message : String(error) }),
  )
  .finally(() => port.close());
