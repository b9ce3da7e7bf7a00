/** The columns of a trace as they grow, a struct of arrays; bodies stay with the host. */
import type { ColumnBatch } from '../../src/document/columns';
import { FLAG, FROM, KIND_EVENT, KIND_NOTE, NOTE_CHANGE, type RowSource } from '../logic/rowSource';
import { NumberColumn } from './numberColumn';
import { SortedIndex } from './sortedIndex';

const float64 = () => new NumberColumn((length) => new Float64Array(length));
const uint32 = () => new NumberColumn((length) => new Uint32Array(length));
const uint16 = () => new NumberColumn((length) => new Uint16Array(length));
const uint8 = () => new NumberColumn((length) => new Uint8Array(length));

/** What the page keeps of a batch: when a row was sent on is told of one row only, by its head. */
const columnNames = [
  't',
  'seq',
  'kind',
  'from',
  'flags',
  'type',
  'session',
  'response',
  'item',
  'call',
  'bytes',
  'audioMs',
  'audioAt',
] as const satisfies (keyof ColumnBatch)[];

/** Places of a lane's rows on the time axis, for one session or ('') for all. */
export interface LaneIndexes {
  client: SortedIndex;
  server: SortedIndex;
  errors: SortedIndex;
  all: SortedIndex;
}

export class Rows implements RowSource {
  count = 0;
  readonly t = float64();
  readonly seq = uint32();
  readonly kind = uint8();
  readonly from = uint8();
  readonly flags = uint16();
  readonly type = uint32();
  readonly session = uint32();
  readonly response = uint32();
  readonly item = uint32();
  readonly call = uint32();
  readonly bytes = float64();
  readonly audioMs = new NumberColumn((length) => new Float32Array(length));
  readonly audioAt = float64();
  /** Latest time of any row, ms. */
  lastTime = 0;
  #strings: string[] = [''];
  #indexes = new Map<string, LaneIndexes>();

  string(index: number): string {
    return this.#strings[index] ?? '';
  }

  typeOf(row: number): string {
    return this.string(this.type.at(row) ?? 0);
  }
  sessionOf(row: number): string {
    return this.string(this.session.at(row) ?? 0);
  }
  responseOf(row: number): string {
    return this.string(this.response.at(row) ?? 0);
  }
  itemOf(row: number): string {
    return this.string(this.item.at(row) ?? 0);
  }
  callOf(row: number): string {
    return this.string(this.call.at(row) ?? 0);
  }
  /** The audio in a row, where it stands on the axis; null when it has none. */
  pieceOf(row: number): { from: 'client' | 'server'; start: number; end: number } | null {
    const ms = this.audioMs.at(row) ?? 0;
    if (ms === 0) return null;
    const start = this.audioAt.at(row) ?? 0;
    return { from: this.from.at(row) === FROM.client ? 'client' : 'server', start, end: start + ms };
  }
  has(row: number, flag: number): boolean {
    return ((this.flags.at(row) ?? 0) & flag) !== 0;
  }
  /**
   * Row of the event with that number: the last one up to row `until`, as joined traces count from the same number each, else
   * the first behind it; undefined when it is not known (yet).
   */
  rowOfSeq(seq: number, until = this.count - 1): number | undefined {
    const isIt = (row: number) => this.seq.at(row) === seq && this.kind.at(row) === KIND_EVENT;
    for (let row = until; row >= 0; row -= 1) if (isIt(row)) return row;
    for (let row = until + 1; row < this.count; row += 1) if (isIt(row)) return row;
    return undefined;
  }

  /** Row of a session with that time, ms, and number of an event (0 for none): joined traces count from the same number each. */
  rowAt(session: string, t: number, seq: number): number | undefined {
    const { all } = this.indexes(session);
    for (let at = all.lowerBound(t); at < all.count && all.time(at) === t; at += 1)
      if (this.seq.at(all.row(at)) === seq) return all.row(at);
    return undefined;
  }

  /** The next (1) or previous (-1) event of that type in the session of `row`; undefined when there is none. */
  nearest(row: number, type: string, step: 1 | -1): number | undefined {
    const wanted = this.#strings.indexOf(type);
    if (wanted < 0) return undefined;
    for (let other = row + step; other >= 0 && other < this.count; other += step)
      if (
        this.type.at(other) === wanted &&
        this.session.at(other) === this.session.at(row) &&
        this.kind.at(other) === KIND_EVENT
      )
        return other;
    return undefined;
  }

  /** The next (1) or previous (-1) row of the same type and side as `row`, in a session ('' for all); undefined when there is none. */
  alike(row: number, step: 1 | -1, session: string): number | undefined {
    for (let other = row + step; other >= 0 && other < this.count; other += step)
      if (
        this.type.at(other) === this.type.at(row) &&
        this.from.at(other) === this.from.at(row) &&
        (session === '' || this.sessionOf(other) === session)
      )
        return other;
    return undefined;
  }

  /** Time of the row before it in its own session (of any row when it has none), ms; NaN when it is the first. */
  timeBefore(row: number): number {
    const index = this.indexes(this.sessionOf(row)).all;
    let at = index.lowerBound(this.t.at(row) ?? 0);
    // Several may have passed at the same time.
    while (at < index.count && index.row(at) !== row) at += 1;
    return at > 0 && at < index.count ? index.time(at - 1) : NaN;
  }

  /** The rows of a session ('' for all) in the order of time, by lane. */
  indexes(session: string): LaneIndexes {
    let indexes = this.#indexes.get(session);
    if (indexes === undefined) {
      indexes = {
        client: new SortedIndex(this.t),
        server: new SortedIndex(this.t),
        errors: new SortedIndex(this.t),
        all: new SortedIndex(this.t),
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
    for (const name of columnNames) this[name].append(batch[name], batch.count);
    for (const [at, text] of batch.strings.entries()) this.#strings[batch.firstString + at] = text;
    this.count = batch.first + batch.count;
    for (let at = 0; at < batch.count; at += 1) this.#index(batch, at);
    return true;
  }

  #index(batch: ColumnBatch, at: number): void {
    const row = batch.first + at;
    const t = batch.t[at] ?? 0;
    if (t > this.lastTime) this.lastTime = t;
    // It is no moment of its own: the note it changes stands there.
    if (batch.kind[at] === KIND_NOTE && this.string(batch.type[at] ?? 0) === NOTE_CHANGE) return;
    const session = this.string(batch.session[at] ?? 0);
    for (const of of session === '' ? [''] : ['', session]) {
      const indexes = this.indexes(of);
      indexes.all.add(row, t);
      const from = batch.kind[at] === KIND_EVENT ? batch.from[at] : FROM.neither;
      if (from === FROM.client) indexes.client.add(row, t);
      else if (from === FROM.server) indexes.server.add(row, t);
      if (((batch.flags[at] ?? 0) & FLAG.error) !== 0) indexes.errors.add(row, t);
    }
  }
}
