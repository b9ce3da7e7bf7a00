/** A trace as a server: clients connect and get its sessions again. */
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { ensureAuthority } from '../../proxy/certificates';
import { createListener } from '../../proxy/listener';
import { certificatesFolder } from '../../proxy/userData';
import { baseUrl, failure, makeFace } from '../../simulator/face';
import { UnreadableFileError } from '../../trace/unreadable';
import { REAL_CLOCK, type Clock } from '../client/clock';
import { Recording } from '../recording';
import { Player, type PlayOptions } from './player';
import type { Timing } from '../timing';
import { RecordedRest } from './rest';
import { scriptOf, type ServerScript } from './script';
import type { ServeReport, SessionReport } from './sessionReport';

/** What to serve, and how; everything but `trace` may be left out. */
export interface ServeOptions {
  /** A trace, or a file of lines `{"direction": ..., "event": ...}`. */
  trace: string;
  /** Only this session of it, by its id. */
  session?: string;
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
  /** Told of each session when it has ended. */
  onSession?: (report: SessionReport) => void;
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
  /** The same port with TLS, as `openai` for Node needs it. */
  readonly https: string;
  /** Certificate of the authority that a client has to trust for `https`: its file (`NODE_EXTRA_CA_CERTS`), and itself (PEM). */
  readonly caFile: string;
  readonly ca: string;
  readonly port: number;
  /** What could not be read of the trace, for people. */
  readonly problems: readonly string[];
  /** How it went so far, sessions that go on included. */
  report(): ServeReport;
  /** Resolves when so many clients have come and gone. */
  ended(clients: number): Promise<void>;
  /** Closes what is open (1001), frees the port and tells how it went. */
  stop(): Promise<ServeReport>;
}

/** Starts it. Rejects with an `UnreadableFileError` when the trace cannot be read or has nothing to serve. */
export async function serveTrace(options: ServeOptions): Promise<ReplayServer> {
  const { trace, host = '127.0.0.1', port = 0, onLog = () => undefined, clock = REAL_CLOCK } = options;
  const recording = await Recording.open(trace);
  const play: PlayOptions = {
    timing: options.timing ?? 'gated',
    speed: options.speed ?? 1,
    strict: options.strict ?? false,
    ignore: options.ignore ?? [],
    patienceMs: options.patienceMs ?? 1000,
  };
  try {
    const scripts = await scriptsOf(recording, options.session);
    const chooser = new Chooser(scripts);
    const rest = new RecordedRest(recording.http);
    const players: Player[] = [];
    const waiting: { clients: number; done: () => void }[] = [];
    let gone = 0;
    const report = (): ServeReport => {
      const sessions = players.map((player) => player.report);
      const diverged = sessions.filter(({ outcome }) => outcome === 'diverged').length;
      return { trace, clients: players.length, diverged, sessions };
    };
    const sockets = new Set<WebSocket>();
    let emptied = (): void => undefined;
    const face = makeFace({
      log: onLog,
      ...(options.allowedOrigins ? { allowedOrigins: options.allowedOrigins } : {}),
      answer: (request, url) => answer(rest, request, url),
      refuse: () => undefined,
      session: (client, _request, url) => {
        const { script, others, problem } = chooser.choose(url);
        const player = new Player(players.length + 1, script, others, play, clock, wireOf(client));
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
    const { key, cert, ca, caFile } = await ensureAuthority(options.certificates ?? certificatesFolder(), []);
    const listener = createListener({
      ...{ key, cert, caFile, onRequest: face.request, onUpgrade: face.upgrade, onClientError: onLog },
    });
    const bound = await listener.listen(host, port, true);
    return {
      url: baseUrl(host, bound.port),
      ws: baseUrl(host, bound.port).replace(/^http/, 'ws'),
      https: baseUrl(host, bound.port, 'https'),
      ...{ ca, caFile, port: bound.port },
      problems: recording.problems,
      report,
      ended: (clients) =>
        gone >= clients ? Promise.resolve() : new Promise((done) => waiting.push({ clients, done })),
      stop: async () => {
        // What is still open ends here, and it is the server who goes.
        for (const player of players) player.gone(1001, 'The replay server was stopped.');
        const told = report();
        face.close('The replay server was stopped.');
        if (sockets.size > 0) await new Promise<void>((resolve) => (emptied = resolve));
        await listener.close();
        await recording.close();
        return told;
      },
    };
  } catch (cause) {
    await recording.close();
    throw cause;
  }
}

async function scriptsOf(recording: Recording, wanted: string | undefined): Promise<ServerScript[]> {
  const known = recording.sessions;
  const sessions = known.filter(({ id }) => wanted === undefined || id === wanted);
  if (sessions.length === 0) {
    const ids = known.map(({ id }) => id || 'one without an id').join(', ');
    throw new UnreadableFileError(`${recording.file} has no session ${wanted}; it has ${ids}.`);
  }
  const scripts: ServerScript[] = [];
  for (const session of sessions) scripts.push(await scriptOf(recording, session));
  if (scripts.every(({ server }) => server.length === 0))
    throw new UnreadableFileError(`${recording.file} holds nothing a server sent: there is nothing to serve.`);
  return scripts;
}

/** Which recorded session a client gets: of those of its kind and model the next one, and after the last the first again. */
class Chooser {
  readonly #given = new Map<string, number>();

  constructor(private readonly scripts: readonly ServerScript[]) {}

  choose(url: URL): { script: ServerScript; others: ServerScript[]; problem: string } {
    const levels = [
      (session: URL) => kindOf(session) === kindOf(url) && modelOf(session) === modelOf(url),
      (session: URL) => kindOf(session) === kindOf(url),
      () => true,
    ];
    // A file without handshakes does not say what its sessions were asked for.
    const fits = (test: (session: URL) => boolean) =>
      this.scripts.filter(({ session }) => !URL.canParse(session.url) || test(new URL(session.url)));
    const level = levels.findIndex((test) => fits(test).length > 0);
    const found = fits(levels[level] ?? (() => true));
    const key = found.map(({ session }) => session.id).join(' ');
    const nth = this.#given.get(key) ?? 0;
    this.#given.set(key, nth + 1);
    const script = found[nth % found.length] as ServerScript;
    const others = found.filter((one) => one !== script);
    const problem =
      level === 0
        ? ''
        : `The client asked for ${what(url)}, the recording has ${URL.canParse(script.session.url) ? what(new URL(script.session.url)) : 'another session'}`;
    return { script, others, problem };
  }
}

function kindOf({ pathname, searchParams }: URL): string {
  if (/\/translations$/.test(pathname)) return 'translation';
  if (searchParams.get('intent') === 'transcription') return 'transcription';
  return searchParams.has('call_id') ? 'call' : 'realtime';
}

function modelOf({ searchParams }: URL): string {
  return searchParams.get('model') ?? searchParams.get('deployment') ?? '';
}

function what(url: URL): string {
  const model = modelOf(url);
  return `a ${kindOf(url)} session${model === '' ? ' without a model' : ` of ${JSON.stringify(model.slice(0, 80))}`}`;
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
    close: (code: number, reason: string) => client.close(code, reason),
    drop: () => client.terminate(),
    get unsent() {
      return client.bufferedAmount;
    },
  };
}
