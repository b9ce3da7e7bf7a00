/**
 * The traffic thread's work: listens, lets requests in, opens sessions and splices them, passes REST on. Everything the
 * recorder must know goes through the ring; nothing here waits for it, unless it is too far behind.
 */
import type http from 'node:http';
import { timingSafeEqual } from 'node:crypto';
import type net from 'node:net';
import type { MessagePort } from 'node:worker_threads';
import type { Side } from '../protocol/side';
import { redactBody } from '../trace/redact';
import type { SessionState } from './sessionState';
import { CallWatch } from './callWatch';
import { checkRequest } from './guard';
import { answerUpgrade, refuse, shakeHands } from './handshake';
import { createListener, type Listener } from './listener';
import { Hands } from './hands';
import type { OpenNote } from './notes';
import { OwnSessions, OWN_HEADER, type Opening } from './ownSessions';
import { RecorderLink } from './recorderLink';
import { Relay } from './relay';
import { forwardRequest, isRealtimeCall, type RestExchange } from './rest';
import { EntryTag } from './ring';
import {
  describeBody,
  dropHeader,
  headerFields,
  labelOf,
  listed,
  secretsOf,
  withKey,
  withoutSegment,
} from './requests';
import { createAgent, resolveTarget, type Target } from './upstream';
import type { UpstreamTarget } from './upstreamTarget';
import type { TrafficReport, TrafficSetup } from './workerMessages';

/** A request that may go on, and how. */
interface Admitted {
  path: string;
  upstream: UpstreamTarget;
  target: Target;
  /** The client's headers, with the stored key where it is to be spent. */
  headers: string[];
  agents: { rest: http.Agent; session: http.Agent };
}

interface Refused {
  status: number;
  message: string;
}

interface Session {
  state: SessionState;
  stream: number;
  /** The call it belongs to, by its URL. */
  call: string | null;
  relay: Relay | undefined;
}

/** See the file's head. */
export class Traffic {
  readonly #setup: TrafficSetup;
  readonly #say: (report: TrafficReport) => void;
  readonly #recorder: RecorderLink;
  readonly #listener: Listener;
  readonly #sessions = new Map<string, Session>();
  readonly #own = new OwnSessions();
  readonly #calls: CallWatch;
  /** Breakpoints, rules and what they hold. */
  readonly hands: Hands;
  readonly #agents = new Map<string, http.Agent>();
  #upstream: UpstreamTarget;
  #count = 0;
  #port = 0;

  constructor(setup: TrafficSetup & { wake: MessagePort }, say: (report: TrafficReport) => void) {
    this.#setup = setup;
    this.#say = say;
    this.#upstream = setup.upstream;
    this.#recorder = new RecorderLink(setup.ring, setup.wake, (held) => {
      for (const session of this.#sessions.values()) session.relay?.hold(held);
      say({ report: 'held', held });
    });
    this.hands = new Hands(say);
    this.#calls = new CallWatch({
      connect: async (sideband) => (await this.#own.open(this.#ownUrl(sideband.path), sideband)).socket,
      isOpen: (call) => [...this.#sessions.values()].some((session) => session.call === call && session.relay),
      say: (message) => say({ report: 'problem', message }),
      log: (message) => say({ report: 'log', level: 'warn', message }),
    });
    this.#listener = createListener({
      key: setup.tls.key,
      cert: setup.tls.cert,
      caFile: setup.tls.caFile,
      onRequest: (request, response) => this.#onRequest(request, response),
      onUpgrade: (request, socket, head) => void this.#onUpgrade(request, socket, head),
      onClientError: (message) => say({ report: 'problem', message }),
    });
  }

  /** Listens and says where. Rejects with a message for people. */
  async listen(): Promise<void> {
    const { host, port, exact } = this.#setup.listen;
    const bound = await this.#listener.listen(host, port, exact);
    this.#port = bound.port;
    this.#say({ report: 'listening', ...bound });
  }

  setUpstream(upstream: UpstreamTarget): void {
    this.#upstream = upstream;
  }

  /** Sends a text message in the other end's name. Rejects when the session is not open. */
  async inject(id: string, to: Side, text: string, replaces: number | undefined): Promise<void> {
    const relay = this.#sessions.get(id)?.relay;
    if (!relay) throw new Error(`The session ${id} is not open; nothing was sent.`);
    await relay.inject(to, Buffer.from(text, 'utf8'), replaces === undefined ? {} : { replaces });
  }

  /** Opens a session with the inspector as its client; gives its id. Rejects with the refusal's words. */
  async newSession(query: { model?: string; intent?: string }): Promise<string> {
    const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== undefined));
    const segment = this.#upstream.apiKey && this.#setup.segment ? `/k/${this.#setup.segment}` : '';
    return (await this.#own.open(this.#ownUrl(`${segment}/v1/realtime?${search.toString()}`))).id;
  }

  #ownUrl(path: string): string {
    return `ws://${loopbackOf(this.#setup.listen.host)}:${this.#port}${path}`;
  }

  /** Closes a session of the inspector's own with 1000, drops an app's with 1001 to both ends. */
  closeSession(id: string): void {
    const relay = this.#sessions.get(id)?.relay;
    if (this.#own.close(id)) return;
    if (!relay) throw new Error(`The session ${id} is not open.`);
    relay.close(1001, 'closed by Realtime Inspector');
  }

  /** Goes on without a record. */
  forgetRecorder(): void {
    this.#recorder.forget();
  }

  /** Says goodbye to every session, then stops listening. */
  async stop(): Promise<void> {
    this.#calls.stop();
    const open = [...this.#sessions.values()].filter((session) => session.relay);
    for (const session of open) session.relay?.close(1001, 'Realtime Inspector stopped');
    for (let waited = 0; waited < 60 && [...this.#sessions.values()].some((s) => s.relay); waited++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    for (const session of this.#sessions.values()) session.relay?.cut();
    this.hands.tell();
    await this.#listener.close();
    await new Promise((resolve) => setImmediate(resolve));
    await this.#recorder.drained();
  }

  // ---- requests -----------------------------------------------------------------------------------------------

  /** Lets a request in, or says why not. Its path loses the secret segment and gains the upstream's. */
  #admit(request: http.IncomingMessage, opening?: Opening): Admitted | Refused {
    const refusal = opening
      ? undefined
      : checkRequest(request.headers, this.#setup.allowedHosts, this.#setup.allowedOrigins);
    if (refusal) {
      this.#say({ report: 'problem', message: refusal.message });
      return refusal;
    }
    const sideband = opening?.sideband;
    // A sideband's path comes from a request that was let in already.
    const { path, keyed, wrong } = sideband
      ? { path: sideband.path, keyed: false, wrong: false }
      : withoutSegment(request.url ?? '/', this.#setup.segment, timingSafeEqual);
    if (wrong) return { status: 404, message: 'This base URL has expired. Copy the new one from Realtime Inspector.' };
    try {
      // Where the call is, also when sessions go elsewhere by now.
      const upstream = sideband?.upstream ?? this.#upstream;
      const target = resolveTarget(new URL(upstream.url), path);
      const plain = dropHeader(request.rawHeaders, OWN_HEADER);
      return {
        path,
        upstream,
        target,
        headers: keyed ? withKey(plain, upstream) : plain,
        agents: { rest: this.#agent(target, true), session: this.#agent(target, false) },
      };
    } catch (error) {
      // The HTTP proxy's setting cannot be used, for one.
      const message = (error as Error).message;
      this.#say({ report: 'problem', message });
      return { status: 502, message };
    }
  }

  #onRequest(request: http.IncomingMessage, response: http.ServerResponse): void {
    const admitted = this.#admit(request);
    if ('status' in admitted) {
      answerJson(response, admitted.status, admitted.message);
      return;
    }
    const { path, upstream, target, headers, agents } = admitted;
    if (path === '/' && request.method === 'GET') {
      response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' });
      response.end('Realtime Inspector proxy. Point your app at /v1 below this address.\n');
      return;
    }
    request.rawHeaders.splice(0, Infinity, ...headers);
    void forwardRequest(request, response, {
      target,
      agent: agents.rest,
      clock: () => performance.now(),
      ...(isRealtimeCall(request.method ?? 'GET', path)
        ? {
            onRecorded: (exchange: RestExchange) => {
              this.#recorder.putJson(EntryTag.http, 0, performance.now(), exchange);
              this.#calls.exchanged(path, exchange, upstream, headers);
            },
          }
        : {}),
    });
  }

  async #onUpgrade(request: http.IncomingMessage, socket: net.Socket, head: Buffer): Promise<void> {
    // An upgraded socket has no owner until the relay takes it; without a listener its errors would end the thread.
    socket.on('error', () => undefined);
    const opening = this.#own.take(request.headers[OWN_HEADER]);
    const sideband = opening?.sideband;
    const admitted = this.#admit(request, opening);
    if ('status' in admitted) {
      refuse(socket, admitted.status, admitted.message);
      opening?.failed(new Error(admitted.message));
      return;
    }
    const { target, headers, agents } = admitted;
    const stream = ++this.#count;
    const state: SessionState = {
      id: `s${stream}`,
      label: this.#said(labelOf(target)),
      upstream: target.host,
      openedAt: Date.now(),
      status: 'connecting',
      own: opening !== undefined,
    };
    const session: Session = { state, stream, call: target.searchParams.get('call_id'), relay: undefined };
    this.#sessions.set(state.id, session);
    this.#report(state);

    const refusal = opening ? undefined : this.hands.handshake(target.webSocketUrl);
    if (refusal) {
      answerUpgrade(socket, refusal.status, refusal.headers, refusal.body);
      this.#refusedByRule(session, request, admitted, refusal);
      return;
    }
    const method = request.method ?? 'GET';
    const result = await shakeHands({
      ...{ target, agent: agents.session, method, client: socket },
      headers: [...headers, ...(sideband?.headers ?? [])],
      again: (status) => {
        const next = sideband?.again(status);
        return next && { ...next, headers: [...headers, ...next.headers] };
      },
    });
    if (sideband?.stopped && !result.accepted) {
      this.#ended(session);
      opening?.failed(new Error('The proxy was stopped.'));
      return;
    }
    const note: OpenNote = {
      session: state.id,
      url: target.webSocketUrl,
      upstream: target.host,
      requestHeaders: result.requestHeaders,
      subprotocols: listed(request.headers['sec-websocket-protocol']),
      status: result.status,
      phases: result.phases,
      own: state.own,
      ...(result.responseHeaders ? { responseHeaders: result.responseHeaders } : {}),
      ...headerFields(result.responseHeaders),
      ...(result.error !== undefined ? { error: result.error } : {}),
      ...(result.body !== undefined ? { body: result.body } : {}),
    };
    this.#recorder.putJson(EntryTag.open, stream << 1, performance.now(), note);
    if (!result.accepted) {
      this.#sessions.delete(state.id);
      const answered = result.error ?? `The upstream answered ${result.status}${describeBody(result.body)}`;
      const reason = this.#said(answered, secretsOf(result.requestHeaders));
      opening?.failed(new Error(reason));
      this.#report({ ...state, status: 'refused', closeReason: reason });
      return;
    }
    socket.setNoDelay(true);
    const about = { id: state.id, extensions: note.extensions };
    const sink = this.#recorder.sink(stream, (message) => this.#say({ report: 'problem', message }));
    session.relay = new Relay(socket, result.socket, sink, () => this.#ended(session), about);
    this.hands.opened(state.id, target.webSocketUrl, stream, session.relay);
    session.relay.start(head, result.head);
    if (this.#recorder.held) session.relay.hold(true);
    state.status = 'open';
    this.#report(state);
    opening?.opened(state.id);
  }

  #refusedByRule(
    session: Session,
    request: http.IncomingMessage,
    { target, headers: requestHeaders }: Admitted,
    { status, headers, body, name }: NonNullable<ReturnType<Hands['handshake']>>,
  ): void {
    const { state, stream } = session;
    const note: OpenNote = {
      session: state.id,
      url: target.webSocketUrl,
      upstream: target.host,
      requestHeaders,
      subprotocols: listed(request.headers['sec-websocket-protocol']),
      status,
      responseHeaders: Object.entries(headers).flat(),
      phases: {},
      own: false,
      body,
      rule: name,
    };
    this.#recorder.putJson(EntryTag.open, stream << 1, performance.now(), note);
    this.#sessions.delete(state.id);
    this.#report({ ...state, status: 'refused', closeReason: `refused with ${status} by the rule “${name}”` });
  }

  /** Words of the upstream's or the client's that people will see: some gateways repeat the key they were given. */
  #said(text: string, alsoSecret: string[] = []): string {
    const own = [this.#upstream.apiKey, this.#setup.segment].filter((secret) => secret !== undefined);
    const secrets = [...own, ...alsoSecret];
    return redactBody(text, secrets)?.text ?? text;
  }

  #ended(session: Session): void {
    session.relay = undefined;
    this.#sessions.delete(session.state.id);
    this.#own.ended(session.state.id);
    this.hands.ended(session.state.id);
    this.#report({ ...session.state, status: 'closed' });
  }

  /** Kept by upstream: making one parses hundreds of certificates. */
  #agent(target: URL, keepAlive: boolean): http.Agent {
    const key = `${target.origin} ${keepAlive}`;
    const known = this.#agents.get(key);
    if (known) return known;
    const agent = createAgent(target, {
      ca: this.#setup.trustedCertificates,
      keepAlive,
      ...(this.#setup.proxyUrl !== undefined ? { proxyUrl: this.#setup.proxyUrl } : {}),
    });
    this.#agents.set(key, agent);
    return agent;
  }

  #report(state: SessionState): void {
    this.#say({ report: 'session', session: { ...state } });
  }
}

function loopbackOf(host: string): string {
  if (host === '0.0.0.0' || host === '') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function answerJson(response: http.ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ error: { message, type: 'proxy_error' } }));
}
