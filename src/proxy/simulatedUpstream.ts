/** The embedded simulator as an upstream: which scenario it plays, and another one in its place when that changes. */
import { isDeepStrictEqual } from 'node:util';
import {
  loadScenario,
  startSimulator,
  type LoadedScenario,
  type Scenario,
  type ScenarioProblem,
  type Simulator,
} from '../simulator';

/** How the simulator answers when it is the upstream. */
export interface SimulationOptions {
  /** Path of a scenario file, or of a recording to answer as (`*.jsonl`); the default conversation when left out. */
  scenario?: string;
  /** Makes ids, pacing and words the same again; different each time when left out. */
  seed?: number;
  /** How much faster than real time, 1 unless given. */
  speed?: number;
}

/** What the simulator plays now. */
export interface SimulationState {
  /** The file it answers from; undefined for the default conversation. */
  scenario: string | undefined;
  seed: number | undefined;
  speed: number | undefined;
  /** What was asked for and could not be used; what is above plays on in its place. */
  broken: { file: string; problems: ScenarioProblem[] } | undefined;
  /** Files that were read for the scenario asked for: what to watch. */
  files: string[];
}

export interface SimulatedUpstreamOptions {
  /** Folder of the worker bundles. */
  workers: string;
  simulation: SimulationOptions;
  /** Its thread has ended although nobody stopped it; nothing listens at its URL any more. */
  onExit(reason: string, url: string): void;
  onLog(message: string): void;
  onState(state: SimulationState): void;
}

export class SimulatedUpstream {
  #wanted: SimulationOptions;
  #simulator: Simulator | undefined;
  #scenario: Scenario | undefined;
  #state: SimulationState | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: SimulatedUpstreamOptions) {
    this.#wanted = options.simulation;
  }

  /** Base URL, while it runs. */
  get url(): string | undefined {
    return this.#simulator?.url;
  }

  /** What it plays; undefined before it was first needed. */
  get state(): SimulationState | undefined {
    return this.#state;
  }

  /**
   * Its base URL; starts it when it does not run. A scenario with something wrong in it keeps nothing from starting: the
   * last good one plays, or the default conversation.
   */
  start(): Promise<string> {
    return this.#serial(async () => {
      if (this.#simulator) return this.#simulator.url;
      this.#take(await this.#load());
      return (this.#simulator = await this.#begin()).url;
    });
  }

  /**
   * Takes other options and reads the scenario again. When that changes what is played, or with `always`, and the simulator
   * runs, another one is started; `move` leads new sessions from one URL to the other before the old one ends with the
   * sessions on it. Resolves with whether that happened.
   */
  change(
    simulation: SimulationOptions,
    always: boolean,
    move: (from: string, to: string) => Promise<void>,
  ): Promise<boolean> {
    return this.#serial(async () => {
      this.#wanted = simulation;
      const old = this.#simulator;
      if (!old) return false;
      const [before, scenario] = [this.#state, this.#scenario];
      this.#take(await this.#load());
      const same =
        isDeepStrictEqual(scenario, this.#scenario) &&
        before?.scenario === this.#state?.scenario &&
        before?.seed === this.#state?.seed &&
        before?.speed === this.#state?.speed;
      if ((same && !always) || this.#simulator !== old) return false;
      const next = await this.#begin();
      this.#simulator = next;
      await move(old.url, next.url);
      await old.stop();
      return true;
    });
  }

  async stop(): Promise<void> {
    const simulator = this.#simulator;
    this.#simulator = undefined;
    await simulator?.stop();
  }

  #serial<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  #begin(): Promise<Simulator> {
    const { seed, speed } = this.#wanted;
    const begun = startSimulator({
      workers: this.options.workers,
      listen: { host: '127.0.0.1', port: 0 },
      ...(this.#scenario ? { scenario: this.#scenario } : {}),
      ...(seed === undefined ? {} : { seed }),
      ...(speed === undefined ? {} : { speed }),
      onExit: (reason) => {
        void begun.then((simulator) => {
          if (this.#simulator !== simulator) return;
          this.#simulator = undefined;
          this.options.onExit(reason, simulator.url);
        });
      },
      onLog: this.options.onLog,
    });
    return begun;
  }

  async #load(): Promise<LoadedScenario | undefined> {
    const { scenario: file } = this.#wanted;
    if (file === undefined) return undefined;
    return loadScenario(this.options.workers, file).catch((error: Error) => ({
      problems: [{ line: 1, column: 1, message: error.message }],
      files: [file],
    }));
  }

  #take(loaded: LoadedScenario | undefined): void {
    const { scenario: file, seed, speed } = this.#wanted;
    const broken = file !== undefined && loaded && !loaded.scenario ? { file, problems: loaded.problems } : undefined;
    if (!broken) this.#scenario = loaded?.scenario;
    this.#state = {
      scenario: broken ? this.#state?.scenario : file,
      seed,
      speed,
      broken,
      files: loaded?.files ?? [],
    };
    this.options.onState(this.#state);
  }
}
