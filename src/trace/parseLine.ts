/**
 * What stands on a line of a trace. An event's head is read alone and its body only found, never parsed, as long as the
 * line has the order of keys this recorder writes; a line in any other order (edited, sorted, made by another program)
 * is parsed whole.
 */
import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import type { EventRecord, TraceHeader, TraceRecord } from './records';

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

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const COMMA = 0x2c;
const COLON = 0x3a;

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
    const { version, startedAt } = record;
    return {
      kind: 'header',
      header: { kind: 'trace', version, id: text('id'), startedAt, generator: text('generator') },
    };
  }
  const shape = RECORD_SHAPES[String(record.kind)];
  if (!shape || !Object.hasOwn(RECORD_SHAPES, String(record.kind))) {
    return {
      kind: 'unreadable',
      problem: `a line of an unknown kind${typeof record.kind === 'string' ? ` (${record.kind.slice(0, 40)})` : ''}`,
    };
  }
  for (const [name, type] of Object.entries(shape)) {
    if (typeof record[name] !== type)
      return { kind: 'unreadable', problem: `a line of kind ${String(record.kind)} whose ${name} is not a ${type}` };
  }
  return {
    kind: 'record',
    record: { ...SHAPE_DEFAULTS[String(record.kind)], ...record } as unknown as Exclude<TraceRecord, EventRecord>,
  };
}

/** Fields without which a record means nothing. */
const RECORD_SHAPES: Record<string, Record<string, 'string' | 'number'>> = {
  open: { session: 'string', t: 'number', url: 'string', status: 'number' },
  close: { session: 'string', t: 'number', code: 'number' },
  control: { session: 'string', t: 'number', op: 'string', from: 'string' },
  gap: { t: 'number' },
  http: { t: 'number', method: 'string', url: 'string', status: 'number' },
  note: { t: 'number', text: 'string' },
};
/** Fields a reader may rely on when a foreign writer left them out. */
const SHAPE_DEFAULTS: Record<string, Record<string, unknown>> = {
  open: { headers: {}, subprotocols: [], upstream: '', phases: {} },
  close: { reason: '', by: 'server' },
  control: { bytes: 0 },
  gap: { from: 0, to: 0, count: 0, reason: '' },
  http: { requestHeaders: {}, responseHeaders: {} },
};

/** The head of an event line in this recorder's own order; undefined when the line is another, or differs in any way. */
function parseEventHead(data: Buffer, bytes: number): ParsedLine | undefined {
  // `{"kind":"event"` to begin with: whoever writes another order is read the slow way.
  if (data[0] !== OPEN || data[9] !== 0x65 || data.toString('latin1', 0, 15) !== '{"kind":"event"') return undefined;
  const length = data.length;
  let at = 15;
  for (;;) {
    if (data[at] === CLOSE && at === bytes - 1) return finishHead(data.toString('utf8', 0, at), data, undefined);
    if (data[at] !== COMMA || data[at + 1] !== QUOTE) return undefined;
    const before = at;
    const key = at + 2;
    at = key;
    while (at < length && data[at] !== QUOTE) at++;
    if (data[at + 1] !== COLON) return undefined;
    const format = bodyFormat(data, key, at - key);
    at += 2;
    if (format) {
      const body = placeBody(data, bytes, format, at);
      return body && finishHead(data.toString('utf8', 0, before), data, body);
    }
    at = skipValue(data, at);
    if (at < 0) return undefined;
  }
}

function bodyFormat(data: Buffer, at: number, length: number): BodyPlace['format'] | undefined {
  const first = data[at];
  if (length === 5 && first === 0x65 && data.toString('latin1', at, at + 5) === 'event') return 'event';
  if (length === 4 && first === 0x74 && data.toString('latin1', at, at + 4) === 'text') return 'text';
  if (length === 6 && first === 0x62 && data.toString('latin1', at, at + 6) === 'base64') return 'base64';
  return undefined;
}

/**
 * Where the body lies that begins at `start` and must end where the line does; undefined when it ends elsewhere (the line
 * is torn, or goes on behind it). An `event` is judged once its head is known; a line of which only the beginning is there is
 * taken at its word.
 */
function placeBody(data: Buffer, bytes: number, format: BodyPlace['format'], start: number): BodyPlace | undefined {
  const whole = bytes === data.length;
  if (whole && data[bytes - 1] !== CLOSE) return undefined;
  if (format === 'event') return { format, start, end: bytes - 1 };
  if (data[start] !== QUOTE || (whole && closingQuote(data, start + 1) !== bytes - 2)) return undefined;
  return { format, start: start + 1, end: bytes - 2 };
}

/** The index of the quote that ends the JSON string whose text begins at `at`; -1 when there is none. */
function closingQuote(data: Buffer, at: number): number {
  for (let quote = data.indexOf(QUOTE, at); quote >= 0; quote = data.indexOf(QUOTE, quote + 1)) {
    let before = quote;
    while (before > at && data[before - 1] === BACKSLASH) before--;
    // An odd number of backslashes escapes it. Quotes part the runs, so no backslash is counted twice.
    if ((quote - before) % 2 === 0) return quote;
  }
  return -1;
}

function finishHead(text: string, data: Buffer, body: BodyPlace | undefined): ParsedLine | undefined {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(`${text}}`) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const head = checkHead(value);
  if (typeof head === 'string') return undefined;
  if (body?.format === 'event') {
    // The payload's size proves that the body ends where the line does; a redacted one has another length.
    const redacted = head.redacted !== undefined;
    if (!redacted && body.end - body.start !== head.bytes) return undefined;
    if (redacted && body.end < data.length && !endsValue(data, body)) return undefined;
  }
  return { kind: 'event', head, body };
}

/** Whether the value that begins where a body does is all of it, white space aside. */
function endsValue(data: Buffer, { start, end }: BodyPlace): boolean {
  let at = skipValue(data, start);
  while (at >= 0 && at < end && (data[at] === 0x20 || data[at] === 0x09)) at++;
  return at === end;
}

/** The index after the value that begins at `at`; -1 when the data ends first. */
function skipValue(data: Buffer, at: number): number {
  const length = data.length;
  let depth = 0;
  while (at < length) {
    const byte = data[at];
    if (byte === QUOTE) {
      at++;
      while (at < length && data[at] !== QUOTE) at += data[at] === BACKSLASH ? 2 : 1;
      at++;
      if (depth === 0) return at < length ? at : -1;
      continue;
    }
    if (byte === 0x5b || byte === OPEN) depth++;
    else if (byte === 0x5d || byte === CLOSE) {
      if (depth === 0) return at;
      depth--;
      if (depth === 0) return at + 1;
    } else if (byte === COMMA && depth === 0) return at;
    at++;
  }
  return -1;
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
  if (typeof t !== 'number') return 'an event without a time (t)';
  if (from !== 'client' && from !== 'server') return 'an event that comes neither from client nor server';
  const head: EventHead = {
    kind: 'event',
    seq: seq as number,
    session,
    t,
    from,
    bytes: typeof bytes === 'number' && bytes >= 0 ? bytes : 0,
  };
  if (typeof value.sent === 'number') head.sent = value.sent;
  if (typeof value.type === 'string') head.type = value.type;
  if (typeof value.response === 'string') head.response = value.response;
  if (typeof value.item === 'string') head.item = value.item;
  if (typeof value.call === 'string') head.call = value.call;
  if (value.origin === 'inspector') head.origin = value.origin;
  if (typeof value.replaces === 'number') head.replaces = value.replaces;
  if (Array.isArray(value.redacted)) head.redacted = value.redacted.filter((p) => typeof p === 'string');
  if (value.opcode === 1 || value.opcode === 2) head.opcode = value.opcode;
  return head;
}
