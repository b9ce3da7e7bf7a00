/**
 * Messages out of a copy of one direction's bytes, decoded by ws's own Receiver. Lives in the recorder's thread: it may
 * take its time, and what it cannot decode never troubles the traffic.
 */
import { PerMessageDeflate, Receiver, Sender } from 'ws';
import type { Side } from '../protocol/side';
import { FrameWalker, type FrameListener } from './frames';

/** A message over this many bytes (inflated) is recorded by its size only. */
export const LARGEST_MESSAGE = 64 << 20;
/** How far back a compressed message may refer to those before it (RFC 7692, 7.1.2), bytes. */
const WINDOW = 32 << 10;

/** What a tap tells. Stamps are those of the chunk that completed the message or frame. */
export interface TapListener {
  /** A message is complete and decoded. */
  whole(t: number, sent: number, data: Buffer, binary: boolean): void;
  /** A message is complete on the wire; its body follows by `message`, in this order, perhaps later (inflating). */
  arrived(t: number, sent: number): Slot;
  control(op: 'ping' | 'pong', t: number, bytes: number): void;
  close(code: number, reason: string, t: number): void;
  /** From here on only sizes are known. Said once. */
  undecodable(reason: string, t: number): void;
}

/** The place of a message in the record, kept while its body is being inflated. */
export interface Slot {
  fill(data: Buffer | undefined, bytes: number, binary: boolean): void;
}

/** One direction of one session. */
export class Tap implements FrameListener {
  readonly #side: Side;
  readonly #listener: TapListener;
  readonly #walker = new FrameWalker();
  readonly #deflate: PerMessageDeflate | undefined;
  #receiver: Receiver | undefined;
  /** Messages that are complete on the wire and not yet decoded, oldest first, with their sizes on the wire. */
  #waiting: { slot: Slot; bytes: number; compressed: boolean }[] = [];
  /** Of a message that is passing: its first frame said that it is compressed. */
  #compressed = false;
  /** The last inflated bytes, at least `WINDOW` of them where there were so many; kept where messages refer to earlier ones. */
  #inflated: Buffer[] | undefined;
  #askedWindow: ((bytes: Buffer | undefined) => void)[] = [];
  /** Every byte so far made whole messages and the Receiver holds none of them. */
  #idle = true;
  /** The chunk being walked, its stamps, and how much of it has gone where it belongs. */
  #chunk: Buffer = Buffer.alloc(0);
  #t = 0;
  #sent = 0;
  #fed = 0;
  /** An uncompressed message over the cap is passing: its bytes are skipped until it ends. */
  #skipping = false;
  #dead = false;
  /** Arrival of the close frame, whose code and reason the Receiver tells (`conclude`) behind the last message. */
  #closedAt = Infinity;

  /** `deflate`: parameters of permessage-deflate as the 101 gave them, when it was negotiated. */
  constructor(side: Side, deflate: Record<string, number | boolean> | undefined, listener: TapListener) {
    this.#side = side;
    this.#listener = listener;
    if (deflate) {
      this.#deflate = new PerMessageDeflate({ isServer: side === 'client', maxPayload: LARGEST_MESSAGE });
      this.#deflate.params = deflate;
      if (!deflate[`${side}_no_context_takeover`]) this.#inflated = [];
    }
    this.#receiver = this.#newReceiver();
  }

  /** A close frame has passed and can still be decoded. */
  get closing(): boolean {
    return this.#walker.closed && !this.#dead;
  }

  /** When it passed; infinite when none has. */
  get closedAt(): number {
    return this.#closedAt;
  }

  /**
   * Gives what the next compressed message may refer to, once all messages so far are decoded; undefined when this direction
   * cannot be decoded.
   */
  window(answer: (bytes: Buffer | undefined) => void): void {
    this.#askedWindow.push(answer);
    this.#tellWindow();
  }

  /** Goes on where another tap stood whose `window` these bytes are. Before the first `push`. */
  prime(window: Buffer): void {
    if (window.length === 0 || !this.#receiver) return;
    this.#remember(window);
    // A message that nobody sent: the bytes in a stored block (RFC 1951, 3.2.4), the head of an empty one behind it.
    const head = Buffer.alloc(5);
    head.writeUInt16LE(window.length, 1);
    head.writeUInt16LE(~window.length & 0xffff, 3);
    const payload = Buffer.concat([head, window, Buffer.of(0)]);
    const mask = this.#side === 'client';
    this.#waiting.push({ slot: { fill: () => undefined }, bytes: 0, compressed: false });
    for (const part of Sender.frame(payload, { fin: true, opcode: 2, mask, rsv1: true, readOnly: true }))
      this.#receiver.write(part);
  }

  /** Says that this direction cannot be decoded at all (an unknown extension was negotiated). */
  giveUp(reason: string, t: number): void {
    if (this.#dead) return;
    this.#dead = true;
    this.#receiver?.removeAllListeners().on('error', () => undefined);
    this.#receiver = undefined;
    this.#listener.undecodable(reason, t);
    for (const { slot, bytes } of this.#waiting) slot.fill(undefined, bytes, false);
    this.#waiting = [];
    this.#tellWindow();
  }

  /** Takes the next bytes, which become the tap's own (unmasking happens in place). */
  push(chunk: Buffer, t: number, sent: number): void {
    if (this.#walker.closed) return;
    this.#chunk = chunk;
    this.#t = t;
    this.#sent = sent;
    this.#fed = 0;
    this.#walker.push(chunk, this);
    if (!this.#skipping && this.#fed < chunk.length)
      this.#receiver?.write(this.#fed === 0 ? chunk : chunk.subarray(this.#fed));
    this.#idle = !this.#skipping && this.#walker.atBoundary;
  }

  /** FrameListener. */
  started(walker: FrameWalker, at: number): void {
    if (walker.opcode === 1 || walker.opcode === 2) this.#compressed = walker.compressed;
    // Compressed messages cannot be skipped: the next one needs their window. The inflated size is capped instead.
    if (this.#skipping || this.#dead || this.#deflate || walker.opcode >= 8 || walker.messageBytes <= LARGEST_MESSAGE)
      return;
    this.#receiver?.write(this.#chunk.subarray(this.#fed, at));
    this.#receiver?.removeAllListeners().on('error', () => undefined);
    this.#receiver = undefined;
    this.#skipping = true;
  }

  /** FrameListener. */
  ended(walker: FrameWalker, at: number): void {
    const { opcode } = walker;
    if (opcode >= 8) {
      if (opcode === 8) this.#closedAt = this.#t;
      // The other control opcodes are reserved: no extension that is known here gives them a meaning.
      else if (opcode === 9 || opcode === 10)
        this.#listener.control(opcode === 9 ? 'ping' : 'pong', this.#t, walker.frameBytes);
      return;
    }
    if (!walker.complete) return;
    if (this.#skipping) {
      this.#listener.arrived(this.#t, this.#sent).fill(undefined, walker.messageBytes, opcode === 2);
      this.#skipping = false;
      this.#receiver = this.#newReceiver();
      this.#fed = at;
    } else if (this.#dead) this.#listener.arrived(this.#t, this.#sent).fill(undefined, walker.messageBytes, false);
    else if (this.#isPlain(walker)) {
      // The usual message, one frame and whole in this chunk: nothing is left for the Receiver to put together.
      const data = this.#chunk.subarray(at - walker.frameBytes, at);
      if (this.#side === 'client') unmask(this.#chunk, at - walker.frameBytes - 4, at - walker.frameBytes, at);
      this.#fed = at;
      this.#listener.whole(this.#t, this.#sent, data, opcode === 2);
    } else {
      this.#idle = false;
      const slot = this.#listener.arrived(this.#t, this.#sent);
      this.#waiting.push({ slot, bytes: walker.messageBytes, compressed: this.#compressed });
    }
  }

  /** One frame, whole in this chunk, neither compressed nor against the rules, and nothing before it left to decode. */
  #isPlain(walker: FrameWalker): boolean {
    return (
      this.#idle &&
      walker.start === this.#fed &&
      walker.opcode !== 0 &&
      !walker.compressed &&
      walker.masked === (this.#side === 'client') &&
      !this.#deflate
    );
  }

  #remember(data: Buffer): void {
    if (!this.#inflated) return;
    // A copy: what was inflated lies in a buffer that may be much larger.
    if (data.length >= WINDOW) this.#inflated = [Buffer.from(data.subarray(data.length - WINDOW))];
    else this.#inflated.push(data);
    const bytes = this.#inflated.reduce((sum, { length }) => sum + length, 0);
    if (bytes < 2 * WINDOW && this.#inflated.length < 256) return;
    this.#inflated = [tail(Buffer.concat(this.#inflated))];
  }

  #tellWindow(): void {
    if (this.#askedWindow.length === 0 || (this.#waiting.length > 0 && !this.#dead)) return;
    const known = this.#dead ? undefined : tail(Buffer.concat(this.#inflated ?? []));
    for (const answer of this.#askedWindow.splice(0)) answer(known);
  }

  #newReceiver(): Receiver {
    const receiver = new Receiver({
      isServer: this.#side === 'client',
      ...(this.#deflate ? { extensions: { 'permessage-deflate': this.#deflate } } : {}),
      maxPayload: LARGEST_MESSAGE,
      skipUTF8Validation: true,
      allowSynchronousEvents: true,
      binaryType: 'nodebuffer',
    });
    receiver.on('message', (data: Buffer, binary: boolean) => {
      const decoded = this.#waiting.shift();
      if (decoded?.compressed) this.#remember(data);
      decoded?.slot.fill(data, data.length, binary);
      this.#tellWindow();
    });
    receiver.on('conclude', (code: number, reason: Buffer) => {
      this.#listener.close(code, reason.toString('utf8'), this.#closedAt);
    });
    receiver.on('error', (error: Error) => {
      this.giveUp(error.message, this.#t);
    });
    return receiver;
  }
}

/** Undoes a client's masking in place, four bytes at a time where the buffer's alignment allows. */
function unmask(bytes: Buffer, keyAt: number, from: number, to: number): void {
  const k0 = bytes[keyAt] as number;
  const k1 = bytes[keyAt + 1] as number;
  const k2 = bytes[keyAt + 2] as number;
  const k3 = bytes[keyAt + 3] as number;
  const key = [k0, k1, k2, k3];
  let at = from;
  while (at < to && ((bytes.byteOffset + at) & 3) !== 0) {
    bytes[at] = (bytes[at] as number) ^ (key[(at - from) & 3] as number);
    at++;
  }
  const words = (to - at) >> 2;
  if (words > 0) {
    const shift = at - from;
    const mask = new Uint32Array(
      new Uint8Array([0, 1, 2, 3].map((i) => key[(shift + i) & 3] as number)).buffer,
    )[0] as number;
    const view = new Uint32Array(bytes.buffer, bytes.byteOffset + at, words);
    for (let i = 0; i < words; i++) view[i] = (view[i] as number) ^ mask;
    at += words * 4;
  }
  for (; at < to; at++) bytes[at] = (bytes[at] as number) ^ (key[(at - from) & 3] as number);
}

/** The last bytes of it, as many as a compressed message may refer to; a copy. */
function tail(bytes: Buffer): Buffer {
  return Buffer.from(bytes.subarray(Math.max(0, bytes.length - WINDOW)));
}
