/** Two traces, or two sessions of one, side by side. */
import type { UserPrices } from '../analysis/prices';
import { analyseTrace } from '../document/wholeAnalysis';
import { UnreadableFileError } from '../trace/unreadable';
import { matchInOrder } from './align';
import type { Comparison, SessionPair } from './model';
import { compareSessions, type ReadTrace } from './sessions';
import { readSteps, type SessionSteps } from './steps';

export interface CompareOptions {
  /** Only this session of a, and of b; all of them, paired in their order, when neither is given. */
  sessionA?: string;
  sessionB?: string;
  prices?: UserPrices | undefined;
}

/**
 * Compares two traces: ids, moments and padding are no difference. Rejects with an `UnreadableFileError` when one cannot be read, holds no
 * session, or not the one asked for.
 */
export async function compareTraces(fileA: string, fileB: string, options: CompareOptions = {}): Promise<Comparison> {
  const a = await read(fileA, options.prices);
  try {
    const b = await read(fileB, options.prices);
    try {
      const sessions: SessionPair[] = [];
      for (const [one, other] of pairsOf(a, b, options)) sessions.push(await compareSessions(one, other, a, b));
      const same = sessions.every((session) => session.same);
      return { a: a.steps.trace, b: b.steps.trace, same, sessions };
    } finally {
      await b.steps.close();
    }
  } finally {
    await a.steps.close();
  }
}

async function read(file: string, prices: UserPrices | undefined): Promise<ReadTrace> {
  const steps = await readSteps(file);
  try {
    if (steps.sessions.length === 0)
      throw new UnreadableFileError(
        `The trace ${file} holds no session: there is nothing to compare.${steps.trace.problems[0] ? ` ${steps.trace.problems[0]}` : ''}`,
      );
    return { steps, report: await analyseTrace(file, prices) };
  } catch (error) {
    await steps.close();
    throw error;
  }
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
