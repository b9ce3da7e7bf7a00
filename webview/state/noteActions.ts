/** What people do with notes: add, change and take away, each with a way back. */
import type { Span } from '../../src/document/columns';
import { formatPosition } from '../logic/format';
import { KIND_EVENT } from '../logic/rowSource';
import { draftOf, type NoteDraft } from './notes';
import type { Store } from './store';

/** Longest text of a note, characters; the recording takes no more. */
export const mostNote = 4000;

/** Adds a bookmark at a moment; on the moment of one, takes that away. One with words is opened instead. */
export async function toggleBookmark(store: Store, at: number | null): Promise<void> {
  const draft = newDraft(store, at);
  if (draft === null) return;
  const note = store.notes.at(store.selected) ?? store.notes.on(draft.at, draft.session);
  if (note === undefined) await write(store, draft, 'Bookmark added', () => write(store, gone(draft)));
  else if (note.label === '') await removeNote(store, note);
  else editNote(store, note);
}

/** Opens the field for a note at a moment, or for the one that is there. */
export function openNote(store: Store, at: number | null): void {
  const draft = newDraft(store, at);
  if (draft === null) return;
  const note = store.notes.at(store.selected) ?? store.notes.on(draft.at, draft.session);
  if (note === undefined) store.setNoteDraft(draft);
  else editNote(store, note);
}

/** Opens the field for the text of a note. */
export function editNote(store: Store, note: Span): void {
  store.setNoteDraft(redraft(store, note));
}

/** Writes what was typed; an unchanged text writes nothing. False when it could not be written: the field stays. */
export async function saveNote(store: Store, draft: NoteDraft, text: string): Promise<boolean> {
  const said = text.trim().slice(0, mostNote);
  const known = store.spanIndex.get(`note ${draft.id}`);
  const before = known && redraft(store, known);
  if (before?.text === said) return true;
  const what = before === undefined ? (said === '' ? 'Bookmark added' : 'Note added') : 'Note changed';
  return write(store, { ...draft, text: said }, what, () => write(store, before ?? gone(draft)));
}

/** Takes a note away. */
export async function removeNote(store: Store, note: Span): Promise<void> {
  const draft = redraft(store, note);
  const what = note.label === '' ? 'Bookmark removed' : 'Note removed';
  await write(store, gone(draft), what, () => write(store, draft));
}

/** The way back from what was done last, by page. */
const lastUndo = new WeakMap<Store, () => unknown>();

/** Takes back what was done last to a note; false when there is nothing to take back. */
export function undoNote(store: Store): boolean {
  const undo = lastUndo.get(store);
  if (undo === undefined) return false;
  lastUndo.delete(store);
  store.tell(null);
  void undo();
  return true;
}

type Written = NoteDraft & { removed?: true };

const gone = (draft: NoteDraft): Written => ({ ...draft, text: '', removed: true });

async function write(store: Store, note: Written, said = '', undo?: () => unknown): Promise<boolean> {
  if ((await store.ask('note', note)) === undefined) return false;
  if (said === '' || undo === undefined) return true;
  lastUndo.set(store, undo);
  const action = { label: 'Undo', run: () => void undoNote(store) };
  store.tell({ kind: 'info', text: `${said} at ${formatPosition(note.at - store.origin)}.`, action });
  return true;
}

/** A note on the selected event, or else on a moment; null, and said, when there is neither. */
function newDraft(store: Store, at: number | null): NoteDraft | null {
  const { selected, rows, document } = store;
  const id = crypto.randomUUID();
  const t = selected === null ? at : (rows.t.at(selected) ?? at);
  if (t === null) {
    store.tell({ kind: 'info', text: 'Select an event first: a note is about a moment.' });
    return null;
  }
  const sessions = document?.sessions ?? [];
  const only = store.session !== '' ? store.session : sessions.length === 1 ? (sessions[0]?.id ?? '') : '';
  const session = (selected === null ? '' : rows.sessionOf(selected)) || only;
  const isEvent = selected !== null && rows.kind.at(selected) === KIND_EVENT;
  return { id, text: '', at: t, session, ...(isEvent ? { row: selected } : {}) };
}

/** The note as it is, with the event at its moment. */
export function redraft({ rows }: Store, note: Span): NoteDraft {
  const draft = draftOf(note);
  const { all } = rows.indexes(draft.session);
  for (let at = all.lowerBound(draft.at - 0.001); at < all.count && all.time(at) < draft.at + 0.001; at += 1)
    if (rows.kind.at(all.row(at)) === KIND_EVENT) return { ...draft, row: all.row(at) };
  return draft;
}
