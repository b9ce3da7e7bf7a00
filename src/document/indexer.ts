/** Lines become rows, spans and lanes: the one pass over a trace, incremental, without I/O of its own. */
import { audioField, isDelta } from '../analysis/audioEvents';
import { AudioLanes } from '../analysis/audioLane';
import { dig } from '../analysis/json';
import { needsBody, SpanTracker } from '../analysis/spans';
import { base64Bytes, decodeAudio } from '../audio/decode';
import { peaksOf } from '../audio/peaks';
import type { BodyPlace, EventHead } from '../trace/parseLine';
import type { OpenRecord, TraceRecord } from '../trace/records';
import type { TraceEntry } from '../trace/reader';
import { audioText, parseEventBody } from './eventBody';
import { AudioStore } from './audioStore';
import { ColumnBuilder } from './columnBuilder';
import { RowFlag, type AudioPiece, type DocumentState } from './columns';
import { Growable } from './growable';
import { StateRowKind, stateRowKind, StateRows } from './stateRows';

/** Rows that hold audio; kept beside the offsets, for search and summaries. */
export const HAS_AUDIO = 1;

export class TraceIndex {
  readonly columns = new ColumnBuilder();
  readonly audio = new AudioStore();
  readonly lanes = new AudioLanes();
  /** Where each row's line lies in the file. */
  readonly offset = new Growable((length) => new Float64Array(length));
  readonly bytes = new Growable((length) => new Float64Array(length));
  readonly marks = new Growable((length) => new Uint8Array(length));
  /** By session, the rows that can change its state. */
  readonly stateRows = new Map<string, StateRows>();
  #spans = new SpanTracker();
  #pieces: AudioPiece[] = [];
  #sessions = new Map<string, DocumentState['sessions'][number]>();
  /** Events recorded when held back: their release is the same message, not another one. */
  #held = new Set<string>();

  /** Enters a line as the next row. */
  add(entry: TraceEntry): void {
    const row = this.offset.length;
    this.offset.push(entry.offset);
    this.bytes.push(entry.bytes);
    const { parsed, shift } = entry;
    let mark = 0;
    if (parsed.kind === 'event') mark = this.#addEvent(row, entry, parsed.head);
    else if (parsed.kind === 'record') this.#addRecord(row, entry.part, shift, parsed.record);
    else {
      this.columns.add({
        kind: 'unreadable',
        t: this.#lastT,
        from: 'neither',
        flags: RowFlag.error,
        type: 'unreadable',
        bytes: entry.bytes,
      });
    }
    this.marks.push(mark);
  }

  /** Spans changed and pieces of audio added since the last call. */
  takeChanges(): { spans: ReturnType<SpanTracker['take']>; audio: AudioPiece[] } {
    const audio = this.#pieces;
    this.#pieces = [];
    return { spans: this.#spans.take(), audio };
  }

  sessions(): DocumentState['sessions'] {
    return [...this.#sessions.values()].map((session) => ({ ...session }));
  }

  /** Time of the last row: a line without one stands where it was found. */
  #lastT = 0;

  #addEvent(row: number, entry: TraceEntry, head: EventHead): number {
    const session = sessionName(head.session, entry.part);
    const type = head.type ?? '';
    const t = head.t + entry.shift;
    this.#lastT = t;
    this.#seen(session, t);
    const body = entry.parsed.kind === 'event' ? entry.parsed.body : undefined;
    let flags = 0;
    if (head.origin) flags |= RowFlag.injected;
    if (head.redacted) flags |= RowFlag.redacted;
    if (body && !isJsonObject(entry.data, body, type)) flags |= RowFlag.opaque;
    if (isDelta(type)) flags |= RowFlag.delta;
    if (head.from === 'server' && (type === 'error' || type.endsWith('.failed'))) flags |= RowFlag.error;

    const released = this.#isRelease(session, head);
    let audioMs = 0;
    let audioBytes = 0;
    if (body && body.format !== 'base64' && !released) {
      const field = audioField(type, head.from);
      if (field) {
        const base64 = entry.data.length < entry.bytes ? undefined : audioText(entry.data, body, field);
        if (base64) {
          audioBytes = base64Bytes(base64);
          audioMs = this.#addAudio(row, head, session, t, base64);
        }
      } else if (needsBody(type, head.from)) {
        const event = parseEventBody(entry.data, body);
        if (event) {
          if (type === 'response.done' && dig(event, 'response', 'status') === 'failed') flags |= RowFlag.error;
          this.#spans.event(row, session, t, event);
          this.lanes.observe(session, head.from, event);
        }
      }
    }
    const stateKind = stateRowKind(head, audioBytes);
    if (stateKind !== undefined)
      this.#stateRowsOf(session).push(row, stateKind, audioBytes, this.columns.strings.add(head.item));
    this.columns.add({
      kind: 'event',
      t,
      sent: head.sent === undefined ? undefined : head.sent + entry.shift,
      seq: head.seq,
      from: head.from,
      flags,
      type,
      session,
      response: head.response,
      item: head.item,
      call: head.call,
      bytes: head.bytes,
      audioMs,
    });
    return audioMs > 0 ? HAS_AUDIO : 0;
  }

  /** A held message that is let go has two lines; what it says counts once. */
  #isRelease(session: string, head: EventHead): boolean {
    if (head.sent === undefined) {
      this.#held.add(`${session} ${head.seq}`);
      // Few are held at once; a trace without `sent` stamps must not fill the memory.
      if (this.#held.size > 4096) this.#held.delete(this.#held.values().next().value ?? '');
    }
    return head.replaces !== undefined && this.#held.has(`${session} ${head.replaces}`);
  }

  #stateRowsOf(session: string): StateRows {
    let rows = this.stateRows.get(session);
    if (!rows) this.stateRows.set(session, (rows = new StateRows()));
    return rows;
  }

  #addAudio(row: number, head: EventHead, session: string, t: number, base64: string): number {
    const response = head.response ?? '';
    const format = this.lanes.format(session, head.from, response);
    const { samples } = decodeAudio(base64, format);
    if (samples.length === 0) return 0;
    const place = this.lanes.place(session, head.from, t, base64Bytes(base64), response);
    const strings = this.columns.strings;
    const item = head.item ?? '';
    this.audio.add(
      session,
      head.from,
      row,
      place,
      strings.add(response),
      strings.add(item),
      peaksOf(samples, format.rate),
    );
    this.#pieces.push({ session, from: head.from, row, start: place.start, ms: place.ms, response, item });
    return place.ms;
  }

  #addRecord(row: number, part: number, shift: number, record: Exclude<TraceRecord, { kind: 'event' }>): void {
    const t = record.t + shift;
    this.#lastT = t;
    const session = 'session' in record && record.session !== undefined ? sessionName(record.session, part) : '';
    const base = { t, session, kind: record.kind, from: 'neither' as const, flags: 0, bytes: 0 };
    switch (record.kind) {
      case 'open': {
        const open = record.status === 101;
        this.#stateRowsOf(session).push(row, StateRowKind.open);
        this.#sessions.set(session, {
          id: session,
          label: sessionLabel(record),
          start: t,
          end: open ? null : t,
          status: record.status,
        });
        this.columns.add({
          ...base,
          // Status 0 is no answer at all: a number would look like the server's.
          type: open ? 'open' : record.status === 0 ? 'no answer' : `refused ${record.status}`,
          flags: (open ? 0 : RowFlag.error) | (record.client ? RowFlag.injected : 0),
        });
        return;
      }
      case 'close': {
        const known = this.#seen(session, t);
        known.end = t;
        this.#stateRowsOf(session).push(row, StateRowKind.close);
        this.#spans.close(row, session, t);
        // Where neither end said goodbye, none is to be named.
        const who = record.origin ? { flags: RowFlag.injected } : { from: record.by };
        this.columns.add({ ...base, type: `close ${record.code}`, ...who });
        return;
      }
      case 'control':
        this.columns.add({ ...base, type: record.op, from: record.from, bytes: record.bytes });
        return;
      case 'gap':
        this.columns.add({ ...base, type: 'gap' });
        return;
      case 'http':
        this.columns.add({
          ...base,
          type: record.method,
          flags:
            (record.status >= 400 || record.status === 0 ? RowFlag.error : 0) |
            (record.redacted ? RowFlag.redacted : 0),
          bytes: (record.requestBody?.length ?? 0) + (record.responseBody?.length ?? 0),
        });
        return;
      case 'note':
        this.columns.add({ ...base, type: 'note' });
        return;
    }
  }

  /** The session, made known when its `open` was not recorded. */
  #seen(session: string, t: number): DocumentState['sessions'][number] {
    let known = this.#sessions.get(session);
    if (!known) {
      known = { id: session, label: '', start: t, end: null, status: 101 };
      this.#sessions.set(session, known);
    }
    return known;
  }
}

/** Joined traces count their sessions anew, so later parts say which they are. */
function sessionName(session: string, part: number): string {
  const short = session.length > 200 ? session.slice(0, 200) : session;
  return part > 1 ? `${short} (${part})` : short;
}

/** What a session is about, from the query of its handshake. */
export function sessionLabel(open: OpenRecord): string {
  const query = new URLSearchParams(/\?([^#]*)/.exec(open.url)?.[1] ?? '');
  const call = query.get('call_id');
  return (query.get('model') ?? query.get('deployment') ?? query.get('intent') ?? (call ? `call ${call}` : '')).slice(
    0,
    100,
  );
}

function isJsonObject(data: Buffer, body: BodyPlace, type: string): boolean {
  if (body.format === 'base64') return false;
  // Only an object has a type; without one the text has to be looked at.
  return (
    type !== '' || (body.format === 'event' ? data[body.start] === 0x7b : parseEventBody(data, body) !== undefined)
  );
}
