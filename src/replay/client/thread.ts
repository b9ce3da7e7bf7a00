/** A replay in a thread of its own, as its owner sees it. */
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Replayable, ReplayOptions } from './replay';
import type { ReplayResult } from './result';
import type { Progress } from './run';
import type { SweepRow } from './sweep';

export type ReplayJob =
  | { job: 'sessions'; file: string }
  | { job: 'row'; row: RowOf }
  | { job: 'replay'; options: Omit<ReplayOptions, 'clock'> };

/** Of what a line of a sweep's table is: a recording or a run. */
export interface RowOf {
  name: string;
  file: string;
  /** All of them unless given. */
  session?: string;
  result?: Pick<ReplayResult, 'ending' | 'refusals' | 'skipped' | 'notCome'>;
}

/** What a replay can be told to do. */
export type ReplayCommand = 'pause' | 'resume' | 'step' | 'stop';

export type ReplayTold =
  | { told: 'sessions'; sessions: Replayable[] }
  | { told: 'row'; row: SweepRow }
  | { told: 'begun'; trace: string; session: string; problems: string[] }
  | { told: 'progress'; progress: Progress }
  | { told: 'problem'; message: string }
  | { told: 'done'; result: ReplayResult & { trace: string } }
  | { told: 'failed'; message: string };

/** Told as it goes. */
export interface ReplayWatcher {
  /** The new trace is there, and grows. */
  begun(trace: string): void;
  progress(progress: Progress): void;
  problem(message: string): void;
}

/** A replay that runs in a thread. */
export interface ReplayThread {
  tell(command: ReplayCommand): void;
  /** Rejects with a message for people when it could not begin, or its thread failed. */
  readonly done: Promise<ReplayResult & { trace: string }>;
}

/** The sessions of a recording; rejects with a message for people. The signal ends the thread, and then it rejects too. */
export function sessionsInThread(workers: string, file: string, signal?: AbortSignal): Promise<Replayable[]> {
  const worker = begin(workers, { job: 'sessions', file });
  signal?.addEventListener('abort', () => void worker.terminate(), { once: true });
  return answered(worker, (told) => (told.told === 'sessions' ? told.sessions : undefined));
}

/** The line of a recording or a run in the table of a sweep; rejects with a message for people. */
export function rowInThread(workers: string, row: RowOf): Promise<SweepRow> {
  const worker = begin(workers, { job: 'row', row });
  return answered(worker, (told) => (told.told === 'row' ? told.row : undefined));
}

/** Begins a replay. */
export function replayInThread(options: Omit<ReplayOptions, 'clock'>, watcher: ReplayWatcher): ReplayThread {
  const worker = begin(options.workers, { job: 'replay', options });
  return {
    tell: (command) => worker.postMessage(command),
    done: answered(worker, (told) => {
      if (told.told === 'begun') {
        watcher.begun(told.trace);
        told.problems.forEach((message) => watcher.problem(message));
      } else if (told.told === 'progress') watcher.progress(told.progress);
      else if (told.told === 'problem') watcher.problem(told.message);
      return told.told === 'done' ? told.result : undefined;
    }),
  };
}

function begin(workers: string, workerData: ReplayJob): Worker {
  return new Worker(path.join(workers, 'replayWorker.cjs'), { workerData });
}

function answered<T>(worker: Worker, take: (told: ReplayTold) => T | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    worker.on('message', (told: ReplayTold) => {
      if (told.told === 'failed') return reject(new Error(told.message));
      const result = take(told);
      if (result !== undefined) resolve(result);
    });
    worker.on('error', (error) =>
      reject(new Error(`The thread of the replay failed: ${error instanceof Error ? error.message : String(error)}`)),
    );
    worker.on('exit', () => reject(new Error('The thread of the replay has ended.')));
  });
}
