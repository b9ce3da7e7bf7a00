/** Work on traces in a thread that ends with it. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { JobData, JobReport, Jobs } from './jobs';
import type { Work } from './source';

export interface RunOptions extends Work {
  /** The folder of `rewriteWorker.cjs`. */
  workers: string;
  generator: string;
}

/** Runs it; rejects with a message for people, also when it is stopped by the signal: then nothing is left behind. */
export function runJob<N extends keyof Jobs>(
  job: N,
  params: Jobs[N]['params'],
  { workers, generator, signal, progress }: RunOptions,
): Promise<Jobs[N]['result']> {
  const workerData: JobData<N> = { job, params, generator };
  const worker = new Worker(join(workers, 'rewriteWorker.cjs'), { workerData });
  return new Promise<Jobs[N]['result']>((resolve, reject) => {
    const stop = () => worker.postMessage('stop');
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted === true) stop();
    worker.on('message', (report: JobReport) => {
      if ('progress' in report) progress?.(report.progress);
      else if ('error' in report) reject(new Error(report.error));
      else resolve(report.result as Jobs[N]['result']);
    });
    worker.on('error', (cause) => reject(new Error('Work on the trace failed.', { cause })));
    worker.on('exit', () => {
      signal?.removeEventListener('abort', stop);
      reject(new Error('Work on the trace ended before it was done.'));
    });
  });
}
