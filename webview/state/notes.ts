/** The user's notes as the page knows them: which rows they are, and which of their lines are not to be shown. */
import type { Span } from '../../src/document/columns';
import { KIND_NOTE, NOTE_CHANGE } from '../logic/rowSource';
import type { Rows } from './rows';

const REMOVED = 'removed';
/** Key of a note's span, before its id. */
const KEY = 'note ';

/** A note that is to be written, as the host takes it. */
export interface NoteDraft {
  id: string;
  text: string;
  at: number;
  session: string;
  row?: number;
}

export class Notes {
  /** By the row of their first line. */
  readonly #byRow = new Map<number, Span>();
  readonly #gone = new Set<number>();
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /**
   * Takes what the analysis says; gives keys of notes that are gone, whether other rows are hidden than before, and whether a note
   * says something else now.
   */
  take(spans: readonly Span[]): { gone: string[]; hides: boolean; changed: boolean } {
    const gone: string[] = [];
    let hides = false;
    let changed = false;
    for (const span of spans) {
      if (span.lane !== 'note') continue;
      const { startRow: row } = span;
      if (span.status === REMOVED) {
        gone.push(span.key);
        changed = this.#byRow.delete(row) || changed;
        hides ||= !this.#gone.has(row);
        this.#gone.add(row);
      } else {
        const known = this.#byRow.get(row);
        changed ||= (known !== undefined && known.label !== span.label) || this.#gone.has(row);
        this.#byRow.set(row, span);
        hides = this.#gone.delete(row) || hides;
      }
    }
    return { gone, hides, changed };
  }

  /** The note whose row that is. */
  at(row: number | null): Span | undefined {
    return row === null ? undefined : this.#byRow.get(row);
  }
  /** What the note of a row says now; undefined for any other row. */
  textOf(row: number): string | undefined {
    const note = this.#byRow.get(row);
    return note && (note.label === '' ? 'bookmark' : note.label);
  }
  /** Lines that change a note are not shown, nor is a note that was taken away. */
  isHidden(row: number): boolean {
    if (this.#rows.kind.at(row) !== KIND_NOTE) return false;
    return this.#gone.has(row) || this.#rows.typeOf(row) === NOTE_CHANGE;
  }
  /** The note on a moment of a session; undefined when there is none. */
  on(at: number, session: string): Span | undefined {
    // Moments are written to the microsecond.
    return [...this.#byRow.values()].find((note) => note.session === session && Math.abs(note.start - at) < 0.001);
  }
}

/** Whether the timeline has it: a note that was taken away has no place there. */
export const isShownSpan = (span: Span): boolean => span.lane !== 'note' || span.status !== REMOVED;

/** The note as it would be written again. */
export function draftOf({ key, label, start, session }: Span): NoteDraft {
  return { id: key.slice(KEY.length), text: label, at: start, session };
}
