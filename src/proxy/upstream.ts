/** The way to the upstream: its URL for a client's path, an agent that gets there, and errors in words. */
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import type { AgentConnectOpts } from 'agent-base';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import { isLoopback } from '../simulator/loopback';

/**
 * Where a request goes. As a URL it is `http:` or `https:`; `rawPath` is the path and query to send, which a URL object would
 * partly re-encode.
 */
export class Target extends URL {
  constructor(
    origin: string,
    /** Path and query exactly as they go on the request line. */
    readonly rawPath: string,
  ) {
    super(origin + rawPath);
  }

  /** The same with the scheme of a WebSocket, for people and for traces. */
  get webSocketUrl(): string {
    return this.href.replace(/^http/, 'ws');
  }
}

/**
 * The upstream's URL for a client's request. Client paths begin with `/v1`, which stands for the upstream's own path;
 * an upstream without a path takes the client's unchanged. A query of the upstream's is kept, the client's value
 * winning for a name that both have.
 * @param requestPath the request line's target: a path with query, or an absolute URL as clients of an HTTP proxy send it
 * @throws Error when the upstream is not http, https, ws or wss
 */
export function resolveTarget(upstream: URL, requestPath: string): Target {
  const scheme = { 'ws:': 'http:', 'http:': 'http:', 'wss:': 'https:', 'https:': 'https:' }[upstream.protocol];
  if (scheme === undefined) {
    throw new Error(`The upstream ${upstream.protocol}//${upstream.host} must be an http, https, ws or wss URL.`);
  }
  const requested = requestPath.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').replace(/#.*$/s, '');
  const cut = requested.indexOf('?');
  const path = cut < 0 ? requested : requested.slice(0, cut);
  const query = cut < 0 ? '' : requested.slice(cut + 1);
  const base = upstream.pathname.replace(/\/+$/, '');
  const rooted = path.startsWith('/') ? path : '/';
  const joined = base === '' ? rooted : base + (/^\/v1(?=\/|$)/.test(rooted) ? rooted.slice(3) : rooted);
  const merged = mergeQueries(upstream.search.slice(1), query);
  return new Target(
    `${scheme}//${upstream.host}`,
    merged === '' ? joined + (cut < 0 ? '' : '?') : `${joined}?${merged}`,
  );
}

function mergeQueries(own: string, client: string): string {
  if (own === '') return client;
  const nameOf = (pair: string): string => pair.split('=', 1)[0] ?? '';
  const given = new Set(client.split('&').map(nameOf));
  const kept = own.split('&').filter((pair) => pair !== '' && !given.has(nameOf(pair)));
  return [...kept, ...(client === '' ? [] : [client])].join('&');
}

/** How to get to the upstream. */
export interface AgentOptions {
  /** HTTP proxy (`http://user:password@host:port`), before any environment variable. */
  proxyUrl?: string;
  /** Certificates (PEM) to trust besides Node's own and the system's. */
  ca?: string[];
  /** Keep connections for later requests; for REST, not for sessions, whose phases are measured. */
  keepAlive?: boolean;
}

/** The HTTP proxy answered CONNECT with something other than 200. */
class ProxyRefusal extends Error {
  override name = 'ProxyRefusal';
  constructor(
    readonly proxyHost: string,
    readonly status: number,
    readonly statusText: string,
  ) {
    super(`proxy ${proxyHost} answered ${status} ${statusText}`);
  }
}

/** The HTTP proxy could not be reached, or did not answer; `code` is that of the cause. */
class ProxyUnreachable extends Error {
  override name = 'ProxyUnreachable';
  readonly code: string | undefined;
  constructor(
    readonly proxyHost: string,
    cause: NodeJS.ErrnoException,
  ) {
    super(`proxy ${proxyHost}: ${cause.message}`, { cause });
    this.code = cause.code;
  }
}

/** Longest head of an HTTP proxy's answer to CONNECT, bytes; Node's own limit is set on its command line. */
const PROXY_HEAD = 64 * 1024;

/**
 * CONNECT is a request of Node's own here. That of https-proxy-agent cannot be given up while the proxy is silent, keeps
 * whatever comes until a head ends, and hands a refusal on as if the upstream had answered it.
 */
class TunnelAgent extends HttpsProxyAgent<string> {
  override async connect(req: http.ClientRequest, options: AgentConnectOpts): Promise<net.Socket> {
    const host = options.host ?? '';
    const socket = await this.#tunnel(req, `${net.isIPv6(host) ? `[${host}]` : host}:${options.port}`);
    // The path is a request's; tls.connect would take it for that of a pipe. The host stays: the certificate is checked
    // against it where it is an address, which is no server name; without it, against the name of the proxy.
    return options.secureEndpoint ? tls.connect({ ...options, path: undefined, socket }) : socket;
  }

  /** A connection that the proxy passes on to `authority`; given up when `req` is destroyed. */
  #tunnel(req: http.ClientRequest, authority: string): Promise<net.Socket> {
    const { proxy, connectOpts } = this;
    const name = net.isIP(connectOpts.host ?? '') === 0 ? connectOpts.host : '';
    return new Promise((resolve, reject) => {
      const connect = http.request({
        method: 'CONNECT',
        path: authority,
        maxHeaderSize: PROXY_HEAD,
        headers: {
          ...(this.proxyHeaders as http.OutgoingHttpHeaders),
          Host: authority,
          'Proxy-Connection': this.keepAlive ? 'Keep-Alive' : 'close',
        },
        createConnection: () =>
          proxy.protocol === 'https:' ? tls.connect({ ...connectOpts, servername: name }) : net.connect(connectOpts),
      });
      connect.removeHeader('Connection');
      connect.once('connect', (answer, socket: net.Socket, head) => {
        if (answer.statusCode === 200) {
          if (head.length > 0) socket.unshift(head);
          resolve(socket);
          return;
        }
        socket.destroy();
        reject(new ProxyRefusal(proxy.host, answer.statusCode ?? 0, answer.statusMessage ?? ''));
      });
      connect.on('error', (error) => reject(new ProxyUnreachable(proxy.host, error)));
      // A request without a socket tells nobody that it was destroyed, not even its agent.
      const destroy = req.destroy.bind(req);
      req.destroy = (error) => {
        connect.destroy(error);
        return destroy(error);
      };
      if (req.destroyed) connect.destroy();
      connect.end();
    });
  }
}

/**
 * An agent for requests to `target`: through the HTTP proxy that is set or that the environment names (never for loopback),
 * trusting Node's certificates, the system's, those of NODE_EXTRA_CA_CERTS and `ca`.
 * @throws Error when the proxy's URL cannot be used
 */
export function createAgent(target: URL, options: AgentOptions = {}): http.Agent {
  // Started from a terminal that has the preload, this thread has it too; it would send the proxy's calls back to the proxy.
  Object.assign(globalThis, { [Symbol.for('realtime-inspector.bypass')]: true });
  const secure = target.protocol === 'https:' || target.protocol === 'wss:';
  const context = secure ? trustContext(options.ca ?? []) : undefined;
  const own = {
    noDelay: true,
    keepAlive: options.keepAlive === true,
    ...(context === undefined ? {} : { secureContext: context }),
  };
  const proxy = proxyFor(target, secure, options.proxyUrl);
  if (proxy === undefined) return secure ? new https.Agent(own) : new http.Agent(own);
  const { url, headers } = proxy;
  const connection = url.protocol === 'https:' ? { secureContext: trustContext(options.ca ?? []) } : {};
  const agent = new TunnelAgent(url.href, { keepAlive: own.keepAlive, noDelay: true, headers, ...connection });
  // What Node merges into each request's options; the constructor's own go to the connection to the proxy only.
  Object.assign(agent.options, own);
  return agent;
}

/** The proxy to go through: its URL without user name and password, which are in the headers for its CONNECT. */
interface Proxy {
  url: URL;
  headers: Record<string, string>;
}

function proxyFor(target: URL, secure: boolean, setting: string | undefined): Proxy | undefined {
  if (isLoopback(target.hostname)) return undefined;
  const given = setting?.trim() ?? '';
  const text = given !== '' ? given : environmentProxy(secure ? 'https' : 'http', target.host);
  if (text === '') return undefined;
  const source = given !== '' ? 'The HTTP proxy setting' : 'The HTTP proxy of the environment';
  const full = text.includes('://') ? text : `http://${text}`;
  // Not try and catch: the error of a URL that cannot be parsed carries all of it, the password too.
  if (!URL.canParse(full)) throw new Error(`${source} is not a URL.`);
  const url = new URL(full);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Error(`${source} (${url.protocol}//${url.host}) must be an http:// or https:// proxy.`);
  }
  const headers = authorization(url, source);
  // https-proxy-agent prints its URL when DEBUG is set.
  url.username = '';
  url.password = '';
  return { url, headers };
}

/** What the environment names for this host, perhaps without a scheme; empty where it names none. */
function environmentProxy(scheme: 'http' | 'https', host: string): string {
  const found = getProxyForUrl(`${scheme}://${host}/`);
  if (found === '') return '';
  // Where there is no scheme proxy-from-env puts the target's before it, but a proxy for https speaks plain http unless it
  // is said to speak TLS. So the variable itself is looked up, in the same order.
  const variable = [`${scheme}_proxy`, 'all_proxy']
    .flatMap((name) => [process.env[name], process.env[name.toUpperCase()]])
    .find((value) => value !== undefined && value !== '');
  return variable === undefined || variable.includes('://') ? found : variable;
}

function authorization(url: URL, source: string): Record<string, string> {
  if (url.username === '' && url.password === '') return {};
  let pair: string;
  try {
    pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  } catch (error) {
    throw new Error(
      `${source} (${url.protocol}//${url.host}) has a % in its user name or password that encodes nothing; write % as %25.`,
      { cause: error },
    );
  }
  return { 'Proxy-Authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

const contexts = new Map<string, tls.SecureContext>();

/** Parsing a few hundred certificates takes milliseconds, so a context is made once for each set of extra ones. */
function trustContext(extra: readonly string[]): tls.SecureContext {
  const key = extra.join('\n');
  const known = contexts.get(key);
  if (known !== undefined) return known;
  const context = tls.createSecureContext({ ca: [...new Set([...nodeCertificates(), ...extra])] });
  contexts.set(key, context);
  return context;
}

function nodeCertificates(): readonly string[] {
  // Node 22.15 and later. A `ca` option takes the place of the defaults, so all that is trusted must be in the list.
  if (typeof tls.getCACertificates === 'function') {
    return [...tls.getCACertificates('default'), ...tls.getCACertificates('extra'), ...systemCertificates()];
  }
  const file = process.env['NODE_EXTRA_CA_CERTS'];
  if (file === undefined || file === '') return tls.rootCertificates;
  try {
    return [...tls.rootCertificates, readFileSync(file, 'utf8')];
  } catch {
    return tls.rootCertificates; // Node itself has warned about it on stderr
  }
}

function systemCertificates(): readonly string[] {
  try {
    return tls.getCACertificates('system');
  } catch {
    return []; // a store that cannot be read must not stop the proxy; an untrusted upstream says so itself
  }
}

/** One sentence or two on why the upstream could not be reached, with what to do; never a path, query or credential. */
export function describeUpstreamError(error: unknown, target: URL): string {
  const host = target.host;
  if (error instanceof ProxyRefusal) {
    const why =
      error.status === 407
        ? 'it wants a user name and password (put them into the proxy URL)'
        : `it answered ${error.status} ${oneLine(error.statusText)}`.trim();
    return `The HTTP proxy ${error.proxyHost} refused the connection to ${host}: ${why}.`;
  }
  if (error instanceof ProxyUnreachable) {
    return `The HTTP proxy ${error.proxyHost} could not be used to reach ${host}: ${reason(error.cause, error.proxyHost)}`;
  }
  return `The upstream ${host} could not be reached: ${reason(error, host)}`;
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused; nothing listens there.',
  ENOTFOUND: 'its name is unknown; check the upstream URL and the network.',
  EAI_AGAIN: 'its name could not be looked up; check the network.',
  ETIMEDOUT: 'it did not answer in time.',
  EHOSTUNREACH: 'there is no way to that address; check the network.',
  ENETUNREACH: 'there is no network to that address; check the network.',
  ENETDOWN: 'the network is down.',
  ECONNRESET: 'it closed the connection before it answered.',
  EPIPE: 'it closed the connection before it answered.',
  CERT_HAS_EXPIRED: 'its certificate has expired.',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; check the clock of this machine.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name.',
  HPE_HEADER_OVERFLOW: 'the head of its answer is too long.',
  EPROTO: 'the TLS handshake failed; perhaps it speaks plain http (ws) on this port.',
};
const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function reason(error: unknown, host: string): string {
  const failure = error as NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] };
  // Happy eyeballs: one error for each address tried; the first is as good as any.
  const code = failure.code ?? failure.errors?.[0]?.code ?? '';
  if (UNTRUSTED.has(code)) {
    return `its certificate is not trusted (${code}); name its authority in NODE_EXTRA_CA_CERTS or the system's store.`;
  }
  const known = REASONS[code];
  if (known !== undefined) return known;
  if (code.startsWith('ERR_SSL_')) return `the TLS handshake failed (${code}).`;
  if (code.startsWith('HPE_'))
    return `what it answered is not HTTP (${code}); perhaps it speaks https (wss) on this port.`;
  const text = failure.message ?? String(error);
  return `${oneLine(text) || `${host} gave no reason`}.`.replace(/\.\.$/, '.');
}

/** Words from outside go to terminals and logs, where control characters (C0, C1, line separators) would do something. */
function oneLine(text: string): string {
  // Cut first: there may be megabytes of it.
  return text
    .slice(0, 1000)
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, 200);
}
