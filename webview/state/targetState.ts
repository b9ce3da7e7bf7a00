/**
 * The state of the session the composer writes to, asked for again as its events come: soon after the first of them, at
 * most a few times a second, and not before the last answer is here.
 */
import type { SessionSnapshot } from '../../src/document/sessionSnapshot';
import { FLAG } from '../logic/rowSource';
import type { Rows } from './rows';

/** Where time comes from; tests bring their own. */
export interface Clock {
  now(): number;
  set(run: () => void, ms: number): unknown;
  clear(handle: unknown): void;
}
const realClock: Clock = {
  now: () => performance.now(),
  set: (run, ms) => setTimeout(run, ms),
  clear: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
};

/** Between two questions, ms; and so many times as long as the last answer took, so that a slow host is left alone. */
const leastPause = 300;
const pauseFactor = 3;

export class TargetState {
  /** What the session has come to; null before the first answer and without a session. */
  known: SessionSnapshot | null = null;
  #session = '';
  #rows: Rows | null = null;
  /** Rows before this one have been looked at for news. */
  #looked = 0;
  #asking = false;
  #again = false;
  #timer: unknown;
  #notBefore = 0;

  /** @param ask The state of a session; rejects when it cannot be had. @param changed Told when `known` is another. */
  constructor(
    private readonly ask: (session: string) => Promise<SessionSnapshot>,
    private readonly changed: () => void,
    private readonly clock: Clock = realClock,
  ) {}

  /** Keeps up with a session from now on; '' for none. */
  watch(session: string, rows: Rows): void {
    if (session === this.#session && rows === this.#rows) return;
    if (session !== this.#session) {
      const had = this.known !== null;
      this.known = null;
      this.#notBefore = 0;
      if (had) this.changed();
    }
    this.#session = session;
    this.#rows = rows;
    this.#looked = rows.count;
    this.clock.clear(this.#timer);
    this.#timer = undefined;
    if (session === '') return;
    if (this.#asking) this.#again = true;
    else void this.#load();
  }

  /** More rows may be here. */
  grown(): void {
    const rows = this.#rows;
    if (rows === null || this.#session === '') return;
    const first = this.#looked;
    this.#looked = rows.count;
    for (let row = first; row < rows.count; row += 1)
      if (isNews(rows, row) && rows.sessionOf(row) === this.#session) {
        this.#soon();
        return;
      }
  }

  #soon(): void {
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#timer ??= this.clock.set(
      () => {
        this.#timer = undefined;
        void this.#load();
      },
      Math.max(0, this.#notBefore - this.clock.now()),
    );
  }

  async #load(): Promise<void> {
    const session = this.#session;
    const begun = this.clock.now();
    this.#asking = true;
    this.#again = false;
    let found: SessionSnapshot | null = null;
    try {
      found = await this.ask(session);
    } catch {
      // Without an answer the text is checked by itself; the next event asks again.
    }
    this.#asking = false;
    const ended = this.clock.now();
    this.#notBefore = ended + Math.max(leastPause, pauseFactor * (ended - begun));
    if (session === this.#session && found !== null) {
      this.known = found;
      this.changed();
    }
    if (session !== this.#session) this.#notBefore = 0;
    if (this.#again && this.#session !== '') this.#soon();
  }
}

/** Pieces of text change nothing in a session's state. */
function isNews(rows: Rows, row: number): boolean {
  return !rows.has(row, FLAG.delta) || (rows.audioMs.at(row) ?? 0) > 0;
}
