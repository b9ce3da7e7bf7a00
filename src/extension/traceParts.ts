/** Which trace goes on with another: a recording that was divided by size or time has several, and each names the one before it. */
import { open } from 'node:fs/promises';
import path from 'node:path';
import { parseLine } from '../trace/parseLine';
import type { TraceHeader } from '../trace/records';
import { sameFile, tracesIn } from './traceFolder';

/** The neighbours of a part, as paths; '' where there is none. */
export interface Neighbours {
  earlier: string;
  later: string;
}

/** Longest header that is read, bytes. */
const MOST_HEADER = 4096;

/** Knows the neighbours of the traces it was asked to look for. */
export class TraceParts {
  /** Headers never change. */
  readonly #headers = new Map<string, TraceHeader>();
  readonly #found = new Map<string, Neighbours>();

  /** Of a trace that was looked for. */
  of(file: string): Neighbours {
    return this.#found.get(file) ?? { earlier: '', later: '' };
  }

  /** Looks for them beside the trace; tells whether they are others than before. What cannot be read is no part. */
  async look(file: string): Promise<boolean> {
    const before = this.of(file);
    const own = await this.#header(file);
    const found: Neighbours = { earlier: '', later: '' };
    for (const other of own ? await tracesIn(path.dirname(file)) : []) {
      const header = sameFile(other, file) ? undefined : await this.#header(other);
      if (header?.id && header.id === own?.continues) found.earlier = other;
      if (own?.id && header?.continues === own.id) found.later = other;
    }
    this.#found.set(file, found);
    return found.earlier !== before.earlier || found.later !== before.later;
  }

  async #header(file: string): Promise<TraceHeader | undefined> {
    const known = this.#headers.get(file);
    if (known) return known;
    const header = await readHeader(file).catch(() => undefined);
    if (header) this.#headers.set(file, header);
    return header;
  }
}

async function readHeader(file: string): Promise<TraceHeader | undefined> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MOST_HEADER), 0, MOST_HEADER, 0);
    const end = buffer.subarray(0, bytesRead).indexOf(0x0a);
    const line = end < 0 ? undefined : parseLine(buffer.subarray(0, end));
    return line?.kind === 'header' ? line.header : undefined;
  } finally {
    await handle.close();
  }
}
