/**
 * Walks WebSocket frame headers (RFC 6455 section 5.2) in a byte stream without touching payloads: tells where messages
 * end, so that something can be put between two of them, and how many messages and control frames each chunk completed.
 */

/** Told of frames while a chunk is walked; what they are stands in the walker's own fields. */
export interface FrameListener {
  /** A frame's header is complete; its payload begins at that offset of the chunk. */
  started(walker: FrameWalker, at: number): void;
  /** A frame is complete; the next one begins at that offset of the chunk. */
  ended(walker: FrameWalker, at: number): void;
}

/** One direction of one connection. */
export class FrameWalker {
  /** A close frame has passed; nothing may follow it. */
  closed = false;
  /** Offset just behind the first message boundary of the last chunk; -1 when it had none. */
  firstBoundary = -1;
  /** A close frame stands before it. */
  isFirstClosed = false;
  /** The frame at hand: its opcode, whether it ends its message (or is a control frame), RSV1 and the mask bit. */
  opcode = 0;
  complete = false;
  compressed = false;
  masked = false;
  /** Offset of the frame's first byte in the chunk; -1 when it began in an earlier one. */
  start = -1;
  /** Payload bytes on the wire: of the frame, and of its message so far (all fragments). */
  frameBytes = 0;
  messageBytes = 0;

  #head = new Uint8Array(14);
  #have = 0;
  #need = 2;
  /** Payload bytes of the current frame still to come; -1 while its header is being read. */
  #left = -1;
  /** Inside a message whose last fragment has not come yet. */
  #fragmented = false;

  /** True when the bytes so far end between two messages, so that another message may follow. */
  get atBoundary(): boolean {
    return this.#left === -1 && this.#have === 0 && !this.#fragmented;
  }

  /** Takes the next bytes of the stream. */
  push(chunk: Uint8Array, listener?: FrameListener): void {
    const size = chunk.length;
    const head = this.#head;
    let at = 0;
    this.firstBoundary = -1;
    this.start = -1;
    // Behind a close frame nothing counts any more (RFC 6455 5.5.1).
    while (at < size && !this.closed) {
      if (this.#left > 0) {
        const take = Math.min(this.#left, size - at);
        this.#left -= take;
        at += take;
        if (this.#left > 0) return;
        this.#endFrame(at, listener);
        continue;
      }
      if (this.#have === 0) this.start = at;
      while (this.#have < this.#need && at < size) {
        head[this.#have++] = chunk[at++] as number;
        if (this.#have === 2) {
          const length = (head[1] as number) & 0x7f;
          this.#need = 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + ((head[1] as number) & 0x80 ? 4 : 0);
        }
      }
      if (this.#have < this.#need) return;
      this.#startFrame(at, listener);
      if (this.#left === 0) this.#endFrame(at, listener);
    }
  }

  #startFrame(at: number, listener: FrameListener | undefined): void {
    const head = this.#head;
    const first = head[0] as number;
    const length = (head[1] as number) & 0x7f;
    const opcode = first & 0x0f;
    if (length < 126) this.#left = length;
    else if (length === 126) this.#left = ((head[2] as number) << 8) | (head[3] as number);
    else {
      let bytes = 0;
      for (let i = 2; i < 10; i++) bytes = bytes * 256 + (head[i] as number);
      this.#left = bytes;
    }
    this.opcode = opcode;
    this.complete = opcode >= 8 || (first & 0x80) !== 0;
    this.compressed = (first & 0x40) !== 0;
    this.masked = ((head[1] as number) & 0x80) !== 0;
    this.frameBytes = this.#left;
    // Opcode 0 goes on with a message; 1 and 2 begin one; control frames may stand between fragments.
    if (opcode === 0) this.messageBytes += this.#left;
    else if (opcode < 8) this.messageBytes = this.#left;
    if (listener) listener.started(this, at);
  }

  #endFrame(at: number, listener: FrameListener | undefined): void {
    this.#left = -1;
    this.#have = 0;
    this.#need = 2;
    if (this.opcode === 8) this.closed = true;
    else if (this.opcode < 8) this.#fragmented = !this.complete;
    if (listener) listener.ended(this, at);
    if (!this.#fragmented && this.firstBoundary < 0) {
      this.firstBoundary = at;
      this.isFirstClosed = this.closed;
    }
    this.start = at;
  }
}
