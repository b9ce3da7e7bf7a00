/** The traffic thread's line to the recorder's: the ring, and how far behind the recorder may be. */
import type { MessagePort } from 'node:worker_threads';
import type { RelaySink } from './direction';
import type { DroppedNote, EndNote, SaidNote } from './notes';
import { EntryTag, RingWriter } from './ring';
import type { WindowAnswer } from './workerMessages';

/** How long bytes may lie in the ring before the recorder is woken, ms: waking costs more than copying. */
const WAKE_MS = 15;
/** Bytes in the ring at which the recorder is woken at once. */
const WAKE_BYTES = 1 << 20;
/** Share of the ring at which sockets are held until the recorder has caught up. */
const FULL = 0.75;

/** See the file's head. */
export class RecorderLink {
  readonly #ring: RingWriter;
  readonly #wake: MessagePort;
  readonly #onHold: (held: boolean) => void;
  /** By stream, who waits for what the recorder has inflated. */
  readonly #windows = new Map<number, (bytes: Buffer | undefined) => void>();
  #wakeTimer: NodeJS.Timeout | undefined;
  #held = false;
  #gone = false;

  /** `onHold` is told when sockets are to be held, as the recorder is too far behind, and when no longer. */
  constructor(ring: SharedArrayBuffer, wake: MessagePort, onHold: (held: boolean) => void) {
    this.#ring = new RingWriter(ring);
    this.#wake = wake;
    this.#onHold = onHold;
    this.#wake.on('message', (answer: WindowAnswer | null) => {
      if (answer) this.#gotWindow(answer.stream, answer.bytes && Buffer.from(answer.bytes));
      else this.#caughtUp();
    });
  }

  /** Sockets are to be held now. */
  get held(): boolean {
    return this.#held;
  }

  /** What a relay tells of the session of that stream; `problem` goes to people, not to the recorder. */
  sink(session: number, problem: (message: string) => void): RelaySink {
    const up = session << 1;
    const down = up | 1;
    return {
      bytes: (from, t, sent, chunk) => this.put(EntryTag.bytes, from === 'client' ? up : down, t, sent, chunk),
      said: (from, t, payload, note: SaidNote) => {
        const bytes = Buffer.concat([Buffer.from(JSON.stringify(note)), Buffer.of(0), payload]);
        this.put(EntryTag.said, from === 'client' ? up : down, t, t, bytes);
      },
      window: (from, answer) => {
        if (this.#gone) {
          setImmediate(answer, undefined);
          return;
        }
        const stream = from === 'client' ? up : down;
        this.#windows.set(stream, answer);
        this.put(EntryTag.window, stream, 0, 0, Buffer.alloc(0));
        this.wakeNow();
      },
      problem,
      dropped: (t, code, reason, rule) =>
        this.putJson(EntryTag.dropped, up, t, {
          code,
          reason,
          ...(rule === undefined ? {} : { rule }),
        } satisfies DroppedNote),
      ended: (by, t, reason) => this.putJson(EntryTag.end, up, t, { by, reason } satisfies EndNote),
    };
  }

  /** Puts an entry as JSON; `t` is the traffic thread's clock, ms. */
  putJson(tag: number, stream: number, t: number, value: unknown): void {
    this.put(tag, stream, t, t, Buffer.from(JSON.stringify(value)));
  }

  /** Puts an entry (see `ring.ts`). The payload is copied at once. */
  put(tag: number, stream: number, t: number, sent: number, payload: Uint8Array): void {
    if (this.#gone) return;
    const ring = this.#ring;
    ring.put(tag, stream, t, sent, payload);
    const behind = ring.behind;
    if (behind > WAKE_BYTES) this.wakeNow();
    else this.#wakeTimer ??= setTimeout(() => this.wakeNow(), WAKE_MS);
    if (!this.#held && behind > ring.capacity * FULL) this.#hold(true);
  }

  /** Lets the recorder look now. */
  wakeNow(): void {
    if (this.#wakeTimer) {
      clearTimeout(this.#wakeTimer);
      this.#wakeTimer = undefined;
    }
    if (this.#ring.mustWake()) this.#wake.postMessage(null);
  }

  /** The recorder has died: what is put goes nowhere, and nobody waits for it. */
  forget(): void {
    this.#gone = true;
    for (const stream of [...this.#windows.keys()]) this.#gotWindow(stream, undefined);
    if (this.#held) this.#hold(false);
  }

  /** Resolves when everything that was put lies in the ring, or nobody takes it any more. */
  async drained(): Promise<void> {
    while (!this.#gone && !this.#ring.drain()) await new Promise((resolve) => setTimeout(resolve, 5));
    this.wakeNow();
  }

  #gotWindow(stream: number, bytes: Buffer | undefined): void {
    const answer = this.#windows.get(stream);
    this.#windows.delete(stream);
    answer?.(bytes);
  }

  #hold(held: boolean): void {
    this.#held = held;
    if (held) {
      this.#ring.waitForReader();
      // It may have caught up and gone to sleep between the two: then it must look once more.
      this.wakeNow();
    }
    this.#onHold(held);
  }

  #caughtUp(): void {
    if (!this.#ring.drain()) {
      this.#ring.waitForReader();
      this.wakeNow();
      return;
    }
    this.wakeNow();
    if (this.#held) this.#hold(false);
  }
}
