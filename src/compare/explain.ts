/** In what two steps differ: fields, with the ids of one session read as those of the other. */
import { diffConfigs, type ConfigChange } from '../analysis/valueDiff';
import type { JsonObject } from '../analysis/json';
import type { ComparedEvent, EventPair } from './model';
import { normalised, type IdToken } from './normal';
import type { StepPair } from './pairSteps';
import { Sounds } from './soundPairs';
import type { Step, TraceSteps } from './step';
import { isAsLong } from './wording';

/** Pairs whose bodies are read again; what differs beyond is told to differ, and no more. */
const MOST_EXPLAINED = 5000;
/** Pairs, and bytes of their lines, of which bodies are in memory at once: an image may be 15 MiB. */
const TOGETHER = 200;
const TOGETHER_BYTES = 16 * 1024 * 1024;
/** Changes told of one pair, and characters of a value. */
const MOST_CHANGES = 50;
const MOST_VALUE = 2000;
/** Stands for an id of something without a counterpart. */
const ONLY_IN = '(only in ';

/**
 * The pairs of a session, each with its status, where `ignoresSound` whatever their sound; `unexplained` of them are told to differ without being looked into. */
export async function explain(
  pairs: readonly StepPair[],
  a: TraceSteps,
  b: TraceSteps,
  ignoresSound: boolean,
): Promise<{ events: EventPair[]; unexplained: number }> {
  const ids = new IdPairs(pairs);
  const events = pairs.map(plainPair);
  const sounds = new Sounds(a, b);
  for (const [at, { a: one, b: other }] of pairs.entries()) {
    const event = events[at] as EventPair;
    if (!one || !other || !isSound(one, other)) continue;
    event.sound = await sounds.pair(one, other);
    if (ignoresSound || isAsLong(event.sound)) continue;
    event.status = 'changed';
    event.changes = [{ path: 'audio', kind: 'changed', before: one.content?.audio, after: other.content?.audio }];
  }
  const open: number[] = [];
  pairs.forEach(({ a: one, b: other }, at) => {
    if (one && other && !isSound(one, other) && !(one.digest === other.digest && ids.agree(one, other))) open.push(at);
  });
  const looked = open.slice(0, MOST_EXPLAINED);
  for (const some of portions(looked, (at) => bytesOf(pairs[at] as StepPair))) {
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

/** As many as may be in memory together, one at least. */
function* portions(places: readonly number[], bytes: (place: number) => number): Generator<number[]> {
  let some: number[] = [];
  let sum = 0;
  for (const place of places) {
    const more = bytes(place);
    if (some.length === TOGETHER || (some.length > 0 && sum + more > TOGETHER_BYTES)) {
      yield some;
      [some, sum] = [[], 0];
    }
    some.push(place);
    sum += more;
  }
  if (some.length > 0) yield some;
}

function bytesOf({ a, b }: StepPair): number {
  return (a?.place?.bytes ?? 0) + (b?.place?.bytes ?? 0);
}

function isSound(a: Step, b: Step): boolean {
  return a.sound !== '' && b.sound !== '';
}

function plainPair({ a, b, turn, moved }: StepPair): EventPair {
  return {
    a: a ? shown(a) : null,
    b: b ? shown(b) : null,
    status: !a ? 'added' : !b ? 'removed' : 'same',
    turn,
    changes: [],
    sound: null,
    moved,
  };
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
