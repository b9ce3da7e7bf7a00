/** The embedded upstream, run in a worker of its own. */
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Scenario } from './scenario';
import type { ServerOptions } from './server';
import type { WorkerReport } from './worker';

/** How to run the simulator. */
export interface SimulatorOptions {
  /** Folder of `simulatorWorker.cjs`. */
  workers: string;
  listen: { host: string; port: number };
  /** Origins of web pages besides those of this machine that may ask, e.g. `https://app.example`. */
  allowedOrigins?: readonly string[];
  /** Makes ids, pacing and words the same again; any number. Left out: different each run. */
  seed?: number;
  /** What the model says and does; the default conversation when left out. */
  scenario?: Scenario;
  /** How much faster than real time everything goes, 1 unless given. */
  speed?: number;
  /** Told when its thread has ended although nobody stopped it, with the reason for people. */
  onExit?: (reason: string) => void;
  /** Told what went wrong in a session that went on. */
  onLog?: (message: string) => void;
}

/** A running simulator. */
export interface Simulator {
  /** Base URL ending in `/v1`, e.g. `http://127.0.0.1:41234/v1`. */
  readonly url: string;
  /** Closes its sessions (1001) and ends its thread; at once when that has ended by itself. */
  stop(): Promise<void>;
}

/** How long a stop may take before the thread is ended by force, ms. */
const STOP_MS = 3000;

/** Starts it; resolves once it listens. Rejects with one message when it cannot (port taken, worker bundle missing). */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { host, port } = options.listen;
  const seed = options.seed ?? randomInt(0x7fffffff);
  const { scenario, speed, allowedOrigins } = options;
  const workerData: ServerOptions = {
    host,
    port,
    seed,
    ...(allowedOrigins ? { allowedOrigins } : {}),
    ...(scenario ? { scenario } : {}),
    ...(speed === undefined ? {} : { speed }),
  };
  const worker = new Worker(join(options.workers, 'simulatorWorker.cjs'), { workerData });
  let stopping = false;
  let listens = false;
  let fault = '';
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (reason: string, cause?: unknown): void => {
      reject(new Error(`The simulator cannot listen on ${host}:${port}: ${reason}`, { cause }));
    };
    worker.on('message', (report: WorkerReport) => {
      if (report.kind === 'log') options.onLog?.(report.message);
      else if (report.kind === 'failed') fail(report.message);
      else {
        listens = true;
        resolve(report.url);
      }
    });
    worker.on('error', (cause) => {
      fault = cause instanceof Error ? cause.message : String(cause);
      fail(fault, cause);
    });
    worker.once('exit', (code) => {
      fail(`its thread ended with code ${code}`);
      if (listens && !stopping)
        options.onExit?.(`The simulator has ended: ${fault || `its thread ended with code ${code}`}.`);
    });
  });
  return {
    url,
    stop: async () => {
      stopping = true;
      worker.postMessage('stop');
      const patience = setTimeout(() => void worker.terminate(), STOP_MS);
      await ended;
      clearTimeout(patience);
    },
  };
}
