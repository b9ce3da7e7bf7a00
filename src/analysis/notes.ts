/** Notes of the user as they stand after all lines so far: a span without length each, in a lane of their own. */
import { userNote } from '../trace/notes';
import type { NoteRecord } from '../trace/records';
import type { Span } from './model';

/** More in one trace are nobody's notes; their lines are rows all the same. */
const MOST_NOTES = 10_000;
/** Status of a note that was taken away. */
export const NOTE_REMOVED = 'removed';

export class NoteSpans {
  readonly #spans = new Map<string, Span>();
  #changed = new Map<string, Span>();

  /** Takes a line; `session` is its session as the document names it, `shift` what its times are moved by, ms. */
  add(record: NoteRecord, { row, session, shift }: { row: number; session: string; shift: number }): void {
    const note = userNote(record);
    if (note === undefined) return;
    const known = this.#spans.get(note.id);
    if (known === undefined && this.#spans.size >= MOST_NOTES) return;
    const at = note.at + shift;
    const span: Span = {
      key: `note ${note.id}`,
      session,
      lane: 'note',
      label: note.text,
      start: at,
      end: at,
      status: note.removed ? NOTE_REMOVED : '',
      detail: '',
      // The first line is the row of the note, however often it is changed.
      startRow: known?.startRow ?? row,
      endRow: row,
      response: '',
      item: '',
      call: '',
      marks: [],
    };
    this.#spans.set(note.id, span);
    this.#changed.set(span.key, span);
  }

  /** Notes that are new or changed since the last call, those taken away among them. */
  take(): Span[] {
    const taken = [...this.#changed.values()];
    this.#changed = new Map();
    return taken;
  }
}
