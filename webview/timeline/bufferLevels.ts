/** The level of the input buffer around what is shown: asked for three times as wide, and again when there is more. */
import type { BufferSteps } from '../../src/document/columns';
import type { TimeSpan } from './timeScale';

/** Steps at most; a screen has fewer pixels. */
const mostSteps = 6000;

export type FetchSteps = (session: string, span: TimeSpan, most: number) => Promise<BufferSteps>;

export class BufferLevels {
  readonly #fetch: FetchSteps;
  readonly #changed: () => void;
  #steps: BufferSteps | null = null;
  #session = '';
  #span: TimeSpan = { start: 0, end: 0 };
  #stale = true;
  #pending = false;

  constructor(fetch: FetchSteps, changed: () => void) {
    this.#fetch = fetch;
    this.#changed = changed;
  }

  /** What is known of a session's buffer; null for no session, or before the answer. */
  steps(session: string, view: TimeSpan): BufferSteps | null {
    if (session === '') return null;
    if (session !== this.#session) {
      this.#session = session;
      this.#steps = null;
      this.#stale = true;
    }
    const { start, end } = this.#span;
    const length = view.end - view.start;
    // So fine a part of a wide stretch may have lost steps.
    const isCoarse = this.#steps !== null && this.#steps.t.length > mostSteps / 2 && end - start > 6 * length;
    if ((this.#stale || isCoarse || view.start < start || view.end > end) && !this.#pending)
      void this.#load(session, { start: view.start - length, end: view.end + length });
    return this.#steps;
  }

  /** More is known than before. */
  invalidate(): void {
    this.#stale = true;
  }

  async #load(session: string, span: TimeSpan): Promise<void> {
    this.#pending = true;
    this.#stale = false;
    this.#span = span;
    try {
      const steps = await this.#fetch(session, span, mostSteps);
      if (session === this.#session) this.#steps = steps;
    } catch {
      // The lane is then without a level; the next news asks again.
    }
    this.#pending = false;
    this.#changed();
  }
}
