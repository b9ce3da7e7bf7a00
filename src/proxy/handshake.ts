/**
 * A WebSocket handshake through the proxy: the upstream's comes first, then the client's. The upstream's answer is passed
 * on as it came, so subprotocol and compression are agreed between the two ends themselves; a refusal is mirrored with
 * its status, headers and body.
 */
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { OpenNote } from './notes';
import { requestTarget } from './rest';
import { describeUpstreamError } from './upstream';

/** Longest body of a refusal kept for the record, bytes. */
const BODY_KEPT = 64 * 1024;
const PATIENCE_MS = 30_000;
/** How long a client may take to close a connection that was refused, ms. */
const LINGER_MS = 2000;

/** A handshake to make. */
export interface HandshakeOptions {
  target: URL;
  agent: http.Agent;
  method: string;
  /** The client's headers, names and values in turn, already without what is the proxy's own. */
  headers: string[];
  client: Duplex;
  /** How long the upstream may take to answer, ms (30,000). */
  patienceMs?: number;
  /** Asked before a refusal is passed on: with which headers to ask the upstream again, and in how many ms. */
  again?: (status: number) => { afterMs: number; headers: string[] } | undefined;
}

/** How it went; for an accepted one the upstream's socket and what came right behind its answer. */
export type HandshakeResult = Pick<
  OpenNote,
  'requestHeaders' | 'status' | 'responseHeaders' | 'phases' | 'error' | 'body'
> &
  ({ accepted: true; socket: Socket; head: Buffer } | { accepted: false });

type Again = { afterMs: number; headers: string[] };
type Asked = Omit<HandshakeResult, 'requestHeaders'> &
  ({ accepted: true; socket: Socket; head: Buffer } | { accepted: false });

/** Asks the upstream and answers the client. Never rejects; the client has its answer when this resolves. */
export async function shakeHands(options: HandshakeOptions): Promise<HandshakeResult> {
  const { client } = options;
  for (let requestHeaders = options.headers; ;) {
    const result = client.destroyed ? clientLeft({}) : await ask({ ...options, headers: requestHeaders });
    if ('accepted' in result) return { ...result, requestHeaders };
    requestHeaders = result.headers;
    await new Promise<void>((resolve) => {
      const wait = setTimeout(done, result.afterMs);
      client.once('close', done);
      function done(): void {
        clearTimeout(wait);
        client.off('close', done);
        resolve();
      }
    });
  }
}

const clientLeft = (phases: OpenNote['phases']) =>
  ({ accepted: false, status: 0, phases, error: 'The client went away before the upstream answered.' }) as const;

/** One try. */
function ask(options: HandshakeOptions): Promise<Asked | Again> {
  const { target, client } = options;
  const secure = target.protocol === 'https:';
  const began = performance.now();
  const phases: OpenNote['phases'] = {};
  return new Promise((resolve) => {
    const request = (secure ? https : http).request({
      ...requestTarget(target),
      method: options.method,
      headers: withHost(options.headers, target.host) as unknown as http.OutgoingHttpHeaders,
      agent: options.agent,
    });
    // A timer of its own: the request's would not run before it has a socket, and an HTTP proxy may never give it one.
    const patience = setTimeout(
      () => request.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })),
      options.patienceMs ?? PATIENCE_MS,
    );
    let settled = false;
    const settle = (result: Asked | Again) => {
      if (settled) return;
      settled = true;
      clearTimeout(patience);
      client.off('close', clientGone);
      client.off('error', clientGone);
      resolve(result);
    };
    const clientGone = () => {
      request.destroy();
      settle(clientLeft(phases));
    };
    client.on('close', clientGone);
    client.on('error', clientGone);

    request.on('socket', (socket) => {
      let last = performance.now();
      const mark = (phase: keyof OpenNote['phases']) => () => {
        const now = performance.now();
        phases[phase] = Math.round((now - last) * 1000) / 1000;
        last = now;
      };
      socket.once('lookup', mark('dns'));
      socket.once('connect', mark('tcp'));
      socket.once('secureConnect', mark('tls'));
      request.once('upgrade', () => mark('upgrade')());
    });
    request.on('upgrade', (answer, socket, head) => {
      socket.setTimeout(0);
      socket.setNoDelay(true);
      client.write(headBytes(answer));
      settle({
        accepted: true,
        status: answer.statusCode ?? 101,
        responseHeaders: answer.rawHeaders,
        phases,
        socket,
        head,
      });
    });
    request.on('response', (answer) => {
      phases.upgrade ??= Math.round((performance.now() - began) * 1000) / 1000;
      const again = options.again?.(answer.statusCode ?? 0);
      if (again) {
        answer.on('error', () => undefined);
        answer.resume();
        settle(again);
        return;
      }
      mirror(answer, client, (body) => {
        settle({
          accepted: false,
          status: answer.statusCode ?? 0,
          responseHeaders: answer.rawHeaders,
          phases,
          ...(body ? { body } : {}),
        });
      });
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (settled) return;
      const message = describeUpstreamError(error, target);
      refuse(client, error.code === 'ETIMEDOUT' ? 504 : 502, message);
      settle({ accepted: false, status: 0, phases, error: message });
    });
    request.end();
  });
}

/** Answers an upgrade request with a status and a JSON error, and closes. */
export function refuse(client: Duplex, status: number, message: string): void {
  const body = JSON.stringify({ error: { message, type: 'proxy_error' } });
  answerUpgrade(client, status, { 'Content-Type': 'application/json' }, body);
}

/** Answers an upgrade request with this and closes. A header that HTTP does not allow is left out. */
export function answerUpgrade(client: Duplex, status: number, headers: Record<string, string>, body: string): void {
  const bytes = Buffer.from(body);
  const own = ['content-length', 'connection', 'transfer-encoding'];
  const lines = Object.entries(headers).filter(([name, value]) => {
    try {
      http.validateHeaderName(name);
      http.validateHeaderValue(name, value);
      return !own.includes(name.toLowerCase());
    } catch {
      return false;
    }
  });
  const head = [
    `HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? 'Error'}`,
    ...lines.map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${bytes.length}`,
    'Connection: close',
  ];
  client.write(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]));
  endSoon(client);
}

/**
 * Ends a connection that was answered. A client that stays half-open, or has sent bytes behind its request which nobody reads,
 * would keep the socket for ever otherwise; closing it at once could cost the client its answer (RFC 9112, 9.6).
 */
function endSoon(client: Duplex): void {
  client.end();
  client.resume();
  const cut = setTimeout(() => client.destroy(), LINGER_MS).unref();
  client.once('close', () => clearTimeout(cut));
}

function withHost(headers: string[], host: string): string[] {
  const out: string[] = [];
  let named = false;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] as string;
    if (name.toLowerCase() === 'host') {
      if (!named) out.push(name, host);
      named = true;
    } else out.push(name, headers[i + 1] as string);
  }
  if (!named) out.unshift('Host', host);
  return out;
}

/** Status line and headers as they came; header text is Latin-1 on the wire. */
function headBytes(answer: http.IncomingMessage, leaveOut: ReadonlySet<string> = new Set(), extra = ''): Buffer {
  let text = `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n`;
  for (let i = 0; i + 1 < answer.rawHeaders.length; i += 2) {
    const name = answer.rawHeaders[i] as string;
    if (!leaveOut.has(name.toLowerCase())) text += `${name}: ${answer.rawHeaders[i + 1]}\r\n`;
  }
  return Buffer.from(`${text}${extra}\r\n`, 'latin1');
}

/** The client's connection ends behind a refusal: a body whose length is not told beforehand ends with it. */
const CONNECTION_HEADERS = new Set(['transfer-encoding', 'connection', 'keep-alive', 'trailer']);

function mirror(answer: http.IncomingMessage, client: Duplex, done: (body: string) => void): void {
  const kept: Buffer[] = [];
  let bytes = 0;
  client.write(headBytes(answer, CONNECTION_HEADERS, 'Connection: close\r\n'));
  answer.on('data', (chunk: Buffer) => {
    if (bytes < BODY_KEPT) kept.push(chunk.subarray(0, BODY_KEPT - bytes));
    bytes += chunk.length;
    if (!client.write(chunk)) {
      answer.pause();
      client.once('drain', () => answer.resume());
    }
  });
  const finish = () => {
    endSoon(client);
    done(Buffer.concat(kept).toString('utf8'));
  };
  answer.on('end', finish);
  answer.on('error', finish);
  answer.on('close', finish);
}
