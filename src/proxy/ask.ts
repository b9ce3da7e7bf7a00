/** Requests to a worker thread: numbered, always answered, also when the handler throws or the thread dies. */
import type { MessagePort, Worker } from 'node:worker_threads';
import type { Answer } from './workerMessages';

type Params<T, N extends keyof T> = T[N] extends { params: infer P } ? P : never;
type Result<T, N extends keyof T> = T[N] extends { result: infer R } ? R : never;

/** The asking side. `onReport` gets whatever is not an answer. */
export class Asker<T> {
  #next = 1;
  #open = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  #dead: Error | undefined;

  constructor(
    private readonly worker: Worker,
    name: string,
    onReport: (report: unknown) => void,
    onDeath: (error: Error) => void,
  ) {
    worker.on('message', (message: Answer | { report: string }) => {
      if ('report' in message) {
        onReport(message);
        return;
      }
      const open = this.#open.get(message.id);
      this.#open.delete(message.id);
      if ('error' in message) open?.reject(new Error(message.error));
      else open?.resolve(message.result as never);
    });
    const die = (error: Error) => {
      if (this.#dead) return;
      this.#dead = error;
      for (const open of this.#open.values()) open.reject(error);
      this.#open.clear();
      onDeath(error);
    };
    worker.on('error', (error) => die(new Error(`The ${name} stopped: ${(error as Error).message}`, { cause: error })));
    worker.on('exit', () => die(new Error(`The ${name} has ended.`)));
  }

  /** Asks; rejects with the handler's message, or when the thread is gone. */
  ask<N extends keyof T>(ask: N, params: Params<T, N>): Promise<Result<T, N>> {
    if (this.#dead) return Promise.reject(this.#dead);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#open.set(id, { resolve, reject });
      this.worker.postMessage({ id, ask, params });
    });
  }
}

/** The answering side: one handler a request. */
export function answer<T>(
  port: MessagePort,
  handlers: { [N in keyof T]: (params: Params<T, N>) => Promise<Result<T, N>> | Result<T, N> },
): void {
  port.on('message', (message: { id: number; ask: keyof T; params: never }) => {
    void (async () => {
      try {
        port.postMessage({ id: message.id, result: await handlers[message.ask](message.params) });
      } catch (error) {
        port.postMessage({ id: message.id, error: error instanceof Error ? error.message : String(error) });
      }
    })();
  });
}
