/** The body of one row, read from its range of the file. */
import type { LineReader } from '../trace/lineReader';
import { parseLine, type BodyPlace } from '../trace/parseLine';
import type { RowBody } from './columns';

/** A longer body is cut unless the whole is asked for, bytes. */
const BODY_LIMIT = 4 << 20;
/** Longest text a JavaScript string can hold with room to spare, bytes. */
const STRING_LIMIT = 400 << 20;
const HEAD_BYTES = 64 * 1024;

/** Reads the line of `bytes` at `offset` as a body for people. Rejects only when the file cannot be read. */
export async function readBody(
  lines: LineReader,
  row: number,
  offset: number,
  bytes: number,
  whole: boolean,
): Promise<RowBody> {
  const most = whole ? STRING_LIMIT : BODY_LIMIT + HEAD_BYTES;
  let data = await lines.range(offset, Math.min(bytes, most));
  let parsed = parseLine(data, bytes);
  if (parsed.kind === 'unreadable' && data.length < bytes && bytes <= STRING_LIMIT) {
    // A long line in another order of keys: only the whole of it tells.
    data = await lines.range(offset, bytes);
    parsed = parseLine(data, bytes);
  }
  const limit = whole ? STRING_LIMIT : BODY_LIMIT;
  switch (parsed.kind) {
    case 'event':
      return { row, head: { ...parsed.head }, ...bodyText(data, parsed.body, limit) };
    case 'record':
      return { row, head: { ...parsed.record }, ...cut(data, 0, bytes, limit, 'json') };
    case 'header':
    case 'unreadable':
      return {
        row,
        head: parsed.kind === 'unreadable' ? { kind: 'unreadable', problem: parsed.problem } : { ...parsed.header },
        ...cut(data, 0, bytes, limit, 'text'),
      };
  }
}

function bodyText(data: Buffer, body: BodyPlace | undefined, limit: number): Omit<RowBody, 'row' | 'head'> {
  if (!body) return { format: 'none', text: '', cutFrom: 0 };
  if (body.format === 'event') return cut(data, body.start, body.end, limit, 'json');
  if (body.format === 'base64') {
    // Groups of four characters, so that what is shown can be decoded.
    return cut(data, body.start, body.end, limit - (limit % 4), 'base64');
  }
  const raw = cut(data, body.start, body.end, limit, 'text');
  return { ...raw, text: unescapeJson(raw.text) };
}

function cut(
  data: Buffer,
  start: number,
  end: number,
  limit: number,
  format: RowBody['format'],
): Omit<RowBody, 'row' | 'head'> {
  const size = end - start;
  let to = Math.min(end, start + limit, data.length);
  const whole = to >= end;
  // Not within a character: its later bytes are 10xxxxxx.
  if (!whole) while (to > start && ((data[to] ?? 0) & 0xc0) === 0x80) to--;
  return { format, text: data.toString('utf8', start, to), cutFrom: whole ? 0 : size };
}

/** The text of a JSON string without its quotes, of which the end may be missing within an escape. */
function unescapeJson(raw: string): string {
  for (let end = raw.length; end >= Math.max(0, raw.length - 6); end--) {
    try {
      return String(JSON.parse(`"${raw.slice(0, end)}"`));
    } catch {
      // One character less may end before the escape that was cut.
    }
  }
  return raw;
}
