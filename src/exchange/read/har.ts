/**
 * HAR with `_webSocketMessages`, as Chrome, Playwright, mitmproxy, HTTP Toolkit and this program write it. The differences:
 * Chrome and mitmproxy tell times in seconds, Playwright in milliseconds (or -1 for none) and, with `content: "attach"`, puts
 * the messages into a file beside; HTTP Toolkit adds `_webSocketClose`; Chrome lists errors of the connection as messages of
 * type `error`; Firefox writes handshakes and no messages.
 */
import path from 'node:path';
import { findEvent } from '../../protocol';
import { isRealtimeCall } from '../../proxy/rest';
import type { Work } from '../../rewrite/source';
import { epochMs } from '../../trace/foreignMessage';
import { lineData, LineReader, type RawLine } from '../../trace/lineReader';
import type { HeaderRecord } from '../../trace/records';
import type { ImportedMessage, Sink } from '../model';
import { readJson } from './jsonStream';
import { closeOf, ownHead, ownLine, ownLines, ownOpen } from './harOwn';
import { isObject, listOf, numberOf, objectOf, parsedJson, textOf, type Json } from './values';

/** Where this program puts what HAR has no place for. */
const OWN = '_realtimeInspector';
/** Bodies of calls and answers that a trace keeps, characters. */
const LONGEST_BODY = 1 << 20;

/** Reads a HAR into a sink. Rejects only as `fs` does; what is wrong with the file is in the sink's report. */
export async function importHar(file: string, sink: Sink, work: Work): Promise<void> {
  const reader = new HarReader(sink);
  const torn = await readJson(file, reader, work);
  if (torn !== '') sink.report.problems.add(torn);
  reader.leave(['log', 'entries', -1]);
  // Files of Playwright's stand beside: read when everything else is known, one after the other.
  for (const { key, name } of reader.attached) await importAttached(path.dirname(file), name, key, sink, reader, work);
  reader.finish();
}

class HarReader {
  readonly attached: { key: string; name: string }[] = [];
  readonly #sink: Sink;
  #entry: Json = {};
  /** What this program adds to it, without its lines. */
  #own: Json = {};
  #key = '0';
  #count = 0;
  /** Messages of the entry whose type the API knows, and all. */
  #known = 0;
  #messages = 0;
  readonly #others = new Map<string, number>();
  #calls = 0;
  #begun = false;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  want(at: readonly (string | number)[], isArray: boolean): 'into' | 'take' | 'skip' {
    const [log, name, , field, part] = at;
    if (at.length < 2) return at.length === 0 || log === 'log' ? 'into' : 'skip';
    if (name !== 'entries') return at.length === 2 && name !== 'pages' ? 'take' : 'skip';
    if (at.length === 3) this.#begun = true;
    if (at.length <= 3) return 'into';
    if (at.length === 4) return field === OWN || (field === '_webSocketMessages' && isArray) ? 'into' : 'take';
    // What was held back may be large too: line by line, like messages.
    return at.length === 5 && field === OWN && part === 'lines' && isArray ? 'into' : 'take';
  }

  value(at: readonly (string | number)[], value: unknown): void {
    if (at.length === 2) this.#aboutLog(String(at[1]), value);
    else if (at.length === 4) this.#entry[String(at[3])] = value;
    else if (at.length === 6) ownLine(value, this.#key, this.#sink);
    else if (at[3] === OWN) this.#aboutEntry(String(at[4]), value);
    else if (at.length === 5)
      this.message(this.#key, value, `Message ${Number(at[4]) + 1} of entry ${Number(at[2]) + 1}`);
  }

  /** What this program says of an entry; its messages and lines follow. */
  #aboutEntry(name: string, value: unknown): void {
    this.#own[name] = value;
    const begins = name === 'begins' ? epochMs(value) : undefined;
    if (begins !== undefined) this.#sink.begins(this.#key, begins);
  }

  /** An entry is over. */
  leave(at: readonly (string | number)[]): void {
    if (at.length !== 3 || !this.#begun) return;
    this.#endEntry();
    this.#entry = {};
    this.#own = {};
    this.#known = 0;
    this.#messages = 0;
    this.#begun = false;
    this.#key = String((this.#count += 1));
  }

  message(key: string, value: unknown, where: string): void {
    const { problems, lost } = this.#sink.report;
    if (!isObject(value)) return problems.add(`${where} is no object and was left out.`);
    const { type, opcode, data, time } = value;
    if (type === 'error')
      return lost.add(`The browser noted an error of the connection: ${textOf(data).slice(0, 200)}`);
    if (type !== 'send' && type !== 'receive')
      return problems.add(`${where} is neither "send" nor "receive" and was left out.`);
    if (typeof data !== 'string') return problems.add(`${where} has no data and was left out.`);
    if (opcode === 8 || opcode === 9 || opcode === 10)
      return lost.add('Close, ping and pong frames listed as messages were left out.');
    const binary = opcode === 2;
    const at = epochMs(time);
    const message: ImportedMessage = {
      from: type === 'send' ? 'client' : 'server',
      at,
      data: binary ? Buffer.from(data, 'base64') : Buffer.from(data, 'utf8'),
      binary,
    };
    const own = value[OWN];
    if (isObject(own)) ownHead(message, own);
    this.#messages += 1;
    if (!binary && this.#known < 3) {
      const event = parsedJson(data);
      if (isObject(event) && findEvent(textOf(event['type']), message.from)) this.#known += 1;
    }
    this.#sink.message(key, message);
  }

  finish(): void {
    const { lost } = this.#sink.report;
    for (const [url, times] of this.#others) lost.add(`A WebSocket of something else was left out: ${url}`, times);
    if (this.#calls > 0) lost.add('Requests that are not of the Realtime API were left out', this.#calls);
  }

  #aboutLog(name: string, value: unknown): void {
    const { report } = this.#sink;
    if (name === 'creator') {
      const { name: program, version } = objectOf(value);
      report.writer = [textOf(program), textOf(version)].filter(Boolean).join(' ').slice(0, 100);
    } else if (name === 'browser' && report.writer.startsWith('Playwright')) {
      const { name: browser, version } = objectOf(value);
      report.writer = `${report.writer} with ${textOf(browser)} ${textOf(version)}`.slice(0, 100);
    } else if (name === OWN) ownLines(objectOf(value), this.#sink);
  }

  #endEntry(): void {
    const entry = this.#entry;
    const request = objectOf(entry['request']);
    const response = objectOf(entry['response']);
    const url = textOf(request['url']);
    const own = this.#own;
    const file = textOf(objectOf(response['content'])['_file']);
    const isSocket =
      entry['_resourceType'] === 'websocket' ||
      /^wss?:/i.test(url) ||
      this.#messages > 0 ||
      '_webSocketMessages' in entry;
    const key = this.#key;
    if (!isSocket) {
      this.#sink.forget(key);
      return this.#endCall(entry, request, response, url, own);
    }
    if (!isOfThisApi(url) && this.#known === 0 && own['session'] === undefined) {
      const address = url.replace(/[?#].*/s, '').slice(0, 200) || 'one without an address';
      // A file beside it may still tell.
      if (file === '') {
        this.#others.set(address, (this.#others.get(address) ?? 0) + 1);
        return this.#sink.forget(key);
      }
    }
    const status = numberOf(response['status']) ?? 0;
    // Playwright does not always hear of the answer; messages that passed are the proof of it.
    const accepted = status === 101 || status === 200 || (this.#messages > 0 && status <= 0);
    const headers = headersOf(request['headers']);
    const responseHeaders = headersOf(response['headers']);
    const timings = objectOf(entry['timings']);
    const started = epochMs(entry['startedDateTime']);
    const open = {
      at: started === undefined ? undefined : started + handshakeMs(timings, status),
      url,
      headers,
      subprotocols: protocolsOf(headers),
      status: accepted ? 101 : status,
      upstream: hostOf(url),
      phases: phasesOf(timings),
      ...(Object.keys(responseHeaders).length > 0 ? { responseHeaders } : {}),
      ...optional('subprotocol', headerOf(responseHeaders, 'sec-websocket-protocol')),
      ...optional('extensions', headerOf(responseHeaders, 'sec-websocket-extensions')),
      ...optional('error', textOf(response['_error']) || textOf(response['_failureText'])),
    };
    // A trace may have no handshake of a session; then the address here is none.
    const isUnopened = own['session'] !== undefined && !isObject(own['open']);
    if (isUnopened) this.#sink.name(key, textOf(own['session']));
    else this.#sink.open(key, ownOpen(open, own), textOf(own['session']));
    if (file !== '' && this.#messages === 0) this.attached.push({ key, name: file });
    else if (this.#messages === 0 && status === 101 && own['session'] === undefined) {
      const firefox = /^firefox/i.test(this.#sink.report.writer);
      this.#sink.report.lost.add(
        firefox
          ? 'Firefox writes the handshakes of WebSockets into a HAR, and none of their messages.'
          : `The HAR has no messages of ${url.replace(/[?#].*/s, '').slice(0, 200)}.`,
      );
    }
    const close = closeOf(entry['_webSocketClose'], own);
    if (close) this.#sink.close(key, close);
    if (own['session'] === undefined && accepted) this.#tellLosses(close !== undefined);
    if (file === '') this.#sink.flush(key);
  }

  /** What no HAR of others has. */
  #tellLosses(isClosed: boolean): void {
    const { lost, guessed } = this.#sink.report;
    lost.once('A HAR has no pings, and one time for each message: it counts as arrived and as handed on.');
    if (!isClosed) lost.add('The HAR does not tell how a connection ended');
    else guessed.add('The HAR does not tell which end closed a connection; the server was taken for it');
  }

  #endCall(entry: Json, request: Json, response: Json, url: string, own: Json): void {
    const started = epochMs(entry['startedDateTime']);
    const path = url.replace(/^[a-z]+:\/\/[^/]*/i, '');
    const method = textOf(request['method']);
    if (started === undefined || (!isRealtimeCall(method, path) && own['kind'] !== 'http')) {
      this.#calls += 1;
      return;
    }
    const requestBody = textOf(objectOf(request['postData'])['text']);
    const content = objectOf(response['content']);
    const isBinary = content['encoding'] === 'base64';
    const responseBody = isBinary ? '' : textOf(content['text']);
    const length = Math.max(0, numberOf(entry['time']) ?? 0);
    this.#sink.call({
      at: epochMs(own['end']) ?? started + length,
      start: epochMs(own['start']) ?? started,
      method,
      url,
      status: numberOf(response['status']) ?? 0,
      requestHeaders: headersOf(request['headers']),
      responseHeaders: headersOf(response['headers']),
      ...(requestBody !== '' && requestBody.length <= LONGEST_BODY ? { requestBody } : {}),
      ...(responseBody !== '' && responseBody.length <= LONGEST_BODY ? { responseBody } : {}),
      ...optional('error', textOf(response['_error']) || textOf(own['error'])),
      ...(Array.isArray(own['redacted']) ? { redacted: own['redacted'].filter((one) => typeof one === 'string') } : {}),
    });
  }
}

/** Messages that Playwright wrote into a file of their own: one a line. Its name comes from the HAR and leads nowhere else. */
async function importAttached(
  folder: string,
  name: string,
  key: string,
  sink: Sink,
  reader: HarReader,
  { signal }: Work,
): Promise<void> {
  const base = path.basename(name);
  let lines: LineReader;
  try {
    lines = await LineReader.open(path.join(folder, base));
  } catch {
    sink.report.lost.add(`The messages are in ${base}, which is not beside the HAR: unpack it into the same folder.`);
    return;
  }
  // Only a line feed ends a line here: JSON may hold what Unicode calls the end of a line.
  const take = (line: RawLine): boolean => {
    const where = `Line ${line.number} of ${base}`;
    if (line.bytes > line.end - line.start) sink.report.problems.add(`${where} is too long to be read.`);
    const text = lineData(line).toString('utf8');
    if (text.trim() !== '') reader.message(key, parsedJson(text), where);
    return true;
  };
  try {
    await lines.read(take, () => {
      signal?.throwIfAborted();
      return true;
    });
    lines.takeTail(take);
  } finally {
    await lines.close();
  }
  sink.flush(key);
}

/** Whether an address is one at which this API, or one like it, is found. */
function isOfThisApi(url: string): boolean {
  return /\/(?:realtime|voice-live)(?:[/?]|$)/i.test(url);
}

function optional<K extends string>(name: K, value: string): Partial<Record<K, string>> {
  return value === '' ? {} : ({ [name]: value } as Record<K, string>);
}

function headersOf(value: unknown): HeaderRecord {
  const headers = new Map<string, string | string[]>();
  for (const one of listOf(value)) {
    const { name, value: text } = objectOf(one);
    if (typeof name !== 'string' || typeof text !== 'string') continue;
    const before = headers.get(name);
    headers.set(name, before === undefined ? text : [before, text].flat());
  }
  return Object.fromEntries(headers);
}

function headerOf(headers: HeaderRecord, wanted: string): string {
  const found = Object.entries(headers).find(([name]) => name.toLowerCase() === wanted)?.[1];
  return [found ?? ''].flat().join(', ');
}

const protocolsOf = (headers: HeaderRecord): string[] =>
  headerOf(headers, 'sec-websocket-protocol')
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return '';
  }
}

/** Of a refusal all of it; of an accepted handshake up to its answer (what comes after it is the session). */
function handshakeMs(timings: Json, status: number): number {
  const names = ['blocked', 'dns', 'connect', 'send', 'wait', ...(status === 101 ? [] : ['receive'])];
  return names.reduce((sum, name) => sum + Math.max(0, numberOf(timings[name]) ?? 0), 0);
}

function phasesOf(timings: Json): { dns?: number; tcp?: number; tls?: number; upgrade?: number } {
  const [dns, connect, ssl, wait] = ['dns', 'connect', 'ssl', 'wait'].map((name) => numberOf(timings[name]) ?? -1) as [
    number,
    number,
    number,
    number,
  ];
  return {
    ...(dns > 0 ? { dns } : {}),
    // In a HAR the time for TLS is a part of that for connecting.
    ...(connect > 0 ? { tcp: connect - Math.max(0, ssl) } : {}),
    ...(ssl > 0 ? { tls: ssl } : {}),
    ...(wait > 0 ? { upgrade: wait } : {}),
  };
}
