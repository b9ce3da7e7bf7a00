/** Lets the view that is drawn run after the one that is wanted, so that following the end is a movement and no jump. */
import type { TimeSpan } from './timeScale';

/** After this long two thirds of the way are done, ms. */
const pace = 70;

export class Glide {
  #shown: TimeSpan | null = null;
  #at = 0;

  /** True when the last view given was not yet the wanted one: draw again. */
  moving = false;

  /**
   * The view to draw now.
   *
   * @param now Time of the frame, ms.
   * @param glides False to be there at once: the user moved it, or wants no motion.
   * @param width Pixels: less than a half is no distance.
   */
  next(wanted: TimeSpan, now: number, glides: boolean, width: number): TimeSpan {
    const shown = this.#shown;
    const elapsed = now - this.#at;
    this.#at = now;
    const length = wanted.end - wanted.start;
    const far =
      shown === null ? Infinity : Math.max(Math.abs(wanted.start - shown.start), Math.abs(wanted.end - shown.end));
    const isNear = far < (length / Math.max(1, width)) * 0.5;
    // From far away a movement would show nothing but a blur.
    if (!glides || shown === null || isNear || far > 2 * length) {
      this.moving = false;
      return (this.#shown = wanted);
    }
    // After a pause between frames it does not leap, it begins.
    const part = 1 - Math.exp(-Math.min(elapsed, 50) / pace);
    this.moving = true;
    return (this.#shown = {
      start: shown.start + (wanted.start - shown.start) * part,
      end: shown.end + (wanted.end - shown.end) * part,
    });
  }
}
