/** The rows of the event list that are in view: elements that are used again for other rows as the list moves. */
import { FLAG } from '../logic/rowSource';
import type { ListEntry, ListRows } from '../logic/fold';
import type { Column } from '../logic/listColumns';
import type { Rows } from '../state/rows';
import type { Store } from '../state/store';
import { attributeOf, made } from './patch';
import { makeCell, type Cell, type RowLook } from './rowCells';

/** What VS Code hands to a command of a row's menu. */
export function rowContext(rows: Rows, row: number, marked?: { count: number; has(row: number): boolean }): string {
  const isMarked = marked?.has(row) === true;
  return JSON.stringify({
    webviewSection: 'row',
    rtiRow: row,
    rtiEvent: (rows.seq.at(row) ?? 0) > 0,
    rtiType: rows.typeOf(row) !== '',
    rtiResponse: rows.responseOf(row) !== '',
    rtiItem: rows.itemOf(row) !== '',
    rtiHasAudio: (rows.audioMs.at(row) ?? 0) > 0 || rows.responseOf(row) !== '' || rows.itemOf(row) !== '',
    rtiMany: isMarked && marked.count > 1,
    rtiTwo: isMarked && marked.count === 2,
    rtiPair: rows.has(row, FLAG.edited | FLAG.held),
    preventDefaultContextMenuItems: true,
  });
}

/** An open run and its first member are the same row: both are then selected. */
function isSelected({ selected, list }: Store, entry: ListEntry, position: number): boolean {
  if (selected === entry.row && (!entry.open || entry.count === 1)) return true;
  if (selected === null || entry.count === 1 || selected < entry.row || selected > entry.last) return false;
  return position === list.positionOf(selected);
}

class EventRow {
  readonly element = made('div', 'row num', 'row');
  position = -1;
  /** Of what it was drawn; another one means that it may have to say something else. */
  stamp = -1;
  selected = false;
  readonly #cells: readonly Cell[];
  readonly #looks = attributeOf(this.element, 'class');
  readonly #id = attributeOf(this.element, 'id');
  readonly #index = attributeOf(this.element, 'aria-rowindex');
  readonly #selected = attributeOf(this.element, 'aria-selected');
  readonly #row = attributeOf(this.element, 'data-row');
  readonly #context = attributeOf(this.element, 'data-vscode-context');

  constructor(columns: readonly Column[]) {
    this.#cells = columns.map(makeCell);
    this.element.append(...this.#cells.map(({ element }) => element));
  }

  draw(look: RowLook, entry: ListEntry, above: ListEntry | undefined, position: number): void {
    const { store } = look;
    const { rows, range, marked } = store;
    const { row } = entry;
    const t = rows.t.at(row) ?? 0;
    const isMarked = marked.count > 0 && marked.has(row);
    this.position = position;
    this.selected = isSelected(store, entry, position);
    let looks = 'row num';
    if (this.selected) looks += ' selected';
    if (isMarked) looks += ' marked';
    if (entry.member) looks += ' member';
    if (rows.kind.at(row) !== 0) looks += ' plain';
    if (range !== null && t >= range.start && t <= range.end) looks += ' inRange';
    this.#looks(looks);
    this.#id(`row-${position}`);
    this.#index(String(position + 1));
    this.#selected(this.selected || isMarked ? 'true' : 'false');
    this.#row(String(row));
    this.#context(rowContext(rows, row, marked));
    const shown = { look, entry, above };
    for (const cell of this.#cells) cell.draw(shown);
  }
}

/** The rows in view, in the order of the list also among the elements: that is how a screen reader goes through them. */
export class EventRows {
  readonly #box: HTMLElement;
  #rows: EventRow[] = [];
  #columns: readonly Column[] = [];

  /** @param box Holds the rows and nothing else. */
  constructor(box: HTMLElement) {
    this.#box = box;
  }

  /**
   * Shows positions `first` up to, not including, `last`. Rows of a position that is still in view only move along; they are
   * drawn again when `stamp` is another than before, so that scrolling costs what comes into view.
   */
  draw(
    look: RowLook,
    list: ListRows,
    view: { first: number; last: number; columns: readonly Column[]; stamp: number },
  ) {
    const { first, last, columns, stamp } = view;
    if (columns !== this.#columns) {
      this.#columns = columns;
      this.#rows = [];
      this.#box.replaceChildren();
    }
    this.#turn(first);
    this.#setCount(last - first);
    let above = first > 0 ? list.at(first - 1) : undefined;
    for (const [at, row] of this.#rows.entries()) {
      const position = first + at;
      const entry = list.at(position);
      if (row.position !== position || row.stamp !== stamp) row.draw(look, entry, above, position);
      row.stamp = stamp;
      above = entry;
    }
  }

  /** Position of the first row shown that is selected; undefined when none is. */
  get selected(): number | undefined {
    return this.#rows.find(({ selected }) => selected)?.position;
  }
  /** Position of the row that an event happened in; undefined when it was none. */
  positionOf(event: Event): number | undefined {
    const { target } = event;
    const element = target instanceof Element ? target.closest('.row') : null;
    return this.#rows.find((row) => row.element === element)?.position;
  }

  /** Rows that left at one end come in at the other one. */
  #turn(first: number): void {
    const rows = this.#rows;
    const by = first - (rows[0]?.position ?? first);
    if (by === 0 || Math.abs(by) >= rows.length) return;
    if (by > 0) {
      const gone = rows.splice(0, by);
      this.#box.append(...gone.map(({ element }) => element));
      rows.push(...gone);
    } else {
      const gone = rows.splice(by);
      this.#box.prepend(...gone.map(({ element }) => element));
      rows.unshift(...gone);
    }
  }
  #setCount(count: number): void {
    const rows = this.#rows;
    for (const row of rows.splice(Math.max(0, count))) row.element.remove();
    const more: EventRow[] = [];
    while (rows.length + more.length < count) more.push(new EventRow(this.#columns));
    rows.push(...more);
    this.#box.append(...more.map(({ element }) => element));
  }
}
