/** Work in a thread that ends with it: how it is started and told to stop, and how it says how far it is. */
import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { Work } from './source';

/** What the thread is started with. */
interface JobData {
  job: string;
  params: unknown;
  generator: string;
}

/** What it says: how far it is (0 to 1), and at the end one of the others. */
type JobReport = { progress: number } | { result: unknown } | { error: string };

/** Runs it in the bundle; rejects with a message for people, also when it is stopped by the signal: then nothing is left behind. */
export function runThread<T>(bundle: string, data: JobData, { signal, progress }: Work): Promise<T> {
  const worker = new Worker(bundle, { workerData: data });
  return new Promise<T>((resolve, reject) => {
    const stop = () => worker.postMessage('stop');
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted === true) stop();
    worker.on('message', (report: JobReport) => {
      if ('progress' in report) progress?.(report.progress);
      else if ('error' in report) reject(new Error(report.error));
      else resolve(report.result as T);
    });
    worker.on('error', (cause) => reject(new Error('Work on the trace failed.', { cause })));
    worker.on('exit', () => {
      signal?.removeEventListener('abort', stop);
      reject(new Error('Work on the trace ended before it was done.'));
    });
  });
}

/** Not more often than anybody looks, ms. */
const PROGRESS_MS = 100;

/** What a handler gets besides its parameters. */
export interface JobOptions extends Required<Work> {
  generator: string;
}

/** The thread's own side: carries out the one job it was started with. Told anything, it stops and leaves nothing. */
export function serveThread(
  name: string,
  handlers: Readonly<Record<string, (params: never, options: JobOptions) => Promise<unknown>>>,
): void {
  const port = parentPort;
  if (!port) throw new Error(`${name} runs as a worker thread only`);
  const say = (report: JobReport) => port.postMessage(report);
  const { job, params, generator } = workerData as JobData;
  const stop = new AbortController();
  port.once('message', () => stop.abort(new Error('Stopped.')));
  let toldAt = -Infinity;
  const progress = (share: number) => {
    const now = performance.now();
    if (now - toldAt < PROGRESS_MS) return;
    toldAt = now;
    say({ progress: share });
  };
  (handlers[job] as (given: unknown, options: JobOptions) => Promise<unknown>)(params, {
    generator,
    signal: stop.signal,
    progress,
  })
    .then(
      (result) => say({ result }),
      (error: unknown) => say({ error: error instanceof Error ? error.message : String(error) }),
    )
    .finally(() => port.close());
}
