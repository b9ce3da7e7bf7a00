/**
 * Times of messages in a recording that has none. Ids of the service carry the second in which they were minted (`idTime`);
 * between them only the order is known. Messages keep their order, a little apart, and never pass a second that an id names.
 */
import { idTime } from '../protocol/ids';
import type { Side } from '../protocol/side';

/** Between two messages about which nothing but their order is known, ms. */
const ORDER_MS = 10;
/** Between messages of the same second, ms. */
const WITHIN_SECOND_MS = 1;
/** A session lasts an hour at most; an id that says otherwise is one of somebody else's making. */
const LONGEST_S = 2 * 3600;
/** Where the service puts ids of what the event is about; older ones (`previous_item_id`) do no harm: times never go back. */
const ID_PATHS: readonly (readonly string[])[] = [
  ['event_id'],
  ['session', 'id'],
  ['response', 'id'],
  ['item', 'id'],
  ['item_id'],
];

export class IdClock {
  /** The first second that an id named, minus the time of its message on this clock, ms since 1970; undefined without one. */
  #base: number | undefined;
  #first = NaN;
  #at = 0;
  #begun = false;

  /** When this clock began, ms since 1970; undefined when no id said. */
  get startedAt(): number | undefined {
    return this.#base;
  }

  /** The time of the next message, ms since the first. */
  next(event: unknown, from: Side): number {
    const second = from === 'server' ? this.#secondOf(event) : undefined;
    if (!this.#begun) this.#begun = true;
    else this.#at += this.#base === undefined ? ORDER_MS : this.#step();
    if (second === undefined) return this.#at;
    if (this.#base === undefined) {
      this.#base = second * 1000 - this.#at;
      this.#first = second;
    }
    this.#at = Math.max(this.#at, second * 1000 - this.#base);
    return this.#at;
  }

  /** As far as the end of the second, and no further. */
  #step(): number {
    const left = 1000 - 1 - ((this.#at + (this.#base ?? 0)) % 1000);
    return Math.min(WITHIN_SECOND_MS, Math.max(0, left));
  }

  #secondOf(event: unknown): number | undefined {
    let latest: number | undefined;
    for (const path of ID_PATHS) {
      let value = event;
      for (const name of path)
        value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
      const second = typeof value === 'string' ? idTime(value) : undefined;
      if (second === undefined || Math.abs(second - this.#first) > LONGEST_S) continue;
      if (latest === undefined || second > latest) latest = second;
    }
    return latest;
  }
}
