/** Entries of the analysis by key, and by session and lane in the order of time: what is in view is found in no time. */
import { Intervals } from './intervals';

/** Where an entry stands: its lane ('' when there is only one kind), from when to when, ms; `end` null while it goes on. */
export interface TimedPlace {
  lane: string;
  start: number;
  end: number | null;
}

/** The entries of one lane of one session ('' for all), in the order of their start. */
export interface TimedLane<T> {
  readonly times: Intervals;
  /** Another number after each change: what was drawn of the lane at this one still holds. */
  readonly version: number;
  at(place: number): T | undefined;
}

class Lane<T> implements TimedLane<T> {
  readonly times = new Intervals();
  version = 0;
  readonly #entries: T[] = [];

  at(place: number): T | undefined {
    return this.#entries[place];
  }
  add(entry: T, start: number, end: number): void {
    this.version += 1;
    const at = this.times.add(start, end);
    if (at === this.#entries.length) this.#entries.push(entry);
    else this.#entries.splice(at, 0, entry);
  }
  /** Puts an entry in the place of an earlier one of the same start. */
  replace(known: T, entry: T, start: number, end: number): void {
    const at = this.placeOf(known, start);
    if (at < 0) return;
    this.version += 1;
    this.#entries[at] = entry;
    this.times.setEnd(at, end);
  }
  remove(known: T, start: number): void {
    const at = this.placeOf(known, start);
    if (at < 0) return;
    this.version += 1;
    this.#entries.splice(at, 1);
    this.times.remove(at);
  }
  placeOf(known: T, start: number): number {
    for (let at = this.times.lowerBound(start); this.times.start(at) === start; at += 1)
      if (this.#entries[at] === known) return at;
    return -1;
  }
}

export class TimedIndex<T extends { key: string; session: string }> {
  readonly #byKey = new Map<string, T>();
  readonly #lanes = new Map<string, Lane<T>>();
  readonly #place: (entry: T) => TimedPlace;
  readonly #none = new Lane<T>();
  #all: T[] | undefined;

  constructor(place: (entry: T) => TimedPlace) {
    this.#place = place;
  }

  get size(): number {
    return this.#byKey.size;
  }
  get(key: string): T | undefined {
    return this.#byKey.get(key);
  }
  /** A lane of a session ('' for all); an empty one when nothing is in it. */
  lane(session: string, lane = ''): TimedLane<T> {
    return this.#lanes.get(`${lane}|${session}`) ?? this.#none;
  }
  /** Everything in the order of start; the same array until something changes. */
  get all(): readonly T[] {
    return (this.#all ??= [...this.#byKey.values()].sort((a, b) => this.#place(a).start - this.#place(b).start));
  }

  /** The entry before (-1) or after (1) one in its lane of that session; undefined at its end. */
  beside(entry: T, step: 1 | -1, session: string): T | undefined {
    const { lane, start } = this.#place(entry);
    const of = this.#lanes.get(`${lane}|${session}`);
    const at = of?.placeOf(entry, start) ?? -1;
    return at < 0 ? undefined : of?.at(at + step);
  }

  /** Takes entries as they are now; one of a known key takes the earlier one's place. */
  put(entries: readonly T[]): void {
    for (const entry of entries) this.#put(entry);
  }
  remove(keys: readonly string[]): void {
    for (const key of keys) {
      const known = this.#byKey.get(key);
      if (known === undefined) continue;
      this.#byKey.delete(key);
      this.#all = undefined;
      this.#takeOut(known);
    }
  }

  #put(entry: T): void {
    const known = this.#byKey.get(entry.key);
    this.#byKey.set(entry.key, entry);
    this.#all = undefined;
    const { lane, start, end } = this.#place(entry);
    const until = end ?? Infinity;
    if (known !== undefined) {
      const before = this.#place(known);
      if (before.lane === lane && before.start === start && known.session === entry.session) {
        for (const name of lanesOf(lane, entry.session)) this.#lanes.get(name)?.replace(known, entry, start, until);
        return;
      }
      this.#takeOut(known);
    }
    for (const name of lanesOf(lane, entry.session)) {
      let of = this.#lanes.get(name);
      if (of === undefined) this.#lanes.set(name, (of = new Lane()));
      of.add(entry, start, until);
    }
  }
  #takeOut(known: T): void {
    const { lane, start } = this.#place(known);
    for (const name of lanesOf(lane, known.session)) this.#lanes.get(name)?.remove(known, start);
  }
}

function lanesOf(lane: string, session: string): string[] {
  return session === '' ? [`${lane}|`] : [`${lane}|${session}`, `${lane}|`];
}
