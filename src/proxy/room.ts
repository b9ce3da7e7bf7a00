/** How much may wait at breakpoints and behind rules in all sessions together: it is held in memory. */

/** Bytes; a direction alone may hold far less (`direction.ts`). */
const MOST = 256 << 20;

/** Room that directions share. Once it is full, it counts as such until half of it is free again. */
export class Room {
  readonly #most: number;
  #used = 0;
  #isCrowded = false;
  readonly #stopped = new Set<() => void>();

  /** `most`: bytes. */
  constructor(most = MOST) {
    this.#most = most;
  }

  /** Whoever holds much should take in no more. */
  get isCrowded(): boolean {
    return this.#isCrowded;
  }

  /** So many bytes more (or less) wait. */
  weigh(bytes: number): void {
    this.#used += bytes;
    if (this.#used > this.#most) this.#isCrowded = true;
    else if (this.#isCrowded && this.#used <= this.#most / 2) {
      this.#isCrowded = false;
      for (const again of [...this.#stopped]) again();
    }
  }

  /** Calls `again` each time there is room again. */
  wait(again: () => void): void {
    this.#stopped.add(again);
  }

  /** Calls it no more. */
  leave(again: () => void): void {
    this.#stopped.delete(again);
  }
}

/** The room of this thread: all sessions of a proxy. */
export const room = new Room();
