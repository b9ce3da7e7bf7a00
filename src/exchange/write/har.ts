/**
 * A trace as HAR 1.2, with messages where Chrome puts them (`_webSocketMessages`) and the end of the connection where HTTP
 * Toolkit does (`_webSocketClose`). What HAR has no place for stands under `_realtimeInspector`, which others pass over and
 * our import takes back.
 */
import type { Work } from '../../rewrite/source';
import type { EventHead, ParsedLine } from '../../trace/parseLine';
import type { HeaderRecord, HttpRecord, OpenRecord } from '../../trace/records';
import { fromText } from '../read/harOwn';
import { Remarks, type ExportReport } from '../model';
import { isoTime } from './isoTime';
import { writeOut, type OutFile } from './outFile';
import { TraceLines, type LooseRecord, type SessionLines } from './sessionLines';

/** Address of a session whose handshake is not in the trace: HAR has no entry without one. */
const NO_ADDRESS = 'wss://unknown.invalid/';

/** Share of the work that the first reading is. */
const READING = 0.4;

/** Writes the trace as `file`. Rejects with an `UnreadableFileError` when it cannot be read, or the file is there already. */
export async function exportHar(
  trace: string,
  file: string,
  { signal, progress, generator, over }: Work & { generator: string; over?: boolean },
): Promise<ExportReport> {
  const told = (share: number) => progress?.(share);
  const signalled = signal ? { signal } : {};
  const lines = await TraceLines.open(trace, { ...signalled, progress: (share) => told(share * READING) });
  try {
    const writer = new HarWriter(lines, generator);
    const made = await writeOut(
      file,
      (out) =>
        writer.write(out, (share) => {
          signal?.throwIfAborted();
          told(READING + share * (1 - READING));
        }),
      over,
    );
    const { counts, lost, guessed } = writer;
    return {
      trace,
      as: 'har',
      files: [made],
      counts,
      lost: lost.list(),
      guessed: guessed.list(),
      problems: lines.problems,
    };
  } finally {
    await lines.close();
  }
}

class HarWriter {
  readonly lost = new Remarks();
  readonly guessed = new Remarks();
  readonly counts = { sessions: 0, messages: 0, calls: 0 };
  readonly #lines: TraceLines;
  readonly #generator: string;

  constructor(lines: TraceLines, generator: string) {
    this.#lines = lines;
    this.#generator = generator;
  }

  async write(out: OutFile, tick: (share: number) => void): Promise<void> {
    const [name, version = ''] = this.#generator.split('/');
    const calls: (HttpRecord & { shift: number })[] = [];
    const rest: LooseRecord[] = [];
    for (const one of this.#lines.loose) {
      if (one.kind === 'http') calls.push(one);
      else if (!this.#lines.isOutdated(one, one.offset)) rest.push(one);
    }
    const own = {
      trace: this.#lines.header,
      lines: rest.map(({ offset: _offset, ...one }) => this.#ownLine(one, one.shift)),
    };
    await out.write(
      `{"log":{"version":"1.2","creator":${JSON.stringify({ name, version })},"pages":[],"_realtimeInspector":${JSON.stringify(own)},"entries":[`,
    );
    if (rest.length > 0)
      this.lost.add(
        'Notes and gaps stand under _realtimeInspector, where other programs do not show them',
        rest.length,
      );
    let first = true;
    const comma = () => {
      const text = first ? '\n' : ',\n';
      first = false;
      return text;
    };
    for (const [at, session] of this.#lines.sessions.entries()) {
      await out.write(comma());
      await this.#session(out, session);
      tick((at + 1) / (this.#lines.sessions.length + 1));
    }
    for (const call of calls) await out.write(comma() + JSON.stringify(this.#call(call)));
    await out.write('\n]}}\n');
  }

  /** Epoch seconds, as Chrome has them. */
  #time(t: number): number {
    return Number(((this.#lines.startedAt + t) / 1000).toFixed(6));
  }
  #iso(t: number): string {
    return isoTime(this.#lines.startedAt + t);
  }

  #ownLine({ shift: _shift, ...line }: { t: number; shift: number; at?: number } & object, shift: number): object {
    // The moment that a note of the user is about.
    const about = line.at === undefined ? {} : { about: this.#time(line.at + shift) };
    return { time: this.#time(line.t + shift), ...about, line: { ...line, t: undefined } };
  }

  async #session(out: OutFile, session: SessionLines): Promise<void> {
    const { open, close, shift } = session;
    this.counts.sessions += 1;
    // What stands apart comes first and line by line: a person may have held back a hundred megabytes.
    const own = JSON.stringify(this.#own(session)).slice(0, -1);
    await out.write(`{"_resourceType":"websocket","_realtimeInspector":${own},"lines":[`);
    let separator = '\n';
    for await (const { parsed, data, offset } of this.#lines.of(session.aside)) {
      if (parsed.kind === 'record' && this.#lines.isOutdated(parsed.record, offset)) continue;
      await out.write(separator + JSON.stringify(this.#asideLine(parsed, data, shift)));
      separator = ',\n';
    }
    await out.write(']},"_webSocketMessages":[');
    separator = '\n';
    for await (const { parsed, data } of this.#lines.of(session.messages)) {
      if (parsed.kind !== 'event') continue;
      const { head, body } = parsed;
      const raw = body && data.subarray(body.start, body.end);
      const bytes = raw && (body.format === 'event' ? raw : fromText(raw, body.format));
      await out.write(separator + JSON.stringify(this.#message(head, bytes, shift)));
      separator = ',\n';
    }
    await out.write(`],${JSON.stringify(this.#entry(session)).slice(1)}`);
    if (!open) this.guessed.add(`A session without a handshake in the trace got the address ${NO_ADDRESS}`);
    if (!close) this.lost.add('A session that is not closed in the trace has no _webSocketClose');
  }

  /** A line that is no message which went on, as it stands. */
  #asideLine(parsed: ParsedLine, data: Buffer, shift: number): object {
    const hidden = 'stand under _realtimeInspector, where other programs do not show them';
    if (parsed.kind === 'record') {
      const { kind } = parsed.record;
      const what = kind === 'control' ? 'Pings and pongs' : kind === 'note' ? 'Notes of the user' : 'Gaps';
      this.lost.add(`${what} ${hidden}`);
      return this.#ownLine({ ...parsed.record, shift }, shift);
    }
    this.lost.add(`Messages held back, dropped or lost on the way ${hidden}`);
    const line = JSON.parse(data.toString('utf8')) as { t: number; event?: unknown };
    if (parsed.kind !== 'event' || parsed.body?.format !== 'event') return this.#ownLine({ ...line, shift }, shift);
    // As text: written anew, its numbers and escapes would be others.
    const text = data.toString('utf8', parsed.body.start, parsed.body.end);
    delete line.event;
    return { ...this.#ownLine({ ...line, shift }, shift), event: text };
  }

  #message(head: EventHead, bytes: Buffer | undefined, shift: number): object {
    this.counts.messages += 1;
    const { t, sent, seq, origin, replaces, rule, breakpoint, redacted } = head;
    const isBinary = head.opcode === 2;
    const text = isBinary ? (bytes?.toString('base64') ?? '') : (bytes?.toString('utf8') ?? '');
    if (!bytes) this.lost.add('Messages too large to be recorded are empty');
    const isBroken = head.opcode === 1;
    if (isBroken) this.lost.add('Text that is not valid UTF-8 has other characters in the place of what is not');
    if (redacted) this.lost.add('Secrets were replaced when it was recorded, and stay so');
    return {
      type: head.from === 'client' ? 'send' : 'receive',
      time: this.#time(t + shift),
      opcode: isBinary ? 2 : 1,
      data: text,
      _realtimeInspector: {
        seq,
        // Milliseconds from its arrival to its being handed on.
        ...(sent === undefined ? {} : { sent: Math.round((sent - t) * 1000) / 1000 }),
        ...(bytes && bytes.length === head.bytes ? {} : { bytes: head.bytes }),
        ...(bytes ? {} : { kept: false }),
        ...(isBroken ? { base64: bytes?.toString('base64') } : {}),
        origin,
        replaces,
        rule,
        breakpoint,
        redacted,
      },
    };
  }

  /** What HAR has no place for. */
  #own({ name, open, close, first, shift }: SessionLines): object {
    return {
      session: name,
      begins: this.#time(first),
      ...(open ? { open: this.#ownOpen(open, open.t + shift) } : {}),
      ...(close ? { close: { by: close.by, origin: close.origin, rule: close.rule } } : {}),
    };
  }

  #entry({ open, close, first, last, shift }: SessionLines): object {
    const phases = open?.phases ?? {};
    const { dns = 0, tcp = 0, tls = 0, upgrade = 0 } = phases;
    const opened = open ? open.t + shift : first;
    const started = opened - dns - tcp - tls - upgrade;
    const ended = close ? close.t + shift : last;
    const url = open?.url || NO_ADDRESS;
    const timings = {
      blocked: -1,
      dns: phases.dns ?? -1,
      // Chrome and the specification count TLS as a part of connecting.
      connect: phases.tcp === undefined ? -1 : tcp + tls,
      ssl: phases.tls ?? -1,
      send: 0,
      wait: upgrade,
      receive: Math.max(0, ended - opened),
    };
    return {
      ...(close
        ? { _webSocketClose: { code: close.code, reason: close.reason, timestamp: this.#time(close.t + shift) } }
        : {}),
      cache: {},
      request: {
        method: 'GET',
        url,
        httpVersion: 'HTTP/1.1',
        headers: headerList(open?.headers ?? {}),
        queryString: queryOf(url),
        cookies: [],
        headersSize: -1,
        bodySize: 0,
      },
      response: {
        status: open?.status ?? 101,
        statusText: open === undefined || open.status === 101 ? 'Switching Protocols' : '',
        httpVersion: 'HTTP/1.1',
        headers: headerList(open?.responseHeaders ?? {}),
        cookies: [],
        content: { size: open?.body?.length ?? 0, mimeType: 'x-unknown', ...(open?.body ? { text: open.body } : {}) },
        redirectURL: '',
        headersSize: -1,
        bodySize: -1,
        ...(open?.error === undefined ? {} : { _error: open.error }),
      },
      startedDateTime: this.#iso(started),
      time: Math.round(Math.max(0, ended - started) * 1000) / 1000,
      timings,
    };
  }

  #ownOpen(
    { kind: _k, session: _s, t: _t, headers: _h, responseHeaders: _r, ...open }: OpenRecord,
    at: number,
  ): object {
    return { time: this.#time(at), ...open };
  }

  #call(call: HttpRecord & { shift: number }): object {
    this.counts.calls += 1;
    const { start, t, shift, method, url, status, requestBody, responseBody, error, redacted } = call;
    const type = (headers: HeaderRecord) =>
      String(Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? 'x-unknown');
    return {
      _resourceType: 'fetch',
      _realtimeInspector: {
        kind: 'http',
        start: this.#time(start + shift),
        end: this.#time(t + shift),
        redacted,
        error,
      },
      cache: {},
      request: {
        method,
        url,
        httpVersion: 'HTTP/1.1',
        headers: headerList(call.requestHeaders),
        queryString: queryOf(url),
        cookies: [],
        headersSize: -1,
        bodySize: requestBody === undefined ? 0 : Buffer.byteLength(requestBody),
        ...(requestBody === undefined
          ? {}
          : { postData: { mimeType: type(call.requestHeaders), params: [], text: requestBody } }),
      },
      response: {
        status,
        statusText: '',
        httpVersion: 'HTTP/1.1',
        headers: headerList(call.responseHeaders),
        cookies: [],
        content: {
          size: responseBody === undefined ? 0 : Buffer.byteLength(responseBody),
          mimeType: type(call.responseHeaders),
          ...(responseBody === undefined ? {} : { text: responseBody }),
        },
        redirectURL: '',
        headersSize: -1,
        bodySize: -1,
        ...(error === undefined ? {} : { _error: error }),
      },
      startedDateTime: this.#iso(start + shift),
      time: Math.max(0, t - start),
      timings: { blocked: -1, dns: -1, connect: -1, ssl: -1, send: 0, wait: Math.max(0, t - start), receive: 0 },
    };
  }
}

function headerList(headers: HeaderRecord): { name: string; value: string }[] {
  return Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => ({ name, value: one })));
}

function queryOf(url: string): { name: string; value: string }[] {
  const query = /\?([^#]*)/.exec(url)?.[1] ?? '';
  return [...new URLSearchParams(query)].map(([name, value]) => ({ name, value }));
}
