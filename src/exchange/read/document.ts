/**
 * A whole document that holds messages: a list, pasted or saved, or the cassette of a test recorder (pydantic-ai's YAML, the
 * JSON of LiteLLM's and opencode's). They are small, and read whole.
 */
import { readFile, stat } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { UnreadableFileError } from '../../trace/unreadable';
import type { Sink } from '../model';
import type { MessageTaker } from './messages';
import { isObject, listOf, numberOf, objectOf, textOf, type Json } from './values';

/** Longest document read whole: as values it takes many times its size. */
const LONGEST = 256 << 20;
/** YAML costs far more than JSON to read. */
const LONGEST_YAML = 32 << 20;

/** Reads a document of JSON or YAML. Rejects with an `UnreadableFileError` when it is neither, or too large. */
export async function importDocument(file: string, isYaml: boolean, taker: MessageTaker, sink: Sink): Promise<void> {
  const { size } = await stat(file);
  const most = isYaml ? LONGEST_YAML : LONGEST;
  if (size > most)
    throw new UnreadableFileError(
      `${file} is too large to be read as ${isYaml ? 'YAML' : 'one JSON document'}: ${size >> 20} MiB of at most ${most >> 20}. Lines of JSON may be of any length.`,
    );
  const text = (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  takeDocument(isYaml ? fromYaml(text, file, sink) : fromJson(text, file), taker, sink);
}

function fromJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new UnreadableFileError(`${file} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function fromYaml(text: string, file: string, sink: Sink): unknown {
  const document = parseDocument(text, { merge: false, logLevel: 'silent' });
  const [error] = document.errors;
  if (error && document.contents === null)
    throw new UnreadableFileError(`${file} is no YAML: ${error.message.split('\n')[0] ?? ''}`);
  for (const { message } of document.errors) sink.report.problems.add(message.split('\n')[0] ?? '');
  return document.toJS({ maxAliasCount: 100 }) as unknown;
}

/** Lists under which documents keep their messages. */
const LISTS = ['interactions', 'events', 'messages', 'frames', 'items', 'realtimeEvents'];

function takeDocument(document: unknown, taker: MessageTaker, sink: Sink): void {
  const root = objectOf(document);
  if (Array.isArray(document)) return takeList(inOrder(document, sink), 'Entry', taker, sink);
  const sessions = listOf(root['sessions']);
  if (sessions.length > 0) {
    for (const [at, session] of sessions.entries()) {
      takeHolder(objectOf(session), `Entry of session ${at + 1}:`, taker, sink);
      taker.next();
    }
    return;
  }
  if (LISTS.some((name) => Array.isArray(root[name]))) return takeHolder(root, 'Entry', taker, sink);
  if (!taker.take(document, 'The document'))
    sink.report.problems.add('The document is neither an event nor a list of them.');
}

function takeHolder(holder: Json, where: string, taker: MessageTaker, sink: Sink): void {
  const open = objectOf(holder['open']);
  if (typeof open['url'] === 'string') taker.open(open['url'], stringsOf(open['headers']));
  for (const name of LISTS) if (Array.isArray(holder[name])) takeList(holder[name] as unknown[], where, taker, sink);
}

function takeList(list: readonly unknown[], where: string, taker: MessageTaker, sink: Sink): void {
  for (const [at, entry] of list.entries()) {
    const place = `${where} ${at + 1}`;
    const value = objectOf(entry);
    // A cassette's entries are of several kinds, and messages often of none.
    if (value['kind'] === 'close' || (value['type'] === 'close' && 'code' in value)) {
      const { code, reason } = { ...value, ...objectOf(value['data']) };
      taker.close(numberOf(code) ?? 1005, textOf(reason), value['direction'] === 'sent' ? 'client' : 'server');
    } else if (!isObject(entry) || !taker.take(entry, place))
      sink.report.problems.add(`${place} is neither a message with its direction nor an event, and was left out.`);
  }
}

/** The console of the API's authors lists the newest event first: a session that begins at the end was turned over. */
function inOrder(list: readonly unknown[], sink: Sink): readonly unknown[] {
  const isGreeting = (value: unknown) => {
    const record = objectOf(value);
    return textOf(record['type'] ?? objectOf(record['event'])['type']).endsWith('session.created');
  };
  const greeting = list.findLastIndex(isGreeting);
  if (greeting < 1 || greeting < list.length - 3 || isGreeting(list[0])) return list;
  sink.report.guessed.add('The list has the newest event first; it was turned over.');
  return list.toReversed();
}

function stringsOf(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(objectOf(value)).filter((one): one is [string, string] => typeof one[1] === 'string'),
  );
}
