/** A session beside the clock and its sockets: one for an ordinary session, any number of side bands for a call. */
import type { WebSocket } from 'ws';
import type { McpAsker, McpPort } from './mcpPort';
import { Session, type SessionOptions } from './session';
import { TranslationSession, type TranslationOptions } from './translation';
import { faultError, type Json, type Output } from './wire';

/** A session to begin. */
export type Opening = Omit<SessionOptions, 'epochMs'> | Omit<TranslationOptions, 'epochMs'>;

export interface TalkOptions {
  session: Opening;
  /** Milliseconds between pings. */
  pingMs: number;
  /** How much faster than real time everything goes. */
  speed: number;
  log: ((message: string) => void) | undefined;
  /** Asks real MCP servers; without it all of them are scripted. */
  mcp: McpAsker | undefined;
}

/** A client that does not read gets no more than this buffered before it is dropped, bytes. */
const MAX_UNSENT = 256 * 1024 * 1024;
/** The live service pings with four bytes. */
const PING = Buffer.from('ping');

/** Runs a session. Nothing thrown in it gets further than this. */
export class Talk {
  readonly #session: Session | TranslationSession;
  readonly #sockets = new Set<WebSocket>();
  readonly #startMs = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #logged = false;
  #ended = false;
  readonly #ending = new AbortController();

  /** `lasting`: it goes on without a socket, as a call does. */
  constructor(
    private readonly options: TalkOptions,
    private readonly lasting = false,
  ) {
    const { session, mcp } = options;
    const epochMs = Date.now();
    this.#session =
      session.kind === 'translation'
        ? new TranslationSession({ ...session, epochMs })
        : new Session({ ...session, ...(mcp ? { mcp: this.#port(mcp) } : {}), epochMs });
    if (lasting) this.#take(() => this.#session.open(this.#nowMs()));
  }

  /** Another client of the session. The first one of an ordinary session opens it. */
  attach(client: WebSocket): void {
    this.#sockets.add(client);
    const ping = setInterval(() => client.ping(PING), this.options.pingMs);
    client.on('message', (data: Buffer, binary) => {
      this.#take(() => this.#session.receive(binary ? data : data.toString('utf8'), this.#nowMs()));
    });
    client.on('close', () => {
      clearInterval(ping);
      this.#sockets.delete(client);
      if (!this.lasting) this.#end();
    });
    // A frame that breaks the protocol: the library closes with the right code by itself.
    client.on('error', () => undefined);
    if (!this.lasting) this.#take(() => this.#session.open(this.#nowMs()));
  }

  /** An event that came over HTTP, e.g. the configuration of an accepted call. Returns the error it was answered with. */
  tell(event: Json): Json | undefined {
    const outputs = this.#take(() => this.#session.receive(JSON.stringify(event), this.#nowMs()));
    const error = outputs.find((output) => 'event' in output && output.event.type === 'error');
    return error && 'event' in error ? (error.event['error'] as Json) : undefined;
  }

  /** Ends a call: its side bands are closed. */
  hangUp(code: number, reason: string): void {
    for (const client of this.#sockets) client.close(code, reason);
    this.#end();
  }

  get ended(): boolean {
    return this.#ended;
  }

  #nowMs(): number {
    return (performance.now() - this.#startMs) * this.options.speed;
  }

  #take(step: () => Output[]): Output[] {
    if (this.#ended) return [];
    try {
      const outputs = step();
      this.#pass(outputs);
      return outputs;
    } catch (cause) {
      if (!this.#logged) this.options.log?.(`A simulated session had an error and went on: ${describe(cause)}`);
      this.#logged = true;
      this.#send({ type: 'error', event_id: 'event_simulator_fault', error: faultError(cause, null) });
      return [];
    }
  }

  #pass(outputs: Output[]): void {
    for (const output of outputs) {
      if (!('close' in output)) this.#send(output.event);
      // 1006 is no code to send: it says that the socket ended without one.
      else if (output.close.code === 1006) for (const client of this.#sockets) client.terminate();
      else this.hangUp(output.close.code, output.close.reason);
    }
    clearTimeout(this.#timer);
    const { nextMs } = this.#session;
    if (nextMs === undefined || this.#ended) return;
    const inMs = Math.max(0, (nextMs - this.#nowMs()) / this.options.speed);
    this.#timer = setTimeout(() => this.#take(() => this.#session.tick(this.#nowMs())), Math.min(inMs, 0x7fffffff));
  }

  #send(event: Json): void {
    const text = JSON.stringify(event);
    for (const client of this.#sockets) {
      if (client.readyState === client.OPEN) client.send(text);
      if (client.bufferedAmount > MAX_UNSENT) client.terminate();
    }
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#ending.abort();
  }

  /** Asks while the session lives, and hands the answer in when it comes. */
  #port(asker: McpAsker): McpPort {
    return {
      ask: (number, request) => {
        void asker(request, this.#ending.signal).then((answer) => {
          if ('error' in answer) {
            const what = request.ask === 'list' ? 'did not list its tools' : `did not run ${request.name}`;
            this.options.log?.(`The MCP server ${request.server.label} ${what}: ${answer.error.message}`);
          }
          const session = this.#session;
          if (session instanceof Session) this.#take(() => session.answered(number, answer, this.#nowMs()));
        });
      },
    };
  }
}

/** What was thrown, with where it was. */
export function describe(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
