/** A file being exported: another file, whole or not there at all. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { giveName, nameTaken } from '../../trace/giveName';
import { UnreadableFileError, whyUnreadable } from '../../trace/unreadable';

/** Bytes kept before they are written. */
const MOST_WAITING = 1 << 20;

export class OutFile {
  readonly file: string;
  bytes = 0;
  readonly #part: string;
  readonly #over: boolean;
  readonly #handle: FileHandle;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;

  private constructor(file: string, part: string, over: boolean, handle: FileHandle) {
    this.file = file;
    this.#part = part;
    this.#over = over;
    this.#handle = handle;
  }

  /** Rejects with an `UnreadableFileError` when there is such a file already that may not be written `over`, or none can be made there. */
  static async create(file: string, over = false): Promise<OutFile> {
    if (!over && existsSync(file)) throw new UnreadableFileError(nameTaken(file));
    const part = `${file}.part-${randomUUID().slice(0, 8)}`;
    try {
      await mkdir(path.dirname(path.resolve(file)), { recursive: true });
      // Readable by its owner only: it holds conversations.
      return new OutFile(file, part, over, await open(part, 'wx', 0o600));
    } catch (error) {
      throw new UnreadableFileError(`${file} cannot be written: ${whyUnreadable(error)}.`, { cause: error });
    }
  }

  async write(data: string | Uint8Array): Promise<void> {
    const buffer =
      typeof data === 'string' ? Buffer.from(data) : Buffer.from(data.buffer, data.byteOffset, data.length);
    this.#waiting.push(buffer);
    this.#waitingBytes += buffer.length;
    this.bytes += buffer.length;
    if (this.#waitingBytes > MOST_WAITING) await this.#flush();
  }

  /** Writes over what stands there already: a header that is known at the end. */
  async writeAt(data: Uint8Array, position: number): Promise<void> {
    await this.#flush();
    await this.#handle.write(data, 0, data.length, position);
  }

  /** Gives the file its name. */
  async finish(): Promise<void> {
    await this.#flush();
    await this.#handle.close();
    await giveName(this.#part, this.file, this.#over);
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await rm(this.#part, { force: true });
  }

  async #flush(): Promise<void> {
    if (this.#waitingBytes === 0) return;
    const data = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    // Goes on where a write was cut short, as on a disk that is full; without a position: after what was written.
    for (let at = 0; at < data.length;) at += (await this.#handle.write(data, at)).bytesWritten;
  }
}

/** Writes a file with `make`; nothing is left when that fails, and a file that it goes `over` stays. */
export async function writeOut(
  file: string,
  make: (out: OutFile) => Promise<void>,
  over = false,
): Promise<{ file: string; bytes: number }> {
  const out = await OutFile.create(file, over);
  try {
    await make(out);
    await out.finish();
    return { file, bytes: out.bytes };
  } catch (error) {
    await out.discard();
    throw error;
  }
}
