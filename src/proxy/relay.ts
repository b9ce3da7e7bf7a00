/**
 * A session's two sockets, spliced: bytes go on as they come, both ways, with back pressure, and a copy goes to the
 * recorder. Nothing is parsed but frame headers, which tell where something may be injected.
 */
import type { Duplex } from 'node:stream';
import { Sender } from 'ws';
import type { Side } from '../protocol/side';
import { FrameWalker } from './frames';

/** Where a relay's copies go. Times are the traffic thread's clock, ms. */
export interface RelaySink {
  bytes(from: Side, t: number, sent: number, chunk: Uint8Array): void;
  injected(from: Side, t: number, payload: Buffer, replaces: number | undefined): void;
  /** The inspector says goodbye to both ends. */
  dropped(t: number, code: number, reason: string): void;
  ended(by: Side, t: number, reason: string): void;
}

/** How long a socket may take to say goodbye before it is cut, ms. */
const GOODBYE_MS = 2000;
/** How patient a relay is. */
export interface Patience {
  /** How long an end may read nothing before the other one is read on a little, to see whether it is still there, ms. */
  stallMs: number;
  /** How long an end that reads no more keeps what was read from the other before it left, ms. */
  lingerMs: number;
}
const PATIENCE: Patience = { stallMs: 30_000, lingerMs: 60_000 };
/**
 * How much is read on. The end of a connection is told behind everything it sent: what the two kernels hold between a dead
 * client and this process (Linux: up to 6 MiB received, 4 MiB sent).
 */
const READ_ON = 16 << 20;

interface Injection {
  payload: Buffer;
  opcode: number;
  replaces: number | undefined;
  sent(): void;
  failed(error: Error): void;
}

/** One direction: what one end says to the other. */
class Direction {
  readonly #walker = new FrameWalker();
  readonly #queue: Injection[] = [];
  #blocked = false;
  #held = false;
  #ended = false;
  /** Bytes that may still be read although the other end reads nothing. */
  #leeway = 0;
  #stall: NodeJS.Timeout | undefined;

  /** `stuck` is called when `from` has ended and `to` has taken nothing more of what it said for so long. */
  constructor(
    readonly side: Side,
    readonly from: Duplex,
    readonly to: Duplex,
    private readonly sink: RelaySink,
    private readonly patience: Patience,
    private readonly stuck: () => void,
  ) {}

  start(head: Buffer): void {
    this.to.on('drain', () => {
      this.#blocked = false;
      this.#leeway = 0;
      clearTimeout(this.#stall);
      if (!this.#held) this.from.resume();
    });
    if (head.length > 0) this.#pass(head);
    this.from.on('data', (chunk: Buffer) => this.#pass(chunk));
    this.from.on('end', () => {
      this.end('the other end has gone');
      this.to.end();
      const linger = setTimeout(() => {
        if (this.to.writableLength > 0) this.stuck();
      }, this.patience.lingerMs).unref();
      this.to.once('close', () => clearTimeout(linger));
    });
  }

  /** Stops reading while the recorder is too far behind. */
  hold(held: boolean): void {
    this.#held = held;
    if (held) this.from.pause();
    else if (!this.#blocked || this.#leeway > 0) this.from.resume();
  }

  inject(injection: Injection): void {
    if (this.#ended || this.#walker.closed || this.to.destroyed || this.to.writableEnded)
      injection.failed(new Error('The connection is closing; nothing can be sent on it any more.'));
    else if (this.#walker.atBoundary && this.#queue.length === 0) this.#send(injection);
    else this.#queue.push(injection);
  }

  end(why: string): void {
    this.#ended = true;
    clearTimeout(this.#stall);
    for (const injection of this.#queue.splice(0)) injection.failed(new Error(`Not sent: ${why}.`));
  }

  #pass(chunk: Buffer): void {
    const t = performance.now();
    this.#leeway = Math.max(0, this.#leeway - chunk.length);
    this.#walker.push(chunk);
    if (this.#queue.length > 0 && this.#walker.firstBoundary >= 0) {
      this.#passAround(chunk, t);
      return;
    }
    if (!this.to.write(chunk)) this.#block();
    this.sink.bytes(this.side, t, performance.now(), chunk);
  }

  /** Puts what waits between the first two messages that part in this chunk. */
  #passAround(chunk: Buffer, t: number): void {
    const at = this.#walker.firstBoundary;
    const before = chunk.subarray(0, at);
    const after = chunk.subarray(at);
    if (!this.to.write(before)) this.#block();
    this.sink.bytes(this.side, t, performance.now(), before);
    if (this.#walker.closed) this.end('the connection is closing');
    else for (const injection of this.#queue.splice(0)) this.#send(injection);
    if (after.length === 0) return;
    if (!this.to.write(after)) this.#block();
    this.sink.bytes(this.side, t, performance.now(), after);
  }

  #send({ payload, opcode, replaces, sent }: Injection): void {
    // Masked as RFC 6455 5.3 demands of a client. RSV1 stays 0: the receiver's inflating window is untouched.
    const parts = Sender.frame(payload, {
      fin: true,
      opcode,
      mask: this.side === 'client',
      rsv1: false,
      readOnly: true,
    });
    let flowing = true;
    for (const part of parts) flowing = this.to.write(part) && flowing;
    if (!flowing) this.#block();
    if (opcode < 8) this.sink.injected(this.side, performance.now(), payload, replaces);
    sent();
  }

  #block(): void {
    if (this.#leeway > 0) return;
    this.from.pause();
    if (this.#blocked) return;
    this.#blocked = true;
    // A socket that is not read tells nobody that its other end has gone.
    this.#stall = setTimeout(() => {
      this.#leeway = READ_ON;
      if (!this.#held) this.from.resume();
    }, this.patience.stallMs).unref();
  }
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
  readonly #onEnd: () => void;

  /** `onEnd` is called once, when both sockets are closed. */
  constructor(client: Duplex, server: Duplex, sink: RelaySink, onEnd: () => void, patience = PATIENCE) {
    this.#client = client;
    this.#server = server;
    this.#sink = sink;
    this.#onEnd = onEnd;
    this.#patience = patience;
    const stuck = (): void => this.cut();
    this.#up = new Direction('client', client, server, sink, patience, stuck);
    this.#down = new Direction('server', server, client, sink, patience, stuck);
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
  inject(to: Side, payload: Buffer, replaces: number | undefined): Promise<void> {
    const direction = to === 'server' ? this.#up : this.#down;
    return new Promise((sent, failed) => direction.inject({ payload, opcode: 1, replaces, sent, failed }));
  }

  /** Says goodbye to both ends with that close code, and cuts what does not answer. */
  close(code: number, reason: string): void {
    const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
    payload.writeUInt16BE(code);
    payload.write(reason, 2);
    const ignore = () => undefined;
    this.#sink.dropped(performance.now(), code, reason);
    for (const direction of [this.#up, this.#down])
      direction.inject({ payload, opcode: 8, replaces: undefined, sent: ignore, failed: ignore });
    this.#reason ||= reason;
    setTimeout(() => this.cut(), GOODBYE_MS).unref();
  }

  /** Cuts both sockets at once. */
  cut(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  #watch(side: Side, socket: Duplex, other: Duplex, direction: Direction): void {
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#gone(side, error.code === 'ECONNRESET' ? 'the connection was reset' : error.message);
    });
    socket.on('end', () => this.#gone(side, ''));
    socket.on('close', () => {
      this.#gone(side, '');
      direction.end('the other end has gone');
      // What was read before the end still goes out.
      destroySoon(other, this.#patience.lingerMs);
      if (--this.#open === 0) this.#finish(side);
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

function destroySoon(socket: Duplex, lingerMs: number): void {
  if (socket.destroyed) return;
  if ('destroySoon' in socket && typeof socket.destroySoon === 'function') socket.destroySoon();
  else socket.end(() => socket.destroy());
  setTimeout(() => socket.destroy(), lingerMs).unref();
}
