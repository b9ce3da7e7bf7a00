/** When the sound of a session was captured, told from when its pieces came. */

interface Piece {
  /** Place of its beginning in all sound of the session, ms. */
  fromMs: number;
  ms: number;
  /** When it had come, and with it all that it holds, ms. */
  atMs: number;
}

/** Pieces that are remembered: 80 s of the shortest that clients send (20 ms). */
const MOST = 4096;
/** A server that rounds up may name a time that was not sent yet, ms. */
const SLACK_MS = 500;

/** The sound that a client sends, by its own clock: the one that `audio_start_ms` and `audio_end_ms` count by. */
export class CaptureClock {
  /** All sound so far, ms. */
  ms = 0;
  #pieces: Piece[] = [];

  /** A piece came, captured just before. */
  take(ms: number, atMs: number): void {
    this.#pieces.push({ fromMs: this.ms, ms, atMs });
    this.ms += ms;
    if (this.#pieces.length > 2 * MOST) this.#pieces = this.#pieces.slice(-MOST);
  }

  /** When the sound at that place was captured, ms; undefined when it has not come, or too long ago. */
  at(placeMs: number): number | undefined {
    const piece = this.#pieces.findLast(({ fromMs }) => fromMs < placeMs) ?? this.#pieces[0];
    if (!piece) return undefined;
    const into = placeMs - piece.fromMs;
    if (!(into >= 0) || into > piece.ms + SLACK_MS) return undefined;
    return piece.atMs - piece.ms + Math.min(into, piece.ms);
  }
}
