/**
 * One line of a trace, byte for byte. The head's keys stand in a fixed order, so that an indexer can read a line's first
 * bytes and skip its body.
 */
import { isUtf8 } from 'node:buffer';
import { eventIds } from '../protocol/ids';
import type { Side } from '../protocol/side';
import { redactEvent } from './redact';

/** Longest `type` or id kept in a head, in characters. */
const LONGEST_NAME = 128;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** A message as the recorder has it, before its line is made. */
export interface Message {
  seq: number;
  session: string;
  /** Milliseconds since the trace's start. */
  t: number;
  sent: number | undefined;
  from: Side;
  /** The payload; undefined when the message was over the size cap or could not be decoded. */
  data: Buffer | undefined;
  /** Payload bytes, known also when `data` is not. */
  bytes: number;
  binary: boolean;
  injected: boolean;
  replaces: number | undefined;
}

/** A line in pieces: everything up to the body, the body's own bytes, everything behind it (with the line feed). */
export interface Line {
  head: string;
  body: Buffer | undefined;
  tail: string;
}

/** Milliseconds with microsecond resolution, as a JSON number. */
export function formatTime(ms: number): string {
  return (Math.round(ms * 1000) / 1000).toString();
}

function text(value: string): string {
  return JSON.stringify(value.length > LONGEST_NAME ? value.slice(0, LONGEST_NAME) : value);
}

/**
 * Makes a message's line. Valid JSON without line feed or carriage return is embedded as it is (`event`), other text
 * becomes a JSON string (`text`), a binary message or invalid UTF-8 becomes `base64`. Secrets are replaced, among them
 * the literal values of `alsoSecret`.
 */
export function messageLine(message: Message, alsoSecret: readonly string[] = []): Line {
  const { data } = message;
  let head = `{"kind":"event","seq":${message.seq},"session":${JSON.stringify(message.session)},"t":${formatTime(message.t)}`;
  if (message.sent !== undefined) head += `,"sent":${formatTime(message.sent)}`;
  head += `,"from":"${message.from}"`;

  if (data === undefined)
    return { head: `${head},"bytes":${message.bytes}${origin(message)}}\n`, body: undefined, tail: '' };
  if (message.binary || !isUtf8(data)) {
    const opcode = message.binary ? 2 : 1;
    const start = `${head},"bytes":${data.length}${origin(message)}`;
    // A key inside bytes that are not UTF-8 is still a key: look at them as Latin-1, where every byte keeps its place.
    const latin = data.toString('latin1');
    const secret = redactEvent(latin, alsoSecret);
    if (!secret)
      return {
        head: `${start},"opcode":${opcode},"base64":"${data.toString('base64')}"}\n`,
        body: undefined,
        tail: '',
      };
    const kept = Buffer.from(secret.text, 'latin1').toString('base64');
    return {
      head: `${start},"redacted":${JSON.stringify(secret.redacted)},"opcode":${opcode},"base64":"${kept}"}\n`,
      body: undefined,
      tail: '',
    };
  }

  const original = data.toString('utf8');
  let event: unknown;
  let isJson = !data.includes(LINE_FEED) && !data.includes(CARRIAGE_RETURN);
  let names = '';
  let ids = '';
  try {
    event = JSON.parse(original);
  } catch {
    isJson = false;
  }
  if (typeof event === 'object' && event !== null && !Array.isArray(event)) {
    const record = event as Record<string, unknown>;
    if (typeof record.type === 'string') names = `,"type":${text(record.type)}`;
    const found = eventIds(record);
    if (found.response !== undefined) ids += `,"response":${text(found.response)}`;
    if (found.item !== undefined) ids += `,"item":${text(found.item)}`;
    if (found.call !== undefined) ids += `,"call":${text(found.call)}`;
  }
  head += `${names},"bytes":${data.length}${ids}${origin(message)}`;
  const secret = redactEvent(original, alsoSecret);
  if (secret) head += `,"redacted":${JSON.stringify(secret.redacted)}`;
  if (isJson) return { head: `${head},"event":`, body: secret ? Buffer.from(secret.text, 'utf8') : data, tail: '}\n' };
  return { head: `${head},"text":${JSON.stringify(secret ? secret.text : original)}}\n`, body: undefined, tail: '' };
}

function origin(message: Message): string {
  let fields = '';
  if (message.injected) fields += ',"origin":"inspector"';
  if (message.replaces !== undefined) fields += `,"replaces":${message.replaces}`;
  return fields;
}
