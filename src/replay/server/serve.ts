/** A trace as a server: clients connect and get its sessions again. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { WebSocket } from 'ws';
import type { Authority } from '../../proxy/certificates';
import { createListener } from '../../proxy/listener';
import { certificatesFolder } from '../../proxy/userData';
import { baseUrl, failure, makeFace, type Face } from '../../simulator/face';
import { REAL_CLOCK, type Clock } from '../client/clock';
import { shortReason } from '../closeReason';
import { Recording } from '../recording';
import { Player, type PlayOptions } from './player';
import type { Timing } from '../timing';
import { Chooser, type Choice } from './chooser';
import { refusalOf } from './refusal';
import { RecordedRest } from './rest';
import type { ServeReport, SessionReport } from './sessionReport';

/** What to serve, and how; everything but `trace` may be left out. */
export interface ServeOptions {
  /** A trace, or a file of lines `{"direction": ..., "event": ...}`. */
  trace: string;
  /** Only this session of it, or these, by their ids. */
  session?: string | readonly string[];
  /** `127.0.0.1` unless given. */
  host?: string;
  /** Any free one unless given. */
  port?: number;
  /** `gated` unless given. */
  timing?: Timing;
  /** How much faster than recorded, 1 unless given. */
  speed?: number;
  /** The first divergence ends a session, and is told to the client as an `error` event. */
  strict?: boolean;
  /** Fields of the client's messages that may differ, e.g. `session.instructions`, `item.content[*].text`. */
  ignore?: readonly string[];
  /** How long a message that was passed over is waited for, ms; 1000 unless given. */
  patienceMs?: number;
  /** Origins of web pages besides those of this machine that may ask. */
  allowedOrigins?: readonly string[];
  /** Folder of the local certificate authority, for clients that insist on TLS; the user's own unless given. */
  certificates?: string;
  /** Without TLS, and so without a certificate authority: for a client that is no app, as the proxy. */
  plain?: boolean;
  /** Told of each session when it has ended. */
  onSession?: (report: SessionReport) => void;
  /** Told of each handshake that was refused as recorded: by which recorded one, with which status. */
  onRefused?: (session: string, status: number) => void;
  /** Told what went wrong in a session. */
  onLog?: (message: string) => void;
  clock?: Clock;
}

/** A running replay server. */
export interface ReplayServer {
  /** Base URL ending in `/v1`, as `OPENAI_BASE_URL` wants it. */
  readonly url: string;
  /** The same with the scheme of a WebSocket. */
  readonly ws: string;
  /** The same port with TLS, as `openai` for Node needs it; '' where it is `plain`, and so are the next two. */
  readonly https: string;
  /** Certificate of the authority that a client has to trust for `https`: its file (`NODE_EXTRA_CA_CERTS`), and itself (PEM). */
  readonly caFile: string;
  readonly ca: string;
  readonly port: number;
  /** What could not be read of the trace, for people. */
  readonly problems: readonly string[];
  /** How it went so far, sessions that go on included. */
  report(): ServeReport;
  /** Resolves when so many clients have come and gone, or the server has been stopped. */
  ended(clients: number): Promise<void>;
  /** Closes what is open (1001), frees the port and tells how it went. */
  stop(): Promise<ServeReport>;
}

/** Starts it. Rejects with an `UnreadableFileError` when the trace cannot be read or has nothing to serve. */
export async function serveTrace(options: ServeOptions): Promise<ReplayServer> {
  const { trace, host = '127.0.0.1', port = 0, onLog = () => undefined, clock = REAL_CLOCK } = options;
  const recording = await Recording.open(trace, undefined, true);
  const play: PlayOptions = {
    timing: options.timing ?? 'gated',
    speed: options.speed ?? 1,
    strict: options.strict ?? false,
    ignore: options.ignore ?? [],
    patienceMs: options.patienceMs ?? 1000,
  };
  try {
    const chooser = await Chooser.of(recording, options.session);
    const chosen = new WeakMap<IncomingMessage, Choice>();
    let refused = 0;
    const rest = new RecordedRest(recording.http);
    const players: Player[] = [];
    const waiting: { clients: number; done: () => void }[] = [];
    let gone = 0;
    const report = (): ServeReport => {
      const sessions = players.map((player) => player.report);
      const diverged = sessions.filter(({ outcome }) => outcome === 'diverged').length;
      return { trace, clients: players.length, refused, diverged, sessions };
    };
    const sockets = new Set<WebSocket>();
    let emptied = (): void => undefined;
    const face = makeFace({
      log: onLog,
      ...(options.allowedOrigins ? { allowedOrigins: options.allowedOrigins } : {}),
      answer: (request, url) => answer(rest, request, url),
      // Which of them it gets is chosen here, before it is let in: one that was refused is refused again.
      refuse: (request, url) => {
        const choice = chooser.choose(url);
        if (choice.kind === 'session') {
          chosen.set(request, choice);
          return undefined;
        }
        refused += 1;
        const told = refusalOf(choice.session);
        options.onRefused?.(choice.session.id, told.status);
        return told;
      },
      greeting: (request) => {
        const choice = chosen.get(request);
        return choice?.kind === 'session' ? servedFrom(trace, choice.script.session.id) : {};
      },
      session: (client, request) => {
        const choice = chosen.get(request);
        if (choice?.kind !== 'session') return client.close(1011, 'No recorded session was chosen.');
        const { script, others, problem } = choice;
        const player = new Player(players.length + 1, script, others, play, clock, wireOf(client), onLog);
        players.push(player);
        sockets.add(client);
        client.on('message', (data: Buffer, binary) => player.receive(data, binary));
        client.on('error', () => undefined);
        client.on('close', (code, reason) => {
          player.gone(code, reason.toString('utf8'));
          gone += 1;
          sockets.delete(client);
          if (sockets.size === 0) emptied();
          options.onSession?.(player.report);
          for (const one of waiting) if (one.clients <= gone) one.done();
        });
        if (problem !== '') player.otherAddress(problem);
        player.run().catch((cause: unknown) => {
          onLog(
            `Session ${script.session.id} could not be served: ${cause instanceof Error ? cause.message : String(cause)}`,
          );
          client.close(1011, 'The recording cannot be read.');
        });
      },
    });
    const authority = options.plain === true ? undefined : await authorityIn(options.certificates);
    const bound = await listen(face, authority, { host, port, onLog });
    return {
      url: baseUrl(host, bound.port),
      ws: baseUrl(host, bound.port).replace(/^http/, 'ws'),
      https: authority ? baseUrl(host, bound.port, 'https') : '',
      ...{ ca: authority?.ca ?? '', caFile: authority?.caFile ?? '', port: bound.port },
      problems: recording.problems,
      report,
      ended: (clients) =>
        gone >= clients ? Promise.resolve() : new Promise((done) => waiting.push({ clients, done })),
      stop: async () => {
        // What is still open ends here, and it is the server who goes.
        for (const player of players) player.gone(1001, 'The replay server was stopped.');
        const told = report();
        for (const one of waiting.splice(0)) one.done();
        face.close('The replay server was stopped.');
        if (sockets.size > 0) await new Promise<void>((resolve) => (emptied = resolve));
        await bound.close();
        await recording.close();
        return told;
      },
    };
  } catch (cause) {
    await recording.close();
    throw cause;
  }
}

/** Says in the handshake, and so in any trace of the new session, what is served: the file's name and the session in it. */
function servedFrom(trace: string, session: string): Record<string, string> {
  const name = [path.basename(trace), session].map((part) => encodeURIComponent(part)).join('#');
  return { 'realtime-inspector-served': name };
}

async function authorityIn(folder = certificatesFolder()): Promise<Authority> {
  // Loaded when needed: the library for certificates takes longer to load than most commands run.
  const { ensureAuthority } = await import('../../proxy/certificates');
  return ensureAuthority(folder, []);
}

/** Listens for it; without an authority by plain HTTP alone. Rejects when the port cannot be had. */
async function listen(
  face: Face,
  authority: Authority | undefined,
  { host, port, onLog }: { host: string; port: number; onLog: (message: string) => void },
): Promise<{ port: number; close(): Promise<void> }> {
  if (authority) {
    const { key, cert, caFile } = authority;
    const handlers = { onRequest: face.request, onUpgrade: face.upgrade, onClientError: onLog };
    const listener = createListener({ key, cert, caFile, ...handlers });
    const bound = await listener.listen(host, port, true);
    return { port: bound.port, close: () => listener.close() };
  }
  const http = createServer(face.request);
  http.on('upgrade', face.upgrade);
  http.listen(port, host);
  await once(http, 'listening');
  return {
    port: (http.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

async function answer(rest: RecordedRest, request: IncomingMessage, url: URL) {
  // What it said does not matter to what it gets; it has to be read all the same.
  request.resume();
  if (request.method === 'GET' && /\/realtime(?:\/translations)?$/.test(url.pathname))
    return { status: 426, body: failure('This is a WebSocket endpoint: connect with a WebSocket client.', null) };
  return rest.answer(request.method ?? 'GET', url, Date.now());
}

function wireOf(client: WebSocket) {
  return {
    send: (data: string | Buffer) => {
      if (client.readyState === client.OPEN) client.send(data);
    },
    close: (code: number, reason: string) => client.close(code, shortReason(reason)),
    drop: () => client.terminate(),
    get unsent() {
      return client.bufferedAmount;
    },
  };
}
