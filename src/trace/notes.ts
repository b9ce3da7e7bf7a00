/** Notes and bookmarks of the user: what a line of one may hold, and what the lines of a trace come to. */
import type { NoteRecord } from './records';
import { redactBody } from './redact';

/** Longest text of a note, characters. */
export const MOST_NOTE = 4000;

/** What the user says of a moment; times in ms on the trace's axis. */
export interface UserNote {
  id: string;
  /** Empty in a bookmark. */
  text: string;
  at: number;
  /** '' when it is about no session of its own. */
  session: string;
  /** Number of the message it is about; 0 for none. */
  seq: number;
  removed: boolean;
}

/** What a line says of a note of the user; undefined for a remark of the recorder or of an import. */
export function userNote(record: NoteRecord): UserNote | undefined {
  if (record.by !== 'user' || record.id === undefined) return undefined;
  const { id, text, at, t, session = '', seq = 0, removed = false } = record;
  return { id, text, at: at ?? t, session, seq, removed };
}

/**
 * The line of a note, written at `t`: its text in one piece, without secrets, cut to `MOST_NOTE`. `alsoSecret` is what is
 * secret besides everything with the shape of a key.
 */
export function noteRecord(
  { id, text, at, session, seq, removed }: UserNote,
  t: number,
  alsoSecret: readonly string[] = [],
): NoteRecord {
  const said = removed ? '' : text.trim().slice(0, MOST_NOTE);
  return {
    kind: 'note',
    t,
    text: redactBody(said, alsoSecret)?.text ?? said,
    id,
    by: 'user',
    at: Math.round(at * 1000) / 1000,
    ...(session === '' ? {} : { session }),
    ...(seq === 0 ? {} : { seq }),
    ...(removed ? { removed } : {}),
  };
}
