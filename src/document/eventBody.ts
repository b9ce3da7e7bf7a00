/** What an event's line holds after its head: its JSON, its text, its audio. */
import { asObject, type JsonObject } from '../analysis/json';
import type { BodyPlace } from '../trace/parseLine';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
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

/**
 * The base64 text of an event's audio field. In an `event` body it is found in the bytes, without parsing: a name between
 * unescaped quotes cannot occur inside a JSON string, and the events that carry audio have one such field.
 */
export function audioText(line: Buffer, body: BodyPlace, field: 'audio' | 'delta'): string | undefined {
  if (body.format === 'text') {
    const audio = parseEventBody(line, body)?.[field];
    return typeof audio === 'string' ? audio : undefined;
  }
  const key = line.indexOf(`"${field}"`, body.start);
  if (key < 0 || key >= body.end) return undefined;
  let at = key + field.length + 2;
  while (at < body.end && (line[at] === 0x20 || line[at] === 0x09 || line[at] === 0x3a)) at++;
  if (line[at] !== QUOTE) return undefined;
  let end = line.indexOf(QUOTE, at + 1);
  while (end > 0 && line[end - 1] === BACKSLASH) end = line.indexOf(QUOTE, end + 1);
  if (end < 0 || end > body.end) return undefined;
  const raw = line.toString('latin1', at + 1, end);
  if (!raw.includes('\\')) return raw;
  // Some writers escape the slash of base64.
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return undefined;
  }
}
