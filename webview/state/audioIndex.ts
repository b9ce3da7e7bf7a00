/**
 * Pieces of audio on the time axis, per session ('' for all) and side, in the order of their start. A long session has a
 * million of them: they are row numbers, and what is asked is answered without looking at all.
 */
import { FROM, type Numbers } from '../logic/rowSource';
import type { TimeSpan } from '../timeline/timeScale';
import { FAN, Intervals, moreRoom, type Stretches } from './intervals';
import type { Rows } from './rows';

export type AudioSide = 'client' | 'server';

/** What says where a row's audio stands. */
interface AudioColumns {
  readonly audioAt: Numbers;
  readonly audioMs: Numbers;
}

/** Pieces as the rows they are in, four bytes each: where they stand is said by their columns. */
class RowStretches implements Stretches {
  readonly #columns: AudioColumns;
  #rows = new Uint32Array(0);

  constructor(columns: AudioColumns) {
    this.#columns = columns;
  }

  row(at: number): number {
    return this.#rows[at] ?? 0;
  }
  start(at: number): number {
    return this.#columns.audioAt.at(this.#rows[at] as number) ?? 0;
  }
  end(at: number): number {
    return this.start(at) + (this.#columns.audioMs.at(this.#rows[at] as number) ?? 0);
  }
  insert(at: number, { row }: { row: number }, count: number): void {
    if (count === this.#rows.length) {
      const rows = new Uint32Array(moreRoom(count));
      rows.set(this.#rows);
      this.#rows = rows;
    }
    if (at < count) this.#rows.copyWithin(at + 1, at, count);
    this.#rows[at] = row;
  }
  remove(at: number, count: number): void {
    this.#rows.copyWithin(at, at + 1, count);
  }
  setEnd(): void {
    throw new Error('a piece of audio ends where its row says');
  }
  copy(): RowStretches {
    const copy = new RowStretches(this.#columns);
    copy.#rows = this.#rows.slice();
    return copy;
  }
}

/**
 * The audio of one side; places are in the order of start. Those of one session overlap only where an answer was cut off and the
 * next is heard in the place of its rest.
 */
export class AudioLane {
  readonly times: Intervals;
  readonly #of: AudioColumns;
  readonly #rows: RowStretches;
  readonly #responses = new Map<string, TimeSpan>();
  readonly #items = new Map<string, TimeSpan>();
  /** End of the last piece, ms; 0 when there is none. */
  end: number;

  /** @param of Where the audio of the rows stands that are added. */
  constructor(of: AudioColumns, like?: AudioLane) {
    this.#of = of;
    this.#rows = like === undefined ? new RowStretches(of) : like.#rows.copy();
    this.times = like?.times.copy(this.#rows) ?? new Intervals(this.#rows);
    this.end = like?.end ?? 0;
  }

  get count(): number {
    return this.times.count;
  }
  row(at: number): number {
    return this.#rows.row(at);
  }
  /** First to last piece of a response, ms; undefined when it has none. */
  ofResponse(response: string): TimeSpan | undefined {
    return this.#responses.get(response);
  }
  ofItem(item: string): TimeSpan | undefined {
    return this.#items.get(item);
  }
  /** Place of the piece that is heard at `t`; -1 for silence. */
  at(t: number): number {
    const to = this.times.after(t);
    // What began last is heard: the rest of an answer that was cut off makes way for it.
    if (to > 0 && this.times.end(to - 1) > t) return to - 1;
    const at = this.times.nextEnding(0, to, t);
    return at < to ? at : -1;
  }
  /** What of a stretch of time has audio, first piece to last, cut to it; undefined when it is silent. */
  within({ start, end }: TimeSpan): TimeSpan | undefined {
    const to = this.times.lowerBound(end);
    const first = this.times.nextEnding(0, to, start);
    if (first >= to) return undefined;
    return { start: Math.max(start, this.times.start(first)), end: Math.min(end, this.times.maxEnd(first, to)) };
  }
  /** Neighbouring pieces within `gap` ms as one block, those in view: steps are as long as the gap, however many pieces there are. */
  blocks({ start: from, end: until }: TimeSpan, gap: number): TimeSpan[] {
    const { times } = this;
    const blocks: TimeSpan[] = [];
    const last = times.after(until);
    let at = times.nextEnding(0, last, from);
    while (at < last) {
      const start = times.start(at);
      let end = times.end(at);
      for (;;) {
        const to = Math.min(last, times.after(end + gap, at));
        // Whole groups have their greatest end at hand; the few behind them are looked at with the next ones.
        const until = to - at > 64 ? to - (to % FAN) : to;
        const further = times.maxEnd(at, until);
        at = until;
        if (further > end) end = further;
        else if (at === to) break;
      }
      blocks.push({ start, end });
    }
    return blocks;
  }

  add(row: number, start: number, ms: number, response: string, item: string): void {
    this.times.add(start, start + ms, row);
    this.end = Math.max(this.end, start + ms);
    if (response !== '') widen(this.#responses, response, start, start + ms);
    if (item !== '') widen(this.#items, item, start, start + ms);
  }

  /** The same pieces, whose responses and items are not told apart. */
  copy(): AudioLane {
    return new AudioLane(this.#of, this);
  }
}

function widen(spans: Map<string, TimeSpan>, id: string, start: number, end: number): void {
  const known = spans.get(id);
  if (known === undefined) spans.set(id, { start, end });
  else {
    known.start = Math.min(known.start, start);
    known.end = Math.max(known.end, end);
  }
}

const silence = new AudioLane({ audioAt: [], audioMs: [] });

export class AudioIndex {
  readonly #lanes: Record<AudioSide, Map<string, AudioLane>> = { client: new Map(), server: new Map() };
  /** End of the last piece of any lane, ms. */
  end = 0;

  /** The audio of a session ('' for all) and side. */
  lane(session: string, side: AudioSide): AudioLane {
    const lanes = this.#lanes[side];
    return lanes.get(session) ?? (session === '' ? onlyOf(lanes) : undefined) ?? silence;
  }
  /** Sessions that have audio of that side, the first heard first. */
  sessions(side: AudioSide): string[] {
    return [...this.#lanes[side].keys()].filter((session) => session !== '');
  }

  /** Takes the rows from `first` on that hold audio; each row is told of once. */
  addRows(rows: Rows, first: number): void {
    for (let row = first; row < rows.count; row += 1) {
      const ms = rows.audioMs.at(row) ?? 0;
      if (ms === 0) continue;
      const side = rows.from.at(row) === FROM.client ? 'client' : 'server';
      const start = rows.audioAt.at(row) ?? 0;
      const session = rows.sessionOf(row);
      if (session === '') this.#makeAll(rows, side);
      if (session !== '') this.#lane(rows, session, side).add(row, start, ms, rows.responseOf(row), rows.itemOf(row));
      this.#lanes[side].get('')?.add(row, start, ms, '', '');
      this.end = Math.max(this.end, start + ms);
    }
  }

  #makeAll(rows: Rows, side: AudioSide): void {
    const lanes = this.#lanes[side];
    if (!lanes.has('')) lanes.set('', onlyOf(lanes)?.copy() ?? new AudioLane(rows));
  }
  /** A session's own; with the second one of a side, all of them together are another lane than the first. */
  #lane(rows: Rows, session: string, side: AudioSide): AudioLane {
    const lanes = this.#lanes[side];
    let lane = lanes.get(session);
    if (lane === undefined) {
      const only = onlyOf(lanes);
      if (only !== undefined && !lanes.has('')) lanes.set('', only.copy());
      lanes.set(session, (lane = new AudioLane(rows)));
    }
    return lane;
  }
}

function onlyOf(lanes: ReadonlyMap<string, AudioLane>): AudioLane | undefined {
  return lanes.size === 1 ? lanes.values().next().value : undefined;
}
