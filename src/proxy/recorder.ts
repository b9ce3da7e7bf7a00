/**
 * From the traffic thread's entries to lines of a trace. Messages stand in the file in the order in which they were
 * complete on the wire, also when inflating one takes longer than inflating the next of another session.
 */
import type { Side } from '../protocol/side';
import { formatTime, messageLine, type Line, type Message } from '../trace/line';
import { noteRecord, type UserNote } from '../trace/notes';
import { redactBody } from '../trace/redact';
import { TRACE_VERSION, type ReplayOrigin, type TraceHeader, type TraceRecord } from '../trace/records';
import { TraceWriter } from '../trace/writer';
import { Beginnings } from './beginnings';
import { extensionsOf } from './extensions';
import { httpRecord } from './httpRecord';
import { openRecord } from './openRecord';
import { secretsOf } from './requests';
import { EntryTag, NEVER_SENT, type Entry } from './ring';
import { Tap, type Slot } from './tap';
import type { DroppedNote, EndNote, OpenNote, SaidNote } from './notes';
import type { RestExchange } from './rest';

/** When a recording goes on in a new file: after so many bytes, or so many milliseconds. */
export interface Rotation {
  bytes: number;
  ms: number;
}

/** Where traces go and what is secret besides what is secret everywhere. */
export interface RecorderOptions {
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
  alsoSecret: string[];
  on: boolean;
  /** Something was written that `take` had not finished (a body inflated later); it waits for a `flush`. */
  late?(): void;
  /** The last inflated bytes of a direction (`stream` as in the ring), asked for by the traffic thread; see `Tap.window`. */
  window?(stream: number, bytes: Buffer | undefined): void;
}

interface Session {
  name: string;
  taps: { client: Tap; server: Tap };
  closed: boolean;
  /** What is secret in it besides: the credentials of its own handshake. */
  alsoSecret: string[];
  /** Numbers in the trace of what was held back, in the order of its arrival. */
  held: { client: number[]; server: number[] };
  /** The rule that made the inspector say goodbye. */
  endedBy?: string | undefined;
  /** A close frame that came behind the other end's and was decoded before it. */
  answered?: (() => void) | undefined;
}

/** A message with what is secret in its session. */
type Kept = Message & Pick<Session, 'alsoSecret' | 'endedBy'> & { held?: number[] | undefined };

/** How long a file that could not be begun is left alone, ms. */
const TRY_AGAIN_MS = 60_000;

/** How a value may stand in JSON, where it is looked for before anything is parsed. */
function writtenForms(secret: string): string[] {
  const escaped = JSON.stringify(secret).slice(1, -1);
  const ascii = escaped.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [...new Set([secret, escaped, ascii])].filter((form) => form !== '');
}

/** Something to be written, in its place: a line, or a message whose body is still being inflated. */
interface Pending {
  write: (() => void) | undefined;
}

/** Shorter credentials of a client are looked for in its handshake only, characters. */
const LEAST_KEY = 16;

/** Writes one trace at a time. */
export class Recorder {
  readonly #options: RecorderOptions;
  /** What is secret in all sessions and calls. */
  readonly #secrets: string[];
  #writer: TraceWriter;
  /** Traffic-clock time of t = 0 of the trace being written. */
  #zero: number;
  #seq = 0;
  #sessions = new Map<number, Session>();
  #pending: Pending[] = [];
  /** Payload pieces of an entry that is not whole yet, by stream. */
  #pieces = new Map<string, Buffer[]>();
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
  constructor(options: RecorderOptions, now: number) {
    this.#options = options;
    this.#secrets = [...options.alsoSecret];
    this.#on = options.on;
    this.#zero = now;
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
  get recording(): boolean {
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

  /** These are secret from here on, in sessions that are open too. */
  keepSecret(secrets: readonly string[]): void {
    const forms = secrets.flatMap(writtenForms).filter((form) => !this.#secrets.includes(form));
    this.#secrets.push(...forms);
    // Messages on their way refer to their session's list.
    for (const { alsoSecret } of this.#sessions.values()) alsoSecret.push(...forms);
  }

  /** Takes the next entry of the ring. */
  take(entry: Entry): void {
    const stream = entry.stream >>> 1;
    if (entry.tag === EntryTag.bytes) {
      const session = this.#sessions.get(stream);
      if (session)
        (entry.stream & 1 ? session.taps.server : session.taps.client).push(entry.payload, entry.t, entry.sent);
      return;
    }
    const key = `${entry.tag}/${entry.stream}`;
    let payload = entry.payload;
    const pieces = this.#pieces.get(key);
    if (entry.more) {
      if (pieces) pieces.push(payload);
      else this.#pieces.set(key, [payload]);
      return;
    }
    if (pieces) {
      this.#pieces.delete(key);
      payload = Buffer.concat([...pieces, payload]);
    }
    switch (entry.tag) {
      case EntryTag.open:
        this.#open(stream, JSON.parse(payload.toString()) as OpenNote, entry.t);
        break;
      case EntryTag.said:
        this.#said(stream, entry.stream & 1 ? 'server' : 'client', payload, entry);
        break;
      case EntryTag.end:
        this.#end(stream, JSON.parse(payload.toString()) as EndNote, entry.t);
        break;
      case EntryTag.dropped: {
        const session = this.#sessions.get(stream);
        const { code, reason, rule } = JSON.parse(payload.toString()) as DroppedNote;
        if (!session || session.closed) break;
        session.closed = true;
        session.endedBy = rule;
        const { name } = session;
        this.#record({
          kind: 'close',
          session: name,
          t: entry.t - this.#zero,
          code,
          reason,
          by: 'client',
          origin: 'inspector',
          ...(rule === undefined ? {} : { rule }),
        });
        break;
      }
      case EntryTag.window: {
        const taps = this.#sessions.get(stream)?.taps;
        const tap = entry.stream & 1 ? taps?.server : taps?.client;
        const answer = (bytes: Buffer | undefined) => this.#options.window?.(entry.stream, bytes);
        if (tap) tap.window(answer);
        else answer(undefined);
        break;
      }
      case EntryTag.http:
        this.#http(JSON.parse(payload.toString()) as RestExchange, entry.t);
        break;
    }
  }

  /**
   * Adds a note of the user in its turn, `now` being the traffic thread's clock; also while recording is off, as it is the
   * user's own word and not traffic. Throws, for people, when the trace cannot be written now.
   */
  note(note: UserNote, now: number): void {
    if (this.trouble) throw new Error(`The note was not kept. ${this.trouble}`);
    this.#queue(() => {
      this.#empty = false;
      this.#writer.record(noteRecord(note, now - this.#zero, this.#secrets));
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
      this.#record({
        kind: 'gap',
        t: now - this.#zero,
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

  #newWriter(now: number): TraceWriter {
    const before = this.#header;
    if (!before) this.#zero = now;
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

  #record(record: TraceRecord): void {
    if (!this.#on) return;
    this.#queue(() => {
      this.#empty = false;
      this.#writer.record(record);
      if (record.kind === 'open') this.#beginnings.opened(record);
      else if (record.kind === 'close') this.#beginnings.closed(record);
    });
  }

  /** Writes now when nothing waits, else in its turn. */
  #queue(write: () => void): void {
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

  /** Keeps a message's place; `fill` gives its body. */
  #slot({ name: session, alsoSecret, held, endedBy }: Session, from: Side, t: number, sent: number): Slot {
    const pending: Pending = { write: undefined };
    this.#pending.push(pending);
    return {
      fill: (data, bytes, binary) => {
        const message = {
          session,
          alsoSecret,
          from,
          t,
          sent,
          data,
          bytes,
          binary,
          injected: false,
          replaces: undefined,
          fate: Number.isNaN(sent) ? ('held' as const) : undefined,
          rule: undefined,
          held: held[from],
          endedBy,
        };
        pending.write = () => this.#message(message);
        if (this.#pending[0] === pending) this.#flushPending();
        this.#options.late?.();
      },
    };
  }

  /** What to do about an entry that could not be taken: its direction is known by sizes from here on. */
  abandon(entry: Entry, reason: string): void {
    const taps = this.#sessions.get(entry.stream >>> 1)?.taps;
    if (taps && entry.tag === EntryTag.bytes) (entry.stream & 1 ? taps.server : taps.client).giveUp(reason, entry.t);
    else
      this.#record({
        kind: 'gap',
        t: entry.t - this.#zero,
        from: 0,
        to: 0,
        count: 0,
        reason: `Something could not be recorded: ${reason}.`,
      });
  }

  #message(message: Kept): void {
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
    const t = message.t - this.#zero;
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
    const sent = message.sent - this.#zero;
    try {
      return messageLine(seq, t, sent, message, message.alsoSecret);
    } catch {
      // A body that nothing can be made of is kept by its size; it must not take the recorder with it.
      return messageLine(seq, t, sent, { ...message, data: undefined });
    }
  }

  #open(stream: number, note: OpenNote, t: number): void {
    this.#record(openRecord(note, t - this.#zero, this.#secrets));
    if (note.status !== 101) return;
    const session: Session = {
      name: note.session,
      taps: { client: this.#tap('client', note, () => session), server: this.#tap('server', note, () => session) },
      closed: false,
      held: { client: [], server: [] },
      // A key that somebody made up for the simulator may be a word, and messages hold many of those.
      alsoSecret: [...this.#secrets, ...secretsOf(note.requestHeaders).filter(({ length }) => length >= LEAST_KEY)],
    };
    this.#sessions.set(stream, session);
    const { problem } = extensionsOf(note.extensions);
    if (problem) for (const tap of Object.values(session.taps)) tap.giveUp(problem, t);
  }

  #tap(side: Side, note: OpenNote, session: () => Session): Tap {
    return new Tap(side, extensionsOf(note.extensions).deflate, {
      whole: (t, sent, data, binary) => {
        const of = session();
        const message = {
          session: note.session,
          alsoSecret: of.alsoSecret,
          from: side,
          t,
          sent,
          data,
          bytes: data.length,
          binary,
          injected: false,
          replaces: undefined,
          fate: Number.isNaN(sent) ? ('held' as const) : undefined,
          rule: undefined,
          held: of.held[side],
          endedBy: of.endedBy,
        };
        // Its bytes lie in a buffer of this tap's own, so it may also wait for its turn.
        if (this.#pending.length === 0) this.#message(message);
        else this.#pending.push({ write: () => this.#message(message) });
      },
      arrived: (t, sent) => this.#slot(session(), side, t, sent),
      control: (op, t, bytes) =>
        this.#record({ kind: 'control', session: note.session, t: t - this.#zero, op, from: side, bytes }),
      close: (code, reason, t) => this.#closed(session(), code, reason, side, t),
      undecodable: (reason, t) => {
        this.#options.late?.();
        this.#record({
          kind: 'gap',
          session: note.session,
          t: t - this.#zero,
          from: 0,
          to: 0,
          count: 0,
          reason: `Messages from the ${side} can no longer be decoded, only their sizes are kept: ${reason}.`,
        });
        session().answered?.();
      },
    });
  }

  /** The first close frame of either side is the session's end. */
  #closed(session: Session, code: number, reason: string, by: Side, t: number): void {
    if (session.closed) return;
    const other = session.taps[by === 'client' ? 'server' : 'client'];
    if (other.closing && other.closedAt < t) {
      // The other end's waits behind a message that is being inflated.
      session.answered = () => this.#closed(session, code, reason, by, t);
      return;
    }
    session.closed = true;
    this.#options.late?.();
    const text = redactBody(reason, session.alsoSecret)?.text ?? reason;
    this.#record({ kind: 'close', session: session.name, t: t - this.#zero, code, reason: text, by });
  }

  /** What the inspector sent, let go or took away. */
  #said(stream: number, from: Side, payload: Buffer, entry: Entry): void {
    const session = this.#sessions.get(stream);
    if (!session) return;
    const split = payload.indexOf(0);
    const note = JSON.parse(payload.toString('utf8', 0, split)) as SaidNote;
    const data = note.unknown === undefined ? payload.subarray(split + 1) : undefined;
    const { breakpoint } = note;
    this.#queue(() =>
      this.#message({
        session: session.name,
        alsoSecret: session.alsoSecret,
        from,
        t: entry.t,
        sent: note.fate === undefined ? entry.sent : NaN,
        data,
        bytes: data?.length ?? note.unknown ?? 0,
        binary: note.binary === true,
        injected: note.same !== true && note.fate === undefined,
        replaces: this.#madeFrom(session.held[from], note),
        fate: note.fate,
        rule: note.rule ?? (note.fate === 'lost' ? session.endedBy : undefined),
        breakpoint: breakpoint && (redactBody(breakpoint, session.alsoSecret)?.text ?? breakpoint),
      }),
    );
  }

  /** Called when the line is written: what it was made from has its number then. */
  #madeFrom(held: readonly number[], note: SaidNote): number | undefined {
    if (note.again !== undefined) return this.#seq + 1 - note.again;
    return note.held === undefined ? note.replaces : held[note.held];
  }

  #end(stream: number, note: EndNote, t: number): void {
    const session = this.#sessions.get(stream);
    this.#sessions.delete(stream);
    // A close frame that waits behind a message being inflated will still be told.
    if (session && !session.closed && !session.taps.client.closing && !session.taps.server.closing) {
      session.closed = true;
      this.#record({
        kind: 'close',
        session: session.name,
        t: t - this.#zero,
        code: 1006,
        reason: note.reason,
        by: note.by,
      });
    }
  }

  #http(exchange: RestExchange, t: number): void {
    const start = Number(formatTime(exchange.start - this.#zero));
    this.#record(httpRecord(exchange, t - this.#zero, start, this.#secrets));
  }
}
