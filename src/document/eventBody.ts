/** What an event's line holds after its head: its JSON, its text, its audio. */
import { asObject, type JsonObject } from '../analysis/json';
import { base64Bytes } from '../audio/decode';
import { scannedText, type TextPlace } from '../trace/headScan';
import type { BodyPlace } from '../trace/parseLine';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const EQUALS = 0x3d;
/** Bodies larger than this are not parsed for analysis: no event that tells something is so large. */
const LARGEST_PARSED = 4 << 20;

/** The message's own text; undefined for a binary body, or one that is not whole in `line`. */
export function messageText(line: Buffer, body: BodyPlace): string | undefined {
  if (body.format === 'base64' || body.end > line.length) return undefined;
  const raw = line.toString('utf8', body.start, body.end);
  if (body.format === 'event') return raw;
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return undefined;
  }
}

/** The event as an object; undefined when it is none, or over `most` bytes (4 MiB). */
export function parseEventBody(line: Buffer, body: BodyPlace, most = LARGEST_PARSED): JsonObject | undefined {
  if (body.end - body.start > most) return undefined;
  const text = messageText(line, body);
  if (text === undefined) return undefined;
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Bytes of audio in an event's audio field, counted without decoding it; 0 when it holds none. */
export function audioBytes(line: Buffer, body: BodyPlace, field: 'audio' | 'delta'): number {
  const place = body.format === 'event' ? audioPlace(line, body, field) : undefined;
  if (!place || place.escaped) return base64Bytes(audioText(line, body, field) ?? '');
  let { end } = place;
  for (let padding = 0; padding < 2 && end > place.start && line[end - 1] === EQUALS; padding++) end--;
  return Math.floor(((end - place.start) * 3) / 4);
}

/** The base64 text of an event's audio field. */
export function audioText(line: Buffer, body: BodyPlace, field: 'audio' | 'delta'): string | undefined {
  if (body.format === 'text') {
    const audio = parseEventBody(line, body)?.[field];
    return typeof audio === 'string' ? audio : undefined;
  }
  const place = audioPlace(line, body, field);
  return place && scannedText(line, place);
}

const KEYS = { audio: Buffer.from('"audio"'), delta: Buffer.from('"delta"') };

/**
 * Where that text lies. It is found in the bytes, without parsing: a name between unescaped quotes cannot occur inside a JSON
 * string, and the events that carry audio have one such field.
 */
function audioPlace(line: Buffer, body: BodyPlace, field: 'audio' | 'delta'): TextPlace | undefined {
  // Searched within its own bytes: behind them lie other lines.
  const bytes = line.subarray(body.start, body.end);
  const key = bytes.indexOf(KEYS[field]);
  if (key < 0) return undefined;
  let at = key + field.length + 2;
  while (bytes[at] === 0x20 || bytes[at] === 0x09 || bytes[at] === 0x3a) at++;
  if (bytes[at] !== QUOTE) return undefined;
  let end = bytes.indexOf(QUOTE, at + 1);
  while (end > 0 && bytes[end - 1] === BACKSLASH) end = bytes.indexOf(QUOTE, end + 1);
  if (end < 0) return undefined;
  // Some writers escape the slash of base64.
  const escape = bytes.indexOf(BACKSLASH, at + 1);
  return { start: body.start + at + 1, end: body.start + end, escaped: escape >= 0 && escape < end };
}

/** Base64 of this length and more is sound, not words. */
const LONG_BASE64 = /[A-Za-z0-9+/_-]{256,}={0,2}/g;

/** The text of an event's line in bytes [start, end), its sound left out: nobody looks for words in it. */
export function withoutAudio(buffer: Buffer, start: number, end: number): string {
  const line = buffer.subarray(start, end);
  const place = { format: 'event', start: 0, end: line.length } as const;
  const audio = audioPlace(line, place, 'delta') ?? audioPlace(line, place, 'audio');
  if (!audio) return line.toString('utf8').replace(LONG_BASE64, '');
  return line.toString('utf8', 0, audio.start) + line.toString('utf8', audio.end);
}
