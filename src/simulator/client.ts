/** The embedded upstream, run in a worker of its own. */

/** How to run the simulator. */
export interface SimulatorOptions {
  /** Folder of `simulatorWorker.cjs`. */
  workers: string;
  listen: { host: string; port: number };
  /** Makes ids, pacing and words the same again; any number. Left out: different each run. */
  seed?: number;
}

/** A running simulator. */
export interface Simulator {
  /** Base URL ending in `/v1`, e.g. `http://127.0.0.1:41234/v1`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts it; resolves once it listens. */
export declare function startSimulator(options: SimulatorOptions): Promise<Simulator>;
