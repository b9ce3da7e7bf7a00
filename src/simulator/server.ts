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
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { DEFAULT_SCENARIO } from './defaultScenario';
import { Calls, type HttpAnswer } from './calls';
import { Desk } from './desk';
import { failure, readBody, startFace } from './face';
import type { McpAsker } from './mcpPort';
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
/** The live service pings every 20.3 s. */
const PING_MS = 20_300;

/** Starts listening; rejects when the port cannot be had. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { scenario = DEFAULT_SCENARIO, allowedOrigins = [] } = options;
  const random = new Random(options.seed);
  const secrets = new Secrets(random);
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
  const face = await startFace({
    host: options.host,
    port: options.port,
    allowedOrigins,
    log: (message) => options.log?.(message),
    answer: async (request, url) => {
      const { status, body, location } = await answer(request, url, secrets, calls);
      return { status, body: body ?? '', ...(location === undefined ? {} : { headers: { location } }) };
    },
    refuse: (request, url) => refusal(request, url, calls),
    session: (client, request, url) => {
      const opening = sessionFor(request, url, secrets, random, scenario);
      if ('turnedAway' in opening) return turnAway(client, opening, random);
      try {
        const call = calls.find(url.searchParams.get('call_id') ?? '');
        (call ?? talkOf({ ...opening, scenario })).attach(client);
      } catch (cause) {
        options.log?.(`A simulated session could not begin: ${describe(cause)}`);
        client.close(1011, 'The simulator had an error.');
      }
    },
  });
  return {
    port: face.port,
    url: face.url,
    stop: () => {
      calls.endAll(HTTP_TEXTS.stopped);
      return face.stop(HTTP_TEXTS.stopped);
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

async function answer(request: IncomingMessage, url: URL, secrets: Secrets, calls: Calls): Promise<HttpAnswer> {
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

function notFound(request: IncomingMessage, url: URL): { status: number; body: Json } {
  const message = fill(HTTP_TEXTS.notFound, { method: request.method ?? 'GET', path: url.pathname });
  return { status: 404, body: failure(message, null) };
}
