/**
 * A conversation of any length in pages of entries: only those near the view are here, the others are a height. Entries are of
 * any height, so a page that has been shown keeps the height it had.
 */
import type { ConversationEntry } from '../../src/analysis/conversation/model';

export const pageSize = 40;
/** Height of an entry nobody has seen yet, pixels. */
const usualHeight = 92;

export interface Page {
  /** With the entry before the first, where there is one, so that it can be told whether a turn begins here. */
  before: ConversationEntry | undefined;
  entries: readonly ConversationEntry[];
  /** There is newer than this. */
  stale: boolean;
}

export class ConversationPages {
  readonly #pages = new Map<number, Page>();
  readonly #heights = new Map<number, number>();
  /** Pages on their way; those of other pages than these are no business of theirs. */
  readonly asking = new Set<number>();
  total = 0;

  get count(): number {
    return Math.ceil(this.total / pageSize);
  }

  get(page: number): Page | undefined {
    return this.#pages.get(page);
  }

  /** Where a page begins in the conversation, and what to ask for to have it. */
  question(page: number): { from: number; count: number } {
    const start = page * pageSize;
    const from = Math.max(0, start - 1);
    return { from, count: start + pageSize - from };
  }

  put(page: number, total: number, entries: readonly ConversationEntry[]): void {
    this.total = total;
    const hasBefore = page > 0;
    this.#pages.set(page, {
      before: hasBefore ? entries[0] : undefined,
      entries: hasBefore ? entries.slice(1) : entries,
      stale: false,
    });
  }

  /** All there is may have changed. */
  spoil(): void {
    for (const page of this.#pages.values()) page.stale = true;
  }

  /** Drops pages that are far from those that are shown. */
  keepNear(first: number, last: number, margin = 6): void {
    for (const page of this.#pages.keys()) if (page < first - margin || page > last + margin) this.#pages.delete(page);
  }

  /** Height of a page as it was measured, else as it is to be expected. */
  height(page: number): number {
    return this.#heights.get(page) ?? Math.min(pageSize, this.total - page * pageSize) * usualHeight;
  }

  /** True when the height is another than before. */
  measured(page: number, height: number): boolean {
    if (this.#heights.get(page) === height) return false;
    this.#heights.set(page, height);
    return true;
  }

  /** Pages between two heights from the top, one more on each side. */
  within(top: number, bottom: number): { first: number; last: number } {
    const { count } = this;
    let first = 0;
    let y = 0;
    while (first < count - 1 && y + this.height(first) < top) y += this.height(first++);
    let last = first;
    while (last < count - 1 && y + this.height(last) < bottom) y += this.height(last++);
    return { first: Math.max(0, first - 1), last: Math.min(count - 1, last + 1) };
  }
}
