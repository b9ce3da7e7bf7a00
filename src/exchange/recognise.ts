/** What a file is, told from what stands in it: names of files say little. */
import { open } from 'node:fs/promises';
import { sideOf } from '../trace/foreignMessage';
import { UnreadableFileError, whyUnreadable } from '../trace/unreadable';
import type { ImportFormat } from './model';
import { isObject, parsedJson, textOf } from './read/values';

/** Bytes of the beginning that are looked at. */
const HEAD_BYTES = 256 * 1024;

/** Recognises a file; rejects with an `UnreadableFileError` when it cannot be read, is empty, or is nothing known. */
export async function recognise(file: string): Promise<ImportFormat> {
  const head = await beginning(file);
  const format = formatOf(head);
  if (format) return format;
  throw new UnreadableFileError(
    `${file} is none of the formats that can be imported: ${hint(head)} If you know which it is, import it with "realtime-inspector import --format".`,
  );
}

async function beginning(file: string): Promise<string> {
  try {
    const handle = await open(file, 'r');
    try {
      const room = Buffer.alloc(HEAD_BYTES);
      const { bytesRead } = await handle.read(room, 0, HEAD_BYTES, 0);
      if (bytesRead === 0) throw new Error('it is empty');
      return room.toString('utf8', 0, bytesRead).replace(/^\uFEFF/, '');
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new UnreadableFileError(`${file} cannot be read: ${whyUnreadable(error)}.`, { cause: error });
  }
}

const KINDS = new Set(['trace', 'open', 'event', 'close', 'control', 'gap', 'http', 'note']);

/** The format of a file that begins so. */
export function formatOf(head: string): ImportFormat | undefined {
  const text = head.trimStart();
  const lines = text.split('\n');
  const first = lines[0] ?? '';
  // The last line of the beginning may be cut.
  const whole = (lines.length > 1 ? lines.slice(0, -1) : lines).filter((line) => line.trim() !== '').slice(0, 200);
  if (text.startsWith('{')) {
    const value = parsedJson(first);
    if (isObject(value) && KINDS.has(textOf(value['kind'])) && (value['kind'] === 'trace' || 't' in value))
      return 'trace';
    if (/^\{\s*"log"\s*:\s*\{/.test(text)) return 'har';
    if (/^\{[^{}[\]]*"(?:interactions|frames|sessions|schema_version|transport)"\s*:/.test(text)) return 'cassette';
    if (/^\{\s*"kind"\s*:\s*"event"/.test(text)) return 'trace';
    if (isObject(value) && whole.length > 1) return 'lines';
    // One line that is cut here is longer than the beginning: an event with much sound in it.
    if (isObject(value)) return sideOf(value['direction'] ?? value['from'] ?? value['source']) ? 'lines' : 'events';
    if (/^\{[^{}]*"(?:direction|source|from)"\s*:/.test(first)) return 'lines';
    if (/"type"\s*:\s*"[\w.]+"|"(?:events|messages)"\s*:/.test(text)) return 'events';
  }
  if (/^\[\s*[{\]]/.test(text)) return 'events';
  if (/^(?:---\s*\n)?(?:#.*\n|version\s*:.*\n|\s*\n)*interactions\s*:/.test(text)) return 'cassette';
  if (
    whole.some((line) =>
      /(?:^|\s)(?:<-|->|[<>←→↑↓▲▼]|client|server|sent|received|send|receive)\s*:?\s*\{.*"type"/i.test(line),
    )
  )
    return 'console';
  // A trace whose beginning is damaged is one still.
  if (whole.some((line) => /^\{"kind":"(?:trace|open|event|close|control|gap|http|note)",/.test(line))) return 'trace';
  return undefined;
}

function hint(head: string): string {
  if (head.startsWith('PK')) return 'it is a ZIP archive. Unpack it, and import the .har in it.';
  // What is not UTF-8 has come through as U+FFFD; the zeros beside each letter stay.
  if (/^(?:\ufffd\ufffd)?(?:[\x09-\x7e]\0|\0[\x09-\x7e]){4}/.test(head)) return 'it is UTF-16. Save it as UTF-8.';
  if (/^\x1f\ufffd/.test(head)) return 'it is compressed with gzip. Unpack it first.';
  if (/^[\x00-\x08\x0e-\x1f\ufffd]/.test(head)) return 'it is not text.';
  if (/^\s*</.test(head)) return 'it looks like HTML or XML.';
  return 'no HAR, trace, lines or list of events, or cassette begins so.';
}
