/**
 * Stretches of time in the order of their start, in typed arrays. What lies in a view is found without looking at what
 * does not: the greatest end of every 8 (and of every 8 of those, ...) is kept, so that those over before a time are
 * stepped over together.
 */

/** Entries that one of the next level stands for. */
export const FAN = 8;

/** Where the starts and ends of entries are kept. */
export interface Stretches {
  /** Start and end of the entry at a place, ms. */
  start(at: number): number;
  end(at: number): number;
  /** Enters one of a row at a place, where there are `count`; those behind it move up by one. */
  insert(at: number, entry: { start: number; end: number; row: number }, count: number): void;
  remove(at: number, count: number): void;
  setEnd(at: number, end: number): void;
}

/** Room for more than so many is made by an eighth: twice as much of a long trace would be megabytes that nothing stands in. */
export function moreRoom(count: number): number {
  return Math.max(64, Math.ceil(count * (count > 10_000 ? 1.125 : 1.5)));
}

/** Starts and ends of their own: 16 bytes an entry. */
class StartsAndEnds implements Stretches {
  #start = new Float64Array(0);
  #end = new Float64Array(0);

  start(at: number): number {
    return this.#start[at] as number;
  }
  end(at: number): number {
    return this.#end[at] as number;
  }
  insert(at: number, { start, end }: { start: number; end: number }, count: number): void {
    if (count === this.#start.length) {
      const starts = new Float64Array(moreRoom(count));
      const ends = new Float64Array(starts.length);
      starts.set(this.#start);
      ends.set(this.#end);
      this.#start = starts;
      this.#end = ends;
    }
    if (at < count) {
      this.#start.copyWithin(at + 1, at, count);
      this.#end.copyWithin(at + 1, at, count);
    }
    this.#start[at] = start;
    this.#end[at] = end;
  }
  remove(at: number, count: number): void {
    this.#start.copyWithin(at, at + 1, count);
    this.#end.copyWithin(at, at + 1, count);
  }
  setEnd(at: number, end: number): void {
    this.#end[at] = end;
  }
}

export class Intervals {
  readonly #of: Stretches;
  #count = 0;
  /** Greatest ends, of each 8 entries, of each 64, ... */
  #levels: number[][] = [];

  constructor(of: Stretches = new StartsAndEnds()) {
    this.#of = of;
  }

  get count(): number {
    return this.#count;
  }
  /** Start of the entry at a place, ms; NaN where there is none. */
  start(at: number): number {
    return at >= 0 && at < this.#count ? this.#of.start(at) : NaN;
  }
  /** End of the entry at a place, ms; Infinity while it goes on. */
  end(at: number): number {
    return at >= 0 && at < this.#count ? this.#of.end(at) : NaN;
  }

  /** Enters one (of a row), after those of the same start; gives its place. Those behind it move up by one. */
  add(start: number, end: number, row = 0): number {
    let at = this.#count;
    if (at > 0 && this.#of.start(at - 1) > start) at = this.after(start);
    this.#of.insert(at, { start, end, row }, this.#count);
    this.#count += 1;
    if (at === this.#count - 1) this.#raise(at, end);
    else this.#rebuild(at);
    return at;
  }

  /** Gives the entry at a place another end. */
  setEnd(at: number, end: number): void {
    const before = this.#of.end(at);
    if (before === end) return;
    this.#of.setEnd(at, end);
    if (end > before) this.#raise(at, end);
    else this.#lower(at);
  }

  /** Takes the entry at a place out; those behind it move down by one. */
  remove(at: number): void {
    this.#of.remove(at, this.#count);
    this.#count -= 1;
    this.#rebuild(at);
  }

  /** The same entries, which are now kept there. */
  copy(of: Stretches): Intervals {
    const copy = new Intervals(of);
    copy.#count = this.#count;
    copy.#levels = this.#levels.map((level) => level.slice());
    return copy;
  }

  /** First place that starts at or after `t`; `count` when none does. A place at or before it may be given: near ones are found sooner. */
  lowerBound(t: number, from = 0): number {
    let low = from;
    let high = this.#count;
    if (from > 0) {
      let step = 16;
      while (from + step < high && this.#of.start(from + step) < t) {
        low = from + step + 1;
        step *= 4;
      }
      high = Math.min(high, from + step);
    }
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#of.start(middle) < t) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** First place that starts after `t`; `count` when none does. A place at or before it may be given: near ones are found sooner. */
  after(t: number, from = 0): number {
    let low = from;
    let high = this.#count;
    if (from > 0) {
      let step = 16;
      while (from + step < high && this.#of.start(from + step) <= t) {
        low = from + step + 1;
        step *= 4;
      }
      high = Math.min(high, from + step);
    }
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#of.start(middle) <= t) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** First place from `from` on and before `to` that ends after `t`; `to` when none does. */
  nextEnding(from: number, to: number, t: number): number {
    let at = from;
    while (at < to) {
      let size = 1;
      // As high as whole blocks are over by then.
      for (const level of this.#levels) {
        const larger = size * FAN;
        if (at % larger !== 0 || (level[at / larger] ?? Infinity) > t) break;
        size = larger;
      }
      if (size > 1) at += size;
      else if (this.#of.end(at) > t) return at;
      else at += 1;
    }
    return to;
  }

  /** Greatest end among those from `from` on and before `to`; -Infinity of none. */
  maxEnd(from: number, to: number): number {
    let greatest = -Infinity;
    let at = from;
    while (at < to) {
      let size = 1;
      let value = this.#of.end(at);
      for (const level of this.#levels) {
        const larger = size * FAN;
        if (at % larger !== 0 || at + larger > to) break;
        size = larger;
        value = level[at / larger] ?? value;
      }
      if (value > greatest) greatest = value;
      at += size;
    }
    return greatest;
  }

  #raise(at: number, end: number): void {
    let block = at;
    for (let n = 0; ; n += 1) {
      const level = this.#levels[n];
      // The topmost level has one block; when that is no longer enough, one more level has to know of the first too.
      if (level === undefined) return n === 0 || block > 0 ? this.#rebuild(0) : undefined;
      block = Math.floor(block / FAN);
      level[block] = Math.max(level[block] ?? -Infinity, end);
    }
  }

  #lower(at: number): void {
    let block = at;
    for (const [n, level] of this.#levels.entries()) {
      block = Math.floor(block / FAN);
      level[block] = this.#greatestBelow(n, block);
    }
  }

  #rebuild(from: number): void {
    let below = this.#count;
    let block = from;
    for (let n = 0; n === 0 || below > 1; n += 1) {
      const level = (this.#levels[n] ??= []);
      block = Math.floor(block / FAN);
      level.length = Math.ceil(below / FAN);
      for (let at = Math.min(block, level.length); at < level.length; at += 1) level[at] = this.#greatestBelow(n, at);
      below = level.length;
      if (below <= 1) {
        this.#levels.length = n + 1;
        return;
      }
    }
  }

  /** Greatest end of a block, from what is under it. */
  #greatestBelow(n: number, block: number): number {
    const under = n === 0 ? undefined : (this.#levels[n - 1] as number[]);
    const last = Math.min((block + 1) * FAN, under?.length ?? this.#count);
    let greatest = -Infinity;
    for (let at = block * FAN; at < last; at += 1)
      greatest = Math.max(greatest, under === undefined ? this.#of.end(at) : (under[at] as number));
    return greatest;
  }
}
