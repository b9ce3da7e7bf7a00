/** Rows in the order of their time. Almost every row arrives in order; a late one (an HTTP call is written when it ends) is put in place. */
export class SortedIndex {
  #rows = new Uint32Array(256);
  #times = new Float64Array(256);
  #count = 0;

  get count(): number {
    return this.#count;
  }
  /** Row number at a place of the order. */
  row(at: number): number {
    return this.#rows[at] ?? 0;
  }
  /** Time at a place of the order, ms. */
  time(at: number): number {
    return this.#times[at] ?? NaN;
  }

  add(row: number, t: number): void {
    if (this.#count === this.#rows.length) {
      const rows = new Uint32Array(this.#count * 2);
      const times = new Float64Array(this.#count * 2);
      rows.set(this.#rows);
      times.set(this.#times);
      this.#rows = rows;
      this.#times = times;
    }
    let at = this.#count;
    if (at > 0 && (this.#times[at - 1] ?? 0) > t) {
      at = this.lowerBound(t);
      while (at < this.#count && this.#times[at] === t) at += 1;
      this.#rows.copyWithin(at + 1, at, this.#count);
      this.#times.copyWithin(at + 1, at, this.#count);
    }
    this.#rows[at] = row;
    this.#times[at] = t;
    this.#count += 1;
  }

  /** First place at or after `t`; `count` when all are earlier. A place at or before it may be given: near ones are found sooner. */
  lowerBound(t: number, from = 0): number {
    let low = from;
    let high = this.#count;
    // A drawing goes from one pixel to the next, whose row is near: far places are not even touched.
    if (from > 0) {
      let step = 16;
      while (from + step < high && (this.#times[from + step] ?? 0) < t) {
        low = from + step + 1;
        step *= 4;
      }
      high = Math.min(high, from + step);
    }
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#times[middle] ?? 0) < t) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Place nearest in time; -1 when empty. */
  nearest(t: number): number {
    if (this.#count === 0) return -1;
    const after = this.lowerBound(t);
    if (after === 0) return 0;
    if (after === this.#count) return after - 1;
    return this.time(after) - t < t - this.time(after - 1) ? after : after - 1;
  }
}
