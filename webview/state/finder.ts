/**
 * Find within the list: which of the entries shown hold a text, without hiding the others. The list is looked through in
 * slices; while it grows, what was found stays until the next look is done.
 */
import { toPattern, type Pattern } from '../../src/protocol/filter';
import { bodySearches, compileFilter, patternKey } from '../logic/filter';
import type { ListEntry, ListRows } from '../logic/fold';
import { BodySearch, type SearchLine } from './bodySearch';
import type { Rows } from './rows';

/** Entries looked at in one go. */
const slice = 15_000;
/** A list that grows or changes is looked through again this often, ms. */
const againAfter = 500;

export interface FindSource {
  readonly rows: Rows;
  readonly list: ListRows;
  readonly selected: number | null;
  positionOfSelected(): number;
}

export class Finder {
  isOpen = false;
  text = '';
  /** What is looked for; null while there is no text. */
  pattern: Pattern | null = null;
  /** Rows found, in the order of the list; of a folded run those that hold the text. */
  #found: number[] = [];
  readonly #source: FindSource;
  readonly #search: BodySearch;
  readonly #schedule: (run: () => void) => void;
  readonly #changed: () => void;
  /** Ends a look that is under way when it is no longer the newest. */
  #run = 0;
  #scanning = false;
  /** More has been found in bodies since the look under way began. */
  #isBehind = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #passes: (row: number) => boolean = () => false;
  /** The same by what is known without the body. */
  #passesHead: (row: number) => boolean = () => false;

  constructor(source: FindSource, line: SearchLine, schedule: (run: () => void) => void, changed: () => void) {
    this.#source = source;
    this.#schedule = schedule;
    this.#changed = changed;
    this.#search = new BodySearch(line, () => {
      // What is looked through knows nothing of the newest: once more when it is through.
      if (this.#scanning) this.#isBehind = true;
      else this.#look();
    });
  }

  get count(): number {
    return this.#found.length;
  }
  /** True while there may be more than what was found so far. */
  get isLooking(): boolean {
    return this.#scanning || this.#search.searching;
  }
  /** True while text is looked for in bodies; then `stop` ends it, and what was found stays. */
  get isSearching(): boolean {
    return this.#search.searching;
  }
  /** The user has stopped the search: there may be more. */
  get isStopped(): boolean {
    return this.#search.stopped;
  }
  /** Which of the found ones is selected, from 1; 0 when none of them is. */
  get current(): number {
    const place = this.#placeOfSelected();
    const row = this.#found[place];
    return row !== undefined && row === this.#source.selected ? place + 1 : 0;
  }

  open(): void {
    this.isOpen = true;
    this.setText(this.text);
  }
  close(): void {
    this.isOpen = false;
    this.#forget();
    this.#search.look([]);
    this.#changed();
  }
  setText(text: string): void {
    this.text = text;
    const wanted = text.trim();
    this.pattern = wanted === '' ? null : toPattern(wanted);
    if (this.pattern === null) {
      this.#forget();
      this.#search.look([]);
      this.#changed();
      return;
    }
    this.#forget();
    this.#search.look(bodySearches([{ exclude: false, kind: 'anywhere', pattern: this.pattern }]));
    this.#look();
  }
  /** Ends the search for text in bodies. */
  stop(): void {
    this.#search.stop();
  }
  /** All rows come anew, and what the host was looking for is answered no more. */
  reset(): void {
    this.#forget();
    this.#search.forget();
  }
  /** Rows that were looked at say something else now: what bodies hold is looked for anew. */
  searchAgain(): void {
    if (!this.isOpen || this.pattern === null || this.#search.stopped) return;
    this.reset();
    this.#look();
    this.#search.grown(this.#source.rows.count);
  }
  /** The list shows other rows, or more. */
  listChanged(): void {
    if (!this.isOpen || this.pattern === null) return;
    this.#search.grown(this.#source.rows.count);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#look();
    }, againAfter);
  }

  /** Row of the next (1) or previous (-1) one found, round the end; undefined when there is none. */
  next(step: 1 | -1): number | undefined {
    const { length } = this.#found;
    if (length === 0) return undefined;
    const place = this.#placeOfSelected();
    if (step === -1) return this.#found[(place - 1 + length) % length];
    return this.#found[(this.current > 0 ? place + 1 : place) % length];
  }

  /** Place of the first one found that is selected or stands behind what is. */
  #placeOfSelected(): number {
    const { list, selected } = this.#source;
    const position = this.#source.positionOfSelected();
    let low = 0;
    let high = this.#found.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const row = this.#found[middle] ?? 0;
      const at = list.positionOf(row);
      // Those of a folded run share its position.
      if (at < position || (at === position && row < (selected ?? -1))) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #forget(): void {
    this.#run += 1;
    this.#found = [];
    this.#scanning = false;
    this.#isBehind = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const { pattern } = this;
    if (!this.isOpen || pattern === null) return;
    const hits = this.#search.hits;
    this.#passes = compileFilter([{ exclude: false, kind: 'anywhere', pattern }], this.#source.rows, hits);
    this.#passesHead = compileFilter([{ exclude: false, kind: 'anywhere', pattern }], this.#source.rows, new Map());
    const run = ++this.#run;
    const found: number[] = [];
    this.#scanning = true;
    this.#isBehind = false;
    // The first hits are shown at once; later looks end before they replace what there is.
    if (this.#found.length === 0) this.#found = found;
    const bodies = hits.get(patternKey(pattern));
    let position = 0;
    const go = (): void => {
      if (run !== this.#run) return;
      const { list } = this.#source;
      const end = Math.min(list.length, position + slice);
      for (; position < end; position += 1) {
        const entry = list.at(position);
        for (const row of this.#holding(list, entry, bodies)) found.push(row);
      }
      if (position < list.length) {
        this.#schedule(go);
        if (this.#found === found) this.#changed();
        return;
      }
      this.#found = found;
      this.#scanning = false;
      if (this.#isBehind) this.#schedule(() => this.#isBehind && this.#look());
      this.#changed();
    };
    go();
  }

  /**
   * Rows of an entry that hold the text. An open run's members speak for themselves; of a closed one each row may hold it in its
   * body, and what all of them have (type and ids) is found once.
   */
  #holding(list: ListRows, entry: ListEntry, bodies: ReadonlySet<number> | undefined): readonly number[] {
    if (entry.open) return [];
    const isWhole = this.#passesHead(entry.row);
    if (entry.count < 2 || isWhole) return isWhole || this.#passes(entry.row) ? [entry.row] : [];
    if (bodies === undefined || bodies.size === 0) return [];
    const holding: number[] = [];
    for (const row of list.runAt(entry.row)) if (bodies.has(row)) holding.push(row);
    return holding;
  }
}
