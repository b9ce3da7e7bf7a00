/** A session's two sockets, spliced both ways, and how it ends. */
import type { Duplex } from 'node:stream';
import type { Side } from '../protocol/side';
import { Direction, type Patience, type RelaySink } from './direction';
import { extensionsOf } from './extensions';
import type { Judge } from './judge';
import type { SaidNote } from './notes';

/** How long a socket may take to say goodbye before it is cut, ms. */
const GOODBYE_MS = 2000;
const PATIENCE: Patience = { stallMs: 30_000, lingerMs: 60_000 };

/** What a relay knows of its session. */
export interface RelaySession {
  id: string;
  /** Header of that name in the 101. */
  extensions?: string | undefined;
}

/** A running session. */
export class Relay {
  readonly #client: Duplex;
  readonly #server: Duplex;
  readonly #up: Direction;
  readonly #down: Direction;
  readonly #sink: RelaySink;
  readonly #patience: Patience;
  #by: Side | undefined;
  #reason = '';
  #open = 2;
  #finished = false;
  #isLeaving = false;
  readonly #onEnd: () => void;

  /** `onEnd` is called once, when both sockets are closed. */
  constructor(
    client: Duplex,
    server: Duplex,
    sink: RelaySink,
    onEnd: () => void,
    session: RelaySession,
    patience = PATIENCE,
  ) {
    this.#client = client;
    this.#server = server;
    this.#sink = sink;
    this.#onEnd = onEnd;
    this.#patience = patience;
    const { deflate, problem } = extensionsOf(session.extensions);
    const shared = {
      session: session.id,
      sink,
      patience,
      deflate,
      problem,
      stuck: () => this.cut(),
      inject: (to: Side, text: string, rule: string) => {
        this.#direction(to).inject({
          payload: Buffer.from(text),
          opcode: 1,
          note: { rule },
          sent: ignore,
          failed: ignore,
        });
      },
      disconnect: (code: number, reason: string, rule: string) => this.close(code, reason, rule),
    };
    this.#up = new Direction({ ...shared, side: 'client', from: client, to: server });
    this.#down = new Direction({ ...shared, side: 'server', from: server, to: client });
  }

  /** Begins; the heads are bytes that came right behind the handshakes. */
  start(clientHead: Buffer, serverHead: Buffer): void {
    this.#watch('client', this.#client, this.#server, this.#up);
    this.#watch('server', this.#server, this.#client, this.#down);
    // A socket that went while the other was being opened has told its end to nobody.
    if (this.#client.destroyed || this.#server.destroyed) {
      const side = this.#client.destroyed ? 'client' : 'server';
      this.#gone(side, '');
      this.cut();
      setImmediate(() => this.#finish(side));
      return;
    }
    this.#down.start(serverHead);
    this.#up.start(clientHead);
  }

  hold(held: boolean): void {
    this.#up.hold(held);
    this.#down.hold(held);
  }

  /** Sends a text message to that end, in the other's name; resolves when it was handed to the socket. */
  inject(to: Side, payload: Buffer, note: SaidNote): Promise<void> {
    return new Promise((sent, failed) => this.#direction(to).inject({ payload, opcode: 1, note, sent, failed }));
  }

  /** Asks a judge about every message from that end, from the next one on; undefined lets them pass unseen again. */
  intercept(from: Side, judge: Judge | undefined): void {
    (from === 'client' ? this.#up : this.#down).intercept(judge);
  }

  /** Lets messages go that wait only for rules which are not in force any more, and forgets what those would have added. */
  lift(isInForce: (key: string) => boolean): void {
    for (const direction of [this.#up, this.#down]) direction.lift(isInForce);
  }

  /** Lets messages go that rules make wait. */
  hurry(): void {
    for (const direction of [this.#up, this.#down]) direction.hurry();
  }

  /**
   * Lets what is held go and says goodbye to both ends with that close code, and cuts what does not answer. 1006, which may
   * not be sent (RFC 6455, 7.4.1), cuts both at once. The first goodbye counts.
   */
  close(code: number, reason: string, rule?: string): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    let left = 2;
    let isSaid = false;
    const say = () => {
      if (isSaid || this.#finished) return;
      isSaid = true;
      this.#sayGoodbye(code, reason, rule);
    };
    for (const direction of [this.#up, this.#down]) direction.letGo(() => --left === 0 && say());
    setTimeout(() => {
      say();
      this.cut();
    }, GOODBYE_MS).unref();
  }

  #sayGoodbye(code: number, reason: string, rule: string | undefined): void {
    this.#sink.dropped(performance.now(), code, reason, rule);
    this.#reason ||= reason;
    if (code === 1006) {
      this.cut();
      return;
    }
    // 1005 stands for a close frame without a code.
    const payload = Buffer.alloc(code === 1005 ? 0 : 2 + Buffer.byteLength(reason));
    if (payload.length > 0) {
      payload.writeUInt16BE(code);
      payload.write(reason, 2);
    }
    for (const direction of [this.#up, this.#down])
      direction.inject({ payload, opcode: 8, note: {}, sent: ignore, failed: ignore });
  }

  /** Cuts both sockets at once. */
  cut(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  /** The direction that leads to that end. */
  #direction(to: Side): Direction {
    return to === 'server' ? this.#up : this.#down;
  }

  #watch(side: Side, socket: Duplex, other: Duplex, direction: Direction): void {
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#gone(side, error.code === 'ECONNRESET' ? 'the connection was reset' : error.message);
    });
    socket.on('end', () => this.#gone(side, ''));
    socket.on('close', () => {
      this.#gone(side, '');
      // What was read before the end still goes out, also what is still being inflated.
      direction.end('the other end has gone', () => destroySoon(other));
      setTimeout(() => other.destroy(), this.#patience.lingerMs).unref();
      if (--this.#open > 0) return;
      // What is still being inflated can go nowhere, and is said to be lost before the session is said to have ended.
      for (const each of [this.#up, this.#down]) each.end('the other end has gone', ignore);
      this.#finish(side);
    });
  }

  #finish(side: Side): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#sink.ended(this.#by ?? side, performance.now(), this.#reason);
    this.#onEnd();
  }

  #gone(side: Side, reason: string): void {
    this.#by ??= side;
    this.#reason ||= reason;
  }
}

const ignore = (): void => undefined;

function destroySoon(socket: Duplex): void {
  if (socket.destroyed) return;
  if ('destroySoon' in socket && typeof socket.destroySoon === 'function') socket.destroySoon();
  else socket.end(() => socket.destroy());
}
