/**
 * From the traffic thread's entries to lines of a trace. Messages stand in the file in the order in which they were
 * complete on the wire, also when inflating one takes longer than inflating the next of another session.
 */
import type { Side } from '../protocol/side';
import { formatTime } from '../trace/line';
import type { UserNote } from '../trace/notes';
import { redactBody } from '../trace/redact';
import { extensionsOf } from './extensions';
import { httpRecord } from './httpRecord';
import { openRecord } from './openRecord';
import { secretsOf } from './requests';
import { Recording, type Kept, type RecordingOptions } from './recording';
import { EntryTag, type Entry } from './ring';
import { Tap, type Slot } from './tap';
import type { DroppedNote, EndNote, OpenNote, SaidNote } from './notes';
import type { RestExchange } from './rest';

/** Where traces go and what is secret besides what is secret everywhere. */
export interface RecorderOptions extends RecordingOptions {
  alsoSecret: string[];
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

/** How a value may stand in JSON, where it is looked for before anything is parsed. */
function writtenForms(secret: string): string[] {
  const escaped = JSON.stringify(secret).slice(1, -1);
  const ascii = escaped.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [...new Set([secret, escaped, ascii])].filter((form) => form !== '');
}

/** Shorter credentials of a client are looked for in its handshake only, characters. */
const LEAST_KEY = 16;

/** See the file's head. */
export class Recorder {
  readonly #options: RecorderOptions;
  /** What is secret in all sessions and calls. */
  readonly #secrets: string[];
  /** What is written, and where. */
  readonly recording: Recording;
  readonly #sessions = new Map<number, Session>();
  /** Payload pieces of an entry that is not whole yet, by stream. */
  readonly #pieces = new Map<string, Buffer[]>();

  /** Throws when the first trace cannot be made. `now` is the traffic thread's clock. */
  constructor(options: RecorderOptions, now: number) {
    this.#options = options;
    this.#secrets = [...options.alsoSecret];
    this.recording = new Recording(options, now);
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
        this.recording.record({
          kind: 'close',
          session: name,
          t: entry.t - this.recording.zero,
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

  /** Keeps a message's place; `fill` gives its body. */
  #slot(session: Session, from: Side, t: number, sent: number): Slot {
    const fill = this.recording.reserve();
    // As it was when the message came.
    const { endedBy } = session;
    return {
      fill: (data, bytes, binary) => fill(arrivedFrom({ ...session, endedBy }, from, t, sent, data, bytes, binary)),
    };
  }

  /**
   * Adds a note of the user in its turn, `now` being the traffic thread's clock; also while recording is off, as it is the
   * user's own word and not traffic. Throws, for people, when the trace cannot be written now.
   */
  note(note: UserNote, now: number): void {
    this.recording.note(note, now, this.#secrets);
  }

  /** What to do about an entry that could not be taken: its direction is known by sizes from here on. */
  abandon(entry: Entry, reason: string): void {
    const taps = this.#sessions.get(entry.stream >>> 1)?.taps;
    if (taps && entry.tag === EntryTag.bytes) (entry.stream & 1 ? taps.server : taps.client).giveUp(reason, entry.t);
    else
      this.recording.record({
        kind: 'gap',
        t: entry.t - this.recording.zero,
        from: 0,
        to: 0,
        count: 0,
        reason: `Something could not be recorded: ${reason}.`,
      });
  }

  #open(stream: number, note: OpenNote, t: number): void {
    this.recording.record(openRecord(note, t - this.recording.zero, this.#secrets));
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
        // Its bytes lie in a buffer of this tap's own, so it may also wait for its turn.
        this.recording.take(arrivedFrom(session(), side, t, sent, data, data.length, binary));
      },
      arrived: (t, sent) => this.#slot(session(), side, t, sent),
      control: (op, t, bytes) =>
        this.recording.record({
          kind: 'control',
          session: note.session,
          t: t - this.recording.zero,
          op,
          from: side,
          bytes,
        }),
      close: (code, reason, t) => this.#closed(session(), code, reason, side, t),
      undecodable: (reason, t) => {
        this.#options.late?.();
        this.recording.record({
          kind: 'gap',
          session: note.session,
          t: t - this.recording.zero,
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
    this.recording.record({
      kind: 'close',
      session: session.name,
      t: t - this.recording.zero,
      code,
      reason: text,
      by,
    });
  }

  /** What the inspector sent, let go or took away. */
  #said(stream: number, from: Side, payload: Buffer, entry: Entry): void {
    const session = this.#sessions.get(stream);
    if (!session) return;
    const split = payload.indexOf(0);
    const note = JSON.parse(payload.toString('utf8', 0, split)) as SaidNote;
    const data = note.unknown === undefined ? payload.subarray(split + 1) : undefined;
    const { breakpoint } = note;
    this.recording.inTurn(() =>
      this.recording.message({
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
    if (note.again !== undefined) return this.recording.seq + 1 - note.again;
    return note.held === undefined ? note.replaces : held[note.held];
  }

  #end(stream: number, note: EndNote, t: number): void {
    const session = this.#sessions.get(stream);
    this.#sessions.delete(stream);
    // A close frame that waits behind a message being inflated will still be told.
    if (session && !session.closed && !session.taps.client.closing && !session.taps.server.closing) {
      session.closed = true;
      this.recording.record({
        kind: 'close',
        session: session.name,
        t: t - this.recording.zero,
        code: 1006,
        reason: note.reason,
        by: note.by,
      });
    }
  }

  #http(exchange: RestExchange, t: number): void {
    const start = Number(formatTime(exchange.start - this.recording.zero));
    this.recording.record(httpRecord(exchange, t - this.recording.zero, start, this.#secrets));
  }
}

/** A message of an end, as the recording takes it. */
function arrivedFrom(
  { name, alsoSecret, held, endedBy }: Omit<Session, 'taps'>,
  from: Side,
  t: number,
  sent: number,
  data: Buffer | undefined,
  bytes: number,
  binary: boolean,
): Kept {
  return {
    session: name,
    alsoSecret,
    from,
    t,
    sent,
    data,
    bytes,
    binary,
    injected: false,
    replaces: undefined,
    fate: Number.isNaN(sent) ? 'held' : undefined,
    rule: undefined,
    held: held[from],
    endedBy,
  };
}
