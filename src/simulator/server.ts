/**
 * The simulator on a port: WebSocket sessions on `/v1/realtime`, ephemeral keys on `/v1/realtime/client_secrets`, 404 for
 * everything else. Any key is taken, and none is needed. Failures on demand, each as the live service shows it:
 *
 * - a model with `nope` in its name: `invalid_model`, close 4000; no model at all: `missing_model`, close 4000
 * - the header `OpenAI-Beta: realtime=v1`: `beta_api_shape_disabled`, close 4000
 * - a key with `invalid` in it: `invalid_api_key`, close 3000
 * - `?call_id=unknown`: HTTP 404 instead of an upgrade; `?refuse=STATUS` (400 to 599): that status instead of one
 */
import { createServer, STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { Desk } from './desk';
import { Random } from './random';
import { Secrets } from './secrets';
import { Session, type SessionOptions } from './session';
import { Refusal, type Json, type Output } from './wire';

export interface ServerOptions {
  host: string;
  port: number;
  seed: number;
  /** Milliseconds between pings, 20300 unless given. */
  pingMs?: number;
}

export interface RunningServer {
  readonly port: number;
  /** Base URL ending in `/v1`. */
  readonly url: string;
  /** Closes every session with 1001 and frees the port. */
  stop(): Promise<void>;
}

const PATHS = new Set(['/v1/realtime', '/openai/v1/realtime']);
const MAX_PAYLOAD = 64 * 1024 * 1024;
/** A client that does not read gets no more than this buffered before it is dropped, bytes. */
const MAX_UNSENT = 256 * 1024 * 1024;
/** The live service pings every 20.3 s with four bytes. */
const PING_MS = 20_300;
const PING = Buffer.from('ping');
/** How long a client has to answer a close. */
const CLOSE_MS = 1000;

/** Starts listening; rejects when the port cannot be had. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const random = new Random(options.seed);
  const secrets = new Secrets(random);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_PAYLOAD,
    // Without context takeover the library compresses from 1 KiB only, and most events of the API are smaller.
    perMessageDeflate: { threshold: 64 },
    handleProtocols: (offered) => (offered.has('realtime') ? 'realtime' : false),
  });
  const http = createServer((request, response) => {
    void answer(request, secrets).then(({ status, body }) => {
      const text = JSON.stringify(body);
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      response.end(text);
    });
  });
  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const url = addressOf(request);
    const refused = refusal(request, url);
    if (refused) return refuse(socket, refused.status, refused.body);
    sockets.handleUpgrade(request, socket, head, (client) => {
      const opening = sessionFor(request, url, secrets, random);
      if ('error' in opening) return turnAway(client, opening, random);
      converse(client, opening, options.pingMs ?? PING_MS);
    });
  });
  await listening(http, options);
  const { port } = http.address() as AddressInfo;
  const host = ['0.0.0.0', '::', ''].includes(options.host) ? '127.0.0.1' : options.host;
  return {
    port,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}/v1`,
    stop: () => stop(http, sockets),
  };
}

/** Runs one session on a socket until it closes. */
function converse(client: WebSocket, options: Omit<SessionOptions, 'epochMs'>, pingMs: number): void {
  const startMs = performance.now();
  const session = new Session({ ...options, epochMs: Date.now() });
  const now = (): number => performance.now() - startMs;
  let timer: NodeJS.Timeout | undefined;
  const pass = (outputs: Output[]): void => {
    for (const output of outputs) {
      if ('close' in output) client.close(output.close.code, output.close.reason);
      else if (client.readyState === client.OPEN) client.send(JSON.stringify(output.event));
    }
    if (client.bufferedAmount > MAX_UNSENT) client.terminate();
    clearTimeout(timer);
    if (session.nextMs === undefined || client.readyState !== client.OPEN) return;
    timer = setTimeout(() => pass(session.tick(now())), Math.max(0, session.nextMs - now()));
  };
  const ping = setInterval(() => client.ping(PING), pingMs);
  client.on('message', (data: Buffer, binary) => {
    pass(session.receive(binary ? data : data.toString('utf8'), now()));
  });
  client.on('close', () => {
    clearTimeout(timer);
    clearInterval(ping);
  });
  // A frame that breaks the protocol: the library closes with the right code by itself.
  client.on('error', () => undefined);
  pass(session.open(now()));
}

interface Rejection {
  error: { type: string; code: string | null; message: string; param: null; event_id: null };
  close: number;
}

/** The live service lets a client in before it says no: an `error` event, then a close whose reason is `type.code`. */
function turnAway(client: WebSocket, { error, close }: Rejection, random: Random): void {
  const desk = new Desk(random, Date.now());
  desk.emit('error', { error });
  for (const output of desk.take()) if ('event' in output) client.send(JSON.stringify(output.event));
  client.on('error', () => undefined);
  client.close(close, error.code === null ? error.type : `${error.type}.${error.code}`);
}

function sessionFor(
  request: IncomingMessage,
  url: URL,
  secrets: Secrets,
  random: Random,
): Rejection | Omit<SessionOptions, 'epochMs'> {
  const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const beta = request.headers['openai-beta'] !== undefined || protocols.includes('openai-beta.realtime-v1');
  if (beta) {
    const message = 'The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA API.';
    return rejection('beta_api_shape_disabled', message, 4000);
  }
  const key = keyOf(request, protocols);
  if (key.includes('invalid')) {
    const shown = `${key.slice(0, 7)}***${key.slice(-4)}`;
    const message = `Incorrect API key provided: ${shown}. You can find your API key at https://platform.openai.com/account/api-keys.`;
    return rejection('invalid_api_key', message, 3000);
  }
  const seed = random.between(0, 0x7fffffff);
  const secret = secrets.find(key);
  if (secret) return { ...secret, seed };
  const model = url.searchParams.get('model') ?? '';
  if (url.searchParams.get('intent') === 'transcription') return { kind: 'transcription', model, seed };
  const joined = url.searchParams.has('call_id');
  if (joined || key.startsWith('ek_')) return { kind: 'realtime', model: model || 'gpt-realtime', seed, joined };
  if (model === '') {
    const message =
      'You must provide a model parameter, for example wss://api.openai.com/v1/realtime?model=gpt-realtime-1.5';
    return rejection('missing_model', message, 4000);
  }
  if (model.includes('nope')) {
    const message = `Model "${model}" is not supported in realtime mode. See https://platform.openai.com/docs/models for a list of supported models.`;
    return rejection('invalid_model', message, 4000);
  }
  return { kind: 'realtime', model, seed };
}

function rejection(code: string, message: string, close: number): Rejection {
  return { error: { type: 'invalid_request_error', code, message, param: null, event_id: null }, close };
}

function keyOf(request: IncomingMessage, protocols: string[]): string {
  const prefix = 'openai-insecure-api-key.';
  const offered = protocols.find((name) => name.startsWith(prefix))?.slice(prefix.length);
  const header = request.headers.authorization?.replace(/^(Bearer|Basic) /i, '');
  const azure = request.headers['api-key'];
  return offered ?? header ?? (typeof azure === 'string' ? azure : '');
}

/** A handshake that gets an HTTP answer and no WebSocket. */
function refusal(request: IncomingMessage, url: URL): { status: number; body: Json } | undefined {
  if (!PATHS.has(url.pathname)) return notFound(request, url);
  if (url.searchParams.get('call_id') === 'unknown') {
    return { status: 404, body: failure('No session found for the provided call_id', 'call_id_not_found') };
  }
  const status = Number(url.searchParams.get('refuse') ?? 0);
  if (!Number.isInteger(status) || status < 400 || status > 599) return undefined;
  return { status, body: failure(`Refused with ${status} because the URL asked for it.`, null) };
}

function refuse(socket: Duplex, status: number, body: Json): void {
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
  );
}

async function answer(request: IncomingMessage, secrets: Secrets): Promise<{ status: number; body: Json }> {
  const url = addressOf(request);
  if (PATHS.has(url.pathname)) {
    return { status: 426, body: failure('This is a WebSocket address: connect to it with ws://.', null) };
  }
  if (request.method !== 'POST' || !/^(\/openai)?\/v1\/realtime\/client_secrets$/.test(url.pathname)) {
    return notFound(request, url);
  }
  try {
    return { status: 200, body: secrets.create(await readBody(request), Date.now()) };
  } catch (cause) {
    if (cause instanceof Refusal) return { status: 400, body: failure(cause.message, cause.code, cause.param) };
    return { status: 400, body: failure(cause instanceof Error ? cause.message : String(cause), null) };
  }
}

/** The request's address; anything that is none counts as `/`. */
function addressOf(request: IncomingMessage): URL {
  const base = 'http://simulator';
  return URL.canParse(request.url ?? '/', base) ? new URL(request.url ?? '/', base) : new URL(base);
}

function notFound(request: IncomingMessage, url: URL): { status: number; body: Json } {
  const message = `Invalid URL (${request.method ?? 'GET'} ${url.pathname}): the simulator has /v1/realtime and /v1/realtime/client_secrets only.`;
  return { status: 404, body: failure(message, null) };
}

function failure(message: string, code: string | null, param: string | null = null): Json {
  return { error: { message, type: 'invalid_request_error', param, code } };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > 1024 * 1024) throw new Error('The request body is larger than 1 MiB.');
  }
  return text;
}

function listening(http: Server, { host, port }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, host, () => {
      http.off('error', reject);
      resolve();
    });
  });
}

async function stop(http: Server, sockets: WebSocketServer): Promise<void> {
  for (const client of sockets.clients) client.close(1001, 'The simulator was stopped.');
  const patience = setTimeout(() => {
    for (const client of sockets.clients) client.terminate();
  }, CLOSE_MS);
  await new Promise<void>((resolve) => {
    http.close(() => resolve());
    http.closeAllConnections();
  });
  clearTimeout(patience);
}
