/**
 * The list's rows in the order of the conversation: all events of an item stand together, where the item was put into the
 * conversation; everything else stands where it arrived. Each row that comes costs a few steps, however long the list is.
 */
import { Fenwick } from './fenwick';
import type { FoldedRows, ListEntry, ListRows } from './fold';
import type { RowSource } from './rowSource';

/** Tells where items stand; `extend` gives those that have moved since it was last asked. */
export interface Anchors {
  extend(): { from: number; to: number }[];
  anchor(row: number): number;
}

export class ConversationRows implements ListRows {
  readonly #folded: FoldedRows;
  readonly #rows: RowSource;
  readonly #anchors: Anchors;
  /** Positions of the list by the row they are anchored at. */
  readonly #positions = new Fenwick();
  /** Entries of an item by its anchor, in the order of their first rows. */
  readonly #items = new Map<number, number[]>();
  #placed = 0;
  /** Members counted so far of each open entry. */
  readonly #opened = new Map<number, number>();

  constructor(folded: FoldedRows, rows: RowSource, anchors: Anchors) {
    this.#folded = folded;
    this.#rows = rows;
    this.#anchors = anchors;
    this.#anchors.extend();
  }

  get looked(): number {
    return this.#folded.looked;
  }
  get passed(): number {
    return this.#folded.passed;
  }
  get length(): number {
    return this.#positions.total;
  }

  extend(end: number): void {
    for (const { from, to } of this.#anchors.extend()) this.#move(from, to);
    this.#folded.extend(end);
    for (; this.#placed < this.#folded.entries; this.#placed += 1) {
      const row = this.#folded.firstRow(this.#placed);
      const anchor = this.#anchors.anchor(row);
      this.#positions.add(anchor, 1);
      if (this.#rows.item.at(row) === 0) continue;
      const item = this.#items.get(anchor);
      if (item === undefined) this.#items.set(anchor, [this.#placed]);
      else item.push(this.#placed);
    }
    for (const { at } of this.#folded.openRuns) this.#countOpen(at);
  }

  at(position: number): ListEntry {
    const { place, inside } = this.#positions.find(position);
    const entries = this.#entriesAt(place);
    const { openRuns } = this.#folded;
    if (openRuns.length === 0) return this.#folded.entry(entries[inside] ?? 0);
    let left = inside;
    // Runs are opened by hand, so they are few: the stretches between them are skipped whole.
    let from = 0;
    for (const run of openRuns) {
      const at = entries.indexOf(run.at, from);
      if (at < 0) continue;
      if (left < at - from) break;
      left -= at - from;
      if (left <= run.members.length) return this.#folded.inEntry(run.at, left);
      left -= 1 + run.members.length;
      from = at + 1;
    }
    return this.#folded.entry(entries[from + left] ?? 0);
  }

  shows(row: number): boolean {
    return this.#folded.shows(row);
  }
  positionOf(row: number): number {
    const entry = this.#folded.entryOf(row);
    return entry < 0 ? -1 : this.#positionOfEntry(entry) + this.#folded.offsetIn(entry, row);
  }
  positionBefore(row: number): number {
    const entry = this.#folded.entryBefore(row);
    return entry < 0 ? -1 : this.#positionOfEntry(entry);
  }
  toggle(position: number): boolean {
    const shown = this.at(position);
    if (shown.member) return false;
    const entry = this.#folded.entryOf(shown.row);
    if (!this.#folded.toggleEntry(entry)) return false;
    this.#countOpen(entry);
    return true;
  }
  runAt(row: number, most = Infinity): Uint32Array {
    return this.#folded.runAt(row, most);
  }

  #anchorOf(entry: number): number {
    return this.#anchors.anchor(this.#folded.firstRow(entry));
  }
  #entriesAt(anchor: number): readonly number[] {
    return this.#items.get(anchor) ?? [this.#folded.entryOf(anchor)];
  }
  #positionOfEntry(entry: number): number {
    const anchor = this.#anchorOf(entry);
    const entries = this.#entriesAt(anchor);
    let position = this.#positions.before(anchor) + entries.indexOf(entry);
    for (const run of this.#folded.openRuns)
      if (run.at < entry && this.#anchorOf(run.at) === anchor) position += run.members.length;
    return position;
  }
  /** An entry may have been opened, closed, or have grown while open. */
  #countOpen(entry: number): void {
    const members = this.#folded.openRuns.find((run) => run.at === entry)?.members.length ?? 0;
    const counted = this.#opened.get(entry) ?? 0;
    if (members === counted) return;
    this.#positions.add(this.#anchorOf(entry), members - counted);
    this.#opened.set(entry, members);
  }
  /** The item was put into the conversation only now: all of it goes there. */
  #move(from: number, to: number): void {
    const item = this.#items.get(from);
    if (item === undefined) return;
    const size = item.reduce((sum, entry) => sum + 1 + (this.#opened.get(entry) ?? 0), 0);
    this.#positions.add(from, -size);
    this.#positions.add(to, size);
    this.#items.delete(from);
    this.#items.set(to, item);
  }
}
