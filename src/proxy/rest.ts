/** Ordinary HTTP through the proxy: passed on as it is, both ways, so that one base URL serves a whole SDK. */
import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { HeaderRecord, HttpRecord } from '../trace/records';
import { describeUpstreamError, Target } from './upstream';

/** A finished exchange as it went over the wire: secrets are still in it, the recorder takes them out. */
export type RestExchange = Omit<HttpRecord, 'kind' | 'redacted'>;

/** Where a request goes and who wants to know. */
export interface ForwardOptions {
  target: URL;
  agent: http.Agent;
  /** Called once when the exchange has ended, also in failure; bodies over 1 MiB or not text are left out. */
  onRecorded?: (exchange: RestExchange) => void;
  /** Milliseconds since the trace's start. */
  clock: () => number;
}

const MAX_BODY = 1024 * 1024;
const RECORDED = /^\/(?:[^?]*\/)?realtime\/(?:translations\/)?(?:client_secrets|calls)(?:[/?]|$)/;

/** Is this a call of the realtime API that belongs into a trace: client secrets, calls and what is below them? */
export function isRealtimeCall(method: string, path: string): boolean {
  return method === 'POST' && RECORDED.test(path);
}

/**
 * Passes one request on and its answer back: method, headers (order, case and repetition kept), body, trailers and interim
 * answers. Bodies stream with back pressure. When the upstream cannot be reached the client gets a 502 that says why.
 * Never throws and never rejects; resolves when both sides are done.
 */
export function forwardRequest(
  req: http.IncomingMessage,
  res: http.ServerResponse,
  options: ForwardOptions,
): Promise<void> {
  const { target, clock } = options;
  const recording = options.onRecorded === undefined ? undefined : new Recording(req, target, clock());
  const done = (error?: string): Promise<void> =>
    recording === undefined ? Promise.resolve() : recording.finish(clock(), error).then(options.onRecorded);

  return new Promise((resolve) => {
    let ended = false;
    const end = (error?: string): void => {
      if (ended) return;
      ended = true;
      resolve(done(error));
    };
    const fail = (error: unknown): void => {
      upstream?.destroy();
      if (ended) return;
      if (res.headersSent) {
        res.destroy();
        end(cutOff(target));
        return;
      }
      const message = describeUpstreamError(error, target);
      answer502(req, res, message);
      end(message);
    };

    let upstream: http.ClientRequest | undefined;
    try {
      upstream = (target.protocol === 'https:' ? https : http).request({
        ...requestTarget(target),
        method: req.method ?? 'GET',
        agent: options.agent,
        // A flat array of names and values keeps order, case and repetition; the typings know only objects.
        headers: requestHeaders(req, target) as unknown as http.OutgoingHttpHeaders,
      });
    } catch (error) {
      fail(error);
      return;
    }
    const request = upstream;

    request.on('error', fail);
    request.on('continue', () => res.writeContinue());
    request.on('information', (info) => passInterim(info, req, res));
    // An answer of 101 to an ordinary request cannot be passed on: nobody asked for it.
    request.on('upgrade', () => fail(new Error('it switched protocols without being asked')));
    request.on('response', (answer) => {
      if (recording !== undefined) recording.answered(answer);
      res.sendDate = false;
      try {
        res.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? '', responseHeaders(answer, req));
      } catch (error) {
        fail(error);
        return;
      }
      // Not flushHeaders: that writes them as UTF-8, and what came is bytes.
      res.write('', 'latin1');
      answer.once('end', () => {
        if (answer.rawTrailers.length > 0) res.addTrailers(pairs(answer.rawTrailers));
      });
      // Destroying the request because the client left ends in here too, but only after that was reported.
      answer.once('error', () => {
        res.destroy();
        end(cutOff(target));
      });
      answer.pipe(res);
      res.once('finish', () => end());
    });
    // The client went away before the answer was complete: the upstream need not go on.
    res.once('close', () => {
      if (res.writableFinished) return;
      request.destroy();
      end('The client went away before the answer was complete.');
    });

    if (req.headers.expect !== undefined) {
      // With this field Node writes the head by itself, as UTF-8 where the socket does not say otherwise.
      request.once('socket', (socket) => socket.setDefaultEncoding('latin1'));
      request.flushHeaders();
    }
    if (recording !== undefined) recording.request.tap(req);
    req.once('end', () => {
      if (req.rawTrailers.length > 0 && isChunked(req)) request.addTrailers(pairs(req.rawTrailers));
    });
    // Not pipeline: it would tear the client's socket down when the upstream answers before it has read the whole body.
    req.pipe(request);
    // The rest of a body that nobody waits for any more: a client may send all of it before it reads the answer.
    request.once('close', () => req.resume());
    req.on('aborted', () => request.destroy());
  });
}

/** Address and raw path for `http.request`; a Target's path goes out as the client wrote it. */
export function requestTarget(target: URL): http.RequestOptions {
  return {
    protocol: target.protocol,
    hostname: target.hostname.replace(/^\[|\]$/g, ''),
    ...(target.port === '' ? {} : { port: target.port }),
    path: target instanceof Target ? target.rawPath : target.pathname + target.search,
  };
}

// ---- headers ---------------------------------------------------------------------------------------------------------------

/** Fields that speak of one connection only (RFC 9110, 7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

function pairs(raw: readonly string[]): [string, string][] {
  const list: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) list.push([raw[i] ?? '', raw[i + 1] ?? '']);
  return list;
}

const isChunked = (message: http.IncomingMessage): boolean =>
  /\bchunked\b/i.test(message.headers['transfer-encoding'] ?? '');

/** Headers without those of this connection: what `Connection` lists included, but for what says where the body ends. */
function withoutConnection(raw: readonly string[], more: readonly string[]): [string, string][] {
  const fields = pairs(raw);
  const listed = fields
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(','));
  const dropped = new Set([...HOP_BY_HOP, ...listed.map((name) => name.trim().toLowerCase()), ...more]);
  dropped.delete('content-length');
  return fields.filter(([name]) => !dropped.has(name.toLowerCase()));
}

/** Without chunks there is no place for trailers, and Node refuses to announce them. */
const endToEnd = (message: http.IncomingMessage, hasChunks = isChunked(message)): [string, string][] =>
  withoutConnection(message.rawHeaders, hasChunks ? [] : ['trailer']);

const isOld = (req: http.IncomingMessage): boolean => req.httpVersionMajor === 1 && req.httpVersionMinor === 0;

/**
 * The flat list for the upstream: the client's, with Host exchanged in its place.
 */
export function requestHeaders(req: http.IncomingMessage, target: URL): string[] {
  const out: string[] = [];
  let hosted = false;
  for (const [name, value] of endToEnd(req)) {
    if (name.toLowerCase() !== 'host') out.push(name, value);
    else if (!hosted) {
      out.push(name, target.host);
      hosted = true;
    }
  }
  if (!hosted) out.unshift('Host', target.host);
  if (isChunked(req)) out.push('Transfer-Encoding', 'chunked');
  else if (req.headers['content-length'] === undefined && !/^(GET|HEAD|DELETE|OPTIONS|TRACE)$/.test(req.method ?? '')) {
    out.push('Content-Length', '0'); // Node would send an empty chunked body
  }
  return out;
}

function responseHeaders(answer: http.IncomingMessage, req: http.IncomingMessage): string[] {
  const hasBody = req.method !== 'HEAD' && answer.statusCode !== 204 && answer.statusCode !== 304;
  return endToEnd(answer, isChunked(answer) && hasBody && !isOld(req)).flat();
}

/** Bytes of interim answers that may wait for a client that does not read. */
const MAX_INTERIM = 64 * 1024;

/** As raw lines: Node can write but two kinds of them, and throws at hints that others understand. */
function passInterim(info: http.InformationEvent, req: http.IncomingMessage, res: http.ServerResponse): void {
  // 100 has an event of its own, and 101 too. A client of HTTP/1.0 knows none of them (RFC 9110, 15.2).
  if (info.statusCode <= 101 || res.headersSent || isOld(req)) return;
  // No socket: an earlier answer on this connection is not complete.
  if (res.socket === null || res.socket.writableLength > MAX_INTERIM) return;
  const fields = withoutConnection(info.rawHeaders, []).map(([name, value]) => `${name}: ${value}\r\n`);
  res.socket.write(`HTTP/1.1 ${info.statusCode} ${info.statusMessage}\r\n${fields.join('')}\r\n`, 'latin1');
}

// ---- failures ---------------------------------------------------------------------------------------------------------------

const cutOff = (target: URL): string =>
  `The upstream ${target.host} closed the connection in the middle of its answer.`;

function answer502(req: http.IncomingMessage, res: http.ServerResponse, message: string): void {
  req.unpipe();
  req.resume();
  const body = JSON.stringify({ error: { message, type: 'proxy_error' } });
  res.writeHead(502, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
  res.end(body);
}

// ---- recording ---------------------------------------------------------------------------------------------------------------

/**
 * A copy of a body as it passes, given up when it grows over the limit. A body cut in the middle could not be searched for
 * secrets, so it is all or nothing.
 */
class BodyCopy {
  #chunks: Buffer[] | undefined = [];
  #bytes = 0;
  #isWhole = false;

  tap(stream: Readable): void {
    stream.once('end', () => (this.#isWhole = true));
    stream.on('data', (chunk: Buffer) => {
      this.#bytes += chunk.length;
      if (this.#bytes > MAX_BODY) this.#chunks = undefined;
      else this.#chunks?.push(chunk);
    });
  }

  /** The text, decoded from its content encoding; undefined when empty, cut off, too large or not text. */
  async text(encoding: string | undefined): Promise<string | undefined> {
    if (this.#chunks === undefined || this.#bytes === 0 || !this.#isWhole) return undefined;
    try {
      const bytes = await decode(Buffer.concat(this.#chunks), encoding ?? 'identity');
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return undefined;
    }
  }
}

async function decode(bytes: Buffer, encoding: string): Promise<Buffer> {
  const limit = { maxOutputLength: MAX_BODY };
  switch (encoding.trim().toLowerCase()) {
    case '':
    case 'identity':
      return bytes;
    case 'gzip':
    case 'x-gzip':
      return promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip)(bytes, limit);
    case 'deflate':
      return promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflate)(bytes, limit);
    case 'br':
      return promisify<Buffer, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress)(bytes, limit);
    default:
      throw new Error('unknown content encoding');
  }
}

/** Header lists as a record; a repeated name becomes a list of its values. */
export function headerRecord(raw: readonly string[]): HeaderRecord {
  const record = new Map<string, string | string[]>();
  for (const [name, value] of pairs(raw)) {
    const before = record.get(name);
    record.set(name, before === undefined ? value : [before, value].flat());
  }
  return Object.fromEntries(record);
}

class Recording {
  readonly request = new BodyCopy();
  readonly #response = new BodyCopy();
  #answer: http.IncomingMessage | undefined;

  constructor(
    readonly req: http.IncomingMessage,
    readonly target: URL,
    readonly start: number,
  ) {}

  answered(answer: http.IncomingMessage): void {
    this.#answer = answer;
    this.#response.tap(answer);
  }

  async finish(end: number, error: string | undefined): Promise<RestExchange> {
    const answer = this.#answer;
    const requestBody = await this.request.text(this.req.headers['content-encoding']);
    const responseBody = await this.#response.text(answer?.headers['content-encoding']);
    return {
      t: end,
      start: this.start,
      method: this.req.method ?? 'GET',
      url: this.target.href,
      status: answer?.statusCode ?? 0,
      requestHeaders: headerRecord(this.req.rawHeaders),
      responseHeaders: headerRecord(answer?.rawHeaders ?? []),
      ...(requestBody === undefined ? {} : { requestBody }),
      ...(responseBody === undefined ? {} : { responseBody }),
      ...(error === undefined ? {} : { error }),
    };
  }
}
