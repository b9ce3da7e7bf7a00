/** Parts of a trace as traces of their own: a range, a session, pieces of so many minutes or bytes. No line is changed. */
import { Context } from './context';
import { HeldNotes, momentOf, userNoteIn } from './heldNotes';
import type { NoteRecord } from '../trace/records';
import { sessionOf, Source, type SourceLine, type Work } from './source';
import { originsOf, Target } from './target';

/** What was made, and what it lacks. */
export interface Made {
  file: string;
  lines: number;
}
export interface Rewritten {
  made: Made[];
  /** What was left out or added, for people. */
  notes: string[];
  /** What is wrong with the traces it was made of. */
  problems: string[];
}

/** Which part of a trace to keep. Times in ms since its start; a missing end means to the end. */
export interface Range {
  from?: number;
  to?: number;
  /** Only these sessions. */
  sessions?: readonly string[];
}

export interface CutOptions extends Work {
  /** The program that writes, for the header. */
  generator: string;
  /** A file of the new one's name may go when the new one is whole: its user said so. */
  over?: boolean;
}

/**
 * Keeps a range of a trace in `out`. Numbers and times stay those of the trace. Of sessions open when the range begins, their
 * handshake and last configuration are kept too. Rejects when nothing is in the range.
 */
export async function trim(file: string, out: string, range: Range, options: CutOptions): Promise<Rewritten> {
  const { from = -Infinity, to = Infinity, sessions } = range;
  if (from > to)
    throw new Error(
      `The range ends before it begins: from ${seconds(from)} to ${seconds(to)} s. Give the earlier time first.`,
    );
  const isWanted = (session: string) => sessions === undefined || sessions.includes(session);
  const cutter = new Cutter('trim', () => out, options.generator, options.over);
  const seen = new Set<string>();
  const rewritten = await cutter.run(file, options, (line) => {
    const session = sessionOf(line);
    if (session !== undefined) seen.add(session);
    if (session !== undefined && !isWanted(session)) return [];
    // What cannot be read has no time: it stays with what stands before it.
    const t = momentOf(line) ?? cutter.lastTime;
    return t >= from && t <= to ? [{ key: '', isWanted }] : [];
  });
  if (rewritten.made.length > 0) return rewritten;
  const unknown = sessions?.filter((session) => !seen.has(session)) ?? [];
  const known = [...seen].slice(0, 20).join(', ');
  throw new Error(
    unknown.length > 0
      ? `There is no session ${unknown.join(', ')} in ${file}. It has ${known || 'none'}.`
      : `Nothing was recorded in that range. The trace goes from ${seconds(cutter.firstTime)} to ${seconds(cutter.lastTime)} s.`,
  );
}

/** How to split: a file for each session, or a new one after so many milliseconds or bytes. */
export type SplitBy = { kind: 'session' } | { kind: 'time'; ms: number } | { kind: 'size'; bytes: number };

/**
 * Splits a trace; `nameOf` gives each part's file (a session's id, or 1, 2, ...). Calls, notes and gaps that belong to no
 * session are in every session's file.
 */
export async function split(
  file: string,
  nameOf: (part: string) => string,
  by: SplitBy,
  options: CutOptions,
): Promise<Rewritten> {
  const cutter = new Cutter('split', nameOf, options.generator);
  if (by.kind === 'session') {
    const keys = await sessionKeys(file, options);
    if (keys.length > MOST_SESSIONS)
      throw new Error(
        `${file} has ${keys.length} sessions, and at most ${MOST_SESSIONS} files are made at once. Trim it to some of them first.`,
      );
    return cutter.run(file, options, (line) => {
      const session = sessionOf(line);
      const own = keys.filter((key) => key.part === line.part && key.session === session);
      const isOfAll = session === undefined || (own.length === 0 && userNoteIn(line) !== undefined);
      const wanted = isOfAll ? keys : own;
      return wanted.map(({ key, session }) => ({ key, isWanted: (other: string) => other === session }));
    });
  }
  let begun: number | undefined;
  let bytes = 0;
  let part = 0;
  // They stand at the end of the trace, and are about moments whose parts are finished by then.
  const held = await notesOf(file, nameOf('1'), options);
  const notes = held.release(0);
  let next = notes.next();
  const giveNotes = (before: number) => {
    for (; next.done !== true && next.value.note.at < before; next = notes.next())
      cutter.hold(String(part), next.value.note);
  };
  const places = (line: SourceLine): Place[] => {
    if (line.part === 1 && userNoteIn(line) !== undefined) return [];
    const t = line.t ?? cutter.lastTime;
    if (part > 0) giveNotes(t);
    const isFull =
      by.kind === 'time' ? begun !== undefined && t - begun >= by.ms : bytes > 0 && bytes + line.data.length > by.bytes;
    if (part === 0 || isFull) {
      cutter.sealAll();
      part += 1;
      bytes = 0;
      // Parts of so many minutes are counted from the trace's start, also over stretches in which nothing happened.
      begun = by.kind === 'time' ? Math.floor(t / by.ms) * by.ms : 0;
    }
    bytes += line.data.length + 1;
    return [{ key: String(part), isWanted: () => true }];
  };
  try {
    return await cutter.run(file, options, places, () => giveNotes(Infinity));
  } finally {
    held.discard();
  }
}

/** The user's notes of a trace as they are in the end; what does not fit into memory waits beside `target`. */
async function notesOf(file: string, target: string, work: Work): Promise<HeldNotes> {
  const held = new HeldNotes(target);
  const source = await Source.open(file);
  try {
    const { signal } = work;
    for await (const batch of source.batches(signal ? { signal } : {}))
      for (const line of batch) {
        const note = line.part === 1 ? userNoteIn(line) : undefined;
        if (note !== undefined) held.hold(note);
      }
  } catch (error) {
    held.discard();
    throw error;
  } finally {
    await source.close();
  }
  return held;
}

/** Each file being written has a buffer of a megabyte. */
const MOST_SESSIONS = 200;

/** Sessions of a trace in their order; those of joined traces are told apart. */
async function sessionKeys(file: string, work: Work): Promise<{ key: string; session: string; part: number }[]> {
  const found = new Map<string, { key: string; session: string; part: number }>();
  const source = await Source.open(file);
  try {
    const { signal } = work;
    for await (const batch of source.batches(signal ? { signal } : {}))
      for (const line of batch) {
        const session = sessionOf(line);
        if (session === undefined || found.has(`${line.part} ${session}`) || userNoteIn(line) !== undefined) continue;
        const key = line.part === 1 ? session : `${session}-${line.part}`;
        found.set(`${line.part} ${session}`, { key, session, part: line.part });
      }
  } finally {
    await source.close();
  }
  return [...found.values()];
}

/** Where a line goes: the part's key, and whose beginnings that part needs. */
interface Place {
  key: string;
  isWanted(session: string): boolean;
}
interface Part {
  target: Target;
  /** The header under which its last line stood. */
  part: number;
  /** Time of its last line as it stands there, ms. */
  lastT: number;
  notes: HeldNotes;
}

class Cutter {
  /** Times of the first and the last line so far, ms. */
  firstTime = NaN;
  lastTime = 0;
  readonly #by: string;
  readonly #nameOf: (key: string) => string;
  readonly #generator: string;
  readonly #over: boolean;
  readonly #parts = new Map<string, Part>();
  readonly #files = new Set<string>();
  readonly #context = new Context();
  #added = 0;

  constructor(by: string, nameOf: (key: string) => string, generator: string, over = false) {
    this.#by = by;
    this.#nameOf = nameOf;
    this.#generator = generator;
    this.#over = over;
  }

  /** Nothing more goes to the parts made so far. */
  sealAll(): void {
    for (const part of this.#parts.values()) {
      giveBack(part);
      part.target.seal();
    }
  }

  /** A note for a part that was begun; it is written when the part ends. */
  hold(key: string, note: NoteRecord & { id: string }): void {
    this.#parts.get(key)?.notes.hold(note);
  }

  async run(file: string, work: Work, placesOf: (line: SourceLine) => Place[], atEnd?: () => void): Promise<Rewritten> {
    const source = await Source.open(file);
    try {
      for await (const batch of source.batches(work)) for (const line of batch) this.#take(source, line, placesOf);
      atEnd?.();
      const parts = [...this.#parts.values()];
      for (const part of parts) giveBack(part);
      for (const { target } of parts) await target.finish();
      const notes =
        this.#added > 0
          ? [
              `${this.#added} lines from before a part were kept with it: handshake and configuration of its open sessions.`,
            ]
          : [];
      if (this.#by === 'split' && parts.length === 1)
        notes.push('There is one part only: it is a copy of the whole trace.');
      const made = parts.map(({ target }) => ({ file: target.file, lines: target.lines }));
      return { made, notes, problems: source.problems };
    } catch (error) {
      for (const { target, notes } of this.#parts.values()) {
        notes.discard();
        target.discard();
      }
      throw error;
    } finally {
      await source.close();
    }
  }

  #take(source: Source, line: SourceLine, placesOf: (line: SourceLine) => Place[]): void {
    for (const place of placesOf(line)) {
      const part = this.#parts.get(place.key) ?? this.#begin(source, place);
      this.#write(source, part, line);
    }
    this.#context.add(line);
    if (line.t === undefined) return;
    if (Number.isNaN(this.firstTime)) this.firstTime = line.t;
    this.lastTime = line.t;
  }

  #begin(source: Source, { key, isWanted }: Place): Part {
    const [header] = source.headers;
    const file = this.#fileOf(key);
    const target = new Target(file, {
      startedAt: header?.startedAt ?? new Date(0).toISOString(),
      generator: this.#generator,
      madeBy: this.#by,
      ...originsOf(header),
      over: this.#over,
    });
    const part: Part = { target, part: 1, lastT: 0, notes: new HeldNotes(file) };
    this.#parts.set(key, part);
    for (const line of this.#context.lines(isWanted)) {
      this.#write(source, part, line);
      this.#added += 1;
    }
    return part;
  }

  /** Names of sessions that differ only in what no file's name may hold get files of their own. */
  #fileOf(key: string): string {
    let file = this.#nameOf(key);
    // Two names that differ in case alone are one on many disks.
    for (let more = 2; this.#files.has(file.toLowerCase()); more += 1)
      file = this.#nameOf(`${key.slice(0, 50)}-${more}`);
    this.#files.add(file.toLowerCase());
    return file;
  }

  #write(source: Source, part: Part, line: SourceLine): void {
    if (line.part !== part.part) {
      const header = source.headers[line.part - 1];
      giveBack(part);
      if (header !== undefined) part.target.header(header);
      part.part = line.part;
    }
    const note = userNoteIn(line);
    if (note !== undefined) {
      part.notes.hold(note);
      return;
    }
    if (line.t !== undefined) part.lastT = line.t - line.shift;
    part.target.verbatim(line.data);
  }
}

/** Writes the notes that waited for the part's end. */
function giveBack({ target, lastT, notes }: Part): void {
  for (const { note } of notes.release(lastT)) target.record(note);
}

const seconds = (ms: number) => (Number.isNaN(ms) ? '0' : (ms / 1000).toFixed(3));
