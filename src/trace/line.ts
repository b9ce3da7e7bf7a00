/**
 * One line of a trace, byte for byte. The head's keys stand in a fixed order, so that an indexer can read a line's first
 * bytes and skip its body.
 */
import { isUtf8 } from 'node:buffer';
import { eventIds } from '../protocol/ids';
import type { Side } from '../protocol/side';
import type { Fate } from './records';
import { redactEvent } from './redact';

/** Longest `type` or id kept in a head, in characters. */
const LONGEST_NAME = 128;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** A message as the recorder has it, before its line is made. */
export interface Message {
  session: string;
  /** When it arrived and when it was handed on (NaN: not yet, or never), on the traffic thread's clock, ms. */
  t: number;
  sent: number;
  from: Side;
  /** The payload; undefined when the message was over the size cap or could not be decoded. */
  data: Buffer | undefined;
  /** Payload bytes, known also when `data` is not. */
  bytes: number;
  binary: boolean;
  injected: boolean;
  replaces: number | undefined;
  fate: Fate | undefined;
  /** Name of the rule that had a hand in it. */
  rule: string | undefined;
  /** Filter of the breakpoint at which it was held. */
  breakpoint?: string | undefined;
}

/** A line in pieces: everything up to the body (ASCII when there is one), the body's own bytes, everything behind it. */
export interface Line {
  head: string;
  body: Buffer | undefined;
  tail: string;
}

/** Milliseconds with microsecond resolution, as a JSON number. */
export function formatTime(ms: number): string {
  return String(Math.round(ms * 1000) / 1000);
}

/** JSON strings of types and ids: the same few come thousands of times. */
const known = new Map<string, string>();
const MOST_KNOWN = 2048;

function quoted(value: string): string {
  const found = known.get(value);
  if (found !== undefined) return found;
  const made = ascii(JSON.stringify(value.length > LONGEST_NAME ? value.slice(0, LONGEST_NAME) : value));
  if (known.size >= MOST_KNOWN) known.clear();
  if (value.length <= LONGEST_NAME) known.set(value, made);
  return made;
}

/** JSON text with everything beyond ASCII escaped: a head before a body is one byte a character. */
function ascii(json: string): string {
  return json.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

// All messages that one chunk completed have the same session, side and stamps, and a run of deltas the same ids: what
// was made for the last message mostly serves the next.
let lastPlace = { session: '', t: NaN, sent: NaN, from: '', text: '' };
let lastIds = { response: '', item: '', call: '', text: '' };

function place(session: string, t: number, sent: number, from: Side): string {
  if (lastPlace.t !== t || lastPlace.sent !== sent || lastPlace.from !== from || lastPlace.session !== session) {
    const handed = Number.isNaN(sent) ? '' : `,"sent":${formatTime(sent)}`;
    const text = `,"session":${quoted(session)},"t":${formatTime(t)}${handed},"from":"${from}"`;
    lastPlace = { session, t, sent, from, text };
  }
  return lastPlace.text;
}

function idFields(event: Record<string, unknown>): string {
  const { response = '', item = '', call = '' } = eventIds(event);
  if (lastIds.response !== response || lastIds.item !== item || lastIds.call !== call) {
    let text = '';
    if (response !== '') text += `,"response":${quoted(response)}`;
    if (item !== '') text += `,"item":${quoted(item)}`;
    if (call !== '') text += `,"call":${quoted(call)}`;
    lastIds = { response, item, call, text };
  }
  return lastIds.text;
}

/**
 * Makes a message's line; `t` and `sent` are milliseconds since the trace's start, `sent` NaN when it was not. Valid JSON without line feed or
 * carriage return is embedded as it is (`event`), other text becomes a JSON string (`text`), a binary message or invalid
 * UTF-8 becomes `base64`. Secrets are replaced, in the head too, among them the literal values of `alsoSecret`.
 */
export function messageLine(
  seq: number,
  t: number,
  sent: number,
  message: Message,
  alsoSecret: readonly string[] = [],
): Line {
  const { data } = message;
  const start = `{"kind":"event","seq":${seq}${place(message.session, t, sent, message.from)}`;
  if (data === undefined) return whole(`${start},"bytes":${message.bytes}${origin(message)}`);
  // The line on which it arrived holds the body of what never went on.
  const isGone = message.fate === 'dropped' || message.fate === 'lost';
  if (message.binary || !isUtf8(data)) {
    const head = `${start},"bytes":${data.length}${origin(message)}`;
    if (isGone) return whole(head);
    const opcode = message.binary ? 2 : 1;
    // A key inside bytes that are not UTF-8 is still a key: look at them as Latin-1, where every byte keeps its place.
    const secret = redactEvent(data.toString('latin1'), alsoSecret);
    if (!secret) return whole(`${head},"opcode":${opcode},"base64":"${data.toString('base64')}"`);
    const kept = Buffer.from(secret.text, 'latin1').toString('base64');
    return whole(`${head},"redacted":${JSON.stringify(secret.redacted)},"opcode":${opcode},"base64":"${kept}"`);
  }

  const text = data.toString('utf8');
  const isOneLine = !data.includes(LINE_FEED) && !data.includes(CARRIAGE_RETURN);
  const event = parseJson(text);
  const secret = redactEvent(text, alsoSecret);
  // A key may stand where a type or an id belongs: then the head tells what the body tells.
  const fields = headFields(secret ? parseJson(secret.text) : event, data.length);
  const head = `${start}${fields}${origin(message)}`;
  if (isGone) return whole(head);
  const marked = secret ? `${head},"redacted":${ascii(JSON.stringify(secret.redacted))}` : head;
  if (!isOneLine || event === undefined)
    return whole(`${marked},"text":${JSON.stringify(secret ? secret.text : text)}`);
  return { head: `${marked},"event":`, body: secret ? Buffer.from(secret.text, 'utf8') : data, tail: '}\n' };
}

/** The value of a JSON text; undefined, which no JSON stands for, when it is none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Type, size and ids, in the head's order. */
function headFields(event: unknown, bytes: number): string {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return `,"bytes":${bytes}`;
  const record = event as Record<string, unknown>;
  const type = typeof record.type === 'string' ? `,"type":${quoted(record.type)}` : '';
  return `${type},"bytes":${bytes}${idFields(record)}`;
}

/** A line without a body that could be copied as it is. */
function whole(head: string): Line {
  return { head: `${head}}\n`, body: undefined, tail: '' };
}

/** Who sent it, if not that end, and what became of it. */
function origin(message: Message): string {
  let fields = message.injected ? ',"origin":"inspector"' : '';
  if (message.replaces !== undefined) fields += `,"replaces":${message.replaces}`;
  if (message.fate !== undefined) fields += `,"fate":"${message.fate}"`;
  if (message.rule !== undefined) fields += `,"rule":${quoted(message.rule)}`;
  if (message.breakpoint !== undefined) fields += `,"breakpoint":${quoted(message.breakpoint)}`;
  return fields;
}
