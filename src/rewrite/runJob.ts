/** Work on traces in a thread that ends with it. */
import { join } from 'node:path';
import type { Jobs } from './jobs';
import type { Work } from './source';
import { runThread } from './thread';

export interface RunOptions extends Work {
  /** The folder of `rewriteWorker.cjs`. */
  workers: string;
  generator: string;
}

/** Runs it; rejects with a message for people, also when it is stopped by the signal: then nothing is left behind. */
export function runJob<N extends keyof Jobs>(
  job: N,
  params: Jobs[N]['params'],
  { workers, generator, ...work }: RunOptions,
): Promise<Jobs[N]['result']> {
  return runThread<Jobs[N]['result']>(join(workers, 'rewriteWorker.cjs'), { job, params, generator }, work);
}
