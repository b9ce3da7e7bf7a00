/** Finds, among the rows that arrive, those of events that were sent from here. */
import { FLAG, FROM } from '../logic/rowSource';
import type { Rows } from './rows';

/** A message on its way: the session and the side it was sent as. */
export interface Sending {
  session: string;
  as: 'client' | 'server';
}

/** An event may be never recorded (recording is off): so many wait at most. */
const mostWaiting = 32;

export class SentWatch {
  #waiting: (Sending & { after: number })[] = [];

  /** Call it before the message is handed to the host: its row may be here before the host's answer. */
  expect(sending: Sending, rows: Rows): Sending {
    const waiting = { ...sending, after: rows.count };
    this.#waiting.push(waiting);
    if (this.#waiting.length > mostWaiting) this.#waiting.shift();
    return waiting;
  }
  /** The host refused it. */
  forget(sending: Sending): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting !== sending);
  }
  forgetAll(): void {
    this.#waiting = [];
  }

  /** Looks at the rows from `first` on; the last row found to be one that was waited for, or null. */
  found(rows: Rows, first: number): number | null {
    let last: number | null = null;
    for (let row = first; row < rows.count && this.#waiting.length > 0; row += 1) {
      if (!rows.has(row, FLAG.injected)) continue;
      const as = rows.from.at(row) === FROM.client ? 'client' : 'server';
      const session = rows.sessionOf(row);
      const at = this.#waiting.findIndex(
        (waiting) => waiting.after <= row && waiting.as === as && waiting.session === session,
      );
      if (at < 0) continue;
      this.#waiting.splice(at, 1);
      last = row;
    }
    return last;
  }
}
