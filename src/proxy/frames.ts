/**
 * Walks WebSocket frame headers (RFC 6455 section 5.2) in a byte stream without touching payloads: tells where messages
 * end, so that something can be put between two of them, and how many messages and control frames each chunk completed.
 */

/** Told of every frame that ends, with the offset just behind it in the chunk being walked. */
export type FrameListener = (frame: {
  end: number;
  opcode: number;
  /** True when this frame ends a message, or is a control frame. */
  complete: boolean;
  /** Payload bytes of the whole message (all fragments) or of the control frame, as they stand on the wire. */
  bytes: number;
}) => void;

/** Told of every frame whose header is complete, before its payload; `at` is the offset just behind the header. */
export type FrameStartListener = (frame: {
  at: number;
  opcode: number;
  messageBytes: number;
  compressed: boolean;
}) => void;

/** One direction of one connection. */
export class FrameWalker {
  /** A close frame has passed; nothing may follow it. */
  closed = false;
  /** Offset just behind the first message boundary of the last chunk; -1 when it had none. */
  firstBoundary = -1;
  /** Data messages completed by the last chunk. */
  completed = 0;

  #head = new Uint8Array(14);
  #have = 0;
  #need = 2;
  /** Payload bytes of the current frame still to come; -1 while its header is being read. */
  #left = -1;
  #opcode = 0;
  #fin = false;
  #frameBytes = 0;
  #messageBytes = 0;
  /** Inside a message whose last fragment has not come yet. */
  #fragmented = false;

  /** True when the bytes so far end between two messages, so that another message may follow. */
  get atBoundary(): boolean {
    return this.#left === -1 && this.#have === 0 && !this.#fragmented;
  }

  /** Takes the next bytes of the stream. */
  push(chunk: Uint8Array, onFrame?: FrameListener, onStart?: FrameStartListener): void {
    const size = chunk.length;
    const head = this.#head;
    let at = 0;
    this.firstBoundary = -1;
    this.completed = 0;
    while (at < size) {
      if (this.#left > 0) {
        const take = Math.min(this.#left, size - at);
        this.#left -= take;
        at += take;
        if (this.#left > 0) return;
        this.#endFrame(at, onFrame);
        continue;
      }
      while (this.#have < this.#need && at < size) {
        head[this.#have++] = chunk[at++] as number;
        if (this.#have === 2) {
          const length = (head[1] as number) & 0x7f;
          this.#need = 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + ((head[1] as number) & 0x80 ? 4 : 0);
        }
      }
      if (this.#have < this.#need) return;
      this.#startFrame(at, onStart);
      if (this.#left === 0) this.#endFrame(at, onFrame);
    }
  }

  #startFrame(at: number, onStart: FrameStartListener | undefined): void {
    const head = this.#head;
    const length = (head[1] as number) & 0x7f;
    this.#opcode = (head[0] as number) & 0x0f;
    this.#fin = ((head[0] as number) & 0x80) !== 0;
    if (length < 126) this.#left = length;
    else if (length === 126) this.#left = ((head[2] as number) << 8) | (head[3] as number);
    else {
      let bytes = 0;
      for (let i = 2; i < 10; i++) bytes = bytes * 256 + (head[i] as number);
      this.#left = bytes;
    }
    this.#frameBytes = this.#left;
    if (this.#opcode < 8) this.#messageBytes += this.#left;
    onStart?.({
      at,
      opcode: this.#opcode,
      messageBytes: this.#opcode < 8 ? this.#messageBytes : this.#left,
      compressed: ((head[0] as number) & 0x40) !== 0,
    });
  }

  #endFrame(end: number, onFrame: FrameListener | undefined): void {
    this.#left = -1;
    this.#have = 0;
    this.#need = 2;
    if (this.#opcode >= 8) {
      if (this.#opcode === 8) this.closed = true;
      onFrame?.({ end, opcode: this.#opcode, complete: true, bytes: this.#frameBytes });
    } else {
      this.#fragmented = !this.#fin;
      const bytes = this.#messageBytes;
      if (this.#fin) {
        this.completed++;
        this.#messageBytes = 0;
      }
      onFrame?.({ end, opcode: this.#opcode, complete: this.#fin, bytes });
    }
    if (!this.#fragmented && this.firstBoundary < 0) this.firstBoundary = end;
  }
}
