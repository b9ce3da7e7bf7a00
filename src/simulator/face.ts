/**
 * What every server of ours has towards clients: one port for WebSocket sessions and HTTP, web pages of other machines turned
 * away (403), answers that pages may read. What sessions and answers are is its owner's.
 */
import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { forPages, originMayAsk, preflight } from './origins';
import { HTTP_TEXTS, fill } from './texts';
import type { Json } from './wire';

/** An answer over HTTP: JSON for an object, else text of the type given in `headers` (SDP when none is). */
export interface FaceAnswer {
  status: number;
  body?: Json | string;
  headers?: Record<string, string>;
}

/** What a server does with what comes. */
export interface FaceOptions {
  /** Origins of web pages besides those of this machine that may ask, e.g. `https://app.example`. */
  allowedOrigins?: readonly string[];
  /** Anything else that came. A rejection ends the connection and is told to `log`. */
  answer(request: IncomingMessage, url: URL): Promise<FaceAnswer>;
  /** The HTTP answer that a handshake gets instead of a WebSocket; undefined lets it in. */
  refuse(request: IncomingMessage, url: URL): FaceAnswer | undefined;
  /** Headers of the answer to a handshake that is let in, by lower-case name. */
  greeting?(request: IncomingMessage): Record<string, string>;
  /** A client that was let in. */
  session(client: WebSocket, request: IncomingMessage, url: URL): void;
  log(message: string): void;
}

/** It without a port: whoever listens hands requests and upgrades in. */
export interface Face {
  request(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes every session with 1001 and that reason; those that do not answer are ended after a second. */
  close(reason: string): void;
}

/** One that listens. */
export interface RunningFace {
  readonly port: number;
  /** Base URL ending in `/v1`. */
  readonly url: string;
  /** Closes every session with 1001 and that reason, and frees the port. */
  stop(reason: string): Promise<void>;
}

const MAX_PAYLOAD = 64 * 1024 * 1024;
/** How long a client has to answer a close. */
const CLOSE_MS = 1000;

/** Makes one. */
export function makeFace(options: FaceOptions): Face {
  const { allowedOrigins = [] } = options;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_PAYLOAD,
    // Without context takeover the library compresses from 1 KiB only, and most events of the API are smaller.
    perMessageDeflate: { threshold: 64 },
    handleProtocols: (offered) => (offered.has('realtime') ? 'realtime' : false),
  });
  sockets.on('headers', (lines, request) => {
    for (const [name, value] of Object.entries(options.greeting?.(request) ?? {})) lines.push(`${name}: ${value}`);
  });
  return {
    request: (request, response) => {
      if (!originMayAsk(request.headers.origin, allowedOrigins)) {
        response.writeHead(403, { 'content-type': 'application/json' });
        response.end(JSON.stringify(foreign(request)));
        return;
      }
      if (request.method === 'OPTIONS') {
        response.writeHead(204, preflight(request.headers));
        response.end();
        return;
      }
      options.answer(request, addressOf(request)).then(
        ({ status, body = '', headers = {} }) => {
          const json = typeof body === 'object';
          const text = json ? JSON.stringify(body) : body;
          response.writeHead(status, {
            'content-type': json ? 'application/json' : 'application/sdp',
            ...headers,
            'content-length': Buffer.byteLength(text),
            ...forPages(request.headers),
          });
          response.end(text);
        },
        (cause: unknown) => {
          const what = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
          options.log(`A request could not be answered: ${what}`);
          response.destroy();
        },
      );
    },
    upgrade: (request, socket, head) => {
      socket.on('error', () => socket.destroy());
      if (!originMayAsk(request.headers.origin, allowedOrigins))
        return refuse(socket, { status: 403, body: foreign(request) });
      const url = addressOf(request);
      const refused = options.refuse(request, url);
      if (refused) return refuse(socket, refused);
      sockets.handleUpgrade(request, socket, head, (client) => options.session(client, request, url));
    },
    close: (reason) => {
      for (const client of sockets.clients) client.close(1001, reason);
      setTimeout(() => {
        for (const client of sockets.clients) client.terminate();
      }, CLOSE_MS).unref();
    },
  };
}

/** Starts listening; rejects when the port cannot be had. */
export async function startFace(options: FaceOptions & { host: string; port: number }): Promise<RunningFace> {
  const face = makeFace(options);
  const http = createServer(face.request);
  http.on('upgrade', face.upgrade);
  await listening(http, options);
  const { port } = http.address() as AddressInfo;
  return {
    port,
    url: baseUrl(options.host, port),
    stop: (reason) => {
      face.close(reason);
      return new Promise<void>((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      });
    },
  };
}

/** The base URL of a server of ours as clients on this machine reach it. */
export function baseUrl(listensOn: string, port: number, scheme: 'http' | 'https' = 'http'): string {
  const host = ['0.0.0.0', '::', ''].includes(listensOn) ? '127.0.0.1' : listensOn;
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}/v1`;
}

/** The body of an HTTP error, as the API writes it. */
export function failure(message: string, code: string | null, param: string | null = null): Json {
  return { error: { message, type: 'invalid_request_error', param, code } };
}

/** The body of a request as text. Rejects when it is over 1 MiB. */
export async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > 1024 * 1024) throw new Error(HTTP_TEXTS.bodyTooLarge);
  }
  return text;
}

function refuse(socket: Duplex, { status, body = '', headers = {} }: FaceAnswer): void {
  const text = typeof body === 'object' ? JSON.stringify(body) : body;
  const type = typeof body === 'object' ? 'application/json' : 'text/plain';
  const more = Object.entries({ 'Content-Type': type, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}\r\n${more.join('')}` +
      `Content-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
  );
}

/** The request's address; anything that is none counts as `/`. */
function addressOf(request: IncomingMessage): URL {
  const base = 'http://simulator';
  return URL.canParse(request.url ?? '/', base) ? new URL(request.url ?? '/', base) : new URL(base);
}

/** What a web page of another machine is told: by a server here it could read what this machine alone should. */
function foreign(request: IncomingMessage): Json {
  return failure(fill(HTTP_TEXTS.foreignPage, { origin: JSON.stringify(request.headers.origin?.slice(0, 100)) }), null);
}

function listening(http: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, host, () => {
      http.off('error', reject);
      resolve();
    });
  });
}
