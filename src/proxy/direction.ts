/**
 * One direction of a session: bytes are spliced as they come, with back pressure, and a copy goes to the recorder. Nothing is
 * parsed but frame headers, which tell where something may be put in, until a breakpoint or a rule asks for its messages: then
 * an interceptor takes over between two of them, and gives back when nothing holds it any more.
 */
import type { Duplex } from 'node:stream';
import { Sender } from 'ws';
import type { Side } from '../protocol/side';
import { FrameWalker } from './frames';
import { Interceptor, type InterceptorPort } from './interceptor';
import type { Judge } from './judge';
import type { SaidNote } from './notes';
import { NEVER_SENT } from './ring';
import { room } from './room';

/** Where a relay's copies go. Times are the traffic thread's clock, ms. */
export interface RelaySink {
  /** `sent` is NaN for a message that is held back, `NEVER_SENT` for bytes that go nowhere. */
  bytes(from: Side, t: number, sent: number, chunk: Uint8Array): void;
  said(from: Side, t: number, payload: Buffer, note: SaidNote): void;
  /** Asks the recorder for what compressed messages may refer to (`Tap.window`), as of the bytes so far. */
  window(from: Side, answer: (bytes: Buffer | undefined) => void): void;
  /** Something the user should know. */
  problem(message: string): void;
  /** The inspector says goodbye to both ends. */
  dropped(t: number, code: number, reason: string, rule?: string): void;
  ended(by: Side, t: number, reason: string): void;
}

/** How patient a relay is. */
export interface Patience {
  /** How long an end may read nothing before the other one is read on a little, to see whether it is still there, ms. */
  stallMs: number;
  /** How long an end that reads no more keeps what was read from the other before it left, ms. */
  lingerMs: number;
}
/**
 * How much is read on. The end of a connection is told behind everything it sent: what the two kernels hold between a dead
 * client and this process (Linux: up to 6 MiB received, 4 MiB sent).
 */
const READ_ON = 16 << 20;

/** Something to be sent between two messages. */
export interface Injection {
  payload: Buffer;
  opcode: number;
  note: SaidNote;
  sent(): void;
  failed(error: Error): void;
}

/** How much may wait in a direction before no more is read: minutes of audio, so that pings behind it are still seen. */
const MOST_WAITING = 32 << 20;
/** The same where all sessions together have filled their room: one that holds little goes on. */
const MOST_CROWDED = 1 << 20;

/** What a direction belongs to. */
export interface DirectionSetup {
  session: string;
  side: Side;
  from: Duplex;
  to: Duplex;
  sink: RelaySink;
  patience: Patience;
  /** Parameters of permessage-deflate, when it was negotiated. */
  deflate: Record<string, number | boolean> | undefined;
  /** Messages cannot be decoded, and why: an unknown extension was negotiated. */
  problem: string | undefined;
  /** `from` has ended and `to` has taken nothing more of what it said for so long. */
  stuck(): void;
  inject(to: Side, text: string, rule: string): void;
  disconnect(code: number, reason: string, rule: string): void;
}

/** Bytes that wait for what compressed messages among them refer to. */
interface Priming {
  chunks: { chunk: Buffer; t: number }[];
}

/** See the file's head. */
export class Direction {
  readonly #setup: DirectionSetup;
  readonly #from: Duplex;
  readonly #to: Duplex;
  #walker = new FrameWalker();
  readonly #queue: Injection[] = [];
  /** Something waits for the next place between two messages: an injection, or the interceptor. */
  #waits = false;
  #judge: Judge | undefined;
  /** Messages are to be taken apart. */
  #wanted = false;
  #interceptor: Interceptor | undefined;
  #priming: Priming | undefined;
  /** The interceptor has the bytes, or will have. */
  #apart = false;
  #pushing = false;
  /** No byte has passed. */
  #fresh = true;
  #undecodable: string | undefined;
  /** Messages recorded as held so far. */
  #heldCount = 0;
  /** Nothing is read: `to` takes no more, the recorder is too far behind, too much waits in the interceptor. */
  #blocked = false;
  #held = false;
  #full = false;
  /** Bytes that wait in the interceptor. */
  #weight = 0;
  #ended = false;
  /** The inspector has said goodbye: what still comes is recorded and goes nowhere (RFC 6455, 5.5.1). */
  #isLeft = false;
  /** Its close frame waits for a place between two messages. */
  #isLeaving = false;
  /** Bytes that may still be read although the other end reads nothing. */
  #leeway = 0;
  #stall: NodeJS.Timeout | undefined;

  constructor(setup: DirectionSetup) {
    this.#setup = setup;
    this.#from = setup.from;
    this.#to = setup.to;
    this.#undecodable = setup.problem;
  }

  start(head: Buffer): void {
    this.#to.on('drain', () => {
      this.#blocked = false;
      this.#flowAgain();
    });
    if (head.length > 0) this.#pass(head);
    this.#from.on('data', (chunk: Buffer) => this.#pass(chunk));
    this.#from.on('end', () => this.#finished(() => this.#endAll()));
  }

  /** Stops reading while the recorder is too far behind. */
  hold(held: boolean): void {
    this.#held = held;
    this.#flow();
  }

  /** Asks this judge about every message from the next one on; undefined lets them pass unseen again. */
  intercept(judge: Judge | undefined): void {
    if (this.#wanted === (judge !== undefined)) return;
    this.#wanted = judge !== undefined;
    this.#judge = judge ?? this.#judge;
    if (judge && this.#undecodable !== undefined) this.#cannot(this.#undecodable);
    if (this.#apart) this.#leaveSoon();
    else if (judge && this.#undecodable === undefined && !this.#ended && !this.#isLeft) {
      if (this.#walker.atBoundary && !this.#walker.closed) this.#takeApart();
      else this.#waits = true;
    } else this.#waits = this.#queue.length > 0;
  }

  inject(injection: Injection): void {
    const isClosed = this.#interceptor?.closed ?? this.#walker.closed;
    if (this.#ended || isClosed || this.#isLeaving || !this.#isWritable)
      return injection.failed(new Error('The connection is closing; nothing can be sent on it any more.'));
    this.#isLeaving = injection.opcode === 8;
    if (this.#apart || (this.#walker.atBoundary && this.#queue.length === 0)) this.#send(injection);
    else {
      this.#queue.push(injection);
      this.#waits = true;
    }
  }

  /** Lets everything go that waits, because the inspector says goodbye; `done` is called when it has. */
  letGo(done: () => void): void {
    this.#stopPriming();
    if (this.#interceptor) this.#interceptor.letGo(done);
    else done();
  }

  /** Lets messages go that wait only for rules which are not in force any more (`RuleSet.keys`). */
  lift(isInForce: (key: string) => boolean): void {
    this.#interceptor?.lift(isInForce);
    this.#leaveSoon();
  }

  /** Lets messages go that rules make wait. */
  hurry(): void {
    this.#interceptor?.hurry();
    this.#leaveSoon();
  }

  /** `from` has gone; `why` is for those who still wanted to send. `then` is called when all it said has been dealt with. */
  end(why: string, then: () => void): void {
    this.#finished(() => {
      this.#fail(why);
      then();
    });
  }

  /** Calls `then` when what came of `from` has been dealt with. */
  #finished(then: () => void): void {
    this.#stopPriming();
    if (this.#interceptor) this.#interceptor.finish(then);
    else then();
  }

  #endAll(): void {
    this.#fail('the other end has gone');
    this.#to.end();
    const linger = setTimeout(() => {
      if (this.#to.writableLength > 0) this.#setup.stuck();
    }, this.#setup.patience.lingerMs).unref();
    this.#to.once('close', () => clearTimeout(linger));
  }

  #fail(why: string): void {
    this.#ended = true;
    clearTimeout(this.#stall);
    for (const injection of this.#queue.splice(0)) injection.failed(new Error(`Not sent: ${why}.`));
  }

  /** False when nothing can be sent any more. */
  get #isWritable(): boolean {
    return !this.#isLeft && !this.#to.destroyed && !this.#to.writableEnded;
  }

  #pass(chunk: Buffer): void {
    const t = performance.now();
    this.#fresh = false;
    this.#leeway = Math.max(0, this.#leeway - chunk.length);
    if (this.#apart) {
      this.#push(chunk, t);
      return;
    }
    this.#walker.push(chunk);
    if (this.#waits && this.#walker.firstBoundary >= 0) {
      this.#passAround(chunk, t);
      return;
    }
    this.#splice(chunk, t);
  }

  #splice(chunk: Buffer, t: number): void {
    const { side, sink } = this.#setup;
    if (!this.#isWritable) return sink.bytes(side, t, NEVER_SENT, chunk);
    if (!this.#to.write(chunk)) this.#block();
    sink.bytes(side, t, performance.now(), chunk);
  }

  /** Puts what waits between the first two messages that part in this chunk. */
  #passAround(chunk: Buffer, t: number): void {
    const at = this.#walker.firstBoundary;
    const after = chunk.subarray(at);
    this.#splice(chunk.subarray(0, at), t);
    this.#waits = false;
    if (this.#walker.isFirstClosed) this.#fail('the connection is closing');
    else {
      for (const injection of this.#queue.splice(0)) this.#send(injection);
      if (this.#wanted && this.#undecodable === undefined && !this.#isLeft) {
        this.#takeApart();
        this.#push(after, t);
        return;
      }
    }
    if (after.length > 0) this.#splice(after, t);
  }

  #send({ payload, opcode, note, sent }: Injection): void {
    const { side, sink } = this.#setup;
    // Masked as RFC 6455 5.3 demands of a client. RSV1 stays 0: the receiver's inflating window is untouched.
    const frame = { fin: true, opcode, mask: side === 'client', rsv1: false, readOnly: true };
    let flowing = true;
    for (const part of Sender.frame(payload, frame)) flowing = this.#to.write(part) && flowing;
    if (opcode === 8) {
      this.#isLeft = true;
      // Nothing more waits for this end to take it: the other one's close frame can be read.
      this.#blocked = false;
      this.#flowAgain();
    } else if (!flowing) this.#block();
    if (opcode < 8) sink.said(side, performance.now(), payload, note);
    sent();
  }

  // ---- taking apart ---------------------------------------------------------------------------------------------------

  /** Between two messages. */
  #takeApart(): void {
    const { side, sink, deflate } = this.#setup;
    this.#apart = true;
    if (this.#fresh || !deflate || deflate[`${side}_no_context_takeover`]) {
      this.#begin(undefined);
      return;
    }
    // Compressed messages refer to those before them, which only the recorder has seen inflated.
    const priming: Priming = { chunks: [] };
    this.#priming = priming;
    this.#flow();
    sink.window(side, (window) => {
      if (this.#priming === priming) this.#primed(window);
    });
  }

  /** It ends before it could begin: what waited passes unseen. */
  #stopPriming(): void {
    if (!this.#priming) return;
    this.#wanted = false;
    this.#primed(undefined);
  }

  #primed(window: Buffer | undefined): void {
    const chunks = this.#priming?.chunks ?? [];
    this.#priming = undefined;
    if (window) this.#begin(window);
    else {
      this.#apart = false;
      this.#walker = new FrameWalker();
      if (this.#wanted) this.#cannot('the compressed messages before were not recorded');
    }
    for (const { chunk, t } of chunks) {
      if (window) this.#push(chunk, t);
      else {
        this.#walker.push(chunk);
        this.#splice(chunk, t);
      }
    }
    this.#flow();
  }

  #begin(window: Buffer | undefined): void {
    const { session, side, deflate } = this.#setup;
    if (this.#judge) this.#interceptor = new Interceptor(side, session, deflate, window, this.#judge, this.#port());
  }

  #push(chunk: Buffer, t: number): void {
    if (this.#priming) {
      this.#priming.chunks.push({ chunk, t });
      return;
    }
    this.#pushing = true;
    // Messages of a chunk go out together, as they came.
    this.#to.cork();
    this.#interceptor?.push(chunk, t);
    this.#to.uncork();
    this.#pushing = false;
    if (this.#full && this.#leeway === 0) this.#from.pause();
    this.#leaveSoon();
  }

  /** Back to passing bytes on, when nobody asks for messages and nothing of them is left here. */
  #leaveSoon(): void {
    if (this.#pushing || this.#wanted || !this.#interceptor?.idle || this.#ended) return;
    const { rest, walker } = this.#interceptor.leave();
    this.#interceptor = undefined;
    this.#apart = false;
    this.#walker = walker;
    this.#waits = false;
    if (rest.length > 0) this.#splice(rest, performance.now());
  }

  #cannot(reason: string): void {
    const { session, side, sink } = this.#setup;
    this.#undecodable ??= reason;
    sink.problem(`Breakpoints and rules do not reach the ${side}'s messages of ${session}: ${reason}.`);
  }

  #port(): InterceptorPort {
    const { side, sink, inject, disconnect, session } = this.#setup;
    const to = this.#to;
    const isWritable = () => this.#isWritable;
    return {
      get writable() {
        return isWritable();
      },
      write: (bytes) => {
        if (!to.write(bytes)) this.#block();
      },
      passed: (t, frames) => sink.bytes(side, t, performance.now(), frames),
      held: (t, frames) => {
        sink.bytes(side, t, NaN, frames);
        return this.#heldCount++;
      },
      control: (t, frame) => sink.bytes(side, t, performance.now(), frame),
      said: (payload, note) => sink.said(side, performance.now(), payload, note),
      inject,
      disconnect,
      cut: (reason) => {
        sink.problem(`The session ${session} was ended: ${reason}.`);
        this.#setup.stuck();
      },
      undecodable: (reason) => {
        if (this.#wanted) this.#cannot(reason);
      },
      weighs: (bytes) => {
        room.weigh(bytes - this.#weight);
        this.#weight = bytes;
        this.#fill();
        if (bytes === 0 && !this.#wanted) setImmediate(() => this.#leaveSoon());
      },
    };
  }

  // ---- back pressure --------------------------------------------------------------------------------------------------

  #flow(): void {
    const isStopped = (this.#blocked || this.#full) && this.#leeway === 0;
    if (this.#held || this.#priming || isStopped) this.#from.pause();
    else this.#from.resume();
  }

  /** Stops reading when too much waits here, and reads again when half of that does. */
  readonly #fill = (): void => {
    const most = room.isCrowded ? MOST_CROWDED : MOST_WAITING;
    if (!this.#full && this.#weight > most) {
      this.#full = true;
      room.wait(this.#fill);
      this.#stop();
    } else if (this.#full && this.#weight < most / 2) {
      this.#full = false;
      room.leave(this.#fill);
      this.#flowAgain();
    }
  };

  #flowAgain(): void {
    if (this.#blocked || this.#full) return;
    this.#leeway = 0;
    clearTimeout(this.#stall);
    this.#flow();
  }

  #block(): void {
    if (this.#leeway > 0) return;
    this.#from.pause();
    if (this.#blocked) return;
    this.#blocked = true;
    this.#stop();
  }

  #stop(): void {
    this.#from.pause();
    clearTimeout(this.#stall);
    // A socket that is not read tells nobody that its other end has gone.
    this.#stall = setTimeout(() => {
      this.#leeway = READ_ON;
      this.#flow();
    }, this.#setup.patience.stallMs).unref();
  }
}
