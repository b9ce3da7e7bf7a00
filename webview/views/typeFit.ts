/** Types as far as their column has room for them, measured in the list's own font. */
import type { ListEntry } from '../logic/fold';
import { fitType } from '../logic/listColumns';
import { FLAG } from '../logic/rowSource';
import type { Store } from '../state/store';
import { findingOf, runLabel } from './rowTexts';

/** Room that a badge takes beside its text, and a mark (`injected`, `!`) altogether, pixels. */
const badgeExtra = 21;
/** A badge's letters are 11 pixels high where the row's are 13. */
const badgeScale = 11 / 13;
const pipWidth = 9;
const findingWidth = 22;
const markWidths = [
  [FLAG.error, 21],
  [FLAG.injected, 58],
  [FLAG.held, 40],
  [FLAG.released, 44],
  [FLAG.dropped, 60],
  [FLAG.rule, 36],
  [FLAG.redacted, 60],
] as const;
/** Types of strangers may be without number. */
const mostKept = 2000;

export class TypeFit {
  /** Pixels for a type without badge and marks, the font they are measured in, and what was found to fit. */
  #room = 0;
  #font = '';
  readonly #texts = new Map<string, string>();
  readonly #widths = new Map<string, number>();
  #pen: CanvasRenderingContext2D | null | undefined;

  /** The column's width in pixels and its font, as CSS writes it; true when either is another than before. */
  setColumn(width: number, font: string): boolean {
    const room = width - pipWidth;
    if (room === this.#room && font === this.#font) return false;
    this.#room = room;
    if (font !== this.#font) {
      this.#font = font;
      this.#widths.clear();
      this.#pen = undefined;
    }
    this.#texts.clear();
    return true;
  }

  /** The type as far as the column has room for it beside badge and marks. */
  text(store: Store, type: string, entry: ListEntry): string {
    if (type === '') return '(no type)';
    const { rows } = store;
    const badge = entry.count > 1 ? this.#width(runLabel(entry)) * badgeScale + badgeExtra : 0;
    let marks = 0;
    for (const [flag, width] of markWidths) if (rows.has(entry.row, flag)) marks += width;
    const finding = findingOf(store, entry) === undefined ? 0 : findingWidth;
    const most = Math.max(40, this.#room - badge - marks - finding);
    const key = `${Math.round(most)} ${type}`;
    let text = this.#texts.get(key);
    if (text === undefined) {
      text = fitType(type, most, (part) => this.#measure(part));
      if (this.#texts.size > mostKept) this.#texts.clear();
      this.#texts.set(key, text);
    }
    return text;
  }

  #width(text: string): number {
    let width = this.#widths.get(text);
    if (width === undefined) {
      width = this.#measure(text);
      if (this.#widths.size > mostKept) this.#widths.clear();
      this.#widths.set(text, width);
    }
    return width;
  }
  #measure(text: string): number {
    if (this.#pen === undefined) {
      this.#pen = document.createElement('canvas').getContext('2d');
      if (this.#pen !== null) this.#pen.font = this.#font;
    }
    return this.#pen === null ? text.length * 7 : this.#pen.measureText(text).width;
  }
}
