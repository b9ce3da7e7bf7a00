/** A trace read in stretches, for making another one of it. */
import { LONGEST_COPY } from '../trace/lineReader';
import type { ParsedLine } from '../trace/parseLine';
import { TraceReader } from '../trace/reader';
import type { TraceHeader } from '../trace/records';
import { UnreadableFileError } from '../trace/unreadable';
import { notRewritten } from '../trace/upgrade';

/** A line of a trace that is no header, with bytes of its own. */
export interface SourceLine {
  /** Counted from 1 in its file. */
  number: number;
  /** Which header it stands under: 1, or more where traces were joined. */
  part: number;
  /** Milliseconds since the first header's start; undefined for a line that cannot be read. */
  t: number | undefined;
  /** Milliseconds between the first header's start and that of its own. */
  shift: number;
  parsed: Exclude<ParsedLine, { kind: 'header' }>;
  /** Without its line feed. */
  data: Buffer;
}

/** How long work says how far it has come, and how it is told to stop. */
export interface Work {
  signal?: AbortSignal;
  /** Called now and then with the share done, 0 to 1. */
  progress?(share: number): void;
}

export class Source {
  readonly file: string;
  readonly #newer: 'refuse' | 'take';
  readonly #reader: TraceReader;
  readonly #tooLong: string[] = [];

  private constructor(file: string, newer: 'refuse' | 'take', reader: TraceReader) {
    this.file = file;
    this.#newer = newer;
    this.#reader = reader;
  }

  /**
   * Opens a trace; rejects with an `UnreadableFileError` when it cannot be read. Of one that a newer version wrote `batches` throws
   * such an error, unless `newer` says that what is known of it is enough.
   */
  static async open(file: string, newer: 'refuse' | 'take' = 'refuse'): Promise<Source> {
    return new Source(file, newer, await TraceReader.open(file, { longestLine: LONGEST_COPY }));
  }

  /** The headers read so far. */
  get headers(): readonly TraceHeader[] {
    return this.#reader.headers;
  }
  /** What is wrong with it, for people. */
  get problems(): string[] {
    return [...this.#reader.problems, ...this.#tooLong];
  }

  /** Its lines in their order, a chunk of the file at a time. Rejects with the signal's reason when told to stop. */
  async *batches({ signal, progress }: Work = {}): AsyncGenerator<SourceLine[]> {
    const { lines } = this.#reader;
    const size = await lines.size();
    for (let before = -1; before !== lines.position;) {
      signal?.throwIfAborted();
      before = lines.position;
      const batch: SourceLine[] = [];
      await this.#reader.read(
        ({ line, parsed, part, shift, data }) => {
          // The beginning of a line is no line: what would be written of it could not be read again.
          if (line.bytes > data.length) {
            this.#tooLong.push(`Line ${line.number} is too long to be copied (${line.bytes} bytes) and was left out.`);
            return;
          }
          const own = timeOf(parsed);
          const t = own === undefined ? undefined : own + shift;
          batch.push({ number: line.number, part, shift, t, parsed, data: Buffer.from(data) });
        },
        () => false,
      );
      const newest = Math.max(0, ...this.headers.map(({ version }) => version));
      if (this.#newer === 'refuse' && notRewritten(this.file, newest) !== '')
        throw new UnreadableFileError(notRewritten(this.file, newest));
      if (size > 0) progress?.(Math.min(1, lines.position / size));
      if (batch.length > 0) yield batch;
    }
  }

  close(): Promise<void> {
    return this.#reader.close();
  }
}

function timeOf(parsed: SourceLine['parsed']): number | undefined {
  if (parsed.kind === 'event') return parsed.head.t;
  return parsed.kind === 'record' ? parsed.record.t : undefined;
}

/** The session a line is of; undefined for calls, notes, gaps of all, and what cannot be read. */
export function sessionOf({ parsed }: SourceLine): string | undefined {
  if (parsed.kind === 'event') return parsed.head.session;
  return parsed.kind === 'record' && 'session' in parsed.record ? parsed.record.session : undefined;
}
