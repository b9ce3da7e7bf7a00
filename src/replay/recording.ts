/**
 * The sessions of a trace as they are to be replayed: the messages that reached the other end, with times, ids, causes and
 * where their bodies lie. Bodies stay in the file until they are asked for, so an hour of audio costs its heads only.
 */
import { AudioLanes } from '../analysis/audioLane';
import { Correlator, type Correlated } from '../analysis/correlation';
import { withIds } from '../analysis/ids';
import type { Link, TracedEvent } from '../analysis/model';
import { needsBody } from '../analysis/needs';
import { SessionTraits } from '../analysis/traits';
import { audioBytes, messageText, parseEventBody } from '../document/eventBody';
import { sessionName } from '../document/indexer';
import { audioField } from '../protocol/audioEvents';
import type { Side } from '../protocol/side';
import { asTrace, type OpenRecording } from '../exchange/asTrace';
import type { BodyPlace, EventHead } from '../trace/parseLine';
import { TraceReader, type TraceEntry } from '../trace/reader';
import type { CloseRecord, HeaderRecord, HttpRecord, OpenRecord, TraceHeader, TraceRecord } from '../trace/records';
import { UnreadableFileError } from '../trace/unreadable';

/** A message that reached the other end, as it reached it: edited ones as they were edited, dropped ones not at all. */
export interface RecordedFrame {
  /** Its place among the messages of its session that reached the other end, both ways, from 0. */
  index: number;
  /** Its line in the trace, headers left out, from 0. Causes name rows. */
  row: number;
  /** Its number in the trace; in a file of another recorder the number of its line. */
  seq: number;
  from: Side;
  /** When it was handed on, ms since its session was opened; the place in the order in a session that is not `timed`. */
  at: number;
  /** '' when it is no JSON object with a type. */
  type: string;
  response: string;
  item: string;
  call: string;
  bytes: number;
  /** It came from the inspector and not from that end itself. */
  injected: boolean;
  /** JSON pointers of what was replaced before it was written ('': all of it): its body is not what was sent. */
  redacted: readonly string[];
  /** ms of audio in it, and ms of audio that went that way before it. */
  audioMs: number;
  audioClock: number;
  /** What it came of, by rows; empty where nothing tells. */
  causes: readonly Link[];
}

/** The payload of a message, byte for byte; undefined where it was not kept (over the size that is kept). */
export type FrameBody = { kind: 'text'; text: string } | { kind: 'binary'; bytes: Buffer } | undefined;

/** A session with its handshake and end. */
export interface RecordedSession {
  id: string;
  /** What it was opened with, secrets replaced; '' and empty in a file without handshakes. */
  url: string;
  headers: HeaderRecord;
  subprotocols: readonly string[];
  subprotocol: string;
  /** The handshake itself; undefined in a file without handshakes. */
  open: OpenRecord | undefined;
  /** Both ways, in the order in which they passed. */
  frames: readonly RecordedFrame[];
  /** How it ended, `at` in ms since it was opened; undefined when the trace ends first. */
  close: (Pick<CloseRecord, 'code' | 'reason' | 'by' | 'origin'> & { at: number }) | undefined;
  /** The recorder told when messages passed; else only their order counts. */
  timed: boolean;
  /** Messages that are known to have passed and not to have been kept. */
  lost: number;
}

/** Sees every event in the order of the trace, held, dropped and injected ones included. */
export interface RecordingObserver {
  /** `frame` is undefined for what did not reach the other end. */
  event(session: string, event: TracedEvent, told: Correlated, frame: RecordedFrame | undefined): void;
}

const NOTHING: Record<string, unknown> = Object.freeze({});

/** Where a body lies in the file. */
interface Place {
  offset: number;
  length: number;
  body: BodyPlace;
}

interface Building extends RecordedSession {
  frames: RecordedFrame[];
  openedAt: number | undefined;
  traits: SessionTraits;
  correlator: Correlator;
}

/** An open trace, read to its end. */
export class Recording {
  /** As it was asked for. */
  readonly file: string;
  readonly #source: OpenRecording;
  readonly #reader: TraceReader;
  readonly #places = new Map<RecordedFrame, Place>();
  readonly #sessions = new Map<string, Building>();
  readonly #lanes = new AudioLanes();
  readonly #observer: RecordingObserver | undefined;
  /** REST calls of the trace, in their order. */
  readonly http: HttpRecord[] = [];
  /** What could not be read, for people. */
  readonly problems: string[] = [];
  #row = 0;

  private constructor(
    file: string,
    source: OpenRecording,
    reader: TraceReader,
    observer: RecordingObserver | undefined,
  ) {
    this.file = file;
    this.#source = source;
    this.#reader = reader;
    this.#observer = observer;
  }

  /**
   * Reads a trace, or a recording of any other format that can be imported. Rejects with an `UnreadableFileError` when it
   * cannot be read or holds no session; with `refused`, handshakes that were refused will do. What cannot be read of it is left
   * out and told in `problems`.
   */
  static async open(file: string, observer?: RecordingObserver, refused = false): Promise<Recording> {
    const source = await asTrace(file, { generator: 'realtime-inspector' });
    let reader: TraceReader | undefined;
    try {
      reader = await TraceReader.open(source.file);
      const recording = new Recording(file, source, reader, observer);
      await reader.read((entry) => recording.#take(entry));
      recording.problems.push(...reader.problems);
      if ((refused ? recording.handshakes : recording.sessions).length === 0)
        throw new UnreadableFileError(
          `${file} holds no session: the trace has no events. Record a session first, or give another file.`,
        );
      return recording;
    } catch (error) {
      await reader?.close();
      await source.close();
      throw error;
    }
  }

  /** The same as a trace: the file itself, or what was made of it; there until `close`. */
  get traceFile(): string {
    return this.#source.file;
  }

  /** The trace's header; of another recorder's file, that of what was made of it. */
  get header(): TraceHeader | undefined {
    return this.#reader.header;
  }

  /** Sessions that were accepted, or of which messages were kept, in the order in which they were opened. */
  get sessions(): RecordedSession[] {
    return [...this.#sessions.values()].filter(({ open, frames }) => frames.length > 0 || open?.status === 101);
  }

  /** The sessions, and the handshakes that were refused instead (an `open` with another status than 101), in the same order. */
  get handshakes(): RecordedSession[] {
    return [...this.#sessions.values()].filter(({ open, frames }) => frames.length > 0 || open !== undefined);
  }

  /** The message's payload as it was sent. Rejects when the file cannot be read. */
  async body(frame: RecordedFrame): Promise<FrameBody> {
    const place = this.#places.get(frame);
    if (!place) return undefined;
    const line = await this.#reader.lines.range(place.offset, place.length);
    if (place.body.format !== 'base64') {
      const text = messageText(line, place.body);
      return text === undefined ? undefined : { kind: 'text', text };
    }
    const bytes = Buffer.from(line.toString('latin1', place.body.start, place.body.end), 'base64');
    return { kind: 'binary', bytes };
  }

  async close(): Promise<void> {
    await this.#reader.close();
    await this.#source.close();
  }

  #take(entry: TraceEntry): void {
    const { parsed, part, shift } = entry;
    const row = this.#row++;
    if (parsed.kind === 'unreadable') return;
    if (parsed.kind === 'record') return this.#record(parsed.record, row, part, shift);
    const { line } = entry;
    const place = parsed.body && { offset: line.offset, length: line.bytes, body: parsed.body };
    this.#event(parsed.head, place, entry.data, { row, part, shift });
  }

  #record(record: Exclude<TraceRecord, { kind: 'event' }>, row: number, part: number, shift: number): void {
    if (record.kind === 'http') this.http.push(record);
    if (!('session' in record) || record.session === undefined) return;
    const session = this.#session(sessionName(record.session, part));
    const t = record.t + shift;
    if (record.kind === 'gap') {
      session.lost += Math.max(1, record.count);
      session.correlator.gap();
    }
    if (record.kind === 'open') {
      session.open = record;
      session.openedAt = t;
      session.url = record.url;
      session.headers = record.headers;
      session.subprotocols = record.subprotocols;
      session.subprotocol = record.subprotocol ?? '';
      session.correlator.open(row);
    }
    if (record.kind === 'close') {
      const { code, reason, by, origin } = record;
      session.close = { code, reason, by, ...(origin ? { origin } : {}), at: t - (session.openedAt ?? t) };
    }
  }

  #event(
    head: EventHead,
    place: Place | undefined,
    line: Buffer,
    { row, part, shift }: { row: number; part: number; shift: number },
  ): void {
    const id = sessionName(head.session, part);
    const session = this.#session(id);
    const type = head.type ?? '';
    const [t, sent] = [head.t + shift, head.sent === undefined ? undefined : head.sent + shift];
    const field = audioField(type, head.from);
    const event = withIds({
      row,
      seq: head.seq,
      session: id,
      t,
      sent,
      from: head.from,
      type,
      response: head.response ?? '',
      item: head.item ?? '',
      call: head.call ?? '',
      event: (place && needsBody(type, head.from) ? parseEventBody(line, place.body) : undefined) ?? NOTHING,
      audioMs: 0,
      origin: head.origin,
      replaces: head.replaces,
      fate: head.fate,
    });
    this.#lanes.observe(id, head.from, t, event.event);
    session.traits.observe(event);
    const told = session.correlator.add(event);
    let frame: RecordedFrame | undefined;
    if (sent !== undefined && head.fate === undefined) {
      session.openedAt ??= sent;
      const audio =
        place && field
          ? this.#lanes.place(id, head.from, t, audioBytes(line, place.body, field), event.response)
          : undefined;
      event.audioMs = audio?.ms ?? 0;
      frame = {
        index: session.frames.length,
        row,
        seq: head.seq,
        from: head.from,
        at: sent - session.openedAt,
        type,
        response: event.response,
        item: event.item,
        call: event.call,
        bytes: head.bytes,
        injected: head.origin !== undefined,
        redacted: head.redacted ?? [],
        audioMs: audio?.ms ?? 0,
        audioClock: audio?.clock ?? 0,
        causes: told.links.filter(({ effect }) => effect === row),
      };
      session.frames.push(frame);
      if (place) this.#places.set(frame, place);
    }
    this.#observer?.event(id, event, told, frame);
  }

  #session(id: string): Building {
    const known = this.#sessions.get(id);
    if (known) return known;
    const traits = new SessionTraits();
    const made: Building = {
      id,
      url: '',
      headers: {},
      subprotocols: [],
      subprotocol: '',
      open: undefined,
      frames: [],
      close: undefined,
      timed: this.#reader.headers.every(({ times }) => times === undefined),
      lost: 0,
      openedAt: undefined,
      traits,
      correlator: new Correlator(traits),
    };
    this.#sessions.set(id, made);
    return made;
  }
}
