/**
 * Rows picked out by hand, to be copied, saved or compared together. The selected row is where the user stands; these are
 * those he gathered with Shift, Ctrl or Ctrl+A. A folded run counts with all its rows.
 */
import type { ListEntry, ListRows } from '../logic/fold';

export class Marked {
  #bits = new Uint8Array(0);
  /** Rows marked. */
  count = 0;
  /** Row a range is drawn from. */
  anchor: number | null = null;

  has(row: number): boolean {
    return this.#bits[row] === 1;
  }
  /** Nothing is marked; ranges begin at `anchor` from now on. */
  clear(anchor: number | null = null): void {
    if (this.count > 0) this.#bits.fill(0);
    this.count = 0;
    this.anchor = anchor;
  }

  /** Marks an entry, or no longer. The first one takes along what was selected until then. */
  toggle(list: ListRows, position: number, selected: number | null): void {
    const at = selected === null ? -1 : list.positionOf(selected);
    if (this.count === 0 && at >= 0 && at !== position) this.#set(list, list.at(at), 1);
    const entry = list.at(position);
    this.#set(list, entry, this.has(entry.row) ? 0 : 1);
    this.anchor = entry.row;
  }
  /** Marks everything between the anchor and a position, and nothing else. */
  extendTo(list: ListRows, position: number): void {
    const anchor = this.anchor;
    const from = anchor === null ? position : list.positionOf(anchor);
    this.clear(anchor ?? list.at(position).row);
    if (from < 0) return;
    for (let at = Math.min(from, position); at <= Math.max(from, position); at += 1) this.#set(list, list.at(at), 1);
  }
  all(list: ListRows): void {
    this.clear(this.anchor);
    this.#makeRoom(list.looked);
    for (let row = 0; row < list.looked; row += 1)
      if (list.shows(row)) {
        this.#bits[row] = 1;
        this.count += 1;
      }
  }

  /** First and last row of each stretch of marked rows, one after the other. */
  ranges(): number[] {
    const found: number[] = [];
    for (let row = this.#bits.indexOf(1); row >= 0;) {
      let end = this.#bits.indexOf(0, row);
      if (end < 0) end = this.#bits.length;
      found.push(row, end - 1);
      row = this.#bits.indexOf(1, end);
    }
    return found;
  }
  /** The first `most` marked rows. */
  rows(most: number): number[] {
    const found: number[] = [];
    for (let row = this.#bits.indexOf(1); row >= 0 && found.length < most; row = this.#bits.indexOf(1, row + 1))
      found.push(row);
    return found;
  }

  #set(list: ListRows, entry: ListEntry, to: 0 | 1): void {
    this.#makeRoom(entry.last + 1);
    const rows = entry.count > 1 && !entry.open ? list.runAt(entry.row) : [entry.row];
    for (const row of rows) {
      if (this.#bits[row] === to) continue;
      this.#bits[row] = to;
      this.count += to === 1 ? 1 : -1;
    }
  }
  #makeRoom(rows: number): void {
    if (rows <= this.#bits.length) return;
    const grown = new Uint8Array(Math.max(rows, this.#bits.length * 2, 1024));
    grown.set(this.#bits);
    this.#bits = grown;
  }
}
