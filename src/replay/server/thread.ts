/** A replay server in a thread of its own, as its owner sees it. */
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ServeOptions } from './serve';
import type { ServeReport, SessionReport } from './sessionReport';

/** What goes over to the thread: all but what cannot. */
export type ServeJob = Omit<ServeOptions, 'onSession' | 'onRefused' | 'onLog' | 'clock'>;

/** `retire`: end when the last client has gone. */
export type ServeCommand = 'report' | 'retire' | 'stop';

export type ServeTold =
  | { told: 'listening'; url: string; problems: string[] }
  | { told: 'session'; report: SessionReport }
  | { told: 'refused'; session: string; status: number }
  | { told: 'log'; message: string }
  | { told: 'report' | 'stopped'; report: ServeReport }
  | { told: 'failed'; message: string };

/** Told as it goes. */
export interface ServeWatcher {
  /** A client has gone. */
  session(report: SessionReport): void;
  /** A handshake was refused as recorded. */
  refused(session: string, status: number): void;
  log(message: string): void;
  /** The thread has ended although nobody ended it; nothing listens any more. */
  died(message: string): void;
}

export interface ServeThread {
  /** Base URL ending in `/v1`. */
  readonly url: string;
  /** What could not be read of the trace, for people. */
  readonly problems: readonly string[];
  /** How it went so far; the last word once it has ended. */
  report(): Promise<ServeReport>;
  /** Takes no new client to its end: it ends when the last one has gone. */
  retire(): void;
  /** Closes what is open (1001) and ends. */
  stop(): Promise<void>;
}

/** Starts it; `workers` is the folder of `serveWorker.cjs`. Rejects with a message for people when it cannot serve. */
export async function serveInThread(workers: string, job: ServeJob, watcher: ServeWatcher): Promise<ServeThread> {
  const worker = new Worker(path.join(workers, 'serveWorker.cjs'), { workerData: job });
  let [last, ending, problem]: [ServeReport | undefined, boolean, string] = [undefined, false, ''];
  const asked: ((report: ServeReport) => void)[] = [];
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.on('error', (error) => (problem = error instanceof Error ? error.message : String(error)));
  const listening = new Promise<{ url: string; problems: string[] }>((resolve, reject) => {
    worker.on('message', (told: ServeTold) => {
      switch (told.told) {
        case 'listening':
          return resolve(told);
        case 'failed':
          return reject(new Error(told.message));
        case 'session':
          return watcher.session(told.report);
        case 'refused':
          return watcher.refused(told.session, told.status);
        case 'log':
          return watcher.log(told.message);
        case 'stopped':
          ending = true;
          last = told.report;
          return;
        case 'report':
          last = told.report;
          for (const answer of asked.splice(0)) answer(told.report);
      }
    });
    void ended.then(() => reject(new Error(`The thread of the replay server has ended. ${problem}`.trim())));
  });
  const { url, problems } = await listening;
  let gone = false;
  const final = () => last ?? { trace: job.trace, clients: 0, refused: 0, diverged: 0, sessions: [] };
  void ended.then(() => {
    gone = true;
    for (const answer of asked.splice(0)) answer(final());
    if (!ending) watcher.died(problem);
  });
  const tell = (command: ServeCommand) => worker.postMessage(command);
  return {
    url,
    problems,
    report: () => {
      if (gone) return Promise.resolve(final());
      return new Promise((resolve) => {
        asked.push(resolve);
        tell('report');
      });
    },
    retire: () => {
      ending = true;
      tell('retire');
    },
    stop: async () => {
      ending = true;
      tell('stop');
      await ended;
    },
  };
}
