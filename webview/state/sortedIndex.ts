/**
 * Rows in the order of their time. Almost every row arrives in order, so that order is kept as the set of those that do, with
 * no time beside it; a late one (an HTTP call is written when it ends) stands in a list of its own.
 */
import type { Numbers } from '../logic/rowSource';
import { RowSet } from './rowSet';

export class SortedIndex {
  readonly #times: Numbers;
  readonly #inOrder = new RowSet();
  /** Latest time of any row, late or not. */
  #lastTime = -Infinity;
  /** Late rows in the order of their time, and their places among all. */
  #lateRows = new Uint32Array(0);
  #lateTimes = new Float64Array(0);
  #latePlaces = new Uint32Array(0);
  #late = 0;

  /** @param times Time of each row that is added, ms. */
  constructor(times: Numbers) {
    this.#times = times;
  }

  get count(): number {
    return this.#inOrder.count + this.#late;
  }
  /** Row number at a place of the order. */
  row(at: number): number {
    const late = this.#lateBefore(at);
    if (late < this.#late && this.#latePlaces[late] === at) return this.#lateRows[late] as number;
    return Math.max(0, this.#inOrder.at(at - late));
  }
  /** Time at a place of the order, ms. */
  time(at: number): number {
    const late = this.#lateBefore(at);
    if (late < this.#late && this.#latePlaces[late] === at) return this.#lateTimes[late] as number;
    const row = this.#inOrder.at(at - late);
    return row < 0 ? NaN : (this.#times.at(row) ?? NaN);
  }

  /** Adds a row, after those of the same time. Rows come in ascending order. */
  add(row: number, t: number): void {
    if (t >= this.#lastTime && row > this.#inOrder.last) {
      this.#inOrder.add(row);
      this.#lastTime = t;
      return;
    }
    if (t > this.#lastTime) this.#lastTime = t;
    if (this.#late === this.#lateRows.length) this.#growLate();
    let at = this.#late;
    while (at > 0 && (this.#lateTimes[at - 1] as number) > t && at > this.#late - 8) at -= 1;
    // It is among the last, mostly; else it is looked for.
    if (at > 0 && (this.#lateTimes[at - 1] as number) > t) at = this.#lateCount(t, true);
    for (const list of [this.#lateRows, this.#lateTimes, this.#latePlaces]) list.copyWithin(at + 1, at, this.#late);
    this.#late += 1;
    for (let behind = at + 1; behind < this.#late; behind += 1)
      this.#latePlaces[behind] = (this.#latePlaces[behind] as number) + 1;
    this.#lateRows[at] = row;
    this.#lateTimes[at] = t;
    this.#latePlaces[at] = at + this.#countInOrder(t, true, 0);
  }

  /** First place at or after `t`; `count` when all are earlier. A place at or before it may be given: near ones are found sooner. */
  lowerBound(t: number, from = 0): number {
    if (this.#late === 0) return this.#countInOrder(t, false, from);
    return this.#lateCount(t, false) + this.#countInOrder(t, false, from - this.#lateBefore(from));
  }

  /** Place nearest in time; -1 when empty. */
  nearest(t: number): number {
    if (this.count === 0) return -1;
    const after = this.lowerBound(t);
    if (after === 0) return 0;
    if (after === this.count) return after - 1;
    return this.time(after) - t < t - this.time(after - 1) ? after : after - 1;
  }

  /** Rows in order before `t` (or at it), of which `from` are known to be. */
  #countInOrder(t: number, orAt: boolean, from: number): number {
    const rows = this.#inOrder;
    if (from >= rows.count) return rows.count;
    // Looked for among rows, not places: the bit of the next row is near, a place has to be counted.
    let low = rows.at(from);
    let high = rows.last + 1;
    const isBefore = (row: number) => {
      const time = this.#times.at(row) as number;
      return time < t || (orAt && time === t);
    };
    if (from > 0) {
      // A drawing goes from one pixel to the next, whose row is near: far places are not even touched.
      for (let step = 16; low + step < high; step *= 4) {
        const row = rows.next(low + step);
        if (row < 0 || !isBefore(row)) {
          high = row < 0 ? high : row;
          break;
        }
        low = row + 1;
      }
    }
    while (low < high) {
      const middle = (low + high) >>> 1;
      const row = rows.next(middle);
      if (row >= 0 && row < high && isBefore(row)) low = row + 1;
      else high = middle;
    }
    return rows.rank(low);
  }

  /** Late rows before `t` (or at it). */
  #lateCount(t: number, orAt: boolean): number {
    let low = 0;
    let high = this.#late;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const time = this.#lateTimes[middle] as number;
      if (time < t || (orAt && time === t)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Late rows that stand before a place. */
  #lateBefore(place: number): number {
    let low = 0;
    let high = this.#late;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#latePlaces[middle] as number) < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #growLate(): void {
    const room = Math.max(16, Math.ceil(this.#late * 1.5));
    const rows = new Uint32Array(room);
    const times = new Float64Array(room);
    const places = new Uint32Array(room);
    rows.set(this.#lateRows);
    times.set(this.#lateTimes);
    places.set(this.#latePlaces);
    this.#lateRows = rows;
    this.#lateTimes = times;
    this.#latePlaces = places;
  }
}
