/**
 * Lines become rows: the first pass over a trace. It reads heads, finds how much audio an event holds, and parses only the
 * few bodies that say where audio belongs. What takes longer follows in `analysisPass.ts`.
 */
import { audioField, isDelta } from '../protocol/audioEvents';
import { callJoined, callOfHttp } from '../analysis/calls';
import { AudioLanes, placesAudio } from '../analysis/audioLane';
import { Growable } from '../analysis/growable';
import { dig } from '../analysis/json';
import { needsBody } from '../analysis/needs';
import type { Side } from '../protocol/side';
import type { HeadScan } from '../trace/headScan';
import { bodyOf, type BodyPlace, type EventHead } from '../trace/parseLine';
import { userNote } from '../trace/notes';
import type { OpenRecord, TraceRecord } from '../trace/records';
import type { TraceEntry } from '../trace/reader';
import { AudioStore } from './audioStore';
import { audioBytes, parseEventBody } from './eventBody';
import { ColumnBuilder } from './columnBuilder';
import { NOTE_CHANGE, RowFlag, type DocumentState } from './columns';
import { StateRowKind, stateRowKind, StateRows } from './stateRows';

/** Ids kept; the analysis keeps as many notes. */
const MOST_NOTES = 10_000;

/** What a row's line holds, bits kept beside the offsets. */
export const RowMark = {
  /** Audio that is heard. */
  audio: 1,
  /** A body that the analysis reads. */
  telling: 2,
  /** A later line of a note of the user: what it says stands in the place of the first. */
  noteChange: 4,
} as const;

/** What follows of an event's type and side alone. */
interface TypeFacts {
  flags: number;
  audio: 'audio' | 'delta' | undefined;
  places: boolean;
  mayFail: boolean;
  tells: boolean;
  /** What it is to the session's state. */
  state: number | undefined;
}

/** From this row on, times are shifted and sessions named like this: where traces were joined, they count anew. */
interface Part {
  row: number;
  /** ms to add. */
  shift: number;
  /** Counted from 1. */
  part: number;
}

/** An event's numbers, as a scan has them. */
type Numbers = Pick<
  HeadScan,
  'seq' | 't' | 'sent' | 'fromClient' | 'bytes' | 'injected' | 'replaces' | 'fate' | 'redacted'
> & { ruled: boolean };

/** Indexes of an event's names in the string table. */
interface Names {
  session: number;
  type: number;
  response: number;
  item: number;
  call: number;
}

export class TraceIndex {
  readonly columns = new ColumnBuilder();
  readonly lanes = new AudioLanes();
  readonly audio = new AudioStore();
  /** Where each row's line lies in the file. */
  readonly offset = new Growable((length) => new Float64Array(length));
  /** Their lengths; of a line of 4 GiB or more, which nothing reads whole, as much as can be said. */
  readonly bytes = new Growable((length) => new Uint32Array(length));
  readonly marks = new Growable((length) => new Uint8Array(length));
  /** By session, the rows that can change its state. */
  readonly stateRows = new Map<string, StateRows>();
  readonly #parts: Part[] = [{ row: 0, shift: 0, part: 1 }];
  #sessions = new Map<string, DocumentState['sessions'][number]>();
  /** Events recorded when held back: their release is the same message, not another one. */
  #held = new Set<string>();
  /** By the type's index in the string table. */
  readonly #facts: Record<Side, (TypeFacts | undefined)[]> = { client: [], server: [] };
  /** Rows of the first line of each of the user's notes, by its id. */
  readonly #notes = new Map<string, number>();
  /** Of notes that were changed, the row of their last line by that of their first. */
  readonly changedNotes = new Map<number, number>();
  /** Rows of the first line of notes that were taken away. */
  readonly removedNotes = new Set<number>();
  /** Time of the last row: a line without one stands where it was found. */
  #lastT = 0;
  /** The last session's index as written, and as it is named here. */
  #lastSession = { written: -1, part: 0, named: 0 };
  /** One object for all rows. */
  readonly #names: Names = { session: 0, type: 0, response: 0, item: 0, call: 0 };

  /** Rows entered. */
  get rows(): number {
    return this.offset.length;
  }

  /** Enters a line as the next row. */
  add(entry: TraceEntry): void {
    const row = this.offset.length;
    const { line, shift, part, head } = entry;
    this.offset.push(line.offset);
    this.bytes.push(Math.min(line.bytes, 0xffffffff));
    const last = this.#parts[this.#parts.length - 1] as Part;
    if (last.shift !== shift || last.part !== part) this.#parts.push({ row, shift, part });
    if (head) {
      this.#nameScanned(line.buffer, head, part);
      const isWhole = line.end - line.start === line.bytes;
      this.marks.push(this.#addEvent(row, shift, line.buffer, head, bodyOf(head), isWhole));
      return;
    }
    const { parsed, data } = entry;
    if (parsed.kind === 'event') {
      this.#nameParsed(parsed.head, part);
      this.marks.push(
        this.#addEvent(row, shift, data, numbersOf(parsed.head), parsed.body, data.length === line.bytes),
      );
    } else if (parsed.kind === 'record') {
      const isChange = this.#takeNote(row, parsed.record);
      this.#addRecord(row, part, shift, parsed.record, isChange);
      this.marks.push(isChange ? RowMark.noteChange : 0);
    } else {
      this.columns.add({
        kind: 'unreadable',
        t: this.#lastT,
        from: 'neither',
        flags: RowFlag.error,
        type: 'unreadable',
        bytes: line.bytes,
      });
      this.marks.push(0);
    }
  }

  /** What a row's times are shifted by, and in which of the joined traces it stands. */
  partOf(row: number): Readonly<Part> {
    const parts = this.#parts;
    let low = 0;
    let high = parts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((parts[middle] as Part).row <= row) low = middle;
      else high = middle - 1;
    }
    return parts[low] as Part;
  }

  sessions(): DocumentState['sessions'] {
    return [...this.#sessions.values()].map((session) => ({ ...session }));
  }

  #nameScanned(data: Buffer, head: HeadScan, part: number): void {
    const { strings } = this.columns;
    const names = this.#names;
    names.session = this.#nameSession(strings.addScanned(data, head.session), part);
    names.type = strings.addScanned(data, head.type);
    names.response = strings.addScanned(data, head.response);
    names.item = strings.addScanned(data, head.item);
    names.call = strings.addScanned(data, head.call);
  }

  #nameParsed(head: EventHead, part: number): void {
    const { strings } = this.columns;
    const names = this.#names;
    names.session = this.#nameSession(strings.add(head.session), part);
    names.type = strings.add(head.type);
    names.response = strings.add(head.response);
    names.item = strings.add(head.item);
    names.call = strings.add(head.call);
  }

  #nameSession(written: number, part: number): number {
    const last = this.#lastSession;
    if (last.written === written && last.part === part) return last.named;
    const { strings } = this.columns;
    const named = strings.add(sessionName(strings.get(written), part));
    this.#lastSession = { written, part, named };
    return named;
  }

  /** Enters an event whose names are set; gives its marks. `isWhole`: all of its line is in `data`. */
  #addEvent(
    row: number,
    shift: number,
    data: Buffer,
    head: Numbers,
    body: BodyPlace | undefined,
    isWhole: boolean,
  ): number {
    const names = this.#names;
    const { strings } = this.columns;
    const session = strings.get(names.session);
    const t = head.t + shift;
    this.#lastT = t;
    this.#seen(session, t);
    const from = head.fromClient ? 'client' : 'server';
    const facts = this.#factsOf(names.type, from);
    let flags = facts.flags;
    if (head.injected) flags |= RowFlag.injected;
    if (head.redacted) flags |= RowFlag.redacted;
    if (head.fate !== undefined) flags |= head.fate === 'held' ? RowFlag.held : RowFlag.dropped;
    if (head.ruled) flags |= RowFlag.rule;
    const isRelease = this.#isRelease(session, head);
    // One made from a message that had gone on its way is another message, not a change of that one.
    if (isRelease && head.injected) flags |= RowFlag.edited;
    else if (isRelease && head.fate === undefined) flags |= RowFlag.released;
    if (body && !isJsonObject(data, body, names.type !== 0)) flags |= RowFlag.opaque;

    let mark = 0;
    let audioMs = 0;
    let audioAt = 0;
    let bytes = 0;
    // A client's message counts as it was sent on, the server's as it came. What is held is looked at for its id.
    const isSaid = head.fromClient ? head.fate === undefined : !isRelease;
    const isLookedAt = isSaid || head.fate === 'held';
    // Sound counts as it was sent on, whoever made it: that is what the other end hears.
    const isSound = facts.audio !== undefined && isWhole && head.fate === undefined;
    if ((isLookedAt || isSound) && body && body.format !== 'base64') {
      if (isSound && facts.audio) {
        bytes = audioBytes(data, body, facts.audio);
        if (bytes > 0) {
          const place = this.lanes.place(session, from, t, bytes, strings.get(names.response), strings.get(names.item));
          this.audio.add(session, from, row, place, names.response, names.item);
          audioMs = place.ms;
          // As exact as the times it is made of. More would only be the noise of adding them up.
          audioAt = Math.round(place.start * 1000) / 1000;
          mark |= RowMark.audio;
        }
      }
      if (facts.tells && isLookedAt) mark |= RowMark.telling;
      const event = facts.places && isSaid ? parseEventBody(data, body) : undefined;
      if (event) this.lanes.observe(session, from, t, event);
      if (facts.mayFail && isSaid && saysFailed(data, body)) flags |= RowFlag.error;
    }
    if (head.fromClient || !isRelease) this.#addStateRow(row, session, head, facts, bytes);
    this.columns.addEvent(t, head.sent + shift, head.seq, head.fromClient, flags, names, head.bytes, audioMs, audioAt);
    return mark;
  }

  #addStateRow(row: number, session: string, head: Numbers, { state }: TypeFacts, audioBytes: number): void {
    // The server knows of a client's message from when it was let go, and as it was then; of its own at once, and nothing of
    // what the inspector tells the client.
    if (state === undefined || (head.fromClient ? Number.isNaN(head.sent) : head.injected)) return;
    const { item } = this.#names;
    const isKnown =
      audioBytes > 0 && (state !== StateRowKind.serverAudio || (item !== 0 && !this.columns.strings.isCut(item)));
    const kind = isKnown ? state : StateRowKind.event;
    this.#stateRowsOf(session).push(row, kind, audioBytes, item);
  }

  #stateRowsOf(session: string): StateRows {
    let rows = this.stateRows.get(session);
    if (!rows) this.stateRows.set(session, (rows = new StateRows()));
    return rows;
  }

  #factsOf(type: number, from: Side): TypeFacts {
    const known = this.#facts[from][type];
    if (known) return known;
    const name = this.columns.strings.get(type);
    const isError = from === 'server' && (name === 'error' || name.endsWith('.failed'));
    const facts: TypeFacts = {
      flags: (isDelta(name) ? RowFlag.delta : 0) | (isError ? RowFlag.error : 0),
      audio: audioField(name, from),
      places: placesAudio(name, from),
      mayFail: name === 'response.done' && from === 'server',
      tells: needsBody(name, from),
      state: stateRowKind(name, from),
    };
    this.#facts[from][type] = facts;
    return facts;
  }

  /** The second line of a message that was held back. */
  #isRelease(session: string, head: Numbers): boolean {
    if (Number.isNaN(head.sent)) {
      this.#held.add(`${session} ${head.seq}`);
      // Few are held at once; a trace without `sent` stamps must not fill the memory.
      if (this.#held.size > 4096) this.#held.delete(this.#held.values().next().value ?? '');
    }
    return head.replaces >= 0 && this.#held.has(`${session} ${head.replaces}`);
  }

  /** Remembers where a note of the user stands and what became of it; true for a later line of one. */
  #takeNote(row: number, record: Exclude<TraceRecord, { kind: 'event' }>): boolean {
    const note = record.kind === 'note' ? userNote(record) : undefined;
    if (note === undefined) return false;
    const first = this.#notes.get(note.id);
    if (first !== undefined) this.changedNotes.set(first, row);
    else if (this.#notes.size >= MOST_NOTES) return false;
    else this.#notes.set(note.id, row);
    if (note.removed) this.removedNotes.add(first ?? row);
    else this.removedNotes.delete(first ?? row);
    return first !== undefined;
  }

  #addRecord(
    row: number,
    part: number,
    shift: number,
    record: Exclude<TraceRecord, { kind: 'event' }>,
    isChange: boolean,
  ): void {
    const t = record.t + shift;
    this.#lastT = t;
    const session = 'session' in record && record.session !== undefined ? sessionName(record.session, part) : '';
    const ruled = (record.kind === 'open' || record.kind === 'close') && record.rule !== undefined ? RowFlag.rule : 0;
    const base = { t, session, kind: record.kind, from: 'neither' as const, flags: ruled, bytes: 0 };
    switch (record.kind) {
      case 'open': {
        const open = record.status === 101;
        const call = callJoined(record);
        this.#stateRowsOf(session).push(row, StateRowKind.open);
        this.#sessions.set(session, {
          id: session,
          label: sessionLabel(record),
          start: t,
          end: open ? null : t,
          status: record.status,
          ...(call === '' ? {} : { call }),
        });
        this.columns.add({
          ...base,
          call,
          // Status 0 is no answer at all: a number would look like the server's.
          type: open ? 'open' : record.status === 0 ? 'no answer' : `refused ${record.status}`,
          flags: ruled | (open ? 0 : RowFlag.error) | (record.client ? RowFlag.injected : 0),
        });
        return;
      }
      case 'close': {
        const known = this.#seen(session, t);
        known.end = t;
        this.#stateRowsOf(session).push(row, StateRowKind.close);
        // Where neither end said goodbye, none is to be named.
        const who = record.origin ? { flags: ruled | RowFlag.injected } : { from: record.by };
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
          call: callOfHttp(record),
          flags:
            (record.status >= 400 || record.status === 0 ? RowFlag.error : 0) |
            (record.redacted ? RowFlag.redacted : 0),
          bytes: (record.requestBody?.length ?? 0) + (record.responseBody?.length ?? 0),
        });
        return;
      case 'note': {
        const note = userNote(record);
        // It stands at the moment it is about, not where it was written.
        this.columns.add({ ...base, t: (note?.at ?? record.t) + shift, type: isChange ? NOTE_CHANGE : 'note' });
        return;
      }
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

const FAILED = Buffer.from('"failed"');

/** Whether a `response.done` tells of a failure. Most do not hold the word at all, and need not be parsed. */
function saysFailed(data: Buffer, body: BodyPlace): boolean {
  if (!data.subarray(body.start, body.end).includes(FAILED)) return false;
  return dig(parseEventBody(data, body), 'response', 'status') === 'failed';
}

function numbersOf(head: EventHead): Numbers {
  const { seq, t, bytes, redacted } = head;
  return {
    seq,
    t,
    sent: head.sent ?? NaN,
    fromClient: head.from === 'client',
    bytes,
    injected: head.origin !== undefined,
    replaces: head.replaces ?? -1,
    fate: head.fate,
    redacted,
    ruled: head.rule !== undefined,
  };
}

/** Joined traces count their sessions anew, so later parts say which they are. */
export function sessionName(session: string, part: number): string {
  const short = session.length > 200 ? session.slice(0, 200) : session;
  return part > 1 ? `${short} (${part})` : short;
}

/** What a session is about, from the query of its handshake. */
export function sessionLabel(open: OpenRecord): string {
  const query = new URLSearchParams(/\?([^#]*)/.exec(open.url)?.[1] ?? '');
  const call = query.get('call_id');
  if (call) return `call ${call.slice(0, 80)} (sideband)`;
  return (query.get('model') ?? query.get('deployment') ?? query.get('intent') ?? '').slice(0, 100);
}

function isJsonObject(data: Buffer, body: BodyPlace, hasType: boolean): boolean {
  if (body.format === 'base64') return false;
  // Only an object has a type; without one the text has to be looked at.
  return hasType || (body.format === 'event' ? data[body.start] === 0x7b : parseEventBody(data, body) !== undefined);
}
