/**
 * When what comes of itself is drawn: a live session brings news with every frame, and a picture of all its lanes costs more than
 * the list that people read beside it. So the picture rests after each drawing, the longer the more the last one cost: it takes a
 * share of the page's time and leaves the list the rest. What a hand does is drawn at once, with every frame while it moves.
 */

/** Rest for each millisecond that a frame took: drawing news takes a sixth of the time at most. */
const restPerMs = 5;
/** Longest rest, ms: ten pictures a second still look like a movement. */
const longestRest = 100;
/** For so long after a hand's last doing every frame is drawn, ms: what it began may still glide. */
const handMs = 400;

export class DrawPace {
  #restsUntil = -Infinity;
  #handUntil = -Infinity;

  /** A hand moved something at `now`, ms of any clock that never goes back. */
  hand(now: number): void {
    this.#handUntil = now + handMs;
  }

  /** How long news is to wait at `now`, ms; 0 for the next frame. */
  wait(now: number): number {
    return now < this.#handUntil ? 0 : Math.max(0, this.#restsUntil - now);
  }

  /** A frame with a drawing has been painted at `now`, and took so long, ms. */
  drawn(now: number, tookMs: number): void {
    this.#restsUntil = now + Math.min(longestRest, Math.max(0, tookMs) * restPerMs);
  }
}
