/**
 * A message as other recorders write it: a JSON object that says which end it comes from and what it was. The words for both
 * differ (`{direction, event}`, `{source, event, time}`, `{direction: "sent", data}`, ...), the shape does not.
 */
import type { Side } from '../protocol/side';

/** A message told apart from what was written around it. */
export interface ForeignMessage {
  from: Side;
  /** The event as a value, where the recorder had it parsed; else `text` or `bytes` has it. */
  event: unknown;
  text: string | undefined;
  bytes: Buffer | undefined;
  /** When it passed, ms since 1970; undefined when it does not say. */
  at: number | undefined;
  /** How many messages of the type the recorder counted together here; 1 in most. */
  count: number;
}

const CLIENT = ['client', 'sent', 'send', 'outgoing', 'outbound', 'out', 'up', 'user', '->', '>', '→', '↑', '▲'];
const SERVER = ['server', 'received', 'receive', 'incoming', 'inbound', 'in', 'down', '<-', '<', '←', '↓', '▼'];
const SIDES = new Map<string, Side>([
  ...CLIENT.map((word): [string, Side] => [word, 'client']),
  ...SERVER.map((word): [string, Side] => [word, 'server']),
]);

/** The end that a word or an arrow stands for; undefined for any other. */
export function sideOf(word: unknown): Side | undefined {
  return typeof word === 'string' ? SIDES.get(word.toLowerCase()) : undefined;
}

const SIDE_NAMES = ['direction', 'from', 'source', 'side', 'dir'];
const BODY_NAMES = ['event', 'data', 'message', 'payload', 'body', 'text'];
const BINARY_NAMES = ['binary_b64', 'base64', 'binary'];
const TIME_NAMES = ['time', 'timestamp', 'ts', 'at', 'created_at', 'recorded_at'];

/** The message in a record; undefined when it has no direction or no body. Never throws. */
export function foreignMessage(record: Readonly<Record<string, unknown>>): ForeignMessage | undefined {
  const from = SIDE_NAMES.map((name) => sideOf(record[name])).find((side) => side !== undefined);
  if (from === undefined) return undefined;
  const at = TIME_NAMES.map((name) => epochMs(record[name])).find((ms) => ms !== undefined);
  const count = typeof record.count === 'number' && record.count > 1 ? Math.floor(record.count) : 1;
  const encoding = record.bodyEncoding ?? record.encoding;
  for (const name of BODY_NAMES) {
    const body = record[name];
    if (body === undefined || body === null) continue;
    if (typeof body !== 'string') return { from, event: body, text: undefined, bytes: undefined, at, count };
    if (encoding === 'base64' || record.opcode === 2) return binary(from, body, at, count);
    return { from, event: undefined, text: body, bytes: undefined, at, count };
  }
  for (const name of BINARY_NAMES) {
    const body = record[name];
    if (typeof body === 'string') return binary(from, body, at, count);
  }
  return undefined;
}

function binary(from: Side, base64: string, at: number | undefined, count: number): ForeignMessage {
  return { from, event: undefined, text: undefined, bytes: Buffer.from(base64, 'base64'), at, count };
}

/** No session of this API was recorded before 2020, and none after 2100. */
const EARLIEST = 1_577_836_800_000;
const LATEST = 4_102_444_800_000;

/**
 * A moment in ms since 1970, fractions kept: of ISO 8601 with a date, or of a number in seconds, ms, microseconds or
 * nanoseconds, told apart by their size. Undefined for anything else (a time of day without a date is none).
 */
export function epochMs(value: unknown): number | undefined {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(value)) {
    const whole = Date.parse(value);
    const beyond = /\.\d{3}(\d{1,6})/.exec(value)?.[1] ?? '';
    return plausible(whole + (beyond === '' ? 0 : Number(`0.${beyond}`)));
  }
  const number = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number') return undefined;
  return [1000, 1, 1e-3, 1e-6].map((factor) => plausible(number * factor)).find((ms) => ms !== undefined);
}

function plausible(ms: number): number | undefined {
  return ms >= EARLIEST && ms < LATEST ? ms : undefined;
}
