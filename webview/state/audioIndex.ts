/** Pieces of audio on the time axis, per session ('' for all) and side, in the order of their start. */
import { FROM } from '../logic/rowSource';
import type { Rows } from './rows';

type Side = 'client' | 'server';

/** A piece of audio on the time axis, in the order of its lane, never overlapping the one before it in its lane. */
export interface AudioPiece {
  session: string;
  from: Side;
  row: number;
  /** Where it stands on the axis, ms: for input its capture, for output its earliest playback (see analysis/audioLane). */
  start: number;
  ms: number;
  response: string;
  item: string;
}

export class AudioIndex {
  readonly #lanes = new Map<string, AudioPiece[]>();
  readonly #ends = new Map<string, number>();
  /** End of the last piece of any lane, ms. */
  end = 0;

  pieces(session: string, side: Side): readonly AudioPiece[] {
    return this.#lanes.get(`${session}|${side}`) ?? [];
  }
  /** Sessions that have audio of that side. */
  sessions(side: Side): string[] {
    return [...this.#lanes.keys()].flatMap((key) => {
      const at = key.lastIndexOf('|');
      return key.slice(at + 1) === side && at > 0 ? [key.slice(0, at)] : [];
    });
  }
  /** End of a lane's last piece, ms; 0 when it has none. */
  endOf(session: string, side: Side): number {
    return this.#ends.get(`${session}|${side}`) ?? 0;
  }
  get isEmpty(): boolean {
    return this.#lanes.size === 0;
  }

  /** Takes the rows from `first` on that hold audio; each row is told of once. */
  addRows(rows: Rows, first: number): void {
    for (let row = first; row < rows.count; row += 1) {
      const ms = rows.audioMs[row] ?? 0;
      if (ms === 0) continue;
      const piece: AudioPiece = {
        session: rows.sessionOf(row),
        from: rows.from[row] === FROM.client ? 'client' : 'server',
        row,
        start: rows.audioAt[row] ?? 0,
        ms,
        response: rows.responseOf(row),
        item: rows.itemOf(row),
      };
      for (const session of new Set([piece.session, ''])) this.#put(`${session}|${piece.from}`, piece);
      this.end = Math.max(this.end, piece.start + piece.ms);
    }
  }

  #put(key: string, piece: AudioPiece): void {
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = [];
      this.#lanes.set(key, lane);
    }
    const last = lane[lane.length - 1];
    this.#ends.set(key, Math.max(this.#ends.get(key) ?? 0, piece.start + piece.ms));
    if (last === undefined || piece.start >= last.start) {
      lane.push(piece);
      return;
    }
    let at = lane.length;
    while (at > 0 && (lane[at - 1]?.start ?? 0) > piece.start) at -= 1;
    lane.splice(at, 0, piece);
  }
}
