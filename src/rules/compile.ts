/** A written rule made ready: filters, paths and texts are worked out once, not for every message. */
import { compileMessageFilter, type FilterableMessage } from '../protocol/messageFilter';
import type { Side } from '../protocol/side';
import { sidesOf } from './checks';
import type { AudioFault } from './corruptAudio';
import { disconnectOf } from './describe';
import { parsePath, type EventPath } from './path';
import { eventTemplateOf, templateOf, type Template } from './placeholders';
import { patientTest, SlowExpressionError } from './patience';
import { listOf, type WrittenRule } from './written';

/** A rule as messages meet it. Times are ms. */
export interface CompiledRule {
  index: number;
  /** The ends whose messages it can act on; none for one that refuses handshakes. */
  sides: readonly Side[];
  matches(message: FilterableMessage): boolean;
  /** Whether it is about that session at all. */
  isFor(id: string | undefined, url: string): boolean;
  skip: number;
  /** Of those behind the skipped ones each Nth. */
  every: number;
  probability: number;
  times: number;
  per: 'session' | 'run';
  /** Changes of the text, in their order. */
  edits: ({ kind: 'remove'; path: EventPath } | { kind: 'set'; path: EventPath; value: Template })[];
  replace?: Template;
  audio?: AudioFault;
  drop: boolean;
  delay: number;
  jitter: number;
  /** Bytes per second. */
  throttle?: number;
  copies: { times: number; delay: number };
  reorder?: { window: number; ms: number };
  before: { to: Side; event: Template }[];
  after: { to: Side; event: Template; delay: number }[];
  disconnect?: { code: number; reason: string; delay: number };
  refuse?: { status: number; headers: Record<string, string>; body: string };
}

/** How long a message stands back when nothing comes behind it, ms. */
const REORDER_MS = 2000;

/**
 * A rule without mistakes, at that place among the others. Throws a `RangeError` when an event in it is nested too deeply. One whose
 * expression takes too long on a message matches nothing from then on, and `slow` is told why.
 */
export function compileRule(rule: WrittenRule, index: number, slow: (why: string) => void): CompiledRule {
  const filter = compileMessageFilter(rule.match ?? '', patientTest);
  const { session, reorder, duplicate, corruptAudio } = rule;
  const wanted = session?.toLowerCase();
  const injects = listOf(rule.inject).map((inject) => ({
    place: inject.place ?? 'after',
    ...{ to: inject.to, delay: inject.delay ?? 0, event: eventTemplateOf(inject.event) },
  }));
  return {
    index,
    sides: rule.refuse ? [] : sidesOf(rule.match ?? ''),
    matches: 'matches' in filter ? untilSlow(filter.matches, slow) : () => false,
    isFor: (id, url) => wanted === undefined || id?.toLowerCase() === wanted || url.toLowerCase().includes(wanted),
    skip: rule.skip ?? 0,
    every: rule.every ?? 1,
    probability: rule.probability ?? 1,
    times: rule.times ?? Infinity,
    per: rule.refuse ? 'run' : (rule.per ?? 'session'),
    edits: [
      ...listOf(rule.remove).map((path) => ({ kind: 'remove' as const, path: pathOf(path) })),
      ...Object.entries(rule.set ?? {}).map(([path, value]) => {
        return { kind: 'set' as const, path: pathOf(path), value: templateOf(value) };
      }),
    ],
    ...(rule.replace === undefined ? {} : { replace: eventTemplateOf(rule.replace) }),
    ...(corruptAudio === undefined ? {} : { audio: faultOf(corruptAudio) }),
    drop: rule.drop ?? false,
    delay: rule.delay ?? 0,
    jitter: rule.jitter ?? 0,
    ...(rule.throttle === undefined ? {} : { throttle: rule.throttle }),
    copies:
      typeof duplicate === 'object'
        ? { times: duplicate.times ?? 1, delay: duplicate.delay ?? 0 }
        : { times: Number(duplicate ?? 0), delay: 0 },
    ...(reorder === undefined
      ? {}
      : {
          reorder: typeof reorder === 'number' ? { window: reorder, ms: REORDER_MS } : { ms: REORDER_MS, ...reorder },
        }),
    before: injects.filter(({ place }) => place === 'before'),
    after: injects.filter(({ place }) => place === 'after'),
    ...(rule.disconnect === undefined || rule.disconnect === false
      ? {}
      : { disconnect: disconnectOf(rule.disconnect) }),
    ...(rule.refuse ? { refuse: refusalOf(rule.refuse) } : {}),
  };
}

function untilSlow(
  matches: (message: FilterableMessage) => boolean,
  slow: (why: string) => void,
): (message: FilterableMessage) => boolean {
  let isOver = false;
  return (message) => {
    if (isOver) return false;
    try {
      return matches(message);
    } catch (error) {
      if (!(error instanceof SlowExpressionError)) throw error;
      isOver = true;
      slow(error.message);
      return false;
    }
  };
}

function pathOf(text: string): EventPath {
  const path = parsePath(text);
  if ('problem' in path) throw new Error(`A rule with a mistake was compiled: ${path.problem}`);
  return path;
}

function faultOf(written: NonNullable<WrittenRule['corruptAudio']>): AudioFault {
  const fault = typeof written === 'string' ? { with: written } : written;
  const rate = fault.rate ?? (fault.with === 'loss' ? 0.1 : 1);
  return fault.with === 'noise' ? { with: 'noise', rate, level: fault.level ?? -30 } : { with: fault.with, rate };
}

function refusalOf({ status, headers, body }: NonNullable<WrittenRule['refuse']>): NonNullable<CompiledRule['refuse']> {
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
  const named = Object.keys(headers ?? {}).some((name) => name.toLowerCase() === 'content-type');
  return {
    status,
    headers: { ...(named || body === undefined ? {} : { 'Content-Type': type }), ...headers },
    body: typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body),
  };
}
