/**
 * Messages out of a copy of one direction's bytes, decoded by ws's own Receiver. Lives in the recorder's thread: it may
 * take its time, and what it cannot decode never troubles the traffic.
 */
import { PerMessageDeflate, Receiver } from 'ws';
import type { Side } from '../protocol/side';
import { FrameWalker } from './frames';

/** A message over this many bytes (inflated) is recorded by its size only. */
export const LARGEST_MESSAGE = 64 << 20;

/** What a tap tells. Stamps are those of the chunk that completed the message or frame. */
export interface TapListener {
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
export class Tap {
  readonly #side: Side;
  readonly #listener: TapListener;
  readonly #walker = new FrameWalker();
  readonly #deflate: PerMessageDeflate | undefined;
  #receiver: Receiver | undefined;
  /** Messages that are complete on the wire and not yet decoded, oldest first, with their sizes on the wire. */
  #waiting: { slot: Slot; bytes: number }[] = [];
  /** An uncompressed message over the cap is passing: its bytes are skipped until it ends. */
  #skipping = false;
  #dead = false;
  /** Arrival of the close frame, whose code and reason the Receiver tells (`conclude`) behind the last message. */
  #closedAt = 0;

  /** `deflate`: parameters of permessage-deflate as the 101 gave them, when it was negotiated. */
  constructor(side: Side, deflate: Record<string, number | boolean> | undefined, listener: TapListener) {
    this.#side = side;
    this.#listener = listener;
    if (deflate) {
      this.#deflate = new PerMessageDeflate({ isServer: side === 'client', maxPayload: LARGEST_MESSAGE });
      this.#deflate.params = deflate;
    }
    this.#receiver = this.#newReceiver();
  }

  /** A close frame has passed and can still be decoded. */
  get closing(): boolean {
    return this.#walker.closed && !this.#dead;
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
  }

  /** Takes the next bytes, which become the tap's own (unmasking happens in place). */
  push(chunk: Buffer, t: number, sent: number): void {
    if (this.#walker.closed) return;
    let fed = 0;
    let oversize = -1;
    this.#walker.push(
      chunk,
      (frame) => {
        if (frame.opcode === 8) this.#closedAt = t;
        else if (frame.opcode === 9 || frame.opcode === 10)
          this.#listener.control(frame.opcode === 9 ? 'ping' : 'pong', t, frame.bytes);
        else if (frame.complete) {
          const slot = this.#listener.arrived(t, sent);
          if (this.#skipping) {
            slot.fill(undefined, frame.bytes, frame.opcode === 2);
            this.#skipping = false;
            this.#receiver = this.#newReceiver();
            fed = frame.end;
            oversize = -1;
          } else if (this.#dead) slot.fill(undefined, frame.bytes, false);
          else this.#waiting.push({ slot, bytes: frame.bytes });
        }
      },
      (frame) => {
        // Compressed messages cannot be skipped: the next one needs their window. The inflated size is capped instead.
        if (this.#skipping || this.#dead || frame.opcode >= 8 || this.#deflate || frame.messageBytes <= LARGEST_MESSAGE)
          return;
        this.#receiver?.write(chunk.subarray(fed, frame.at));
        this.#receiver?.removeAllListeners().on('error', () => undefined);
        this.#receiver = undefined;
        this.#skipping = true;
        oversize = frame.at;
      },
    );
    if (oversize < 0 && !this.#skipping && fed < chunk.length)
      this.#receiver?.write(fed === 0 ? chunk : chunk.subarray(fed));
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
      this.#waiting.shift()?.slot.fill(data, data.length, binary);
    });
    receiver.on('conclude', (code: number, reason: Buffer) => {
      this.#listener.close(code, reason.toString('utf8'), this.#closedAt);
    });
    receiver.on('error', (error: Error) => {
      this.giveUp(error.message, this.#closedAt);
    });
    return receiver;
  }
}
