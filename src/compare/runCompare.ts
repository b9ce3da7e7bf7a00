/** A comparison in a thread that ends with it. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Comparison } from './model';
import type { CompareAnswer, CompareData } from './worker';

/**
 * Compares two traces as `compareTraces` does. `workers` is the folder of `compareWorker.cjs`. Rejects with a message for people, also
 * when the signal stops it.
 */
export function runCompare(data: CompareData, workers: string, signal?: AbortSignal): Promise<Comparison> {
  const worker = new Worker(join(workers, 'compareWorker.cjs'), {
    workerData: data,
    resourceLimits: { maxOldGenerationSizeMb: 2048 },
  });
  return new Promise((resolve, reject) => {
    const stop = () => void worker.terminate();
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted === true) stop();
    worker.on('message', (answer: CompareAnswer) =>
      'error' in answer ? reject(new Error(answer.error)) : resolve(answer.comparison),
    );
    worker.on('error', (cause) => reject(new Error(`Comparing the traces failed: ${cause.message}.`, { cause })));
    worker.on('exit', () => {
      signal?.removeEventListener('abort', stop);
      reject(new Error('The comparison ended before it was done.'));
    });
  });
}
