/**
 * Loaded by `node --require` into the user's own app, before everything else: sends its Realtime API connections to the running
 * proxy instead of api.openai.com, without certificates and without a change to the app. REALTIME_INSPECTOR_PROXY holds
 * the proxy's base URL (`http://127.0.0.1:8787/v1`). Whatever goes wrong in here, the app goes on as if it had never been loaded.
 *
 * The app's request stays what it is until a connection to the proxy stands; only then are its path and Host exchanged.
 * So when the proxy is not running, the request goes straight to the API exactly as the app wrote it.
 */
import type http from 'node:http';
import https from 'node:https';
import module from 'node:module';
import net from 'node:net';

const API_HOST = 'api.openai.com';
const API_PATH = /^\/v1\/realtime(?=[/?]|$)/;
const CONNECT_MS = 1_000;
/** Set on globalThis to a true value, code in the same process reaches the API itself. */
const BYPASS = Symbol.for('realtime-inspector.bypass');

interface ProxyAddress {
  hostname: string;
  port: number;
  host: string;
  origin: string;
  /** The base URL's path without its last `/v1`: empty, or `/k/SEGMENT`. */
  prefix: string;
}

const isBypassed = (): boolean => Boolean((globalThis as Record<symbol, unknown>)[BYPASS]);

let told = false;
function tell(message: string): void {
  if (told) return;
  told = true;
  try {
    process.stderr.write(`realtime-inspector: ${message}\n`);
  } catch {
    // An app without stderr still has to run.
  }
}
const tellDown = (proxy: ProxyAddress): void =>
  tell(`the proxy at ${proxy.host} is not running; connecting to ${API_HOST} directly, nothing is recorded.`);

function readProxy(text: string | undefined): ProxyAddress | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    const url = new URL(text);
    if (url.protocol !== 'http:') throw new Error('not http');
    return {
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port || 80),
      host: url.host,
      origin: url.origin,
      prefix: url.pathname.replace(/\/+$/, '').replace(/\/v1$/, ''),
    };
  } catch {
    // The value may hold a secret, so it is not printed.
    tell('REALTIME_INSPECTOR_PROXY is not an http:// URL; nothing is recorded.');
    return undefined;
  }
}

/** A connection to the proxy, or undefined when there is none to be had within a second. */
function connectToProxy(proxy: ProxyAddress, done: (socket: net.Socket | undefined) => void): void {
  const socket = net.connect({ host: proxy.hostname, port: proxy.port });
  socket.setNoDelay(true);
  let settled = false;
  const settle = (won: boolean): void => {
    if (settled) return;
    settled = true;
    clearTimeout(timer);
    socket.removeListener('error', lost);
    if (!won) {
      socket.on('error', () => undefined);
      socket.destroy();
    }
    done(won ? socket : undefined);
  };
  const lost = (): void => settle(false);
  const timer = setTimeout(lost, CONNECT_MS);
  socket.once('error', lost);
  socket.once('connect', () => settle(true));
}

// ---- https.request, which `ws` and with it the official SDKs use --------------------------------------------------

type Options = https.RequestOptions & { createConnection?: CreateConnection };
type Created = (error: Error | null, socket?: net.Socket) => void;
type CreateConnection = (options: Options, done: Created) => net.Socket | null | undefined;
type Callback = (res: http.IncomingMessage) => void;
/** What Node's HTTP client calls on any agent; not in its typings. */
interface AnyAgent {
  addRequest(req: http.ClientRequest, options: Options): void;
}
/** The parts of a ClientRequest that hold a head already made; the http-proxy-agent package relies on the same ones. */
interface Queued {
  _header: string | null;
  outputData?: { data: unknown }[];
}

function split(args: unknown[]): { url: URL | undefined; options: Options; callback: Callback | undefined } {
  const rest = [...args];
  let url: URL | undefined;
  if (typeof rest[0] === 'string') url = new URL(rest.shift() as string);
  else if (rest[0] instanceof URL) url = rest.shift() as URL;
  const options = typeof rest[0] === 'object' && rest[0] !== null ? (rest.shift() as Options) : {};
  return { url, options, callback: typeof rest[0] === 'function' ? (rest[0] as Callback) : undefined };
}

function goesToApi(url: URL | undefined, options: Options): boolean {
  const host = options.hostname ?? options.host ?? url?.hostname ?? '';
  const port = options.port ?? (url?.port || 443);
  const path = options.path ?? (url === undefined ? '/' : url.pathname + url.search);
  return String(host).toLowerCase() === API_HOST && Number(port) === 443 && API_PATH.test(path);
}

/** The head of a request, for the proxy: its path and its Host. */
function readdress(head: string, proxy: ProxyAddress): string {
  return head
    .replace(/^(\S+ )(?=\/)/, `$1${proxy.prefix.replaceAll('$', '$$$$')}`)
    .replace(/(\r\nhost: )[^\r\n]*/i, `$1${proxy.host}`);
}

/** Exchanges path and Host of a request that has not been written to a socket yet. */
function redirect(req: http.ClientRequest, proxy: ProxyAddress): void {
  const queued = req as unknown as Queued;
  const head = queued._header;
  if (typeof head !== 'string') {
    req.path = proxy.prefix + req.path;
    req.setHeader('Host', proxy.host);
    return;
  }
  const fresh = readdress(head, proxy);
  queued._header = fresh;
  const first = queued.outputData?.[0];
  if (first !== undefined && typeof first.data === 'string' && first.data.startsWith(head)) {
    first.data = fresh + first.data.slice(head.length);
  }
}

function patchHttps(proxy: ProxyAddress): void {
  const original = https.request;

  function redirected(args: unknown[]): http.ClientRequest | undefined {
    if (isBypassed()) return undefined;
    const { url, options, callback } = split(args);
    if (!goesToApi(url, options)) return undefined;
    const { agent, createConnection: own, ...plain } = options;

    const straight = (connection: Options, done: Created): void => {
      tellDown(proxy);
      if (own !== undefined && agent === undefined) {
        const socket = own(connection, done);
        if (socket) done(null, socket);
        return;
      }
      const chosen = (agent === false ? new https.Agent() : (agent ?? https.globalAgent)) as unknown as AnyAgent;
      (req as { agent?: unknown }).agent = chosen;
      chosen.addRequest(req, connection);
    };
    const createConnection: CreateConnection = (connection, done) => {
      connectToProxy(proxy, (socket) => {
        if (req.destroyed) {
          done(null, socket ?? new net.Socket()); // Node reports it and destroys the socket
        } else if (socket === undefined) {
          try {
            straight(connection, done);
          } catch (error) {
            done(error as Error);
          }
        } else {
          redirect(req, proxy);
          done(null, socket);
        }
      });
      return undefined;
    };
    // Without an agent Node would fill in port 80.
    const merged = { defaultPort: 443, ...plain, createConnection } as unknown as https.RequestOptions;
    const req: http.ClientRequest = url === undefined ? original(merged, callback) : original(url, merged, callback);
    return req;
  }

  const attempt = (args: unknown[]): http.ClientRequest => {
    let req: http.ClientRequest | undefined;
    try {
      req = redirected(args);
    } catch {
      req = undefined; // Bad arguments: Node's own error is the one the app should see.
    }
    return req ?? (original as (...all: unknown[]) => http.ClientRequest)(...args);
  };
  https.request = function request(...args: unknown[]): http.ClientRequest {
    return attempt(args);
  } as typeof https.request;
  https.get = function get(...args: unknown[]): http.ClientRequest {
    const req = attempt(args);
    req.end();
    return req;
  } as typeof https.get;
  module.syncBuiltinESMExports(); // so that `import { request } from 'node:https'` gets the same
}

// ---- global fetch and WebSocket, which go through undici -----------------------------------------------------------------

interface DispatchOptions {
  origin?: string | URL;
  path: string;
}
interface Dispatcher {
  dispatch(options: DispatchOptions, handler: object): boolean;
}

/** The dispatcher that Node's own fetch and WebSocket use; undefined before the first of them was loaded. */
function builtinDispatcher(): Dispatcher | undefined {
  // Node 24 keeps two, the newer one under the higher number.
  const symbol = Object.getOwnPropertySymbols(globalThis)
    .filter((s) => s.description?.startsWith('undici.globalDispatcher'))
    .sort((a, b) => String(b.description).localeCompare(String(a.description)))[0];
  return symbol === undefined ? undefined : ((globalThis as Record<symbol, unknown>)[symbol] as Dispatcher | undefined);
}

/** Sends what goes to the Realtime API to the proxy, and everything else where `usual` would. */
function redirecting(proxy: ProxyAddress, usual: Dispatcher | undefined): Dispatcher {
  const straight = (options: DispatchOptions, handler: object): boolean =>
    (usual ?? (builtinDispatcher() as Dispatcher)).dispatch(options, handler);
  const redirector: Dispatcher = {
    dispatch(options, handler) {
      const origin = options.origin === undefined ? '' : new URL(String(options.origin)).origin;
      if (origin !== `https://${API_HOST}` || !API_PATH.test(options.path)) return straight(options, handler);
      connectToProxy(proxy, (socket) => {
        socket?.destroy();
        if (socket === undefined) {
          tellDown(proxy);
          straight(options, handler);
        } else {
          const moved = { ...options, origin: proxy.origin, path: proxy.prefix + options.path };
          (builtinDispatcher() as Dispatcher).dispatch(moved, handler);
        }
      });
      return true;
    },
  };
  // Everything else undici may ask of a dispatcher (close, destroy, events) is the usual one's business.
  return new Proxy(redirector, {
    get: (target, name) => {
      if (name === 'dispatch') return target.dispatch;
      const owner = usual ?? builtinDispatcher();
      const value: unknown = owner === undefined ? undefined : Reflect.get(owner, name);
      return typeof value === 'function' ? (value as (...all: unknown[]) => unknown).bind(owner) : value;
    },
  });
}

function isApiUrl(input: unknown, schemes: readonly string[]): boolean {
  try {
    const text = typeof input === 'object' && input !== null && 'url' in input ? input.url : input;
    const url = new URL(String(text));
    return schemes.includes(url.protocol) && url.host === API_HOST && API_PATH.test(url.pathname);
  } catch {
    return false;
  }
}

type Fetch = (input: unknown, init?: { dispatcher?: Dispatcher }) => Promise<unknown>;

function patchFetch(proxy: ProxyAddress): void {
  const original = globalThis.fetch as unknown as Fetch | undefined;
  if (typeof original !== 'function') return;
  const patched = function fetch(this: unknown, input: unknown, init?: { dispatcher?: Dispatcher }): Promise<unknown> {
    if (isBypassed() || !isApiUrl(input, ['https:'])) return original.call(this, input, init);
    return original.call(this, input, { ...init, dispatcher: redirecting(proxy, init?.dispatcher) });
  };
  globalThis.fetch = patched as unknown as typeof globalThis.fetch;
}

type SocketArguments = [url: unknown, second?: unknown];

function patchWebSocket(proxy: ProxyAddress): void {
  const found = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket');
  if (found === undefined || found.configurable !== true) return;
  const original: unknown = found.get === undefined ? found.value : found.get.call(globalThis);
  if (typeof original !== 'function') return;
  const value = new Proxy(original, {
    construct(target, args, newTarget): object {
      const [url, second] = args as SocketArguments;
      if (isBypassed() || !isApiUrl(url, ['wss:', 'https:']))
        return Reflect.construct(target, args, newTarget) as object;
      const asInit = typeof second === 'object' && second !== null && !Array.isArray(second);
      const init = asInit ? (second as { dispatcher?: Dispatcher }) : second === undefined ? {} : { protocols: second };
      const dispatcher = redirecting(proxy, (init as { dispatcher?: Dispatcher }).dispatcher);
      return Reflect.construct(target, [url, { ...init, dispatcher }], newTarget) as object;
    },
  });
  Object.defineProperty(globalThis, 'WebSocket', {
    value,
    writable: true,
    configurable: true,
    enumerable: found.enumerable === true,
  });
}

const proxy = readProxy(process.env['REALTIME_INSPECTOR_PROXY']);
if (proxy !== undefined) {
  for (const patch of [patchHttps, patchFetch, patchWebSocket]) {
    try {
      patch(proxy);
    } catch {
      // An unfamiliar runtime: the app matters more than the recording.
    }
  }
}
