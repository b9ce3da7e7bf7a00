/**
 * What stands on a line of a trace. An event's head is read alone and its body only found, never parsed, as long as the
 * line has the order of keys this recorder writes; a line in any other order (edited, sorted, made by another program)
 * is parsed whole.
 */
import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import { HeadScan, scannedText } from './headScan';
import { isRecordKind, isTime, shapedRecord } from './recordShape';
import type { EventRecord, ReplayOrigin, TraceHeader, TraceRecord } from './records';

/** An event without its body. */
export type EventHead = Omit<EventRecord, 'event' | 'text' | 'base64'>;

/** Where an event's body lies in its line: bytes [start, end), for `text` and `base64` without the quotes. */
export interface BodyPlace {
  format: 'event' | 'text' | 'base64';
  start: number;
  end: number;
}

/** A line understood, or why not. */
export type ParsedLine =
  | { kind: 'event'; head: EventHead; body: BodyPlace | undefined }
  | { kind: 'record'; record: Exclude<TraceRecord, EventRecord> }
  | { kind: 'header'; header: TraceHeader }
  | { kind: 'unreadable'; problem: string };

/**
 * Reads a line (without its line feed). `bytes` is its length in the file when `data` holds only its beginning. Never
 * throws: what cannot be read is `unreadable` with a reason for people.
 */
export function parseLine(data: Buffer, bytes = data.length): ParsedLine {
  const fast = parseEventHead(data, bytes);
  if (fast) return fast;
  if (bytes > data.length) return { kind: 'unreadable', problem: 'too long to be read whole' };
  let value: unknown;
  try {
    value = JSON.parse(data.toString('utf8', data[0] === 0xef ? 3 : 0, data.length));
  } catch (error) {
    return { kind: 'unreadable', problem: `not JSON (${error instanceof Error ? error.message : String(error)})` };
  }
  return parseRecord(value, data);
}

function parseRecord(value: unknown, data: Buffer): ParsedLine {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { kind: 'unreadable', problem: 'not a JSON object' };
  }
  const record = value as Record<string, unknown>;
  if (record.kind === 'event') return parseForeignEvent(record, data);
  if (record.kind === 'trace') {
    if (typeof record.version !== 'number' || typeof record.startedAt !== 'string') {
      return { kind: 'unreadable', problem: 'a header without version or startedAt' };
    }
    const text = (name: 'id' | 'generator') => (typeof record[name] === 'string' ? record[name] : '');
    const { version, startedAt, madeBy, madeFrom } = record;
    const header: TraceHeader = { kind: 'trace', version, id: text('id'), startedAt, generator: text('generator') };
    if (typeof record.continues === 'string') header.continues = record.continues;
    if (typeof madeBy === 'string') header.madeBy = madeBy;
    if (Array.isArray(madeFrom)) header.madeFrom = madeFrom.filter((id) => typeof id === 'string');
    if (record.times === 'ids' || record.times === 'order') header.times = record.times;
    if (isReplayOrigin(record.replayOf)) header.replayOf = record.replayOf;
    return { kind: 'header', header };
  }
  const kind = String(record.kind);
  if (!isRecordKind(kind)) {
    return {
      kind: 'unreadable',
      problem: `a line of an unknown kind${typeof record.kind === 'string' ? ` (${kind.slice(0, 40)})` : ''}`,
    };
  }
  const shaped = shapedRecord(kind, record);
  if (typeof shaped === 'string') return { kind: 'unreadable', problem: shaped };
  return { kind: 'record', record: shaped as unknown as Exclude<TraceRecord, EventRecord> };
}

function isReplayOrigin(value: unknown): value is ReplayOrigin {
  if (typeof value !== 'object' || value === null) return false;
  const { trace, session, overlay } = value as Record<string, unknown>;
  return typeof trace === 'string' && typeof session === 'string' && ['string', 'undefined'].includes(typeof overlay);
}

const scan = new HeadScan();

/** The head of an event line in this recorder's own form; undefined when the line is another, or differs in any way. */
function parseEventHead(data: Buffer, bytes: number): ParsedLine | undefined {
  if (!scan.scan(data, 0, data.length, bytes)) return undefined;
  return { kind: 'event', head: headOf(scan, data), body: bodyOf(scan) };
}

/** The body that a scan found; undefined when none was kept. */
export function bodyOf({ format, bodyStart: start, bodyEnd: end }: HeadScan): BodyPlace | undefined {
  return format && { format, start, end };
}

/** The head that a scan found, as an object. `data` is what was scanned. */
export function headOf(scan: HeadScan, data: Buffer): EventHead {
  const head: EventHead = {
    kind: 'event',
    seq: scan.seq,
    session: scannedText(data, scan.session),
    t: scan.t,
    from: scan.fromClient ? 'client' : 'server',
    bytes: scan.bytes,
  };
  if (!Number.isNaN(scan.sent)) head.sent = scan.sent;
  for (const name of ['type', 'response', 'item', 'call'] as const)
    if (scan[name].end > 0) head[name] = scannedText(data, scan[name]);
  if (scan.injected) head.origin = 'inspector';
  if (scan.replaces >= 0) head.replaces = scan.replaces;
  if (scan.fate) head.fate = scan.fate;
  if (scan.rule.end > 0) head.rule = scannedText(data, scan.rule);
  if (scan.breakpoint.end > 0) head.breakpoint = scannedText(data, scan.breakpoint);
  if (scan.redacted) head.redacted = scan.redacted;
  if (scan.opcode !== 0) head.opcode = scan.opcode;
  return head;
}

function parseForeignEvent(record: Record<string, unknown>, data: Buffer): ParsedLine {
  const head = checkHead(record);
  if (typeof head === 'string') return { kind: 'unreadable', problem: head };
  const format = (['event', 'text', 'base64'] as const).find((name) => Object.hasOwn(record, name));
  if (!format) return { kind: 'event', head, body: undefined };
  if (format !== 'event' && typeof record[format] !== 'string') {
    return { kind: 'unreadable', problem: `an event whose ${format} is not a string` };
  }
  const text = data.toString('utf8', 0, data.length);
  const root = parseTree(text);
  const node = root && findNodeAtLocation(root, [format]);
  if (!node) return { kind: 'event', head, body: undefined };
  const start = Buffer.byteLength(text.slice(0, node.offset));
  const end = start + Buffer.byteLength(text.slice(node.offset, node.offset + node.length));
  return {
    kind: 'event',
    head,
    body: format === 'event' ? { format, start, end } : { format, start: start + 1, end: end - 1 },
  };
}

/** The head's fields with their types checked, or what is wrong with them. */
function checkHead(value: Record<string, unknown>): EventHead | string {
  const { seq, session, t, from, bytes } = value;
  if (!Number.isSafeInteger(seq) || (seq as number) < 0) return 'an event without its number (seq)';
  if (typeof session !== 'string') return 'an event without a session';
  if (typeof t !== 'number' || !isTime(t)) return 'an event without a time (t)';
  if (from !== 'client' && from !== 'server') return 'an event that comes neither from client nor server';
  const head: EventHead = {
    kind: 'event',
    seq: seq as number,
    session,
    t,
    from,
    bytes: Number.isSafeInteger(bytes) && (bytes as number) >= 0 ? (bytes as number) : 0,
  };
  if (typeof value.sent === 'number' && isTime(value.sent)) head.sent = value.sent;
  if (typeof value.type === 'string') head.type = value.type;
  if (typeof value.response === 'string') head.response = value.response;
  if (typeof value.item === 'string') head.item = value.item;
  if (typeof value.call === 'string') head.call = value.call;
  if (value.origin === 'inspector') head.origin = value.origin;
  if (Number.isSafeInteger(value.replaces)) head.replaces = value.replaces as number;
  if (value.fate === 'held' || value.fate === 'dropped' || value.fate === 'lost') head.fate = value.fate;
  if (typeof value.rule === 'string') head.rule = value.rule;
  if (typeof value.breakpoint === 'string') head.breakpoint = value.breakpoint;
  if (Array.isArray(value.redacted)) head.redacted = value.redacted.filter((p) => typeof p === 'string');
  if (value.opcode === 1 || value.opcode === 2) head.opcode = value.opcode;
  return head;
}
