/** The simulator's thread: starts the server it is told to, and stops it when told to. */
import { parentPort, workerData } from 'node:worker_threads';
import { startServer, type ServerOptions } from './server';

/** What the thread says once. */
export type WorkerReport = { kind: 'listening'; url: string } | { kind: 'failed'; message: string };

async function run(): Promise<void> {
  try {
    const server = await startServer(workerData as ServerOptions);
    parentPort?.once('message', () => void server.stop().finally(() => parentPort?.close()));
    parentPort?.postMessage({ kind: 'listening', url: server.url } satisfies WorkerReport);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    parentPort?.postMessage({ kind: 'failed', message } satisfies WorkerReport);
    parentPort?.close();
  }
}

void run();
