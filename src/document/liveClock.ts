/** What time it is on a trace that somebody writes, for what is missing: no row comes to tell of it. */

/** How often the time is told, ms. */
const EVERY_MS = 1000;
/** What has happened by now may take so long to be written and read, ms. */
const LAG_MS = 1000;
/** Nothing is waited for so long; a file that has stopped growing is written by nobody, ms. */
const MOST_MS = 60_000;

export class LiveClock {
  readonly #tell: (t: number) => void;
  #t = 0;
  #grewAt = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param tell Given the time on the trace's axis, ms: a little less than it is, never more. */
  constructor(tell: (t: number) => void) {
    this.#tell = tell;
  }

  /** Rows have come; `t` is the time of the newest. */
  grew(t: number): void {
    this.#t = t;
    this.#grewAt = performance.now();
    if (!this.#timer) this.#wait();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wait(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const passed = performance.now() - this.#grewAt;
      if (passed > MOST_MS) return;
      if (passed > LAG_MS) this.#tell(this.#t + passed - LAG_MS);
      this.#wait();
    }, EVERY_MS);
    // A program that only reads a trace ends when it has.
    this.#timer.unref();
  }
}
