/**
 * Appends lines to a trace file. Synchronous on purpose: it lives in the recorder's own thread, and a line that was
 * written is on its way to the disk even when the process dies the next moment. A failing disk never throws at the
 * caller: lines are counted instead, and a `gap` line says how many as soon as writing works again.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { GapRecord, TraceHeader, TraceRecord } from './records';
import { formatTime, type Line } from './line';
import { lockTrace, type TraceLock } from './lock';

const BUFFER_BYTES = 1 << 20;
/** How long a failed disk is left alone before the next try, ms. */
const RETRY_MS = 1000;
/** How often the file is looked at, and the lock touched, ms: other processes may delete the one and read the other. */
const LOOK_MS = 1000;
const TOUCH_MS = 3_600_000;

/** What did not reach the file, and why. */
interface Loss {
  from: number;
  to: number;
  count: number;
  t: number;
  reason: string;
}

/** An open trace being written. */
export class TraceWriter {
  readonly file: string;
  #fd: number;
  #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #length = 0;
  #size = 0;
  /** Set while the disk fails. */
  #loss: Loss | undefined;
  /** What was being written when the disk failed; it goes out first, so that no line is torn. */
  #stuck: Uint8Array | undefined;
  #retryAt = 0;
  #lock: TraceLock;
  #now: () => number;
  #lookAt: number;
  #touchAt: number;
  /** Set once nothing in the folder leads to the file any more. */
  #deleted = false;

  /**
   * Creates the file (readable by its owner only: it holds conversations) with its lock and writes the header line.
   * `now` is any clock that never goes back, ms. Throws when the folder or file cannot be made, or when the file exists
   * already.
   */
  constructor(file: string, header: TraceHeader, now = () => performance.now()) {
    this.file = file;
    this.#now = now;
    this.#lookAt = now();
    this.#touchAt = now() + TOUCH_MS;
    makeFolder(path.dirname(file));
    this.#fd = fs.openSync(file, 'ax', 0o600);
    this.#lock = lockTrace(file, header.id);
    const line = Buffer.from(`${JSON.stringify(header)}\n`);
    try {
      fs.writeSync(this.#fd, line);
    } catch (error) {
      fs.closeSync(this.#fd);
      fs.rmSync(file, { force: true });
      this.#lock.release();
      throw error;
    }
    this.#size = line.length;
  }

  /** Bytes that reached the file. */
  get size(): number {
    return this.#size;
  }

  /** What the user must know about the file or the disk; '' when all is well. */
  get trouble(): string {
    if (this.#deleted) {
      return `The trace ${path.basename(this.file)} was deleted while it was being written, and nothing more of it is kept. Traffic goes on; start the proxy again to begin a new trace.`;
    }
    if (!this.#loss) return '';
    const since = this.#loss.count > 0 ? ` Nothing was kept from #${this.#loss.from} on.` : '';
    return `The trace cannot be written: ${this.#loss.reason}.${since} Traffic goes on; recording resumes when the disk does.`;
  }

  /** Appends a message's line. */
  message(seq: number, t: number, line: Line): void {
    // A head is at most three bytes a character in UTF-8, so this much room is enough.
    const most = line.head.length * 3 + (line.body?.length ?? 0) + line.tail.length;
    if (!this.#makeRoom(most)) {
      this.#lose(seq, t);
      return;
    }
    if (most > BUFFER_BYTES) {
      // Too large for the buffer: its body goes out from where it lies, uncopied.
      this.#write(Buffer.from(line.head), ...(line.body ? [line.body] : []), Buffer.from(line.tail));
      return;
    }
    this.#length += this.#buffer.write(line.head, this.#length, line.body ? 'latin1' : 'utf8');
    if (line.body) this.#length += line.body.copy(this.#buffer, this.#length);
    if (line.tail) this.#length += this.#buffer.write(line.tail, this.#length, 'latin1');
  }

  /** Appends any other record. Times in it are written with microsecond resolution. */
  record(record: TraceRecord): void {
    const line = Buffer.from(`${JSON.stringify({ ...record, t: Number(formatTime(record.t)) })}\n`);
    if (!this.#makeRoom(line.length)) return;
    if (line.length > BUFFER_BYTES) this.#write(line);
    else this.#length += line.copy(this.#buffer, this.#length);
  }

  /** Writes out what is buffered. */
  flush(): void {
    this.#look();
    if (this.#loss && !this.#recover()) return;
    if (this.#length === 0) return;
    const length = this.#length;
    this.#length = 0;
    this.#write(this.#buffer.subarray(0, length));
  }

  /** Flushes, closes, and removes the lock. */
  close(): void {
    this.#retryAt = -Infinity;
    this.flush();
    fs.closeSync(this.#fd);
    this.#lock.release();
  }

  /** Writing to a deleted file succeeds and keeps nothing: nobody else would notice. */
  #look(): void {
    const now = this.#now();
    if (this.#deleted || now < this.#lookAt) return;
    this.#lookAt = now + LOOK_MS;
    try {
      this.#deleted = fs.fstatSync(this.#fd).nlink === 0;
    } catch {
      // A file system that cannot say (a network share that went away) will fail at the next write, with its reason.
    }
    if (now < this.#touchAt) return;
    this.#touchAt = now + TOUCH_MS;
    this.#lock.touch();
  }

  /** True when a line of that many bytes can be taken; false when it is lost. */
  #makeRoom(bytes: number): boolean {
    if (this.#loss && !this.#recover()) return false;
    if (this.#length + bytes > BUFFER_BYTES) this.flush();
    return this.#loss === undefined;
  }

  /** Writes one or more whole lines, given in parts. */
  #write(...parts: Uint8Array[]): void {
    for (const [n, part] of parts.entries()) {
      const rest = this.#writeWhole(part);
      if (!rest) continue;
      // A copy: the buffer it lies in is used again.
      this.#stuck = Buffer.concat([rest.bytes, ...parts.slice(n + 1)]);
      this.#loss = { from: 0, to: 0, count: 0, t: 0, reason: rest.reason };
      this.#retryAt = this.#now() + RETRY_MS;
      return;
    }
  }

  /** Writes all of it, or gives the part that found no room, and why. */
  #writeWhole(bytes: Uint8Array): { bytes: Uint8Array; reason: string } | undefined {
    let at = 0;
    try {
      while (at < bytes.length) {
        const written = fs.writeSync(this.#fd, bytes, at, bytes.length - at);
        at += written;
        this.#size += written;
      }
    } catch (error) {
      return { bytes: bytes.subarray(at), reason: describe(error) };
    }
    return undefined;
  }

  #lose(seq: number, t: number): void {
    const loss = this.#loss;
    if (!loss) return;
    if (loss.count++ === 0) loss.from = seq;
    loss.to = seq;
    loss.t = t;
  }

  /** Tries to go on after a failure; true when the disk works again. */
  #recover(): boolean {
    const loss = this.#loss;
    if (!loss) return true;
    if (this.#now() < this.#retryAt) return false;
    const gap: GapRecord = {
      kind: 'gap',
      t: Number(formatTime(loss.t)),
      from: loss.from,
      to: loss.to,
      count: loss.count,
      reason: `The trace could not be written: ${loss.reason}.`,
    };
    const line = loss.count > 0 ? Buffer.from(`${JSON.stringify(gap)}\n`) : Buffer.alloc(0);
    const stuck = this.#stuck ?? Buffer.alloc(0);
    const rest = this.#writeWhole(Buffer.concat([stuck, line]));
    if (rest) {
      // Of the gap line only what began to be written is owed: its count may still grow.
      const owed = rest.bytes.length - line.length;
      this.#stuck = owed >= 0 ? Buffer.from(rest.bytes.subarray(0, owed)) : Buffer.from(rest.bytes);
      if (owed < 0) Object.assign(loss, { from: 0, to: 0, count: 0 });
      loss.reason = rest.reason;
      this.#retryAt = this.#now() + RETRY_MS;
      return false;
    }
    this.#stuck = undefined;
    this.#loss = undefined;
    return true;
  }
}

/** Level by level: Node's own recursion never ends where a file system says that neither folder nor parent exists. */
function makeFolder(folder: string): void {
  if (fs.existsSync(folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    fs.mkdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function describe(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC') return 'the disk is full';
  if (code === 'EDQUOT') return 'the disk quota is used up';
  if (code === 'EROFS') return 'the disk is read-only';
  if (code === 'EACCES' || code === 'EPERM') return 'the file may not be written';
  return error instanceof Error ? error.message : String(error);
}
