/**
 * The user's notes on their way into another trace. They wait until its end, where each is written once as it was last: so no copy
 * holds words that were changed or taken away, and lines stay in the order of their times.
 */
import { userNote } from '../trace/notes';
import type { NoteRecord } from '../trace/records';
import type { SourceLine } from './source';

/** As many as the analysis knows; more are left out. */
const MOST = 10_000;

/** The line's note when it is one of the user. */
export function userNoteIn({ parsed }: Pick<SourceLine, 'parsed'>): (NoteRecord & { id: string }) | undefined {
  if (parsed.kind !== 'record' || parsed.record.kind !== 'note') return undefined;
  const { record } = parsed;
  return userNote(record) !== undefined && record.id !== undefined ? { ...record, id: record.id } : undefined;
}

/** The moment a line is about, ms on the axis of the first header; a note of the user is about an earlier one than its line's. */
export function momentOf(line: SourceLine): number | undefined {
  const note = userNoteIn(line);
  return note === undefined ? line.t : (note.at ?? note.t) + line.shift;
}

export class HeldNotes {
  readonly #notes = new Map<string, NoteRecord>();

  /** Keeps a note in the place of an earlier line of it. */
  hold(note: NoteRecord & { id: string }): void {
    if (this.#notes.has(note.id) || this.#notes.size < MOST) this.#notes.set(note.id, note);
  }

  /** Gives the notes there are, as lines written at `t`, in the order of their moments, and forgets them. */
  release(t: number): NoteRecord[] {
    const notes = [...this.#notes.values()]
      .filter(({ removed }) => removed !== true)
      .map((note) => ({ ...note, t, at: note.at ?? note.t }))
      .sort((a, b) => a.at - b.at);
    this.#notes.clear();
    return notes;
  }
}
