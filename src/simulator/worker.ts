/** The simulator's thread: starts the server it is told to, and stops it when told to. */
import { parentPort, workerData } from 'node:worker_threads';
import { askMcp } from './mcpClient';
import { startServer, type ServerOptions } from './server';

/** What the thread says: first one of the first two, then what went wrong in sessions that went on. */
export type WorkerReport =
  { kind: 'listening'; url: string } | { kind: 'failed'; message: string } | { kind: 'log'; message: string };

const log = (message: string): void => {
  parentPort?.postMessage({ kind: 'log', message } satisfies WorkerReport);
};

async function run(): Promise<void> {
  try {
    const server = await startServer({ ...(workerData as ServerOptions), log, mcp: askMcp() });
    parentPort?.once('message', () => void server.stop().finally(() => parentPort?.close()));
    parentPort?.postMessage({ kind: 'listening', url: server.url } satisfies WorkerReport);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    parentPort?.postMessage({ kind: 'failed', message } satisfies WorkerReport);
    parentPort?.close();
  }
}

void run();
