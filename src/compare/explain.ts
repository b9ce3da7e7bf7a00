/** In what two steps differ: fields, with the ids of one session read as those of the other. */
import { diffConfigs, type ConfigChange } from '../analysis/valueDiff';
import type { JsonObject } from '../analysis/json';
import type { ComparedEvent, EventPair } from './model';
import { normalised, type IdToken } from './normal';
import type { StepPair } from './pairSteps';
import type { Step, TraceSteps } from './steps';

/** Pairs whose bodies are read again; what differs beyond is told to differ, and no more. */
const MOST_EXPLAINED = 5000;
/** Pairs of which bodies are in memory at once. */
const TOGETHER = 200;
/** Changes told of one pair, and characters of a value. */
const MOST_CHANGES = 50;
const MOST_VALUE = 2000;
/** Sound differs in length beyond this: pieces of 20 to 200 ms end it, and a voice never takes equally long twice. */
const LENGTH_MS = 250;
const LENGTH_SHARE = 0.05;

/** Stands for an id of something without a counterpart. */
const ONLY_IN = '(only in ';

/** The pairs of a session, each with its status; `unexplained` of them are told to differ without being looked into. */
export async function explain(
  pairs: readonly StepPair[],
  a: TraceSteps,
  b: TraceSteps,
): Promise<{ events: EventPair[]; unexplained: number }> {
  const ids = new IdPairs(pairs);
  const events = pairs.map(plainPair);
  const open: number[] = [];
  pairs.forEach(({ a: one, b: other }, at) => {
    if (one && other && !isSound(one, other) && !(one.digest === other.digest && ids.agree(one, other))) open.push(at);
  });
  const looked = open.slice(0, MOST_EXPLAINED);
  for (let from = 0; from < looked.length; from += TOGETHER) {
    const some = looked.slice(from, from + TOGETHER);
    const left = await a.bodies(some.map((at) => pairs[at]?.a as Step));
    const right = await b.bodies(some.map((at) => pairs[at]?.b as Step));
    some.forEach((at, index) => {
      const event = events[at] as EventPair;
      event.changes = changesBetween(left[index], right[index], ids);
      if (event.changes.length > 0) event.status = 'changed';
    });
  }
  for (const at of open.slice(MOST_EXPLAINED)) (events[at] as EventPair).status = 'changed';
  markFollowing(events);
  return { events, unexplained: Math.max(0, open.length - MOST_EXPLAINED) };
}

function isSound(a: Step, b: Step): boolean {
  return a.sound !== '' && b.sound !== '';
}

function plainPair({ a, b, turn, moved }: StepPair): EventPair {
  const pair: EventPair = {
    a: a ? shown(a) : null,
    b: b ? shown(b) : null,
    status: !a ? 'added' : !b ? 'removed' : 'same',
    turn,
    changes: [],
    sameSound: null,
    moved,
  };
  if (!a || !b || !isSound(a, b)) return pair;
  pair.sameSound = a.sound === b.sound;
  const most = Math.max(LENGTH_MS, LENGTH_SHARE * Math.max(a.audioMs, b.audioMs));
  if (Math.abs(a.audioMs - b.audioMs) <= most) return pair;
  pair.status = 'changed';
  pair.changes = [{ path: 'audio', kind: 'changed', before: a.content?.audio, after: b.content?.audio }];
  return pair;
}

function shown({ row, seq, t, end, count, from, type, about, audioMs }: Step): ComparedEvent {
  return { row, seq, t, end, count, from, type, about, audioMs };
}

function changesBetween(a: JsonObject | undefined, b: JsonObject | undefined, ids: IdPairs): ConfigChange[] {
  const before = normalised(a, ids.tokenOf('a'));
  const after = normalised(b, ids.tokenOf('b'));
  return diffConfigs(before, after)
    .slice(0, MOST_CHANGES)
    .map(({ path, kind, before: was, after: is }) => ({ path, kind, before: bounded(was), after: bounded(is) }));
}

/** A value that may be posted, printed and kept: a long one is cut to text. */
function bounded(value: unknown): unknown {
  if (value === undefined || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'string') return value.length > MOST_VALUE ? `${value.slice(0, MOST_VALUE - 1)}…` : value;
  const json = JSON.stringify(value);
  // Parsed again, because a copy without a prototype is no plain object to those who compare and post it.
  return json.length > MOST_VALUE ? `${json.slice(0, MOST_VALUE - 1)}…` : (JSON.parse(json) as unknown);
}

/** Ids of one session and those that stand for the same in the other, as the pairs tell. */
class IdPairs {
  readonly #tokens = { a: new Map<string, string>(), b: new Map<string, string>() };
  readonly #known = { a: new Set<string>(), b: new Set<string>() };

  constructor(pairs: readonly StepPair[]) {
    const counts = { response: 0, item: 0, call: 0 };
    for (const { a, b } of pairs) {
      for (const name of ['response', 'item', 'call'] as const) {
        const [one, other] = [a?.[name] ?? '', b?.[name] ?? ''];
        if (one !== '') this.#known.a.add(one);
        if (other !== '') this.#known.b.add(other);
        if (one === '' || other === '' || this.#tokens.a.has(one) || this.#tokens.b.has(other)) continue;
        const token = `(${name} ${++counts[name]})`;
        this.#tokens.a.set(one, token);
        this.#tokens.b.set(other, token);
      }
    }
  }

  /** All ids of two steps with equal contents stand for the same. */
  agree({ ids: a }: Step, { ids: b }: Step): boolean {
    return a.length === b.length && a.every((id, at) => this.#token('a', id) === this.#token('b', b[at] ?? ''));
  }

  tokenOf(which: 'a' | 'b'): IdToken {
    return (id) => this.#token(which, id);
  }

  #token(which: 'a' | 'b', id: string): string {
    return this.#tokens[which].get(id) ?? (this.#known[which].has(id) ? `${ONLY_IN}${which})` : '(id)');
  }
}

/**
 * Words come as deltas, in the event that ends them, in the part, the item and the response: told once, the others only follow. What the
 * configuration changed comes back in all responses.
 */
function markFollowing(events: readonly EventPair[]): void {
  const whole = new Set<string>();
  const told = new Map<number, Set<string>>();
  for (const { turn, changes } of events) if (turn < 0) for (const change of changes) whole.add(valueOf(change));
  const seen = new Set<string>();
  for (const event of events) {
    if (event.status !== 'changed' || event.changes.length === 0 || event.moved) continue;
    const before = event.turn < 0 ? seen : (told.get(event.turn) ?? new Set());
    if (event.turn >= 0) told.set(event.turn, before);
    const values = event.changes.map(valueOf);
    const follows = event.changes.every(
      (change, at) =>
        isAfterGone(change) || before.has(values[at] as string) || (event.turn >= 0 && whole.has(values[at] as string)),
    );
    for (const value of values) before.add(value);
    if (follows) event.status = 'follows';
  }
  for (const event of events) if (event.moved && event.status === 'same') event.status = 'changed';
}

/** It stands behind another item only because the one before it is missing. */
function isAfterGone({ path, before, after }: ConfigChange): boolean {
  return /(^|\.)previous_item_id$/.test(path) && [before, after].some((value) => String(value).startsWith(ONLY_IN));
}

/** Short values are told apart by their field: the same number may stand for anything. */
function valueOf({ path, before, after }: ConfigChange): string {
  const isText = typeof before === 'string' && typeof after === 'string' && before.length + after.length > 12;
  return JSON.stringify([isText ? '' : path.split(/[.[]/).at(-1), before ?? null, after ?? null]);
}
