/**
 * Text of bodies is looked for by the host, one search at a time: a later one ends an earlier one there. Searches of one
 * owner take the place of each other; those of two owners (filter and find) wait for each other.
 */
import type { Requests } from '../messages';

/** What is asked for, and the name the answer goes by in `BodyHits`. */
export interface BodyQuery {
  key: string;
  text: string;
  regex: boolean;
}

type Result = Requests['search']['result'];
/** Longest text the host takes, characters. */
const mostText = 1024;

/** The one line to the host's search. */
export class SearchLine {
  readonly #search: (params: Requests['search']['params']) => Promise<Result | undefined>;
  #busy: { owner: unknown; done: Promise<unknown> } | null = null;

  constructor(search: (params: Requests['search']['params']) => Promise<Result | undefined>) {
    this.#search = search;
  }

  /** Asks when nobody else is asking; undefined when the search failed or `wanted` says no by then. */
  async run(owner: unknown, query: BodyQuery, wanted: () => boolean): Promise<Result | undefined> {
    while (this.#busy !== null && this.#busy.owner !== owner) await this.#busy.done;
    if (!wanted()) return undefined;
    const done = this.#search({ text: query.text.slice(0, mostText), regex: query.regex });
    const busy = { owner, done: done.catch(() => undefined) };
    this.#busy = busy;
    try {
      return await done;
    } finally {
      if (this.#busy === busy) this.#busy = null;
    }
  }
}

/** The searches of one owner, kept up to date while the trace grows. */
export class BodySearch {
  /** Rows by a query's key, as far as they are known. */
  hits = new Map<string, Set<number>>();
  readonly #line: SearchLine;
  readonly #found: (cut: { text: string; rows: number } | null) => void;
  readonly #againAfter: number;
  #queries: readonly BodyQuery[] = [];
  #run = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** True while an answer is awaited. */
  searching = false;

  /**
   * @param found Called when `hits` are new; with the text whose rows are only in part known, if there is one.
   * @param againAfter A search reads the whole trace: rows that came since are looked at this often, ms.
   */
  constructor(line: SearchLine, found: (cut: { text: string; rows: number } | null) => void, againAfter = 2000) {
    this.#line = line;
    this.#found = found;
    this.#againAfter = againAfter;
  }

  /** Looks for these instead of what was looked for before. */
  async look(queries: readonly BodyQuery[]): Promise<void> {
    this.#queries = queries;
    const run = ++this.#run;
    if (queries.length === 0) {
      this.hits = new Map();
      this.searching = false;
      return;
    }
    this.searching = true;
    const hits = new Map<string, Set<number>>();
    let cut: { text: string; rows: number } | null = null;
    for (const query of queries) {
      const found = await this.#line.run(this, query, () => run === this.#run);
      if (run !== this.#run) return;
      if (found !== undefined) hits.set(query.key, new Set(found.rows));
      if (found?.complete === false) cut = { text: query.text, rows: found.rows.length };
    }
    this.hits = hits;
    this.searching = false;
    this.#found(cut);
  }

  /** Rows have come: they are looked at a while later. */
  grown(): void {
    if (this.#queries.length === 0 || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.look(this.#queries);
    }, this.#againAfter);
  }

  forget(): void {
    this.hits = new Map();
  }
}
