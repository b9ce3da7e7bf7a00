/** What the selected event came of and what it led to, asked for when it is selected and again as the analysis goes on. */
import type { Related } from '../../src/analysis/links';

/** While rows are still analysed it is asked again this long after the last answer, ms. */
const askAgainAfter = 500;

export interface RelatedRows extends Related {
  row: number;
}

export class RelatedWatch {
  /** Of the selected row; null while it is not known, or nothing is selected. */
  current: RelatedRows | null = null;
  readonly #ask: (row: number) => Promise<Related>;
  readonly #changed: () => void;
  #row: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param changed Called when `current` is another one. */
  constructor(ask: (row: number) => Promise<Related>, changed: () => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  select(row: number | null): void {
    if (row === this.#row) return;
    this.#row = row;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#set(null);
    if (row !== null) void this.#load(row);
  }

  /** More rows are analysed than before: effects may have come. */
  analysed(): void {
    const row = this.#row;
    if (row === null || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#row === row) void this.#load(row);
    }, askAgainAfter);
  }

  async #load(row: number): Promise<void> {
    // Without an answer there are no arrows, which is what there was before; selecting again asks again.
    const found = await this.#ask(row).catch(() => undefined);
    if (this.#row !== row || found === undefined) return;
    const { current } = this;
    const { causes = [], effects = [] } = found;
    if (current?.causes.length !== causes.length || current.effects.length !== effects.length)
      this.#set({ row, causes, effects });
  }

  #set(related: RelatedRows | null): void {
    if (related === null && this.current === null) return;
    this.current = related;
    this.#changed();
  }
}
