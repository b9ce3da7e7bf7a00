/** One-line summaries of rows, fetched many at a time and kept while they are likely to be seen again. */

const mostKept = 20_000;
/** As many as the host answers in one go. */
const mostAtOnce = 500;

export class Summaries {
  readonly #known = new Map<number, string>();
  readonly #asked = new Set<number>();
  readonly #fetch: (rows: number[]) => Promise<string[] | undefined>;
  readonly #schedule: (run: () => void) => void;
  readonly #changed: () => void;
  #wanted: number[] = [];

  /** @param schedule Runs the request for all rows wanted until then. */
  constructor(
    fetch: (rows: number[]) => Promise<string[] | undefined>,
    schedule: (run: () => void) => void,
    changed: () => void,
  ) {
    this.#fetch = fetch;
    this.#schedule = schedule;
    this.#changed = changed;
  }

  /** A row's summary when it is known; otherwise it is asked for and the owner told when it is there. */
  get(row: number): string | undefined {
    const known = this.#known.get(row);
    if (known === undefined && !this.#asked.has(row)) {
      this.#asked.add(row);
      if (this.#wanted.length === 0) this.#schedule(() => void this.#load());
      this.#wanted.push(row);
    }
    return known;
  }

  async #load(): Promise<void> {
    // The latest are those in view; the others are asked for again when they are.
    const rows = this.#wanted.slice(-mostAtOnce);
    for (const row of this.#wanted.slice(0, -mostAtOnce)) this.#asked.delete(row);
    this.#wanted = [];
    const texts = await this.#fetch(rows);
    if (this.#known.size > mostKept) {
      this.#known.clear();
      this.#asked.clear();
    }
    for (const [at, row] of rows.entries()) {
      const text = texts?.[at];
      if (text !== undefined) this.#known.set(row, text);
    }
    this.#changed();
  }
}
