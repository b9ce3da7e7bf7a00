/**
 * Which rows the list shows: filter, session, what was cleared away and what pause holds back. Rows are looked at in slices,
 * so that neither a new filter nor a long trace is felt.
 */
import { ConversationRows } from '../logic/conversationRows';
import { parseFilter } from '../../src/protocol/filter';
import { bodySearches, compileFilter, restsOnMeaning } from '../logic/filter';
import { FoldedRows, type ListRows } from '../logic/fold';
import type { RowMeaning } from '../logic/rowMeaning';
import { BodySearch, type CutSearch, type SearchLine } from './bodySearch';
import { ItemAnchors } from './itemAnchors';
import type { Rows } from './rows';

/** Rows looked at in one go. */
const slice = 30_000;
/** A filter that rests on what the analysis says is gone through again this often while that changes, ms. */
const meantAgainAfter = 500;

/** What the list is of, as the store has it now. */
export interface ListSource {
  readonly rows: Rows;
  /** Session shown; '' is all of them. */
  readonly session: string;
  /** What the analysis says of the rows. */
  readonly meanings: RowMeaning;
  /** Tells of rows that are lines of the user's notes and not to be shown. */
  readonly notes: { isHidden(row: number): boolean };
}

/** In the order in which they arrived, or items in the order of their conversation. */
export type ListOrder = 'arrival' | 'conversation';

export class ShownList {
  filterText = '';
  order: ListOrder;
  rows: ListRows;
  /** True while rows are still to be looked at. */
  filtering = false;
  /** Rows before this one were cleared away (from the list only). */
  clearedBefore = 0;
  /** Rows from this one on are held back while paused; null when not paused. */
  pausedAt: number | null = null;
  readonly #source: ListSource;
  readonly #search: BodySearch;
  /** The list of which a slice is to be looked at before the next frame. */
  #waiting: ListRows | null = null;
  readonly #schedule: (run: () => void) => void;
  readonly #changed: () => void;
  /** Where the items of these rows stand; made when the list is first put in the order of the conversation. */
  #anchors: { of: Rows; items: ItemAnchors } | null = null;
  #meantTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param changed Called when there are more rows, or others, to show. */
  constructor(
    source: ListSource,
    options: {
      filterText: string;
      order: ListOrder;
      line: SearchLine;
      schedule: (run: () => void) => void;
      changed: () => void;
      cut: (cut: CutSearch) => void;
    },
  ) {
    this.#source = source;
    this.#schedule = options.schedule;
    this.#changed = options.changed;
    this.filterText = options.filterText;
    this.order = options.order;
    this.#search = new BodySearch(options.line, (cut) => {
      if (cut) options.cut(cut);
      if (this.#waiting !== this.rows) this.extend();
      this.#changed();
    });
    this.#search.look(bodySearches(parseFilter(this.filterText)), true);
    this.rows = this.#make();
  }

  setFilter(text: string): void {
    this.filterText = text;
    this.#search.look(bodySearches(parseFilter(text)));
    this.refilter();
  }
  setOrder(order: ListOrder): void {
    this.order = order;
    this.refilter();
  }
  /** What the analysis says has changed. */
  meant(): void {
    if (this.#meantTimer !== undefined || !restsOnMeaning(parseFilter(this.filterText))) return;
    this.#meantTimer = setTimeout(() => {
      this.#meantTimer = undefined;
      this.refilter();
    }, meantAgainAfter);
  }
  /** Everything comes anew: what was cleared, held back and found is forgotten. */
  reset(): void {
    this.clearedBefore = 0;
    this.pausedAt = null;
    this.#search.forget();
    this.rows = this.#make();
  }
  /** Rows that were looked at say something else now: what bodies hold is looked for anew. */
  searchAgain(): void {
    if (this.#search.stopped || bodySearches(parseFilter(this.filterText)).length === 0) return;
    this.#search.forget();
    this.refilter();
    this.#search.grown(this.#source.rows.count);
  }
  refilter(): void {
    this.rows = this.#make();
    this.extend();
    this.#changed();
  }
  /** Rows have come. */
  grown(): void {
    this.extend();
    this.#search.grown(this.#source.rows.count);
  }
  /** Looks at the rows that are left, a slice now and the others before the next frames. */
  extend(): void {
    const { rows } = this;
    const all = this.pausedAt ?? this.#source.rows.count;
    // What bodies hold is known in the order of rows: those before `looked` are judged once and for all.
    const end = Math.min(all, this.#search.looked);
    rows.extend(Math.min(end, rows.looked + slice));
    this.filtering = rows.looked < (this.#search.stopped ? end : all);
    if (rows.looked >= end || this.#waiting === rows) return;
    this.#waiting = rows;
    this.#schedule(() => {
      if (this.#waiting !== rows) return;
      this.#waiting = null;
      if (this.rows !== rows) return;
      this.extend();
      this.#changed();
    });
  }

  /** True while text is looked for in bodies; then `stopSearch` ends it, and what was found stays. */
  get searching(): boolean {
    return this.#search.searching;
  }
  /** Rows that were looked at before the user stopped the search; null when it was not stopped. */
  get stoppedAt(): number | null {
    return this.#search.stopped ? Math.min(this.#search.looked, this.#source.rows.count) : null;
  }
  stopSearch(): void {
    this.#search.stop();
  }

  #make(): ListRows {
    const { rows, session, meanings, notes } = this.#source;
    const filter = compileFilter(parseFilter(this.filterText), rows, this.#search.hits, meanings);
    const passesFilter = (row: number) => !notes.isHidden(row) && filter(row);
    const passes =
      session === '' ? passesFilter : (row: number) => rows.sessionOf(row) === session && passesFilter(row);
    const folded = new FoldedRows(rows, passes, { start: this.clearedBefore });
    if (this.order === 'arrival') return folded;
    if (this.#anchors?.of !== rows) this.#anchors = { of: rows, items: new ItemAnchors(rows) };
    return new ConversationRows(folded, rows, this.#anchors.items);
  }
}
