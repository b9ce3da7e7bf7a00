/** Pieces of audio on the time axis, per session ('' for all) and side, in the order of their start. */
import type { AudioPiece } from '../../src/document/columns';

type Side = 'client' | 'server';

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

  /** Takes new pieces; each row is told of once. */
  add(pieces: readonly AudioPiece[]): void {
    for (const piece of pieces) {
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
