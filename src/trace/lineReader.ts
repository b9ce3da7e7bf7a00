/**
 * The lines of a growing file, read by ranges: no more of it is in memory than one chunk and the line under way. Knows
 * nothing of what stands on a line.
 */
import { open, stat, type FileHandle } from 'node:fs/promises';

/** A line as it lies in the file, without its line feed. Valid until the callback returns: one object serves all lines. */
export interface RawLine {
  /** Counted from 1. */
  number: number;
  /** Where it begins in the file. */
  offset: number;
  /** Its length in bytes; more than `data.length` when it was too long to hold. */
  bytes: number;
  /** Its bytes lie in `buffer` from `start` to `end`: only the first `LONG_LINE_HEAD` of a line over the limit. */
  buffer: Buffer;
  start: number;
  end: number;
}

/** A line's own bytes, in the buffer they were read into. */
export function lineData({ buffer, start, end }: RawLine): Buffer {
  return buffer.subarray(start, end);
}

/** How much of an over-long line is handed on, bytes. */
const LONG_LINE_HEAD = 64 * 1024;
/** Longest line that is copied into another file, bytes: what copies must have all of it. */
export const LONGEST_COPY = 256 << 20;
const CHUNK_BYTES = 1 << 20;
const LINE_FEED = 10;

/** Where to begin, and what to bear. */
export interface LineReaderOptions {
  /** Bytes read at a time; 1 MiB when left out. */
  chunkBytes?: number;
  /** Longest line handed on whole, bytes; 64 MiB when left out. */
  longestLine?: number;
}

/** An open file being read line by line. */
export class LineReader {
  readonly file: string;
  #handle: FileHandle;
  #identity: string;
  #chunkBytes: number;
  #chunk: Buffer | undefined;
  #longest: number;
  #position = 0;
  #number = 1;
  /** The pieces of the line under way, and where it began. */
  #pieces: Buffer[] = [];
  #kept = 0;
  #lineBytes = 0;
  #tailTaken = false;
  #closed = false;
  #line: RawLine = { number: 0, offset: 0, bytes: 0, buffer: Buffer.alloc(0), start: 0, end: 0 };

  private constructor(file: string, handle: FileHandle, identity: string, options: LineReaderOptions) {
    this.file = file;
    this.#handle = handle;
    this.#identity = identity;
    this.#chunkBytes = options.chunkBytes ?? CHUNK_BYTES;
    this.#longest = options.longestLine ?? 64 * (1 << 20);
  }

  /** Opens the file for reading; rejects as `fs.open` does, and for anything that is not a file. */
  static async open(file: string, options: LineReaderOptions = {}): Promise<LineReader> {
    const handle = await open(file, 'r');
    try {
      const found = await handle.stat();
      if (!found.isFile()) throw new Error(found.isDirectory() ? 'it is a folder' : 'it is not a file');
      return new LineReader(file, handle, `${found.dev}:${found.ino}`, options);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Bytes read so far. */
  get position(): number {
    return this.#position;
  }

  /** Bytes of the line under way, the one without a line feed yet. */
  get tailBytes(): number {
    return this.#tailTaken ? 0 : this.#lineBytes;
  }

  /** The number the next line will have. */
  get nextLine(): number {
    return this.#number;
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  /** What has become of the file since it was opened: the same and longer, cut shorter, or another in its place. */
  async fate(): Promise<'same' | 'shorter' | 'replaced' | 'gone'> {
    const [own, there] = await Promise.all([this.#handle.stat(), stat(this.file).catch(() => undefined)]);
    if (own.size < this.#position) return 'shorter';
    if (!there) return 'gone';
    return `${there.dev}:${there.ino}` === this.#identity ? 'same' : 'replaced';
  }

  /**
   * Reads on to the end of the file as it is now, handing over each whole line. `onChunk` runs between chunks, when other
   * work may have its turn; when it answers false, reading stops there and can go on later.
   */
  async read(onLine: (line: RawLine) => void, onChunk?: () => boolean): Promise<void> {
    // Kept: a live trace is read many times a second, each time a little, and a new one each time costs more than the reading.
    const chunk = (this.#chunk ??= Buffer.allocUnsafeSlow(this.#chunkBytes));
    while (!this.#closed) {
      const { bytesRead } = await this.#handle.read(chunk, 0, chunk.length, this.#position);
      if (bytesRead === 0) return;
      const base = this.#position;
      this.#position += bytesRead;
      let at = 0;
      for (let feed = chunk.indexOf(LINE_FEED); feed >= 0 && feed < bytesRead; feed = chunk.indexOf(LINE_FEED, at)) {
        this.#finish(chunk, at, feed, base + at, onLine);
        at = feed + 1;
      }
      this.#keep(chunk.subarray(at, bytesRead));
      if (onChunk && !onChunk()) return;
    }
  }

  /**
   * The bytes after the last line feed, when they are worth a line of their own (a file whose last line feed is missing).
   * `accept` judges them; what it accepts counts as read and is not handed over again.
   */
  takeTail(accept: (line: RawLine) => boolean): void {
    if (this.#lineBytes === 0 || this.#tailTaken) return;
    const data = Buffer.concat(this.#pieces);
    const offset = this.#position - this.#lineBytes;
    this.#hand(this.#number, offset, this.#lineBytes, data, 0, data.length, (line) => {
      this.#tailTaken = accept(line);
    });
  }

  /** Bytes of the file; fewer than asked for where it ends. They lie in `room` where it is given and large enough. */
  async range(offset: number, length: number, room?: Buffer): Promise<Buffer> {
    const buffer = room && room.length >= length ? room : Buffer.allocUnsafeSlow(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.#handle.read(buffer, filled, length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#handle.close();
  }

  #finish(chunk: Buffer, start: number, end: number, restOffset: number, onLine: (line: RawLine) => void): void {
    const number = this.#number++;
    if (this.#lineBytes === 0) {
      this.#hand(number, restOffset, end - start, chunk, start, end, onLine);
      return;
    }
    const offset = restOffset - this.#lineBytes;
    this.#keep(chunk.subarray(start, end));
    const bytes = this.#lineBytes;
    const data = Buffer.concat(this.#pieces);
    const taken = this.#tailTaken;
    this.#pieces = [];
    this.#kept = 0;
    this.#lineBytes = 0;
    this.#tailTaken = false;
    if (!taken) this.#hand(number, offset, bytes, data, 0, data.length, onLine);
  }

  #hand(
    number: number,
    offset: number,
    bytes: number,
    buffer: Buffer,
    start: number,
    end: number,
    onLine: (line: RawLine) => void,
  ): void {
    const line = this.#line;
    line.number = number;
    line.offset = offset;
    line.bytes = bytes;
    line.buffer = buffer;
    line.start = start;
    line.end = bytes > this.#longest ? Math.min(end, start + LONG_LINE_HEAD) : end;
    onLine(line);
  }

  #keep(rest: Buffer): void {
    if (rest.length === 0) return;
    this.#lineBytes += rest.length;
    if (this.#lineBytes > this.#longest) {
      // Too long to hold: its head is enough to tell what it was.
      if (this.#kept <= LONG_LINE_HEAD) this.#pieces.push(Buffer.from(rest.subarray(0, LONG_LINE_HEAD)));
      const head = Buffer.concat(this.#pieces).subarray(0, LONG_LINE_HEAD);
      if (this.#kept !== LONG_LINE_HEAD || this.#pieces.length > 1) this.#pieces = [Buffer.from(head)];
      this.#kept = this.#pieces[0]?.length ?? 0;
      return;
    }
    this.#pieces.push(Buffer.from(rest));
    this.#kept += rest.length;
  }
}
