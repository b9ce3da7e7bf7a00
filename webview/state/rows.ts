/** The columns of a trace as they grow, a struct of arrays; bodies stay with the host. */
import type { ColumnBatch } from '../../src/document/columns';
import { FLAG, FROM, KIND_EVENT, type RowSource } from '../logic/rowSource';
import { SortedIndex } from './sortedIndex';

const numbers = {
  t: Float64Array,
  sent: Float64Array,
  seq: Uint32Array,
  kind: Uint8Array,
  from: Uint8Array,
  flags: Uint16Array,
  type: Uint32Array,
  session: Uint32Array,
  response: Uint32Array,
  item: Uint32Array,
  call: Uint32Array,
  bytes: Float64Array,
  audioMs: Float32Array,
  audioAt: Float64Array,
} as const;
type ColumnName = keyof typeof numbers;
type Column = InstanceType<(typeof numbers)[ColumnName]>;
const columnNames = Object.keys(numbers) as ColumnName[];

/** Places of a lane's rows on the time axis, for one session or ('') for all. */
export interface LaneIndexes {
  client: SortedIndex;
  server: SortedIndex;
  errors: SortedIndex;
  all: SortedIndex;
}

/** Rows that room is made for before they come, at most. */
const mostExpected = 2_000_000;

export class Rows implements RowSource {
  count = 0;
  t = new Float64Array(0);
  sent = new Float64Array(0);
  seq = new Uint32Array(0);
  kind = new Uint8Array(0);
  from = new Uint8Array(0);
  flags = new Uint16Array(0);
  type = new Uint32Array(0);
  session = new Uint32Array(0);
  response = new Uint32Array(0);
  item = new Uint32Array(0);
  call = new Uint32Array(0);
  bytes = new Float64Array(0);
  audioMs = new Float32Array(0);
  audioAt = new Float64Array(0);
  /** Latest time of any row, ms. */
  lastTime = 0;
  #strings: string[] = [''];
  /** Row + 1 by event number; numbers far beyond the count of rows (a file edited by hand) go to the map. */
  #rowBySeq = new Uint32Array(0);
  #rowByOddSeq = new Map<number, number>();
  #indexes = new Map<string, LaneIndexes>();
  #expected = 0;
  /** Rows there is room for in every column. */
  #room = 0;
  /** The move to larger columns that is under way. */
  #move: { room: number; left: ColumnName[]; into: Column; moved: number } | undefined;

  string(index: number): string {
    return this.#strings[index] ?? '';
  }

  typeOf(row: number): string {
    return this.string(this.type[row] ?? 0);
  }
  sessionOf(row: number): string {
    return this.string(this.session[row] ?? 0);
  }
  responseOf(row: number): string {
    return this.string(this.response[row] ?? 0);
  }
  itemOf(row: number): string {
    return this.string(this.item[row] ?? 0);
  }
  callOf(row: number): string {
    return this.string(this.call[row] ?? 0);
  }
  /** The audio in a row, where it stands on the axis; null when it has none. */
  pieceOf(row: number): { from: 'client' | 'server'; start: number; end: number } | null {
    const ms = this.audioMs[row] ?? 0;
    if (ms === 0) return null;
    const start = this.audioAt[row] ?? 0;
    return { from: this.from[row] === FROM.client ? 'client' : 'server', start, end: start + ms };
  }
  has(row: number, flag: number): boolean {
    return ((this.flags[row] ?? 0) & flag) !== 0;
  }
  /** Row of the event with that number; undefined when it is not known (yet). */
  rowOfSeq(seq: number): number | undefined {
    const row = this.#rowBySeq[seq];
    return row === undefined || row === 0 ? this.#rowByOddSeq.get(seq) : row - 1;
  }

  /** Row of a session's event of that time, ms, and number: joined traces count from the same number each. */
  rowAt(session: string, t: number, seq: number): number | undefined {
    const { all } = this.indexes(session);
    for (let at = all.lowerBound(t); at < all.count && all.time(at) === t; at += 1)
      if (this.seq[all.row(at)] === seq && this.kind[all.row(at)] === KIND_EVENT) return all.row(at);
    return undefined;
  }

  /** The next (1) or previous (-1) event of that type in the session of `row`; undefined when there is none. */
  nearest(row: number, type: string, step: 1 | -1): number | undefined {
    const wanted = this.#strings.indexOf(type);
    if (wanted < 0) return undefined;
    for (let other = row + step; other >= 0 && other < this.count; other += step)
      if (this.type[other] === wanted && this.session[other] === this.session[row] && this.kind[other] === KIND_EVENT)
        return other;
    return undefined;
  }

  /** The next (1) or previous (-1) row of the same type and side as `row`, in a session ('' for all); undefined when there is none. */
  alike(row: number, step: 1 | -1, session: string): number | undefined {
    for (let other = row + step; other >= 0 && other < this.count; other += step)
      if (
        this.type[other] === this.type[row] &&
        this.from[other] === this.from[row] &&
        (session === '' || this.sessionOf(other) === session)
      )
        return other;
    return undefined;
  }

  /** Time of the row before it in its own session (of any row when it has none), ms; NaN when it is the first. */
  timeBefore(row: number): number {
    const index = this.indexes(this.sessionOf(row)).all;
    let at = index.lowerBound(this.t[row] ?? 0);
    // Several may have passed at the same time.
    while (at < index.count && index.row(at) !== row) at += 1;
    return at > 0 && at < index.count ? index.time(at - 1) : NaN;
  }

  /** The rows of a session ('' for all) in the order of time, by lane. */
  indexes(session: string): LaneIndexes {
    let indexes = this.#indexes.get(session);
    if (indexes === undefined) {
      indexes = {
        client: new SortedIndex(),
        server: new SortedIndex(),
        errors: new SortedIndex(),
        all: new SortedIndex(),
      };
      this.#indexes.set(session, indexes);
    }
    return indexes;
  }

  /**
   * Takes a batch over. False when it does not join on to what is here or its arrays are not as long as it says: then
   * something was lost and everything has to be asked for again.
   */
  append(batch: ColumnBatch): boolean {
    if (batch.first !== this.count || batch.firstString > this.#strings.length) return false;
    if (columnNames.some((name) => batch[name].length < batch.count)) return false;
    this.#grow(batch.first + batch.count);
    for (const name of columnNames) this[name].set(batch[name].subarray(0, batch.count), batch.first);
    for (const [at, text] of batch.strings.entries()) this.#strings[batch.firstString + at] = text;
    this.count = batch.first + batch.count;
    for (let row = batch.first; row < this.count; row += 1) this.#index(row);
    this.#makeRoom(batch.count);
    return true;
  }

  #index(row: number): void {
    const t = this.t[row] ?? 0;
    if (t > this.lastTime) this.lastTime = t;
    const isEvent = this.kind[row] === KIND_EVENT;
    if (isEvent) this.#noteSeq(this.seq[row] ?? 0, row);
    this.#indexIn('', row, t, isEvent);
    const session = this.sessionOf(row);
    if (session !== '') this.#indexIn(session, row, t, isEvent);
  }

  #indexIn(session: string, row: number, t: number, isEvent: boolean): void {
    const indexes = this.indexes(session);
    indexes.all.add(row, t);
    if (isEvent && this.from[row] === FROM.client) indexes.client.add(row, t);
    else if (isEvent && this.from[row] === FROM.server) indexes.server.add(row, t);
    if (this.has(row, FLAG.error)) indexes.errors.add(row, t);
  }

  #noteSeq(seq: number, row: number): void {
    if (seq > 4 * row + 65_536) this.#rowByOddSeq.set(seq, row);
    else {
      if (seq >= this.#rowBySeq.length)
        this.#rowBySeq = copyInto(new Uint32Array(Math.max(1024, seq + 1, this.#rowBySeq.length * 2)), this.#rowBySeq);
      this.#rowBySeq[seq] = row + 1;
    }
  }

  /** About so many rows will come: room is made for them in time, but a guess is believed only so far. */
  expect(count: number): void {
    this.#expected = count;
  }

  /** Makes room at once, where it was not made in time. */
  #grow(needed: number): void {
    if (needed <= this.#room) return;
    const expected = Math.min(this.#expected, mostExpected, needed * 64);
    this.#move ??= this.#newMove(Math.max(1024, this.#room * 2, needed, expected));
    this.#moveOn(Infinity);
    this.#grow(needed);
  }

  /**
   * Moves a part of a long trace to larger columns while there is still room in the present ones: all of it at once, a million
   * rows, held up a frame for 180 ms.
   */
  #makeRoom(added: number): void {
    const { count } = this;
    const isEnough = this.#expected > 0 && this.#expected <= this.#room * 1.01;
    if (this.#move === undefined && !isEnough && count > this.#room * 0.9)
      this.#move = this.#newMove(
        Math.ceil(Math.max(this.#room * 1.5, Math.min(this.#expected, mostExpected, count * 8))),
      );
    if (this.#move === undefined) return;
    const left = this.#move.left.length * count - this.#move.moved;
    // Twice as fast as rows come, so that it is done before there is no room.
    this.#moveOn((2 * added * left) / Math.max(1, this.#room - count));
  }
  #moveOn(numbersLeft: number): void {
    for (let most = Math.ceil(numbersLeft); this.#move !== undefined && most > 0;) {
      const { room, left, into, moved } = this.#move;
      const name = left[0] as ColumnName;
      const end = Math.min(this.count, moved + most);
      into.set(this[name].subarray(moved, end), moved);
      most -= Math.max(1, end - moved);
      this.#move.moved = end;
      if (end < this.count) return;
      Object.assign(this, { [name]: into });
      const next = left[1];
      this.#move = next && { room, left: left.slice(1), into: new numbers[next](room), moved: 0 };
      if (next === undefined) this.#room = room;
    }
  }
  #newMove(room: number) {
    return { room, left: columnNames, into: new numbers[columnNames[0] as ColumnName](room), moved: 0 };
  }
}

function copyInto<T extends { set(from: ArrayLike<number>): void }>(into: T, from: ArrayLike<number>): T {
  into.set(from);
  return into;
}
