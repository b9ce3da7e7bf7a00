/** A replay from a trace to a new trace: recording, plan, proxy, session, result. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { asText } from '../../analysis/json';
import { startEngine, type Engine, type EngineOptions, type UpstreamOption } from '../../proxy';
import { startScenarioReader, startSimulator, type Scenario, type Simulator } from '../../simulator';
import { UnreadableFileError } from '../../trace/unreadable';
import { Recording, type RecordedSession } from '../recording';
import { connect } from './connect';
import { doubtsOf } from './doubts';
import { isEmpty, isUpdate, NO_OVERLAY } from './overlay';
import { cannotReplay, Planner, type ReplayPlan } from './plan';
import { pausedText, type ReplayResult } from './result';
import { ReplayRun, type RunOptions } from './run';

/** Where a replay goes. */
export type ReplayUpstream =
  | UpstreamOption
  /** The simulator, answering as the server of the recording did. */
  | { kind: 'recorded' };

export interface ReplayOptions extends RunOptions {
  /** The trace, or a file of another recorder. */
  file: string;
  /** Which session of it; the first that can be replayed unless given. */
  session?: string | undefined;
  upstream: ReplayUpstream;
  /** For the simulator: what it says instead, and what makes it the same again. */
  simulation?: { scenario?: string; seed?: number };
  /** The new trace. It must not exist yet. */
  trace: string;
  /** Spent at the upstream; the recording has none. */
  apiKey?: string | undefined;
  /** Folder of the worker bundles, and of the certificate authority of the proxy. */
  workers: string;
  certificates: string;
  generator: string;
  /** Settings of the proxy on the way: `proxyUrl`, `trustedCertificates`. */
  network?: Pick<EngineOptions, 'proxyUrl' | 'trustedCertificates'>;
}

/** A replay under way. */
export interface Replay {
  readonly run: ReplayRun;
  readonly plan: ReplayPlan;
  /** Sessions of the recording that are not replayed. */
  readonly others: readonly string[];
  /** What is wrong with the recording, for people. */
  readonly problems: readonly string[];
  /** The recording as a trace: the file itself, or what was made of it; there until `close`. */
  readonly traceFile: string;
  /** The new trace, complete; '' when it was stopped before there was anything to record. Rejects when it cannot be recorded. */
  readonly done: Promise<ReplayResult & { trace: string }>;
  /** Ends what is left of it; to be called in any case. */
  close(): Promise<void>;
}

/** What a file holds for a replay: its sessions, and which of them can be had. */
export interface Replayable {
  id: string;
  url: string;
  messages: number;
  ms: number;
  timed: boolean;
  /** Why it cannot be replayed; undefined when it can. */
  problem: string | undefined;
  /** The client's first `session.update`; undefined where it sent none, or where it was not kept. */
  configuration: RecordedConfiguration | undefined;
}

/** What a client configured its session with. */
export interface RecordedConfiguration {
  seq: number;
  /** JSON text of the event. */
  text: string;
  /** JSON pointers of what was taken out when it was recorded. */
  redacted: readonly string[];
}

/** The sessions of a recording. Rejects with an `UnreadableFileError`. */
export async function replayableSessions(file: string): Promise<Replayable[]> {
  const recording = await Recording.open(file);
  try {
    return await Promise.all(
      recording.sessions.map(async (session) => ({
        id: session.id,
        url: session.url,
        messages: session.frames.filter(({ from }) => from === 'client').length,
        ms: session.close?.at ?? session.frames.at(-1)?.at ?? 0,
        timed: session.timed,
        problem: cannotReplay(session),
        configuration: await configurationOf(recording, session),
      })),
    );
  } finally {
    await recording.close();
  }
}

async function configurationOf(
  recording: Recording,
  session: RecordedSession,
): Promise<RecordedConfiguration | undefined> {
  const frame = session.frames.find(({ from, type }) => from === 'client' && isUpdate(type));
  if (!frame) return undefined;
  const body = await recording.body(frame);
  return body?.kind === 'text' ? { seq: frame.seq, text: body.text, redacted: frame.redacted } : undefined;
}

/**
 * Begins a replay. Rejects before anything is sent: with an `UnreadableFileError` when the recording cannot be replayed, and
 * with a message for people when the simulator, the proxy or the new trace cannot be begun.
 */
export async function startReplay(options: ReplayOptions): Promise<Replay> {
  const planner = new Planner();
  const recording = await Recording.open(options.file, planner);
  const undo: (() => Promise<unknown>)[] = [() => recording.close()];
  const cleanUp = async () => {
    for (const one of undo.splice(0).reverse()) await one().catch(() => undefined);
  };
  try {
    const session = chosen(recording, options.session);
    if (options.timing === 'original' && !session.timed)
      throw new UnreadableFileError(
        `${options.file} does not say when messages were sent, so they cannot go as they did: use the timing gated or fast.`,
      );
    const plan = planner.plan(session);
    const overlay = options.overlay ?? NO_OVERLAY;
    const { text } = (isEmpty(overlay) ? undefined : await configurationOf(recording, session)) ?? {};
    const doubts = doubtsOf(overlay, overlay, text).map(({ place, message }) => `${place}: ${message}`);
    const run = new ReplayRun(plan, (frame) => recording.body(frame), { ...options, doubts });
    const upstream = await upstreamOf(options, recording, session, (stop) => undo.push(stop));
    const engine = await startEngine({
      workers: options.workers,
      listen: { host: '127.0.0.1', port: 0 },
      allowedHosts: [],
      allowedOrigins: [],
      certificates: options.certificates,
      upstream,
      simulation: { ...options.simulation, ...(options.speed === undefined ? {} : { speed: options.speed }) },
      ...(options.apiKey === undefined ? {} : { apiKey: options.apiKey }),
      ...options.network,
      recording: { on: true, maxTotalBytes: Infinity, file: path.resolve(options.trace) },
      generator: options.generator,
      replayOf: {
        trace: recording.header?.id ?? '',
        session: session.id,
        ...(options.overlay?.name ? { overlay: options.overlay.name } : {}),
      },
    });
    undo.push(() => engine.stop());
    return {
      run,
      plan,
      others: recording.sessions.filter((one) => one !== session).map(({ id }) => id),
      problems: recording.problems,
      traceFile: recording.traceFile,
      done: carryOut(run, engine, session, await modelOf(recording, session)),
      close: async () => {
        run.stop();
        await cleanUp();
      },
    };
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

async function carryOut(
  run: ReplayRun,
  engine: Engine,
  session: RecordedSession,
  model: string,
): Promise<ReplayResult & { trace: string }> {
  let ended: Promise<void> = Promise.resolve();
  const begun = Date.now();
  run.on('resumed', (pausedMs, byHand) => {
    const text = pausedText(pausedMs, byHand, 'The replay');
    const at = Math.max(0, Date.now() - begun - pausedMs);
    const note = { id: crypto.randomUUID(), text, at, session: '', seq: 0, removed: false };
    // Nothing depends on it: the report tells of the pause too.
    engine.note(engine.file, note).catch(() => undefined);
  });
  const result = await run.run(async (listener, stop) => {
    const wire = await connect(engine.address.http, session, model, listener, stop);
    ended = wire.ended;
    return wire;
  });
  // The goodbye belongs to the record.
  await ended;
  await engine.stop();
  // A trace of nothing is removed by the proxy.
  return { ...result, trace: existsSync(engine.file) ? engine.file : '' };
}

function chosen(recording: Recording, id: string | undefined): RecordedSession {
  const { sessions, file } = recording;
  const found =
    id === undefined
      ? (sessions.find((one) => cannotReplay(one) === undefined) ?? sessions[0])
      : sessions.find((one) => one.id === id);
  if (!found)
    throw new UnreadableFileError(
      `${file} has no session ${id}; it has ${sessions.map((one) => one.id || 'one without an id').join(', ')}.`,
    );
  const problem = cannotReplay(found);
  if (problem !== undefined) throw new UnreadableFileError(problem);
  if (!found.frames.some(({ from }) => from === 'client'))
    throw new UnreadableFileError(
      `Session ${found.id} of ${file} holds nothing that the client sent: there is nothing to replay.`,
    );
  return found;
}

/** The model of a session whose address was not recorded, as the server named it. */
async function modelOf(recording: Recording, session: RecordedSession): Promise<string> {
  if (URL.canParse(session.url)) return '';
  const greeting = session.frames.find(({ type }) => type === 'session.created');
  const body = greeting && (await recording.body(greeting));
  try {
    const event = JSON.parse(body?.kind === 'text' ? body.text : '') as { session?: { model?: unknown } };
    return asText(event.session?.model);
  } catch {
    return '';
  }
}

async function upstreamOf(
  { upstream, workers, simulation, speed }: ReplayOptions,
  recording: Recording,
  session: RecordedSession,
  undo: (stop: () => Promise<unknown>) => void,
): Promise<UpstreamOption> {
  if (upstream.kind !== 'recorded') return upstream;
  const reader = startScenarioReader(workers);
  let scenario: Scenario;
  try {
    scenario = JSON.parse(await reader.ask('convert', { file: recording.traceFile, session: session.id })) as Scenario;
  } finally {
    await reader.stop();
  }
  const simulator: Simulator = await startSimulator({
    workers,
    listen: { host: '127.0.0.1', port: 0 },
    scenario,
    ...(simulation?.seed === undefined ? {} : { seed: simulation.seed }),
    ...(speed === undefined ? {} : { speed }),
  });
  undo(() => simulator.stop());
  return { kind: 'url', url: simulator.url };
}
