/**
 * The lines of a recording: each in its turn and with its number, in one file or in several, and what was not kept while
 * recording was off.
 */
import { messageLine, type Line, type Message } from '../trace/line';
import { noteRecord, type UserNote } from '../trace/notes';
import { TRACE_VERSION, type ReplayOrigin, type TraceHeader, type TraceRecord } from '../trace/records';
import { TraceWriter } from '../trace/writer';
import { Beginnings } from './beginnings';
import { NEVER_SENT } from './ring';

/** When a recording goes on in a new file: after so many bytes, or so many milliseconds. */
export interface Rotation {
  bytes: number;
  ms: number;
}

/** Where traces go. */
export interface RecordingOptions {
  /** Makes the path of a new trace; `part` counts the files of this recording from 1. */
  newFile(part: number): string;
  rotation?: Rotation | undefined;
  /** A new file could not be begun: the recording goes on in the one before. */
  stays?(reason: string): void;
  generator: string;
  /** What is replayed, for the header. */
  replayOf?: ReplayOrigin | undefined;
  /** Wall-clock time of t = 0 on the traffic thread's clock. */
  epoch: number;
  on: boolean;
  /** Something was written that `take` had not finished (a body inflated later); it waits for a `flush`. */
  late?(): void;
}

/** A message with what is secret in its session. Times are the traffic thread's clock, ms; `sent` may be `NEVER_SENT`. */
export interface Kept extends Message {
  alsoSecret: string[];
  /** Where the numbers of what is held back are kept, in the order of its arrival. */
  held?: number[] | undefined;
  /** The rule that made the inspector say goodbye to its session. */
  endedBy?: string | undefined;
}

/** How long a file that could not be begun is left alone, ms. */
const TRY_AGAIN_MS = 60_000;

/** Something to be written, in its place: a line, or a message whose body is still being inflated. */
interface Pending {
  write: (() => void) | undefined;
}

/** Writes one trace at a time. */
export class Recording {
  readonly #options: RecordingOptions;
  #writer: TraceWriter;
  /** Traffic-clock time of t = 0 of the trace being written. */
  readonly zero: number;
  #seq = 0;
  #pending: Pending[] = [];
  #on: boolean;
  #skipped = { from: 0, count: 0 };
  #empty = true;
  #part = 1;
  readonly #beginnings = new Beginnings();
  #header: TraceHeader | undefined;
  /** When the file being written was begun, and when the next one may be, ms of the trace. */
  #begun = 0;
  #notBefore = 0;

  /** Throws when the first trace cannot be made. `now` is the traffic thread's clock. */
  constructor(options: RecordingOptions, now: number) {
    this.#options = options;
    this.#on = options.on;
    this.zero = now;
    this.#writer = this.#newWriter(now);
  }

  get file(): string {
    return this.#writer.file;
  }
  get size(): number {
    return this.#writer.size;
  }
  get trouble(): string {
    return this.#writer.trouble;
  }
  get on(): boolean {
    return this.#on;
  }
  /** True while a message waits for its body to be inflated. */
  get waiting(): boolean {
    return this.#pending.length > 0;
  }
  /** True while nothing but the header stands in the trace. */
  get empty(): boolean {
    return this.#empty;
  }
  /** Number of the newest message. */
  get seq(): number {
    return this.#seq;
  }

  /**
   * Adds a note of the user in its turn, `now` being the traffic thread's clock; also while recording is off, as it is the
   * user's own word and not traffic. Throws, for people, when the trace cannot be written now.
   */
  note(note: UserNote, now: number, secrets: readonly string[]): void {
    if (this.trouble) throw new Error(`The note was not kept. ${this.trouble}`);
    this.inTurn(() => {
      this.#empty = false;
      this.#writer.record(noteRecord(note, now - this.zero, secrets));
    });
  }

  /** Writes out what is buffered. */
  flush(): void {
    this.#writer.flush();
  }

  /** Switches recording; what passes while it is off is counted, and a gap line says so when it is on again. */
  setOn(on: boolean, now: number): void {
    if (on === this.#on) return;
    this.#on = on;
    if (on && this.#skipped.count > 0) {
      const { from, count } = this.#skipped;
      this.#skipped = { from: 0, count: 0 };
      this.record({
        kind: 'gap',
        t: now - this.zero,
        from,
        to: from + count - 1,
        count,
        reason: 'Recording was off.',
      });
    }
  }

  /** Closes the trace; one without any record is removed. */
  close(): void {
    for (const pending of this.#pending) pending.write?.();
    this.#pending = [];
    this.#writer.close();
  }

  /** Writes a record in its turn, where recording is on. */
  record(record: TraceRecord): void {
    if (!this.#on) return;
    this.inTurn(() => {
      this.#empty = false;
      this.#writer.record(record);
      if (record.kind === 'open') this.#beginnings.opened(record);
      else if (record.kind === 'close') this.#beginnings.closed(record);
    });
  }

  /** Writes now when nothing waits, else when everything before it is written. */
  inTurn(write: () => void): void {
    if (this.#pending.length === 0) write();
    else this.#pending.push({ write });
  }

  #flushPending(): void {
    let done = 0;
    for (const pending of this.#pending) {
      if (!pending.write) break;
      pending.write();
      done++;
    }
    if (done === this.#pending.length) this.#pending = [];
    else if (done > 0) this.#pending.splice(0, done);
  }

  /** Keeps a message's place; what it gives takes the message, once. */
  reserve(): (message: Kept) => void {
    const pending: Pending = { write: undefined };
    this.#pending.push(pending);
    return (message) => {
      pending.write = () => this.message(message);
      if (this.#pending[0] === pending) this.#flushPending();
      this.#options.late?.();
    };
  }

  /** Writes a message in its turn. */
  take(message: Kept): void {
    if (this.#pending.length === 0) this.message(message);
    else this.#pending.push({ write: () => this.message(message) });
  }

  /** Writes a message now: in its turn is the caller's to see to. One that was never sent becomes two lines. */
  message(message: Kept): void {
    if (message.sent !== NEVER_SENT) {
      this.#put(message);
      return;
    }
    // As what was held and lost, for its reader has one way to tell of both. No later note speaks of it by its number.
    const arrived = this.#put({ ...message, sent: NaN, fate: 'held', held: undefined });
    this.#put({ ...message, sent: NaN, fate: 'lost', replaces: arrived, rule: message.endedBy });
  }

  /** Gives the message its number, and its line where it is recorded. */
  #put(message: Kept): number {
    const seq = ++this.#seq;
    if (message.fate === 'held') message.held?.push(seq);
    if (!this.#on) {
      if (this.#skipped.count++ === 0) this.#skipped.from = seq;
      return seq;
    }
    const t = message.t - this.zero;
    this.#empty = false;
    this.#rotate(t);
    const line = this.#line(seq, t, message);
    this.#writer.message(seq, t, line);
    if (this.#options.rotation && message.from === 'server') this.#beginnings.wrote(message.session, { seq, t, line });
    return seq;
  }

  /** Goes on in a new file where it is time to: with the handshakes and configurations of the sessions that are open. */
  #rotate(t: number): void {
    const { rotation, stays } = this.#options;
    if (!rotation || t < this.#notBefore) return;
    if (this.#writer.size < rotation.bytes && t - this.#begun < rotation.ms) return;
    const before = this.#writer;
    this.#part += 1;
    try {
      this.#writer = this.#newWriter(t);
    } catch (error) {
      this.#part -= 1;
      this.#notBefore = t + TRY_AGAIN_MS;
      stays?.(error instanceof Error ? error.message : String(error));
      return;
    }
    before.close();
    this.#begun = t;
    this.#beginnings.write(this.#writer);
  }

  #line(seq: number, t: number, message: Kept): Line {
    const sent = message.sent - this.zero;
    try {
      return messageLine(seq, t, sent, message, message.alsoSecret);
    } catch {
      // A body that nothing can be made of is kept by its size; it must not take the recorder with it.
      return messageLine(seq, t, sent, { ...message, data: undefined });
    }
  }

  #newWriter(now: number): TraceWriter {
    const before = this.#header;
    const header: TraceHeader = {
      kind: 'trace',
      version: TRACE_VERSION,
      id: crypto.randomUUID(),
      startedAt: before?.startedAt ?? new Date(this.#options.epoch + now).toISOString(),
      generator: this.#options.generator,
      ...(before ? { continues: before.id } : {}),
      ...(this.#options.replayOf ? { replayOf: this.#options.replayOf } : {}),
    };
    for (let file = this.#options.newFile(this.#part); ;) {
      try {
        const writer = new TraceWriter(file, header);
        this.#header = header;
        return writer;
      } catch (error) {
        // Another window may have taken the name between the look and the making; then there is a next one.
        const next = this.#options.newFile(this.#part);
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || next === file) throw error;
        file = next;
      }
    }
  }
}
