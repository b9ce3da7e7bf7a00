/**
 * One direction's bytes as whole messages: each with its frames as they came, so that they can go on unchanged, and with its
 * payload, which ws's Receiver decodes (`tap.ts`), perhaps a little later where it is compressed.
 */
import type { Side } from '../protocol/side';
import { FrameWalker, type FrameListener } from './frames';
import { Tap } from './tap';

/** A message that is complete on the wire. */
export interface Arrived {
  /** When the chunk that completed it arrived, ms on the traffic thread's clock. */
  readonly t: number;
  /** Its frames, byte for byte; a client's are masked. */
  readonly frames: Buffer;
  /** Among the compressed messages of this direction since it is taken apart, from 0; undefined when it is not one. */
  readonly compressed: number | undefined;
  decoded: boolean;
  /** The payload; undefined before it is decoded, and when it never can be (too large, or against the rules). */
  data: Buffer | undefined;
  binary: boolean;
}

/** What a direction that is taken apart tells. */
export interface MessageListener {
  /** In the order of the wire; `data` may follow. */
  message(arrived: Arrived): void;
  /** The oldest message that was not decoded now is, or will never be. */
  decoded(): void;
  /** A control frame, as it came. It may stand between two fragments of a message, and so comes before it. */
  control(opcode: number, frame: Buffer, t: number): void;
  /** From here on no payload is known. Said once. */
  undecodable(reason: string): void;
  /** A message is too large to be gathered: so many bytes on the wire so far, or to come. Said once. */
  tooLarge(bytes: number): void;
}

/** The largest message that is gathered, bytes on the wire: nothing else bounds what an unfinished one takes. */
export const MOST_GATHERED = 256 << 20;

/** See the file's head. Begins between two messages. */
export class Messages implements FrameListener {
  /** Where in the stream this is; a relay that takes over from here goes on with it. */
  readonly walker = new FrameWalker();
  readonly #listener: MessageListener;
  readonly #tap: Tap;
  /** Complete on the wire, not decoded; oldest first. */
  #undecoded: Arrived[] = [];
  #compressed = 0;
  /** Frames of the message that is passing, and pieces of the frame that is. */
  #frames: Buffer[] = [];
  #frame: Buffer[] = [];
  #isCompressed = false;
  #isTooLarge = false;
  #chunk: Buffer = Buffer.alloc(0);
  #t = 0;

  /**
   * `deflate`: parameters of permessage-deflate when it was negotiated; `window`: what earlier messages left for compressed
   * ones to refer to (`Tap.window`).
   */
  constructor(
    side: Side,
    deflate: Record<string, number | boolean> | undefined,
    window: Buffer | undefined,
    listener: MessageListener,
  ) {
    this.#listener = listener;
    const decode = (data: Buffer | undefined, binary: boolean) => {
      const arrived = this.#undecoded.shift();
      if (!arrived) return;
      Object.assign(arrived, { decoded: true, data, binary });
      listener.decoded();
    };
    this.#tap = new Tap(side, deflate, {
      whole: (_t, _sent, data, binary) => decode(data, binary),
      arrived: () => ({ fill: (data, _bytes, binary) => decode(data, binary) }),
      control: () => undefined,
      close: () => undefined,
      undecodable: (reason) => listener.undecodable(reason),
    });
    if (window) this.#tap.prime(window);
  }

  /** Compressed messages so far. */
  get compressed(): number {
    return this.#compressed;
  }

  /** Takes the next bytes of the stream. */
  push(chunk: Buffer, t: number): void {
    this.#chunk = chunk;
    this.#t = t;
    this.#taken = 0;
    this.walker.push(chunk, this);
    if (this.#taken < chunk.length && !this.walker.closed) this.#frame.push(chunk.subarray(this.#taken));
    // The tap takes masks off in place.
    this.#tap.push(Buffer.from(chunk), t, t);
  }

  #taken = 0;

  /** Gives what has come of an unfinished message, as it came; the owner passes bytes on from here. */
  leave(): Buffer {
    return Buffer.concat([...this.#frames.splice(0), ...this.#frame.splice(0)]);
  }

  /** FrameListener. */
  started(walker: FrameWalker): void {
    if (walker.opcode === 1 || walker.opcode === 2) this.#isCompressed = walker.compressed;
    if (walker.opcode >= 8 || walker.messageBytes <= MOST_GATHERED || this.#isTooLarge) return;
    this.#isTooLarge = true;
    this.#listener.tooLarge(walker.messageBytes);
  }

  /** FrameListener. */
  ended(walker: FrameWalker, at: number): void {
    const piece = this.#chunk.subarray(this.#taken, at);
    this.#taken = at;
    const frame = this.#frame.length === 0 ? piece : Buffer.concat([...this.#frame.splice(0), piece]);
    if (walker.opcode >= 8) {
      this.#listener.control(walker.opcode, frame, this.#t);
      return;
    }
    this.#frames.push(frame);
    if (!walker.complete) return;
    const frames = this.#frames.length === 1 ? frame : Buffer.concat(this.#frames);
    this.#frames = [];
    const compressed = this.#isCompressed ? this.#compressed++ : undefined;
    const arrived: Arrived = { t: this.#t, frames, compressed, decoded: false, data: undefined, binary: false };
    this.#undecoded.push(arrived);
    this.#listener.message(arrived);
  }
}
