/**
 * The simulator on a port: WebSocket sessions on `/v1/realtime` and `/v1/realtime/translations`, ephemeral keys on
 * `client_secrets` below each, calls without media on `/v1/realtime/calls`, 404 for everything else. Any key is taken, and none
 * is needed; web pages of other machines are turned away (403). Failures on demand, each as the live service shows it:
 *
 * - a model with `nope` in its name: `invalid_model`, close 4000; no model at all: `missing_model`, close 4000
 * - the header `OpenAI-Beta: realtime=v1`: `beta_api_shape_disabled`, close 4000
 * - a key with `invalid` in it: `invalid_api_key`, close 3000
 * - `?fail=NAME`: any of the errors of `TURNED_AWAY` in texts.ts, e.g. `missing_key`
 * - `?call_id=` of no call, or of one that is over: HTTP 404 instead of an upgrade; `?refuse=STATUS` (400 to 599): that status instead of one
 */
import { createServer, STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { DEFAULT_SCENARIO } from './defaultScenario';
import { Calls, type HttpAnswer } from './calls';
import { Desk } from './desk';
import type { McpAsker } from './mcpPort';
import { forPages, originMayAsk, preflight } from './origins';
import { Random } from '../protocol/random';
import { Secrets } from './secrets';
import { Talk, describe, type Opening } from './talk';
import type { Scenario } from './scenario';
import { HTTP_TEXTS, TURNED_AWAY, fill, type TurnedAway } from './texts';
import { Refusal, errorOf, type Json } from './wire';

export interface ServerOptions {
  host: string;
  port: number;
  seed: number;
  /** Origins of web pages besides those of this machine that may ask, e.g. `https://app.example`. */
  allowedOrigins?: readonly string[];
  /** Milliseconds between pings, 20300 unless given. */
  pingMs?: number;
  /** What the model says and does; the default conversation when left out. */
  scenario?: Scenario;
  /** How much faster than real time everything goes, 1 unless given. */
  speed?: number;
  /** Told once for each session in which something of the simulator's own went wrong. */
  log?: (message: string) => void;
  /** Asks the MCP servers that sessions name; without it all of them are scripted. */
  mcp?: McpAsker;
}

export interface RunningServer {
  readonly port: number;
  /** Base URL ending in `/v1`. */
  readonly url: string;
  /** Closes every session with 1001 and frees the port. */
  stop(): Promise<void>;
}

/** Azure's paths begin differently. */
const REALTIME = new Set(['/v1/realtime', '/openai/v1/realtime']);
const TRANSLATIONS = new Set(['/v1/realtime/translations', '/openai/v1/realtime/translations']);
const MAX_PAYLOAD = 64 * 1024 * 1024;
/** The live service pings every 20.3 s. */
const PING_MS = 20_300;
/** How long a client has to answer a close. */
const CLOSE_MS = 1000;

/** Starts listening; rejects when the port cannot be had. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { scenario = DEFAULT_SCENARIO, allowedOrigins = [] } = options;
  const random = new Random(options.seed);
  const secrets = new Secrets(random);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_PAYLOAD,
    // Without context takeover the library compresses from 1 KiB only, and most events of the API are smaller.
    perMessageDeflate: { threshold: 64 },
    handleProtocols: (offered) => (offered.has('realtime') ? 'realtime' : false),
  });
  const talkOf = (session: Opening, lasting = false): Talk =>
    new Talk(
      { session, pingMs: options.pingMs ?? PING_MS, speed: options.speed ?? 1, log: options.log, mcp: options.mcp },
      lasting,
    );
  const calls = new Calls(random, (model, preset) => {
    const seed = random.between(0, 0x7fffffff);
    const session = { kind: 'realtime', model, seed, scenario, joined: true } as const;
    return talkOf({ ...session, ...(preset ? { preset } : {}) }, true);
  });
  const http = createServer((request, response) => {
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
    answer(request, secrets, calls).then(
      ({ status, body, location }) => {
        const json = typeof body === 'object';
        const text = json ? JSON.stringify(body) : (body ?? '');
        response.writeHead(status, {
          'content-type': json ? 'application/json' : 'application/sdp',
          'content-length': Buffer.byteLength(text),
          ...(location === undefined ? {} : { location }),
          ...forPages(request.headers),
        });
        response.end(text);
      },
      (cause: unknown) => {
        options.log?.(`A request could not be answered: ${describe(cause)}`);
        response.destroy();
      },
    );
  });
  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    if (!originMayAsk(request.headers.origin, allowedOrigins)) return refuse(socket, 403, foreign(request));
    const url = addressOf(request);
    const refused = refusal(request, url, calls);
    if (refused) return refuse(socket, refused.status, refused.body);
    sockets.handleUpgrade(request, socket, head, (client) => {
      const opening = sessionFor(request, url, secrets, random, scenario);
      if ('turnedAway' in opening) return turnAway(client, opening, random);
      try {
        const call = calls.find(url.searchParams.get('call_id') ?? '');
        (call ?? talkOf({ ...opening, scenario })).attach(client);
      } catch (cause) {
        options.log?.(`A simulated session could not begin: ${describe(cause)}`);
        client.close(1011, 'The simulator had an error.');
      }
    });
  });
  await listening(http, options);
  const { port } = http.address() as AddressInfo;
  const host = ['0.0.0.0', '::', ''].includes(options.host) ? '127.0.0.1' : options.host;
  return {
    port,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}/v1`,
    stop: () => {
      calls.endAll(HTTP_TEXTS.stopped);
      return stop(http, sockets);
    },
  };
}

interface Rejection {
  turnedAway: TurnedAway;
  values: Record<string, string>;
}

/** The live service lets a client in before it says no: an `error` event, then a close whose reason is `type.code`. */
function turnAway(client: WebSocket, { turnedAway, values }: Rejection, random: Random): void {
  const { code, message, close } = TURNED_AWAY[turnedAway];
  const error = errorOf({ code, message: fill(message, values) });
  const desk = new Desk(random, Date.now());
  desk.emit('error', { error });
  for (const output of desk.take()) if ('event' in output) client.send(JSON.stringify(output.event));
  client.on('error', () => undefined);
  client.close(close, code === null ? String(error['type']) : `${String(error['type'])}.${code}`);
}

function sessionFor(
  request: IncomingMessage,
  url: URL,
  secrets: Secrets,
  random: Random,
  scenario: Scenario = {},
): Rejection | Opening {
  const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const key = keyOf(request, protocols);
  const model = url.searchParams.get('model') ?? '';
  const no = (turnedAway: TurnedAway): Rejection => ({
    turnedAway,
    values: { model, key: shownKey(key) },
  });
  const wished = url.searchParams.get('fail') ?? '';
  if (Object.hasOwn(TURNED_AWAY, wished)) return no(wished as TurnedAway);
  const beta = request.headers['openai-beta'] !== undefined || protocols.includes('openai-beta.realtime-v1');
  if (beta) return no('beta_api_shape_disabled');
  if (key === '' && scenario.requireKey === true) return no('missing_key');
  if (key.includes('invalid')) return no('invalid_api_key');
  const seed = random.between(0, 0x7fffffff);
  const secret = secrets.find(key, Date.now());
  if (secret === 'expired') return no('expired_key');
  const translation = TRANSLATIONS.has(url.pathname);
  if (secret) {
    // A key opens the session it was made for and no other; its model may be named again.
    const other = (secret.kind === 'translation') !== translation || (model !== '' && model !== secret.model);
    return other ? no('bound_key') : { ...secret, seed };
  }
  if (translation) {
    if (model === '') return no('missing_model');
    return model.includes('nope') ? no('invalid_model') : { kind: 'translation', model, seed };
  }
  if (url.searchParams.get('intent') === 'transcription') return { kind: 'transcription', model, seed };
  const joined = url.searchParams.has('call_id');
  if (joined || key.startsWith('ek_')) return { kind: 'realtime', model: model || 'gpt-realtime', seed, joined };
  if (model === '') return no('missing_model');
  if (model.includes('nope')) return no('invalid_model');
  return { kind: 'realtime', model, seed };
}

/** What the key of a request looks like where it is said back: its ends only. */
const shownKey = (key: string): string => `${key.slice(0, 7)}***${key.slice(-4)}`;

function expiredKey(request: IncomingMessage): string {
  return fill(TURNED_AWAY.expired_key.message, { key: shownKey(keyOf(request, [])) });
}

function keyOf(request: IncomingMessage, protocols: string[]): string {
  const prefix = 'openai-insecure-api-key.';
  const offered = protocols.find((name) => name.startsWith(prefix))?.slice(prefix.length);
  const header = request.headers.authorization?.replace(/^(Bearer|Basic) /i, '');
  const azure = request.headers['api-key'];
  return offered ?? header ?? (typeof azure === 'string' ? azure : '');
}

/** A handshake that gets an HTTP answer and no WebSocket. */
function refusal(request: IncomingMessage, url: URL, calls: Calls): { status: number; body: Json } | undefined {
  if (!REALTIME.has(url.pathname) && !TRANSLATIONS.has(url.pathname)) return notFound(request, url);
  const call = url.searchParams.get('call_id');
  if (call !== null && !calls.find(call)) {
    return { status: 404, body: failure(HTTP_TEXTS.callUnknown, 'call_id_not_found') };
  }
  const status = Number(url.searchParams.get('refuse') ?? 0);
  if (!Number.isInteger(status) || status < 400 || status > 599) return undefined;
  return { status, body: failure(fill(HTTP_TEXTS.refused, { status }), null) };
}

function refuse(socket: Duplex, status: number, body: Json): void {
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
  );
}

async function answer(request: IncomingMessage, secrets: Secrets, calls: Calls): Promise<HttpAnswer> {
  const url = addressOf(request);
  if (REALTIME.has(url.pathname) || TRANSLATIONS.has(url.pathname))
    return { status: 426, body: failure(HTTP_TEXTS.webSocketOnly, null) };
  const [, what = '', id = '', verb = ''] =
    /^(?:\/openai)?\/v1\/realtime\/((?:translations\/)?client_secrets|calls)(?:\/([^/]+)\/(accept|reject|refer|hangup))?$/.exec(
      url.pathname,
    ) ?? [];
  if (request.method !== 'POST' || what === '' || (what !== 'calls' && id !== '')) return notFound(request, url);
  try {
    const body = await readBody(request);
    if (what !== 'calls') {
      const translation = what !== 'client_secrets';
      return { status: 200, body: secrets.create(body, Date.now(), translation) };
    }
    if (id === '') {
      const model = url.searchParams.get('model') ?? undefined;
      const bound = secrets.find(keyOf(request, []), Date.now());
      if (bound === 'expired') return { status: 401, body: failure(expiredKey(request), 'invalid_api_key') };
      const own = bound?.kind === 'realtime' ? bound : undefined;
      return calls.create(request.headers['content-type'] ?? '', body, model, Date.now(), own);
    }
    return calls.act(id, verb, body) ?? { status: 404, body: failure(HTTP_TEXTS.callUnknown, 'call_id_not_found') };
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
  const message = fill(HTTP_TEXTS.notFound, { method: request.method ?? 'GET', path: url.pathname });
  return { status: 404, body: failure(message, null) };
}

/** What a web page of another machine is told: by a simulator it could read what MCP servers on this one answer. */
function foreign(request: IncomingMessage): Json {
  return failure(fill(HTTP_TEXTS.foreignPage, { origin: JSON.stringify(request.headers.origin?.slice(0, 100)) }), null);
}

function failure(message: string, code: string | null, param: string | null = null): Json {
  return { error: { message, type: 'invalid_request_error', param, code } };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > 1024 * 1024) throw new Error(HTTP_TEXTS.bodyTooLarge);
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
  for (const client of sockets.clients) client.close(1001, HTTP_TEXTS.stopped);
  const patience = setTimeout(() => {
    for (const client of sockets.clients) client.terminate();
  }, CLOSE_MS);
  await new Promise<void>((resolve) => {
    http.close(() => resolve());
    http.closeAllConnections();
  });
  clearTimeout(patience);
}
