/** How much may wait at breakpoints and behind rules in all sessions together: it is held in memory. */

/** Bytes; a direction alone may hold far less (`direction.ts`). */
const MOST = 256 << 20;

/** Room that directions share. */
export class Room {
  readonly #most: number;
  #used = 0;
  readonly #stopped = new Set<() => void>();

  constructor(most = MOST) {
    this.#most = most;
  }

  /** So much more (or less) waits; true when nobody should take in more. */
  weigh(bytes: number): boolean {
    this.#used += bytes;
    // Half of it: a direction that goes on and stops for every message would do nothing else.
    if (this.#used < this.#most / 2 && this.#stopped.size > 0) {
      const all = [...this.#stopped];
      this.#stopped.clear();
      for (const again of all) again();
    }
    return this.#used > this.#most;
  }

  /** Calls `again` once, when there is room again. */
  wait(again: () => void): void {
    this.#stopped.add(again);
  }
}

/** The room of this thread: all sessions of a proxy. */
export const room = new Room();
