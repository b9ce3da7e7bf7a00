/**
 * The running proxy as its owner (extension or CLI) sees it: two worker threads (traffic, recorder), and the simulator's
 * when it is the upstream. The owner's own event loop carries no traffic.
 */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { Side } from '../protocol/side';
import type { RulesText } from '../rules/model';
import type { UserNote } from '../trace/notes';
import type { ReplayOrigin } from '../trace/records';
import { Asker } from './ask';
import type { Breakpoint, BreakpointState, HeldMessage, HeldOutcome, WaitingCount } from './interception';
import type { Rotation } from './recording';
import { createRing } from './ring';
import type { SessionState } from './sessionState';
import {
  SimulatedUpstream,
  type SimulationChange,
  type SimulationOptions,
  type SimulationState,
} from './simulatedUpstream';
import type { UpstreamTarget } from './upstreamTarget';
import type {
  RecorderReport,
  RecorderRequests,
  RecorderSetup,
  TrafficReport,
  TrafficRequests,
  TrafficSetup,
} from './workerMessages';

/** Where sessions go. A `trace` is served at a URL by its owner, and no stored key is spent there. */
export type UpstreamOption =
  | { kind: 'simulator' }
  | { kind: 'openai' }
  | { kind: 'url'; url: string }
  | { kind: 'trace'; url: string; file: string };

/** How to run the proxy. */
export interface EngineOptions {
  /** Folder of the worker bundles (`proxyWorker.cjs` and its kin). */
  workers: string;
  /** Address to listen on; when the port is taken the next free one is used, unless `exact`. Port 0 is any. */
  listen: { host: string; port: number; exact?: boolean };
  /** Host names besides loopback under which the proxy may be asked (also in the certificate), e.g. host.docker.internal. */
  allowedHosts: string[];
  /** Browser origins besides loopback that may connect, e.g. https://app.example. */
  allowedOrigins: string[];
  /** Folder of the local certificate authority, made on first use. */
  certificates: string;
  upstream: UpstreamOption;
  /** How the simulator answers when it is the upstream. */
  simulation?: SimulationOptions;
  /** Key of the user's, spent for clients; the base URL then carries an unguessable segment. */
  apiKey?: string;
  /** The unguessable segment to use with `apiKey` (at least 16 of A-Z a-z 0-9 - _); made anew when absent. */
  segment?: string;
  /** HTTP proxy for upstream connections (VS Code's `http.proxy`); environment variables are read when absent. */
  proxyUrl?: string;
  /** Certificates (PEM) to trust besides Node's own: the system's. */
  trustedCertificates?: string[];
  /**
   * Every session of a run goes into one new trace: `file`, which must not exist yet, or a new one in `folder`; with `rotation`
   * it goes on in further ones beside it.
   */
  recording: { on: boolean; maxTotalBytes: number; rotation?: Rotation } & ({ file: string } | { folder: string });
  generator: string;
  /** What is replayed, for the header of the new trace. */
  replayOf?: ReplayOrigin;
}

/** What a running engine reports; every listener gets whole states. */
export interface EngineEvents {
  session(session: SessionState): void;
  /** The trace was written up to this size; `file` changes when a new trace begins. */
  recorded(state: { file: string; size: number; recording: boolean; trouble: string }): void;
  /** What the simulator plays has changed, or the scenario asked for cannot be used. */
  simulation(state: SimulationState): void;
  /** Breakpoints were set, or one has held a message. */
  breakpoints(breakpoints: BreakpointState[]): void;
  /** Messages held now, oldest first, and how many wait in each direction where any do. */
  held(messages: HeldMessage[], waiting: WaitingCount[]): void;
  /** What became of a held message. */
  settled(message: HeldMessage, outcome: HeldOutcome): void;
  /** How often each rule took part, by its index in the rule set. */
  ruleHits(hits: number[]): void;
  /** A rule is out of force, as its expression took too long on a message: why, by index; '' for those in force. */
  rulesOut(out: string[]): void;
  /** Something the user should know, said once. */
  problem(message: string): void;
  /** A line for the log. */
  log(level: 'info' | 'warn' | 'error', message: string): void;
}

/** A running proxy. */
export interface Engine {
  /** `http` and `https` are base URLs ending in `/v1`; `ca` the path of the authority's certificate. */
  readonly address: { host: string; port: number; http: string; https: string; ca: string; moved: boolean };
  /** The trace being written. */
  readonly file: string;
  /** URL sessions go to; the simulator's own when it is the upstream. */
  readonly upstream: string;
  /** What the simulator plays; undefined when it has not been needed yet. */
  readonly simulation: SimulationState | undefined;
  sessions(): SessionState[];
  on<N extends keyof EngineEvents>(event: N, listener: EngineEvents[N]): () => void;
  /** Injects a text message between two messages of that direction. Rejects when the session is not open. */
  inject(session: string, to: Side, text: string, replaces?: number): Promise<void>;
  /** Opens a session with the inspector as client; resolves with its id once it is open, rejects with the refusal. */
  newSession(query: { model?: string; intent?: string }): Promise<string>;
  /** Closes a session the inspector opened, or drops an app's (code 1001 to both ends). */
  closeSession(id: string): Promise<void>;
  /**
   * Sets all breakpoints, in the place of those before; gives each with what is wrong with it. What is held stays held.
   */
  setBreakpoints(breakpoints: Breakpoint[]): Promise<BreakpointState[]>;
  /** Messages held now, oldest first. */
  held(): HeldMessage[];
  /** Lets a held message go, as it came or with another text. Rejects when it is not held any more; so do the others. */
  release(id: string, text?: string): Promise<void>;
  /** Somebody works on a held message: its breakpoint's time-out does not let it go any more. */
  keep(id: string): Promise<void>;
  drop(id: string): Promise<void>;
  /** Drops a held message and sends this to the end it came from. */
  answer(id: string, text: string): Promise<void>;
  /** Lets everything go that is held or that rules make wait, of one session or of all; what is held goes as it came. */
  releaseAll(session?: string): Promise<void>;
  /**
   * Puts the rules of a file in force, in all sessions and in the place of those before; undefined lifts all. What is wrong in
   * the file the caller finds out by `parseRules`; those rules do nothing.
   */
  setRules(rules: RulesText | undefined): Promise<void>;
  setRecording(on: boolean): Promise<void>;
  /**
   * Adds a note of the user to the trace being written, behind the traffic that came before it. False when the recording goes on
   * in another file than `file` by now: that one is closed. Rejects, for people, when the trace cannot be written.
   */
  note(file: string, note: UserNote): Promise<boolean>;
  /** Keeps these values out of the record from here on, whoever says them. Ask before they are sent. */
  keepSecret(secrets: string[]): Promise<void>;
  setUpstream(upstream: UpstreamOption): Promise<void>;
  /**
   * Reads the scenario again and lets the simulator play it, when that changes anything. With sessions on it that waits
   * (ask again when they have ended); `always` ends them. A scenario with something wrong in it is told by `simulation`.
   */
  setSimulation(simulation: SimulationOptions, always?: boolean): Promise<SimulationChange>;
  /** Ends every session, flushes and closes the trace (removing it when nothing was recorded). */
  stop(): Promise<void>;
}

/** The official API. */
const OPENAI_URL = 'https://api.openai.com/v1';
const RING_BYTES = 64 << 20;

/** Starts the proxy; resolves once it listens. Rejects with one clear message (port, certificate folder, trace file). */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  // Loaded when needed: it brings a library for certificates with it, which no start of VS Code should wait for.
  const { ensureAuthority } = await import('./certificates');
  const authority = await ensureAuthority(options.certificates, options.allowedHosts);
  const listeners: { [N in keyof EngineEvents]: Set<EngineEvents[N]> } = {
    session: new Set(),
    recorded: new Set(),
    simulation: new Set(),
    breakpoints: new Set(),
    held: new Set(),
    settled: new Set(),
    ruleHits: new Set(),
    rulesOut: new Set(),
    problem: new Set(),
    log: new Set(),
  };
  const problem = (message: string) => listeners.problem.forEach((listener) => listener(message));
  let stopping = false;
  const simulated = new SimulatedUpstream({
    workers: options.workers,
    simulation: options.simulation ?? {},
    allowedOrigins: options.allowedOrigins,
    onExit: (reason, url) => void simulatorDied(reason, url),
    onLog: (message) => listeners.log.forEach((listener) => listener('warn', message)),
    onState: (state) => listeners.simulation.forEach((listener) => listener(state)),
  });
  const resolveUpstream = async (upstream: UpstreamOption): Promise<UpstreamTarget> => {
    if (upstream.kind === 'simulator') return { url: await simulated.start() };
    if (upstream.kind === 'trace') return { url: checkedUrl(upstream.url) };
    const url = upstream.kind === 'openai' ? OPENAI_URL : checkedUrl(upstream.url);
    return { url, ...(options.apiKey !== undefined ? { apiKey: options.apiKey } : {}) };
  };
  const setTarget = async (target: UpstreamTarget) => {
    upstream = target;
    await trafficAsker.ask('setUpstream', target);
  };
  /** The sessions it held are gone; the next ones find a new one. */
  const simulatorDied = async (reason: string, url: string) => {
    if (stopping || upstream.url !== url) return;
    try {
      await setTarget(await resolveUpstream({ kind: 'simulator' }));
      problem(`The simulator stopped and was started again; its sessions ended: ${reason}`);
    } catch (error) {
      problem(`The simulator stopped (${reason}) and could not be started again: ${(error as Error).message}`);
    }
  };
  let upstream = await resolveUpstream(options.upstream);
  const segment = options.apiKey === undefined ? undefined : (options.segment ?? randomBytes(18).toString('base64url'));

  const sessions = new Map<string, SessionState>();
  const holds = new Map<string, HeldMessage>();
  let waiting: WaitingCount[] = [];
  let tellingHeld = false;
  // Once for all that came at a time: thousands may be let go together.
  const tellHeld = () => {
    if (tellingHeld) return;
    tellingHeld = true;
    setImmediate(() => {
      tellingHeld = false;
      listeners.held.forEach((listener) => listener([...holds.values()], waiting));
    });
  };
  const ring = createRing(RING_BYTES);
  const wake = new MessageChannel();
  const workerOptions = { stdout: false, stderr: false };

  const traffic = new Worker(path.join(options.workers, 'proxyWorker.cjs'), {
    ...workerOptions,
    workerData: {
      ring,
      wake: wake.port1,
      listen: { host: options.listen.host, port: options.listen.port, exact: options.listen.exact ?? false },
      allowedHosts: options.allowedHosts,
      allowedOrigins: options.allowedOrigins,
      tls: { key: authority.key, cert: authority.cert, caFile: authority.caFile },
      upstream,
      segment,
      proxyUrl: options.proxyUrl,
      trustedCertificates: options.trustedCertificates ?? [],
    } satisfies TrafficSetup & { wake: MessagePort },
    transferList: [wake.port1],
  });
  const clock = deferred<{ epoch: number; now: number }>();
  const listening = deferred<{ port: number; moved: boolean }>();
  let recorder: Worker | undefined;
  const died = (error: Error) => {
    clock.reject(error);
    listening.reject(error);
    if (!stopping) problem(`${error.message} Restart the proxy.`);
  };
  const trafficAsker = new Asker<TrafficRequests>(
    traffic,
    'proxy',
    (report) => {
      const told = report as TrafficReport;
      switch (told.report) {
        case 'clock':
          clock.resolve(told);
          break;
        case 'listening':
          listening.resolve(told);
          break;
        case 'failed':
          listening.reject(new Error(told.message));
          break;
        case 'session':
          if (told.session.status === 'closed' || told.session.status === 'refused') sessions.delete(told.session.id);
          else sessions.set(told.session.id, told.session);
          listeners.session.forEach((listener) => listener(told.session));
          break;
        case 'problem':
          problem(told.message);
          break;
        case 'log':
          listeners.log.forEach((listener) => listener(told.level, told.message));
          break;
        case 'breakpoints':
          listeners.breakpoints.forEach((listener) => listener(told.breakpoints));
          break;
        case 'holds':
          holds.set(told.message.id, told.message);
          tellHeld();
          break;
        case 'settled': {
          const message = holds.get(told.id);
          if (!message) break;
          holds.delete(told.id);
          listeners.settled.forEach((listener) => listener(message, told.outcome));
          tellHeld();
          break;
        }
        case 'waiting':
          waiting = told.waiting;
          tellHeld();
          break;
        case 'ruleHits':
          listeners.ruleHits.forEach((listener) => listener(told.hits));
          break;
        case 'rulesOut':
          listeners.rulesOut.forEach((listener) => listener(told.out));
          break;
        case 'held':
          held = told.held;
          tellRecorded();
          break;
      }
    },
    died,
  );

  let held = false;
  let recorded = { file: '', size: 0, recording: options.recording.on, trouble: '' };
  const tellRecorded = () => {
    const slow = held
      ? 'Recording is 48 MB behind the traffic; the connections are slowed down until it has caught up.'
      : '';
    const trouble = [recorded.trouble, slow].filter(Boolean).join(' ');
    listeners.recorded.forEach((listener) => listener({ ...recorded, trouble }));
  };

  const ended = async () => {
    stopping = true;
    await Promise.allSettled([traffic.terminate(), recorder?.terminate(), simulated.stop()]);
  };
  try {
    const zero = await clock.promise;
    const ready = deferred<{ file: string; size: number }>();
    recorder = new Worker(path.join(options.workers, 'recorderWorker.cjs'), {
      ...workerOptions,
      workerData: {
        ring,
        wake: wake.port2,
        target: 'file' in options.recording ? { file: options.recording.file } : { folder: options.recording.folder },
        maxTotalBytes: options.recording.maxTotalBytes,
        rotation: options.recording.rotation,
        generator: options.generator,
        replayOf: options.replayOf,
        alsoSecret: [options.apiKey, segment].filter((secret) => secret !== undefined),
        on: options.recording.on,
        epoch: zero.epoch,
        now: zero.now,
      } satisfies RecorderSetup & { wake: MessagePort },
      transferList: [wake.port2],
    });
    const recorderAsker = new Asker<RecorderRequests>(
      recorder,
      'recorder',
      (report) => {
        const told = report as RecorderReport;
        switch (told.report) {
          case 'ready':
            recorded = { ...recorded, file: told.file, size: told.size };
            ready.resolve(told);
            break;
          case 'failed':
            ready.reject(new Error(told.message));
            break;
          case 'recorded':
            recorded = { file: told.file, size: told.size, recording: told.recording, trouble: told.trouble };
            tellRecorded();
            break;
          case 'log':
            listeners.log.forEach((listener) => listener(told.level, told.message));
            break;
        }
      },
      (error) => {
        ready.reject(error);
        if (stopping) return;
        void trafficAsker.ask('forgetRecorder', {}).catch(() => undefined);
        problem(`${error.message} Traffic goes on, but nothing is recorded any more; restart the proxy.`);
      },
    );
    await ready.promise;
    const bound = await listening.promise;
    const host = reachable(options.listen.host);
    // Behind the caller's own listeners, which it sets when it has the engine.
    setImmediate(() => authority.notes.forEach(problem));
    const prefix = segment === undefined ? '' : `/k/${segment}`;

    return {
      address: {
        host: options.listen.host,
        port: bound.port,
        http: `http://${host}:${bound.port}${prefix}/v1`,
        https: `https://${host === '127.0.0.1' ? 'localhost' : host}:${bound.port}${prefix}/v1`,
        ca: authority.caFile,
        moved: bound.moved,
      },
      get file() {
        return recorded.file;
      },
      get upstream() {
        return upstream.url;
      },
      get simulation() {
        return simulated.state;
      },
      sessions: () => [...sessions.values()],
      on(event, listener) {
        const set: Set<typeof listener> = listeners[event];
        set.add(listener);
        return () => set.delete(listener);
      },
      async inject(session, to, text, replaces) {
        await trafficAsker.ask('inject', { session, to, text, ...(replaces === undefined ? {} : { replaces }) });
      },
      newSession: (query) => trafficAsker.ask('newSession', query),
      async closeSession(session) {
        await trafficAsker.ask('closeSession', { session });
      },
      setBreakpoints: (breakpoints) => trafficAsker.ask('setBreakpoints', { breakpoints }),
      held: () => [...holds.values()],
      async release(id, text) {
        await trafficAsker.ask('release', { id, ...(text === undefined ? {} : { text }) });
      },
      async keep(id) {
        await trafficAsker.ask('keep', { id });
      },
      async drop(id) {
        await trafficAsker.ask('drop', { id });
      },
      async answer(id, text) {
        await trafficAsker.ask('answer', { id, text });
      },
      async releaseAll(session) {
        await trafficAsker.ask('releaseAll', session === undefined ? {} : { session });
      },
      async setRules(rules) {
        await trafficAsker.ask('setRules', { rules });
      },
      async keepSecret(secrets) {
        await recorderAsker.ask('keepSecret', { secrets });
      },
      async note(file, note) {
        return (await recorderAsker.ask('note', { file, note })).kept;
      },
      async setRecording(on) {
        await recorderAsker.ask('setOn', { on });
      },
      async setUpstream(next) {
        await setTarget(await resolveUpstream(next));
      },
      setSimulation: (simulation, always = false) =>
        simulated.change(
          simulation,
          always,
          (url) => [...sessions.values()].some((session) => session.upstream === new URL(url).host),
          async (from, to) => {
            if (upstream.url === from) await setTarget({ url: to });
          },
        ),
      async stop() {
        if (stopping) return;
        stopping = true;
        await trafficAsker.ask('stop', {}).catch(() => undefined);
        const last = await recorderAsker.ask('stop', {}).catch(() => undefined);
        if (last?.removed) recorded = { ...recorded, size: 0 };
        await ended();
      },
    };
  } catch (error) {
    await ended();
    throw error;
  }
}

function deferred<T>(): { promise: Promise<T>; resolve(value: T): void; reject(error: Error): void } {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // A failure is told where it is awaited; before that it must not end the process.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

function checkedUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch (error) {
    throw new Error(`The upstream "${text}" is not a URL, e.g. https://api.openai.com/v1.`, { cause: error });
  }
  if (!['http:', 'https:', 'ws:', 'wss:'].includes(url.protocol))
    throw new Error(`The upstream "${text}" must begin with https:, http:, wss: or ws:.`);
  if (url.username !== '' || url.password !== '')
    throw new Error(
      `The upstream ${url.host} must be given without user and password; what clients send passes through.`,
    );
  return url.href;
}

/** The name under which this machine's own programs reach an address listened on. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
