/** Two traces, or two sessions of one, side by side. */
import type { UserPrices } from '../analysis/prices';
import { analyseTrace } from '../document/wholeAnalysis';
import { UnreadableFileError } from '../trace/unreadable';
import { matchInOrder } from './align';
import type { Comparison, SessionPair } from './model';
import { compareSessions, type ReadTrace } from './sessions';
import { asTrace, type OpenRecording } from '../exchange/asTrace';
import type { ImportFormat } from '../exchange/model';
import { recognise } from '../exchange/recognise';
import type { SessionSteps, TraceSteps } from './step';
import { readSteps } from './steps';

export interface CompareOptions {
  /** Only this session of a, and of b; all of them, paired in their order, when neither is given. */
  sessionA?: string;
  sessionB?: string;
  prices?: UserPrices | undefined;
  /** What a recording of another program is, and the address of its sessions, as `importFile` takes them; no matter for a trace. */
  format?: ImportFormat | undefined;
  url?: string | undefined;
  /** Parts that are not compared: with `sound` in it, sound that is shorter or longer is no difference. */
  ignore?: readonly Ignorable[] | undefined;
  /** Stops the reading; what was made of a recording of another program is removed then as well. */
  signal?: AbortSignal | undefined;
}

/** What a comparison may leave out. */
export const IGNORABLE = ['sound'] as const;
export type Ignorable = (typeof IGNORABLE)[number];

/**
 * Compares two traces: ids, moments and padding are no difference. Rejects with an `UnreadableFileError` when one cannot be read, holds no
 * session, or not the one asked for; with the signal's reason when that stopped it.
 */
export async function compareTraces(fileA: string, fileB: string, options: CompareOptions = {}): Promise<Comparison> {
  const { ignore = [] } = options;
  const a = await read(fileA, options);
  try {
    const b = await read(fileB, options);
    try {
      const isTimed = [a, b].every(({ steps }) => steps.trace.times === 'recorded');
      const sessions: SessionPair[] = [];
      for (const [one, other] of pairsOf(a, b, options)) {
        options.signal?.throwIfAborted();
        sessions.push(await compareSessions(one, other, a, b, { isTimed, ignoresSound: ignore.includes('sound') }));
      }
      const same = sessions.every((session) => session.same);
      return { a: a.steps.trace, b: b.steps.trace, same, sessions };
    } finally {
      await b.close();
    }
  } finally {
    await a.close();
  }
}

/** Reads a trace, or a recording of another program as one. */
async function read(file: string, options: CompareOptions): Promise<ReadTrace & { close(): Promise<void> }> {
  const { prices, signal } = options;
  signal?.throwIfAborted();
  const recording = await opened(file, options);
  let steps: TraceSteps | undefined;
  const close = async () => {
    await steps?.close();
    await recording.close();
  };
  try {
    steps = await readSteps(recording.file, signal);
    const { trace, sessions } = steps;
    if (sessions.length === 0)
      throw new UnreadableFileError(
        `The trace ${file} holds no session: there is nothing to compare.${trace.problems[0] ? ` ${trace.problems[0]}` : ''}`,
      );
    const { lost = [], problems = [] } = recording.report ?? {};
    steps.trace = { ...trace, file, problems: [...trace.problems, ...problems, ...lost] };
    const report = await analyseTrace(recording.file, prices);
    signal?.throwIfAborted();
    return { steps, report, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The format that the user names is that of what is no trace of ours: of the two files one often is. */
async function opened(file: string, { format, url, signal }: CompareOptions): Promise<OpenRecording> {
  const isTrace = format !== undefined && (await recognise(file).catch(() => undefined)) === 'trace';
  return asTrace(file, {
    generator: 'compare',
    ...(format === undefined || isTrace ? {} : { format }),
    ...(url === undefined ? {} : { url }),
    ...(signal === undefined ? {} : { signal }),
  });
}

type Sessions = [SessionSteps | undefined, SessionSteps | undefined];

function pairsOf(a: ReadTrace, b: ReadTrace, { sessionA, sessionB }: CompareOptions): Sessions[] {
  if (sessionA !== undefined || sessionB !== undefined)
    return [[pick(a, sessionA ?? sessionB ?? ''), pick(b, sessionB ?? sessionA ?? '')]];
  const [left, right] = [a.steps.sessions, b.steps.sessions];
  const pairs: Sessions[] = [];
  let [i, j] = [0, 0];
  const key = ({ label, status }: SessionSteps) => `${status} ${label}`;
  for (const [atA, atB] of [...matchInOrder(left.map(key), right.map(key)), [left.length, right.length] as const]) {
    // Sessions of another model are still the first and the first.
    for (; i < atA || j < atB; i++, j++) pairs.push([i < atA ? left[i] : undefined, j < atB ? right[j] : undefined]);
    if (atA < left.length) pairs.push([left[atA], right[atB]]);
    [i, j] = [atA + 1, atB + 1];
  }
  return pairs;
}

function pick({ steps }: ReadTrace, id: string): SessionSteps {
  const found = steps.sessions.find((session) => session.id === id);
  if (found) return found;
  const known = steps.sessions.slice(0, 20).map((session) => session.id);
  throw new UnreadableFileError(`The trace ${steps.trace.file} has no session ${id}; it has ${known.join(', ')}.`);
}
