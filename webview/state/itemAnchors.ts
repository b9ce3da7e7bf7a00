/**
 * Where each item of a conversation stands among the rows: at the event that put it into the conversation, and until that
 * has come at the first event that names it. Looks at each row once.
 */
import type { RowSource } from '../logic/rowSource';

/** The server's word that an item is in the conversation, and the beta's. */
const addedTypes: ReadonlySet<string> = new Set(['conversation.item.added', 'conversation.item.created']);

export class ItemAnchors {
  readonly #rows: RowSource;
  #looked = 0;
  readonly #anchors = new Map<number, { row: number; isAdded: boolean }>();
  readonly #isAdding = new Map<number, boolean>();

  constructor(rows: RowSource) {
    this.#rows = rows;
  }

  /** Looks at the rows that have come; gives the items that stand elsewhere now. */
  extend(): { from: number; to: number }[] {
    const rows = this.#rows;
    const moved: { from: number; to: number }[] = [];
    for (; this.#looked < rows.count; this.#looked += 1) {
      const row = this.#looked;
      if (rows.item.at(row) === 0) continue;
      const key = this.#key(row);
      const known = this.#anchors.get(key);
      const adds = this.#adds(rows.type.at(row) ?? 0);
      if (known === undefined) this.#anchors.set(key, { row, isAdded: adds });
      else if (adds && !known.isAdded) {
        moved.push({ from: known.row, to: row });
        this.#anchors.set(key, { row, isAdded: true });
      }
    }
    return moved;
  }

  /** The row at which a row's item stands; the row itself when it names none. */
  anchor(row: number): number {
    return this.#rows.item.at(row) === 0 ? row : (this.#anchors.get(this.#key(row))?.row ?? row);
  }

  /** An item's id is its session's own. */
  #key(row: number): number {
    return (this.#rows.session.at(row) ?? 0) * 2 ** 26 + (this.#rows.item.at(row) ?? 0);
  }
  #adds(type: number): boolean {
    let adds = this.#isAdding.get(type);
    if (adds === undefined) this.#isAdding.set(type, (adds = addedTypes.has(this.#rows.string(type))));
    return adds;
  }
}
