/**
 * Rows as the list shows them: those that pass the filter, runs of deltas folded. A stretch of deltas that nothing else
 * interrupts folds into one entry per kind (type, session, direction, response, item): servers interleave audio and
 * transcript deltas, so runs of strict neighbours would fold almost nothing. The pings and pongs of a session are one kind,
 * whichever end they came from: an idle session would be nothing but these pairs.
 */
import { Growable } from '../../src/analysis/growable';
import { RowSet } from '../state/rowSet';
import { FLAG, KIND_CONTROL, type RowSource } from './rowSource';

/** What stands at a position of the list. */
export interface ListEntry {
  /** First row of the run, or the row itself. */
  row: number;
  /** Rows folded here; 1 for a plain row and for a member of an opened run. */
  count: number;
  /** Last row of the run. */
  last: number;
  /** Payload bytes and milliseconds of audio of the whole run. */
  bytes: number;
  audioMs: number;
  /** True when the run is open: its members follow as rows of their own. */
  open: boolean;
  /** True for a row shown because its run is open. */
  member: boolean;
}

/** Kinds of deltas that may interleave; no server has more than a few going at once. */
const mostKinds = 32;

/** What the list asks of its rows, whatever their order. */
export interface ListRows {
  /** Rows looked at so far, from the document's first. */
  readonly looked: number;
  /** Rows that passed the filter, folded or not. */
  readonly passed: number;
  /** Positions of the list, members of open runs included. */
  readonly length: number;
  /** Looks at the rows up to (not including) `end`. */
  extend(end: number): void;
  /** The entry at a position, 0 to `length - 1`. */
  at(position: number): ListEntry;
  /** True for a row that passed the filter, be it folded into a run. */
  shows(row: number): boolean;
  /** Position that shows a row: its own, or that of the run it is folded into; -1 when it is not shown. */
  positionOf(row: number): number;
  /** Position of the last entry whose first row is at or before `row`; -1 when there is none. */
  positionBefore(row: number): number;
  /** Opens a closed run, closes an open one. True when there was a run at that position. */
  toggle(position: number): boolean;
  /** The rows folded into the run that starts at `row` (which is one of them), at most the first `most`. */
  runAt(row: number, most?: number): ArrayLike<number> & Iterable<number>;
}

interface OpenRun {
  /** Position among the entries. */
  at: number;
  members: number[];
}

/** Grows as rows arrive; `extend` looks at each row once. */
export class FoldedRows implements ListRows {
  /** First rows of the entries, in their order; and of those that may be runs, of which more is to be known. */
  readonly #firsts = new RowSet();
  readonly #runs = new RowSet();
  readonly #last = new Growable((length) => new Uint32Array(length));
  readonly #count = new Growable((length) => new Uint32Array(length));
  readonly #bytes = new Growable((length) => new Float64Array(length));
  readonly #audioMs = new Growable((length) => new Float64Array(length));
  #looked = 0;
  /** Rows that passed the filter. */
  #passed = 0;
  /** Runs of the stretch of deltas that is going on, one per kind; few, so looked through in order. */
  #stretch: { first: number; run: number }[] = [];
  #open: OpenRun[] = [];
  readonly #rows: RowSource;
  readonly #passes: (row: number) => boolean;
  readonly #fold: boolean;
  readonly #start: number;

  /** @param start First row to look at (what came before was cleared away). */
  constructor(rows: RowSource, passes: (row: number) => boolean, options: { start?: number; fold?: boolean } = {}) {
    this.#rows = rows;
    this.#passes = passes;
    this.#start = options.start ?? 0;
    this.#looked = this.#start;
    this.#fold = options.fold ?? true;
  }

  get looked(): number {
    return this.#looked;
  }

  get passed(): number {
    return this.#passed;
  }

  get length(): number {
    return this.entries + this.#open.reduce((sum, run) => sum + run.members.length, 0);
  }

  extend(end: number): void {
    const rows = this.#rows;
    for (; this.#looked < end; this.#looked += 1) {
      const row = this.#looked;
      if (!this.#passes(row)) continue;
      this.#passed += 1;
      if (!this.#fold || !folds(rows, row)) {
        this.#stretch.length = 0;
        this.#firsts.add(row);
        continue;
      }
      const known = this.#stretch.findLast(({ first }) => sameKind(rows, first, row));
      if (known === undefined) {
        this.#stretch.push({ first: row, run: this.#runs.count });
        // A filter that leaves only deltas makes one stretch of the whole trace: old kinds are let go.
        if (this.#stretch.length > mostKinds) this.#stretch.shift();
        this.#firsts.add(row);
        this.#runs.add(row);
        this.#last.push(row);
        this.#count.push(1);
        this.#bytes.push(rows.bytes.at(row) ?? 0);
        this.#audioMs.push(rows.audioMs.at(row) ?? 0);
      } else {
        const { first, run } = known;
        this.#last.set(run, row);
        this.#count.set(run, this.#count.at(run) + 1);
        this.#bytes.set(run, this.#bytes.at(run) + (rows.bytes.at(row) ?? 0));
        this.#audioMs.set(run, this.#audioMs.at(run) + (rows.audioMs.at(row) ?? 0));
        if (this.#open.length > 0) this.#open.find(({ at }) => this.firstRow(at) === first)?.members.push(row);
      }
    }
  }

  at(position: number): ListEntry {
    let before = 0;
    for (const run of this.#open) {
      const header = run.at + before;
      if (position <= header) break;
      const row = run.members[position - header - 1];
      if (row !== undefined) return this.#member(row);
      before += run.members.length;
    }
    return this.entry(position - before);
  }

  shows(row: number): boolean {
    return row >= this.#start && row < this.#looked && this.#passes(row);
  }

  positionOf(row: number): number {
    const entry = this.entryOf(row);
    return entry < 0 ? -1 : this.#positionOfEntry(entry) + this.offsetIn(entry, row);
  }

  positionBefore(row: number): number {
    const entry = this.entryBefore(row);
    return entry < 0 ? -1 : this.#positionOfEntry(entry);
  }

  toggle(position: number): boolean {
    const shown = this.at(position);
    return !shown.member && this.toggleEntry(this.entryBefore(shown.row));
  }

  runAt(row: number, most = Infinity): Uint32Array {
    return this.#membersOf(this.entryBefore(row), most);
  }

  // ---- by entry: what another order of the same rows is made of ----

  /** Entries, whether their runs are open or not. */
  get entries(): number {
    return this.#firsts.count;
  }
  /** First row of an entry; entries stand in the order of these. */
  firstRow(entry: number): number {
    return Math.max(0, this.#firsts.at(entry));
  }
  /** Entries that are open, in their order, with what follows each. */
  get openRuns(): readonly { readonly at: number; readonly members: readonly number[] }[] {
    return this.#open;
  }
  /** The entry without its members. */
  entry(entry: number): ListEntry {
    const row = this.firstRow(entry);
    const run = this.#runOf(row);
    return {
      row,
      count: run < 0 ? 1 : this.#count.at(run),
      last: run < 0 ? row : this.#last.at(run),
      bytes: run < 0 ? (this.#rows.bytes.at(row) ?? 0) : this.#bytes.at(run),
      audioMs: run < 0 ? (this.#rows.audioMs.at(row) ?? 0) : this.#audioMs.at(run),
      open: this.#open.some((each) => each.at === entry),
      member: false,
    };
  }
  /** The `nth` position of an entry: 0 is itself, then come its members when it is open. */
  inEntry(entry: number, nth: number): ListEntry {
    const row = nth === 0 ? undefined : this.#open.find((run) => run.at === entry)?.members[nth - 1];
    return row === undefined ? this.entry(entry) : this.#member(row);
  }
  /** The entry that shows a row, be it folded into it; -1 when none does. */
  entryOf(row: number): number {
    const nearest = this.entryBefore(row);
    // Runs of one stretch interleave: the entry that holds the row may start before its neighbour.
    for (let entry = nearest; entry >= Math.max(0, nearest - mostKinds); entry -= 1) {
      const first = this.firstRow(entry);
      if (first === row) return entry;
      const run = this.#runOf(first);
      const count = run < 0 ? 1 : this.#count.at(run);
      if (count > 1 && row <= this.#last.at(run)) {
        if (this.#passes(row) && sameKind(this.#rows, row, first)) return entry;
      } else if (count === 1 && !folds(this.#rows, first)) {
        return -1;
      }
    }
    return -1;
  }
  /** Where within an entry's positions a row stands: 0 for the entry itself and while it is folded. */
  offsetIn(entry: number, row: number): number {
    if (this.firstRow(entry) === row) return 0;
    const members = this.#open.find((run) => run.at === entry)?.members;
    return members === undefined ? 0 : 1 + Math.max(0, lowerBound(members, row));
  }
  /** The last entry whose first row is at or before `row`; -1 when there is none. */
  entryBefore(row: number): number {
    return this.#firsts.rank(row + 1) - 1;
  }
  toggleEntry(entry: number): boolean {
    const run = this.#runOf(this.firstRow(entry));
    if (run < 0 || this.#count.at(run) < 2) return false;
    const at = this.#open.findIndex((run) => run.at === entry);
    if (at >= 0) this.#open.splice(at, 1);
    else {
      this.#open.push({ at: entry, members: [...this.#membersOf(entry)] });
      this.#open.sort((a, b) => a.at - b.at);
    }
    return true;
  }

  #member(row: number): ListEntry {
    const { bytes, audioMs } = this.#rows;
    return {
      row,
      count: 1,
      last: row,
      bytes: bytes.at(row) ?? 0,
      audioMs: audioMs.at(row) ?? 0,
      open: false,
      member: true,
    };
  }

  #membersOf(entry: number, most = Infinity): Uint32Array {
    const first = this.firstRow(entry);
    const run = this.#runOf(first);
    const last = run < 0 ? first : this.#last.at(run);
    const members = new Uint32Array(Math.min(most, run < 0 ? 1 : this.#count.at(run)));
    let at = 0;
    for (let row = first; row <= last && at < members.length; row += 1)
      if (sameKind(this.#rows, row, first) && this.#passes(row)) members[at++] = row;
    return members;
  }

  #positionOfEntry(entry: number): number {
    let position = entry;
    for (const run of this.#open) if (run.at < entry) position += run.members.length;
    return position;
  }

  /** Where what is known of the run is kept that begins at a row; -1 when none does. */
  #runOf(first: number): number {
    return this.#runs.next(first) === first ? this.#runs.rank(first) : -1;
  }
}

/** Place of the first value that is not less. */
function lowerBound(values: readonly number[], value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether a row may be one of a run. */
function folds(rows: RowSource, row: number): boolean {
  return ((rows.flags.at(row) ?? 0) & FLAG.delta) !== 0 || rows.kind.at(row) === KIND_CONTROL;
}

function sameKind(rows: RowSource, a: number, b: number): boolean {
  if (rows.kind.at(a) === KIND_CONTROL || rows.kind.at(b) === KIND_CONTROL)
    return rows.kind.at(a) === rows.kind.at(b) && rows.session.at(a) === rows.session.at(b);
  return (
    rows.type.at(a) === rows.type.at(b) &&
    rows.item.at(a) === rows.item.at(b) &&
    rows.from.at(a) === rows.from.at(b) &&
    rows.session.at(a) === rows.session.at(b) &&
    rows.response.at(a) === rows.response.at(b)
  );
}
