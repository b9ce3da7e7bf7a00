/**
 * The proxy's life as the window sees it: at most one engine, transitions one after the other, and whole states to show.
 * Free of `vscode`; messages to the user are their caller's.
 */
import type { Engine, EngineEvents, EngineOptions, UpstreamOption } from '../proxy/engine';
import type { SimulationChange, SimulationOptions } from '../proxy/simulatedUpstream';
import type { SessionState } from '../proxy/sessionState';
import { Refusals } from './refusals';
import { messageOf, Signal } from './signal';

/** What runs now. */
export type ProxyState =
  | { state: 'stopped' | 'starting' | 'stopping' }
  | { state: 'failed'; message: string }
  | {
      state: 'running';
      engine: Engine;
      upstream: UpstreamOption;
      /** A stored key is spent for clients. */
      keyed: boolean;
    };

/** What the recorder last said. */
export type Recorded = Parameters<EngineEvents['recorded']>[0];

/** How the controller reaches the rest. */
export interface ControllerOptions {
  /** The options of the next start; rejects, for people, when a setting makes no sense. */
  options(): Promise<EngineOptions>;
  start(options: EngineOptions): Promise<Engine>;
  /** What the settings want the simulator to play now. */
  simulation(): SimulationOptions;
  log: EngineEvents['log'];
}

export class ProxyController {
  /** State, sessions, recording or trouble have changed. */
  readonly onDidChange = new Signal<void>();
  /** The trace was written on. */
  readonly onDidRecord = new Signal<Recorded>();
  /** Something to say once. */
  readonly onDidProblem = new Signal<string>();
  /** A session of an app did not reach the upstream, and why; not more than once a minute for the same reason. */
  readonly onDidRefuse = new Signal<string>();

  #state: ProxyState = { state: 'stopped' };
  #recorded: Recorded | undefined;
  /** The key that the engine spends. */
  #apiKey: string | undefined;
  readonly #refusals = new Refusals();
  #queue: Promise<unknown> = Promise.resolve();
  #starting: Promise<Engine> | undefined;

  constructor(private readonly deps: ControllerOptions) {}

  get state(): ProxyState {
    return this.#state;
  }

  /** The engine, when it runs. */
  get engine(): Engine | undefined {
    return this.#state.state === 'running' ? this.#state.engine : undefined;
  }

  /** Whether messages are being kept. */
  get recording(): boolean {
    return this.engine !== undefined && (this.#recorded?.recording ?? false);
  }

  /** What the recorder could not keep, for people; '' when all is well. */
  get trouble(): string {
    return this.engine ? (this.#recorded?.trouble ?? '') : '';
  }

  get recorded(): Recorded | undefined {
    return this.engine ? this.#recorded : undefined;
  }

  /** Sessions, the newest first. */
  get sessions(): SessionState[] {
    return this.engine ? [...this.engine.sessions()].sort((a, b) => b.openedAt - a.openedAt) : [];
  }

  /** Starts the proxy, or gives the one that runs or is being started. */
  start(): Promise<Engine> {
    return (this.#starting ??= this.#started(() => this.#start()));
  }

  /** Stops the proxy; waits for a start under way. Resolves at once when nothing runs. */
  stop(): Promise<void> {
    // A start asked for after this is a new one.
    this.#starting = undefined;
    return this.#serial(() => this.#stop());
  }

  restart(): Promise<Engine> {
    return (this.#starting = this.#started(async () => {
      await this.#stop();
      return this.#start();
    }));
  }

  /** Changes the upstream of the sessions to come. */
  async setUpstream(upstream: UpstreamOption): Promise<void> {
    const running = this.#state;
    if (running.state !== 'running') return;
    await running.engine.setUpstream(upstream);
    if (this.#state === running) this.#set({ ...running, upstream });
  }

  /** Whether the running engine spends this key: another one is taken up by a restart alone. */
  startedWith(apiKey: string | undefined): boolean {
    return this.engine !== undefined && this.#apiKey === apiKey;
  }

  /**
   * Lets the simulator play what the settings say now; `always` also when nothing has changed, and ends its sessions. Without
   * it open sessions keep it waiting.
   */
  async playSettings(always = false): Promise<SimulationChange> {
    return (await this.engine?.setSimulation(this.deps.simulation(), always)) ?? 'same';
  }

  #started(work: () => Promise<Engine>): Promise<Engine> {
    const starting = this.#serial(work).finally(() => {
      if (this.#starting === starting) this.#starting = undefined;
    });
    return starting;
  }

  async #start(): Promise<Engine> {
    if (this.#state.state === 'running') return this.#state.engine;
    this.#set({ state: 'starting' });
    try {
      const options = await this.deps.options();
      const engine = await this.deps.start(options);
      this.#recorded = { file: engine.file, size: 0, recording: options.recording.on, trouble: '' };
      engine.on('session', (session) => {
        const { id, label, status, closeReason } = session;
        const line = `Session ${id} ${label} ${status}${closeReason ? `: ${closeReason}` : ''}`;
        this.deps.log(status === 'refused' ? 'warn' : 'info', line);
        this.onDidChange.fire();
        const refusal = this.#refusals.take(session);
        if (refusal) this.onDidRefuse.fire(refusal);
      });
      engine.on('recorded', (recorded) => {
        const before = this.#recorded;
        this.#recorded = recorded;
        this.onDidRecord.fire(recorded);
        // Sizes change with every message; only what people are shown is a change.
        if (
          before?.file !== recorded.file ||
          before.recording !== recorded.recording ||
          before.trouble !== recorded.trouble
        )
          this.onDidChange.fire();
      });
      engine.on('simulation', () => this.onDidChange.fire());
      engine.on('problem', (message) => this.onDidProblem.fire(message));
      engine.on('log', this.deps.log);
      // Host and port only: with a stored key the base URL is itself a secret.
      const { host, port } = engine.address;
      this.deps.log('info', `Listening on ${host}:${port}, upstream ${options.upstream.kind}, trace ${engine.file}`);
      this.#apiKey = options.apiKey;
      this.#set({ state: 'running', engine, upstream: options.upstream, keyed: options.apiKey !== undefined });
      return engine;
    } catch (error) {
      this.#set({ state: 'failed', message: messageOf(error) });
      throw error;
    }
  }

  async #stop(): Promise<void> {
    const { engine } = this;
    if (!engine) {
      if (this.#state.state === 'failed') this.#set({ state: 'stopped' });
      return;
    }
    this.#set({ state: 'stopping' });
    try {
      await engine.stop();
    } finally {
      this.#recorded = undefined;
      this.deps.log('info', 'Stopped');
      this.#set({ state: 'stopped' });
    }
  }

  #set(state: ProxyState): void {
    this.#state = state;
    this.onDidChange.fire();
  }

  #serial<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }
}
