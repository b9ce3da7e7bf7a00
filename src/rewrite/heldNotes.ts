/**
 * The user's notes on their way into another trace. They wait until its end, where each is written once as it was last: so no copy
 * holds words that were changed or taken away, and lines stay in the order of their times. However many there are, they wait in a
 * file, and in memory only their places.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { userNote } from '../trace/notes';
import type { NoteRecord } from '../trace/records';
import { whyUnreadable } from '../trace/unreadable';
import type { SourceLine } from './source';

/** Notes that wait in memory before they go to the file, bytes. */
const MOST_WAITING = 4 << 20;
/** Places of so many take 200 MB. */
const MOST_NOTES = 1_000_000;

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

/** A note as it goes into the new trace. */
export interface ReleasedNote {
  note: NoteRecord & { id: string; at: number };
  /** The line it stood on last, counted from 1; 0 when that was not told. */
  line: number;
}

interface Place {
  at: number;
  line: number;
  offset: number;
  length: number;
}

export class HeldNotes {
  readonly #file: string;
  readonly #most: number;
  readonly #places = new Map<string, Place>();
  /** What is not in the file yet. */
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #written = 0;
  #fd: number | undefined;

  /** Beside `target`, a file that nobody has, it keeps what does not fit into memory until they are given or discarded. */
  constructor(target: string, most = MOST_NOTES) {
    this.#file = `${target}.notes-${randomUUID().slice(0, 8)}`;
    this.#most = most;
  }

  /** Keeps a note in the place of an earlier line of it. Throws with a message for people when there are too many, or no room. */
  hold(note: NoteRecord & { id: string }, line = 0): void {
    if (note.removed === true) {
      this.#places.delete(note.id);
      return;
    }
    const data = Buffer.from(JSON.stringify(note));
    const known = this.#places.get(note.id);
    if (known === undefined && this.#places.size >= this.#most)
      throw new Error(
        `There are more than ${this.#most.toLocaleString('en')} notes and bookmarks to carry over, and none may be lost. Trim the trace to a shorter range first.`,
      );
    const place = { at: note.at ?? note.t, line, offset: this.#written + this.#waitingBytes, length: data.length };
    if (known === undefined) this.#places.set(note.id, place);
    else Object.assign(known, place);
    this.#waiting.push(data);
    this.#waitingBytes += data.length;
    if (this.#waitingBytes > MOST_WAITING) this.#write();
  }

  /** Gives the notes there are, as lines written at `t`, in the order of their moments, and forgets them. */
  *release(t: number): Generator<ReleasedNote> {
    const places = [...this.#places.values()].sort((a, b) => a.at - b.at);
    const inMemory = this.#fd === undefined ? Buffer.concat(this.#waiting) : undefined;
    if (inMemory === undefined) this.#write();
    this.#places.clear();
    try {
      for (const { at, line, offset, length } of places) {
        const data = inMemory?.subarray(offset, offset + length) ?? this.#read(offset, length);
        yield { note: { ...(JSON.parse(data.toString('utf8')) as NoteRecord & { id: string }), t, at }, line };
      }
    } finally {
      this.discard();
    }
  }

  /** Forgets them, and leaves no file. */
  discard(): void {
    this.#places.clear();
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#written = 0;
    if (this.#fd === undefined) return;
    closeSync(this.#fd);
    this.#fd = undefined;
    rmSync(this.#file, { force: true });
  }

  #write(): void {
    try {
      this.#fd ??= openSync(this.#file, 'ax+', 0o600);
      const data = Buffer.concat(this.#waiting);
      for (let at = 0; at < data.length;) at += writeSync(this.#fd, data, at);
      this.#written += data.length;
    } catch (error) {
      throw new Error(`Notes on their way could not be kept in ${this.#file}: ${whyUnreadable(error)}.`, {
        cause: error,
      });
    }
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #read(offset: number, length: number): Buffer {
    const data = Buffer.alloc(length);
    for (let at = 0; at < length;) {
      const read = readSync(this.#fd ?? -1, data, at, length - at, offset + at);
      if (read === 0) throw new Error(`${this.#file}, which holds notes on their way, was cut off by another program.`);
      at += read;
    }
    return data;
  }
}
