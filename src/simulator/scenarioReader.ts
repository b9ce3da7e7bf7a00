/** Scenarios and recordings, read in a thread of their own. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { LoadedScenario, ScenarioAnswer, ScenarioRequests } from './scenarioRequests';

/** A thread that reads; every promise rejects with a message for people, also when it is stopped meanwhile. */
export interface ScenarioReader {
  ask<N extends keyof ScenarioRequests>(
    ask: N,
    params: ScenarioRequests[N]['params'],
  ): Promise<ScenarioRequests[N]['result']>;
  /** Ends the thread, whatever it is doing. */
  stop(): Promise<void>;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** Starts the thread; `workers` is the folder of `scenarioWorker.cjs`. */
export function startScenarioReader(workers: string): ScenarioReader {
  const worker = new Worker(join(workers, 'scenarioWorker.cjs'));
  const waiting = new Map<number, Waiting>();
  let next = 1;
  let ended: Error | undefined;
  const end = (error: Error): void => {
    ended ??= error;
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  worker.on('message', (answer: ScenarioAnswer) => {
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('error' in answer) asked?.reject(new Error(answer.error));
    else asked?.resolve(answer.result);
  });
  worker.on('error', (cause) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    end(new Error(`The reader of scenarios stopped: ${why}`, { cause }));
  });
  worker.on('exit', () => end(new Error('The reader of scenarios has ended.')));
  return {
    ask: (ask, params) => {
      if (ended) return Promise.reject(ended);
      const id = next++;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve: (result) => resolve(result as never), reject });
        worker.postMessage({ id, ask, params });
      });
    },
    stop: async () => {
      await worker.terminate();
    },
  };
}

/**
 * The scenario of a scenario file or a recording, read in a thread that ends with it. What is wrong with the file is in the
 * answer; rejects only when the thread fails.
 */
export async function loadScenario(workers: string, file: string): Promise<LoadedScenario> {
  const reader = startScenarioReader(workers);
  try {
    return await reader.ask('load', { file });
  } finally {
    await reader.stop();
  }
}
