/** The embedded simulator as an upstream: which scenario it plays, and another one in its place when that changes. */
import { isDeepStrictEqual } from 'node:util';
import { loadScenario, startSimulator, type LoadedScenario, type Scenario, type Simulator } from '../simulator';

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
  broken: BrokenScenario | undefined;
  /** What was asked for is something else, and is played as soon as the sessions on this one have ended. */
  waiting: boolean;
  /** Files that were read for the scenario asked for: what to watch. */
  files: string[];
}

/** A scenario file that cannot be played. */
export interface BrokenScenario {
  file: string;
  /** The first thing wrong in it, in a sentence. */
  message: string;
  /** Where that is, counted from 1; undefined when the file cannot be read at all. */
  place: { line: number; column: number } | undefined;
  /** How many more things are wrong. */
  more: number;
}

/** What became of other options: nothing changes; another simulator runs; or it will once the sessions have ended. */
export type SimulationChange = 'same' | 'restarted' | 'waiting';

export interface SimulatedUpstreamOptions {
  /** Folder of the worker bundles. */
  workers: string;
  simulation: SimulationOptions;
  /** Origins besides loopback whose pages the proxy lets through. */
  allowedOrigins: readonly string[];
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
      const { plays, state } = this.#next(await this.#load());
      this.#simulator = await this.#begin(plays);
      this.#scenario = plays;
      this.#tell(state);
      return this.#simulator.url;
    });
  }

  /**
   * Takes other options and reads the scenario again. When that changes what is played, or with `always`, another simulator
   * is started; `move` leads new sessions from one URL to the other before the old one ends with the sessions on it. While
   * `busy` says that there are some, nothing is changed without `always`: to be asked again when they have ended.
   */
  change(
    simulation: SimulationOptions,
    always: boolean,
    busy: (url: string) => boolean,
    move: (from: string, to: string) => Promise<void>,
  ): Promise<SimulationChange> {
    return this.#serial(async () => {
      this.#wanted = simulation;
      const [old, before] = [this.#simulator, this.#state];
      if (!old || !before) return 'same';
      const loaded = await this.#load();
      const next = this.#next(loaded);
      const same =
        isDeepStrictEqual(this.#scenario, next.plays) &&
        (['scenario', 'seed', 'speed'] as const).every((name) => before[name] === next.state[name]);
      if (this.#simulator !== old) return 'same';
      const waits = (): boolean => {
        if (same || always || !busy(old.url)) return false;
        this.#tell({ ...before, broken: next.state.broken, files: next.state.files, waiting: true });
        return true;
      };
      if (waits()) return 'waiting';
      if (same && !always) {
        this.#tell(next.state);
        return 'same';
      }
      const simulator = await this.#begin(next.plays);
      // One may have begun meanwhile.
      if (waits()) {
        await simulator.stop();
        return 'waiting';
      }
      this.#simulator = simulator;
      this.#scenario = next.plays;
      this.#tell(next.state);
      await move(old.url, simulator.url);
      await old.stop();
      return 'restarted';
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

  #begin(scenario: Scenario | undefined): Promise<Simulator> {
    const { seed, speed } = this.#wanted;
    const begun = startSimulator({
      workers: this.options.workers,
      listen: { host: '127.0.0.1', port: 0 },
      allowedOrigins: this.options.allowedOrigins,
      ...(scenario ? { scenario } : {}),
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
      unreadable: error.message,
      problems: [],
      files: [file],
    }));
  }

  /** What is to be played by what was loaded: that, or in place of something broken what plays now. */
  #next(loaded: LoadedScenario | undefined): { plays: Scenario | undefined; state: SimulationState } {
    const { scenario: file, seed, speed } = this.#wanted;
    const broken = file !== undefined && loaded && !loaded.scenario ? brokenScenario(file, loaded) : undefined;
    return {
      plays: broken ? this.#scenario : loaded?.scenario,
      state: {
        scenario: broken ? this.#state?.scenario : file,
        seed,
        speed,
        broken,
        waiting: false,
        files: loaded?.files ?? [],
      },
    };
  }

  #tell(state: SimulationState): void {
    this.#state = state;
    this.options.onState(state);
  }
}

function brokenScenario(file: string, { problems, unreadable }: LoadedScenario): BrokenScenario {
  const [first] = problems;
  if (!first) return { file, message: unreadable ?? 'It cannot be read.', place: undefined, more: 0 };
  const { line, column, message } = first;
  return { file, message, place: { line, column }, more: problems.length - 1 };
}
