/** What importers hand on, and what is told of an import or export. Plain data. */
import type { Side } from '../protocol/side';
import type { CloseRecord, ControlRecord, EventRecord, GapRecord, HttpRecord, OpenRecord } from '../trace/records';

/** Formats that can be read. */
export const IMPORT_FORMATS = ['har', 'trace', 'lines', 'events', 'cassette', 'console'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** What each is, for people. */
export const FORMAT_TITLES: Record<ImportFormat, string> = {
  har: 'HAR with WebSocket messages',
  trace: 'trace of this program',
  lines: 'lines of messages with their direction',
  events: 'list of events',
  cassette: 'cassette of a test recorder',
  console: 'log of a console',
};

/** Where the times of a session are from: recorded, from ids (whole seconds), or from nothing but the order. */
export type Times = 'recorded' | 'ids' | 'order';

/** A message; times in ms since 1970, undefined when they are not told. */
export interface ImportedMessage {
  from: Side;
  at: number | undefined;
  data: Buffer | undefined;
  /** Size, where `data` was not kept. */
  bytes?: number;
  binary: boolean;
  /** It stands apart from the session's other messages in the file, in an order of its own. */
  aside?: true;
  /** Fields of the head that only our own files have; `sent` counts from `at`. */
  head?: Partial<Pick<EventRecord, 'seq' | 'origin' | 'replaces' | 'fate' | 'rule' | 'breakpoint'>> & {
    sent?: number;
    bytes?: number;
    redacted?: string[];
  };
}

/** A handshake without its place in the trace. */
export type ImportedOpen = Omit<OpenRecord, 'kind' | 'session' | 't'> & { at: number | undefined };
export type ImportedClose = Omit<CloseRecord, 'kind' | 'session' | 't'> & { at: number | undefined };
export type ImportedControl = Omit<ControlRecord, 'kind' | 'session' | 't'> & { at: number };
export type ImportedGap = Omit<GapRecord, 'kind' | 'session' | 't'> & { at: number | undefined };
/** Bodies and headers as they were: secrets are taken out where it is kept. */
export type ImportedCall = Omit<HttpRecord, 'kind' | 't' | 'start'> & { at: number; start: number };

/** What a note of the user says besides its text. */
export interface ImportedNote {
  id: string;
  /** The moment it is about, ms since 1970. */
  about: number;
  /** Its session by the importer's key. */
  key: string | undefined;
  /** Number that its message has in the file; 0 for none. */
  seq: number;
  removed: boolean;
}

/** What an importer finds, as it comes. A session is known by any key of the importer's own. */
export interface Sink {
  /** What a session is called in the file it comes from, if it has a name there. */
  open(key: string, open: ImportedOpen, name?: string): void;
  /** The name of a session whose handshake the file does not have. */
  name(key: string, name: string): void;
  /** Nothing of a session is earlier, ms since 1970. */
  begins(key: string, at: number): void;
  message(key: string, message: ImportedMessage): void;
  control(key: string, control: ImportedControl, aside?: boolean): void;
  gap(key: string | undefined, gap: ImportedGap): void;
  close(key: string, close: ImportedClose): void;
  call(call: ImportedCall): void;
  /** A remark, or a note of the user: then `own` tells what it is about, and a later line of it takes the place of this one. */
  note(at: number | undefined, text: string, own?: ImportedNote): void;
  /** The session turned out to be none of this API: nothing of it is kept. */
  forget(key: string): void;
  /** The trace the file was made of, where it says so. */
  origin(origin: { startedAt: string; id: string }): void;
  /** The session is complete: what is kept of it in memory may go. */
  flush(key: string): void;
  readonly report: Findings;
}

/** Remarks of one kind, each told once with how often. */
export class Remarks {
  readonly #counts = new Map<string, number>();
  #beyond = 0;

  add(text: string, times = 1): void {
    const known = this.#counts.get(text);
    if (known === undefined && this.#counts.size >= MOST_REMARKS) this.#beyond += 1;
    else this.#counts.set(text, (known ?? 0) + times);
  }

  /** What is true of all of them needs no count. */
  once(text: string): void {
    if (!this.#counts.has(text)) this.add(text);
  }

  get size(): number {
    return this.#counts.size;
  }

  /** For people, each a sentence: with `(3 times)` where it was more than once. */
  list(): string[] {
    const all = [...this.#counts].map(
      ([text, times]) => `${text.replace(/\.$/, '')}${times === 1 ? '' : ` (${times} times)`}.`,
    );
    return this.#beyond > 0 ? [...all, `${this.#beyond} more of the kind.`] : all;
  }
}

/** Remarks listed one by one; the rest is counted. */
const MOST_REMARKS = 100;

/** What is noticed on the way. */
export class Findings {
  /** What wrote the file, as it says. */
  writer = '';
  /** What the file holds and a trace does not, or the other way round. */
  readonly lost = new Remarks();
  readonly guessed = new Remarks();
  /** What could not be read, and where. */
  readonly problems = new Remarks();
}

/** A session as it was taken over. */
export interface ImportedSession {
  id: string;
  /** What it was called in the file; '' when it had no name. */
  name: string;
  url: string;
  messages: number;
  times: Times;
}

/** What `import --json` prints. */
export interface ImportReport {
  file: string;
  out: string;
  format: ImportFormat;
  writer: string;
  startedAt: string;
  sessions: ImportedSession[];
  messages: number;
  /** Messages in which secrets were replaced. */
  redacted: number;
  lost: string[];
  guessed: string[];
  problems: string[];
}

/** What `export --json` prints. */
export interface ExportReport {
  trace: string;
  as: string;
  /** Files written; empty where it was sent. */
  files: { file: string; bytes: number }[];
  /** What was written or sent, counted: `sessions`, `messages`, `spans`, ... */
  counts: Record<string, number>;
  lost: string[];
  guessed: string[];
  problems: string[];
}
