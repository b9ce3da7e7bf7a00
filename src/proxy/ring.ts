/**
 * The way from the traffic thread to the recorder thread: a ring of bytes in shared memory. A copy into it costs the
 * relay less than posting a message does, and its size is the bound on how far the recorder may fall behind.
 *
 * Entries lie in the order in which they were put: {payload length u32, tag u16, more u16, stream u32, pad u32,
 * t f64, sent f64} and the payload, padded to 8 bytes. Positions are counted modulo 2^32; an entry never wraps: a skip
 * entry fills the rest of the ring.
 */

/** What an entry is. */
export const EntryTag = { skip: 0, open: 1, bytes: 2, said: 3, end: 4, http: 5, dropped: 6, window: 7 } as const;

/** In the place of `sent`: it will never be handed on. NaN says that it has not been yet. */
export const NEVER_SENT = -Infinity;

/** One entry as the recorder gets it. `payload` is the reader's own copy. */
export interface Entry {
  tag: number;
  /** Session number times two, plus 1 for bytes from the server. */
  stream: number;
  /** Milliseconds on the traffic thread's clock: arrived, and handed on. */
  t: number;
  sent: number;
  /** The payload goes on in the next entry of the same stream and tag. */
  more: boolean;
  payload: Buffer;
}

const HEAD = 32;
const CONTROL = 64;
/** Longer payloads are cut into pieces, so that a single entry never needs more than a small part of the ring. */
const PIECE = 256 * 1024;
const WRITTEN = 0;
const READ = 1;
const ASLEEP = 2;
const WAITING = 3;

const aligned = (bytes: number) => (bytes + 7) & ~7;

/** Shared memory for a ring of `capacity` bytes (a power of two, at least 1 MiB). */
export function createRing(capacity: number): SharedArrayBuffer {
  if (capacity < 1 << 20 || (capacity & (capacity - 1)) !== 0)
    throw new RangeError(`a ring of ${capacity} bytes is not a power of two of at least 1 MiB`);
  return new SharedArrayBuffer(CONTROL + capacity);
}

class Ring {
  protected readonly state: Int32Array;
  protected readonly bytes: Buffer;
  protected readonly view: DataView;
  protected readonly mask: number;
  readonly capacity: number;

  constructor(memory: SharedArrayBuffer) {
    this.capacity = memory.byteLength - CONTROL;
    this.mask = this.capacity - 1;
    this.state = new Int32Array(memory, 0, CONTROL / 4);
    this.bytes = Buffer.from(memory, CONTROL);
    this.view = new DataView(memory, CONTROL);
  }

  /** Bytes put and not yet taken. */
  get used(): number {
    return (Atomics.load(this.state, WRITTEN) - Atomics.load(this.state, READ)) >>> 0;
  }
}

/** The traffic thread's end. */
export class RingWriter extends Ring {
  #position = 0;
  /** What found no room; bounded, because the owner stops reading sockets at `full`. */
  #overflow: { tag: number; stream: number; t: number; sent: number; more: boolean; payload: Uint8Array }[] = [];
  #overflowBytes = 0;

  /** Bytes the recorder is behind. */
  get behind(): number {
    return this.used + this.#overflowBytes;
  }

  /** Puts an entry. The payload is copied at once. */
  put(tag: number, stream: number, t: number, sent: number, payload: Uint8Array): void {
    let from = 0;
    do {
      const to = Math.min(payload.length, from + PIECE);
      const piece = from === 0 && to === payload.length ? payload : payload.subarray(from, to);
      const more = to < payload.length;
      if (this.#overflow.length > 0 || !this.#write(tag, stream, t, sent, more, piece)) {
        this.#overflow.push({ tag, stream, t, sent, more, payload: Buffer.from(piece) });
        this.#overflowBytes += piece.length;
      }
      from = to;
    } while (from < payload.length);
  }

  /** Moves what found no room into the ring; true when all of it went. */
  drain(): boolean {
    let moved = 0;
    for (const entry of this.#overflow) {
      if (!this.#write(entry.tag, entry.stream, entry.t, entry.sent, entry.more, entry.payload)) break;
      this.#overflowBytes -= entry.payload.length;
      moved++;
    }
    if (moved > 0) this.#overflow.splice(0, moved);
    return this.#overflow.length === 0;
  }

  /** True once, when the reader had gone to sleep and must be woken. */
  mustWake(): boolean {
    return Atomics.compareExchange(this.state, ASLEEP, 1, 0) === 1;
  }

  /** Asks the reader to say when it has caught up. */
  waitForReader(): void {
    Atomics.store(this.state, WAITING, 1);
  }

  #write(tag: number, stream: number, t: number, sent: number, more: boolean, payload: Uint8Array): boolean {
    const need = HEAD + aligned(payload.length);
    const offset = this.#position & this.mask;
    const toEnd = this.capacity - offset;
    const skip = toEnd < need ? toEnd : 0;
    if (this.used + skip + need > this.capacity) return false;
    if (skip > 0) {
      // A rest too small for a head is skipped by both sides without an entry.
      if (skip >= HEAD) {
        this.view.setUint32(offset, skip - HEAD, true);
        this.view.setUint16(offset + 4, EntryTag.skip, true);
      }
      this.#position = (this.#position + skip) >>> 0;
    }
    const at = this.#position & this.mask;
    this.view.setUint32(at, payload.length, true);
    this.view.setUint16(at + 4, tag, true);
    this.view.setUint16(at + 6, more ? 1 : 0, true);
    this.view.setUint32(at + 8, stream, true);
    this.view.setFloat64(at + 16, t, true);
    this.view.setFloat64(at + 24, sent, true);
    this.bytes.set(payload, at + HEAD);
    this.#position = (this.#position + need) >>> 0;
    Atomics.store(this.state, WRITTEN, this.#position | 0);
    return true;
  }
}

/** The recorder thread's end. */
export class RingReader extends Ring {
  #position = 0;

  /** Takes the next entry, or undefined when there is none. */
  take(): Entry | undefined {
    for (;;) {
      const written = Atomics.load(this.state, WRITTEN) >>> 0;
      if (written === this.#position) return undefined;
      const at = this.#position & this.mask;
      const toEnd = this.capacity - at;
      if (toEnd < HEAD) {
        this.#advance(toEnd);
        continue;
      }
      const length = this.view.getUint32(at, true);
      const tag = this.view.getUint16(at + 4, true);
      if (tag === EntryTag.skip) {
        this.#advance(HEAD + length);
        continue;
      }
      const payload = Buffer.allocUnsafe(length);
      this.bytes.copy(payload, 0, at + HEAD, at + HEAD + length);
      const entry: Entry = {
        tag,
        stream: this.view.getUint32(at + 8, true),
        t: this.view.getFloat64(at + 16, true),
        sent: this.view.getFloat64(at + 24, true),
        more: this.view.getUint16(at + 6, true) === 1,
        payload,
      };
      this.#advance(HEAD + aligned(length));
      return entry;
    }
  }

  /** Goes to sleep; false when something was put meanwhile, so that the reader must go on. */
  sleep(): boolean {
    Atomics.store(this.state, ASLEEP, 1);
    if (this.used === 0) return true;
    return Atomics.compareExchange(this.state, ASLEEP, 1, 0) !== 1;
  }

  /** True once, when the writer waits to be told that there is room again. */
  writerWaits(): boolean {
    return Atomics.compareExchange(this.state, WAITING, 1, 0) === 1;
  }

  #advance(bytes: number): void {
    this.#position = (this.#position + bytes) >>> 0;
    Atomics.store(this.state, READ, this.#position | 0);
  }
}
