/**
 * Text of bodies is looked for by the host, which tells of rows as it finds them, in their order: what lies before the row it has
 * come to is known for good, and can be shown. Filter and find each have a search of their own.
 */
import type { Notifications, Requests } from '../messages';

/** What is asked for, and the name its rows go by in `BodyHits`. */
export interface BodyQuery {
  key: string;
  text: string;
  regex: boolean;
}

type Ask = Requests['search'];
type Found = Notifications['found'];
/** Longest text the host takes, characters. */
const mostText = 1024;

/** A search at the host. */
export interface RunningSearch {
  /** How it ended; undefined when it failed, which the user has been told. */
  done: Promise<Ask['result'] | undefined>;
  /** It is wanted no longer, and tells nothing more. */
  stop(): void;
}

/** The line to the host's searches: gives each a number, and what the host tells to whom it is for. */
export class SearchLine {
  readonly #search: (params: Ask['params']) => Promise<Ask['result'] | undefined>;
  readonly #stop: (search: number) => void;
  readonly #running = new Map<number, (found: Found) => void>();
  #next = 1;

  constructor(search: (params: Ask['params']) => Promise<Ask['result'] | undefined>, stop: (search: number) => void) {
    this.#search = search;
    this.#stop = stop;
  }

  /** Begins a search at row `first`. */
  run({ text, regex }: BodyQuery, first: number, found: (found: Found) => void): RunningSearch {
    const search = this.#next++;
    this.#running.set(search, found);
    const done = this.#search({ search, text: text.slice(0, mostText), regex, first }).finally(() =>
      this.#running.delete(search),
    );
    const stop = () => {
      if (this.#running.delete(search)) this.#stop(search);
    };
    return { done, stop };
  }

  /** The host has told of rows. */
  take(found: Found): void {
    this.#running.get(found.search)?.(found);
  }
}

/** A text of which more rows hold it than are shown, or on some of whose rows the search gave up. */
export interface CutSearch {
  text: string;
  rows: number;
  /** Rows behind the last one found were not looked at. */
  ended: boolean;
}

/** The searches of one owner, kept up to date while the trace grows. */
export class BodySearch {
  /** Rows by a query's key, as far as they are known; the sets grow. */
  hits = new Map<string, Set<number>>();
  /** All rows before this one have been looked at; Infinity when none is to be, or none can be any more. */
  looked = Infinity;
  /** True while rows are looked at. */
  searching = false;
  /** The user has ended it: rows that were not looked at stay so. */
  stopped = false;
  readonly #line: SearchLine;
  readonly #told: (cut?: CutSearch) => void;
  readonly #againAfter: number;
  #queries: readonly BodyQuery[] = [];
  #running: RunningSearch[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Rows have come while others were looked at. */
  #isBehind = false;

  /**
   * @param told Called when `hits`, `looked` or `searching` are new; with what is known only in part, if there is such.
   * @param againAfter Rows that come are gathered for so long before they are looked at, ms.
   */
  constructor(line: SearchLine, told: (cut?: CutSearch) => void, againAfter = 150) {
    this.#line = line;
    this.#told = told;
    this.#againAfter = againAfter;
  }

  /** Rows found so far. */
  get found(): number {
    let rows = 0;
    for (const set of this.hits.values()) rows += set.size;
    return rows;
  }

  /**
   * Looks for these instead of what was looked for before; nothing is known of them at first.
   * @param later There are no rows yet: it begins when they come.
   */
  look(queries: readonly BodyQuery[], later = false): void {
    this.#end();
    this.#queries = queries;
    this.stopped = false;
    this.hits = new Map(queries.map(({ key }) => [key, new Set<number>()]));
    this.looked = queries.length === 0 ? Infinity : 0;
    if (queries.length > 0 && !later) this.#go();
  }

  /** Ends it where it is; what was found stays. */
  stop(): void {
    if (!this.searching) return;
    this.#end();
    this.stopped = true;
    this.#told();
  }

  /** There are so many rows now. */
  grown(rows: number): void {
    if (rows <= this.looked || this.stopped) return;
    if (this.searching) this.#isBehind = true;
    else this.#again();
  }

  /** All rows come anew. */
  forget(): void {
    this.look(this.#queries, true);
  }

  #again(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#go();
    }, this.#againAfter);
  }

  #end(): void {
    for (const search of this.#running) search.stop();
    this.#running = [];
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.searching = false;
    this.#isBehind = false;
  }

  /** Looks at the rows that have not been looked at. */
  #go(): void {
    const first = this.looked;
    const come = this.#queries.map(() => first);
    this.searching = true;
    const running: RunningSearch[] = [];
    this.#running = running;
    for (const [at, query] of this.#queries.entries())
      running.push(
        this.#line.run(query, first, ({ rows, looked }) => {
          if (this.#running !== running) return;
          const hits = this.hits.get(query.key);
          for (const row of rows) hits?.add(row);
          come[at] = looked;
          this.looked = Math.min(...come);
          this.#told();
        }),
      );
    void Promise.all(running.map(({ done }) => done.catch(() => undefined))).then((ends) => {
      if (this.#running !== running) return;
      this.#running = [];
      this.searching = false;
      this.#ended(ends);
    });
  }

  #ended(ends: (Ask['result'] | undefined)[]): void {
    let cut: CutSearch | undefined;
    let looked = Infinity;
    ends.forEach((end, at) => {
      const query = this.#queries[at];
      if (!end || !query) return;
      looked = Math.min(looked, end.looked);
      if (!end.complete)
        cut = { text: query.text, rows: this.hits.get(query.key)?.size ?? 0, ended: end.looked < end.of };
    });
    // What could not be looked for at all, or not to the end, must not keep the other rows from being seen.
    const isOver = ends.includes(undefined) || cut?.ended === true;
    this.looked = isOver ? Infinity : looked;
    if (this.#isBehind && !isOver) this.#again();
    this.#isBehind = false;
    this.#told(cut);
  }
}
