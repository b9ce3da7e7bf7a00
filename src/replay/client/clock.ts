/** Time as a replay sees it: it stands still while the replay is paused. */

/** Where time comes from. */
export interface Clock {
  /** ms on a clock that never jumps. */
  now(): number;
  /** Resolves after so many ms, or as soon as the signal says. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export const REAL_CLOCK: Clock = {
  now: () => performance.now(),
  wait: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      // A timer of Node's counts whole ms; one longer than 24 days would end at once.
      const timer = setTimeout(done, Math.min(Math.max(0, ms), 2 ** 31 - 1));
      signal.addEventListener('abort', done, { once: true });
    }),
};

/** A clock that can be held, and on which everything that waits can be woken. */
export class RunClock {
  readonly #clock: Clock;
  readonly #zero: number;
  #lost = 0;
  #heldAt: number | undefined;
  #wake = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#zero = clock.now();
  }

  /** ms since it began, pauses not counted. */
  now(): number {
    return (this.#heldAt ?? this.#clock.now()) - this.#zero - this.#lost;
  }
  /** How long it was held in all, ms. */
  get heldMs(): number {
    return this.#lost + (this.#heldAt === undefined ? 0 : this.#clock.now() - this.#heldAt);
  }
  get held(): boolean {
    return this.#heldAt !== undefined;
  }
  hold(): void {
    this.#heldAt ??= this.#clock.now();
    this.wake();
  }
  go(): void {
    if (this.#heldAt !== undefined) this.#lost += this.#clock.now() - this.#heldAt;
    this.#heldAt = undefined;
    this.wake();
  }
  /** Everybody who waits looks again. */
  wake(): void {
    const woken = this.#wake;
    this.#wake = new AbortController();
    woken.abort();
  }
  /** Until then, or until something has changed; while it is held, only the latter. */
  async until(at: number): Promise<void> {
    await this.#clock.wait(this.held ? Infinity : at - this.now(), this.#wake.signal);
  }
}
