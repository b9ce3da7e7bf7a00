/** Where the lines of each session of a trace stand, 12 bytes a line, to read a trace session by session. */
import { Growable } from '../../analysis/growable';
import { parseLine, type ParsedLine } from '../../trace/parseLine';
import { TraceReader } from '../../trace/reader';
import type { Work } from '../../rewrite/source';
import type { CloseRecord, GapRecord, HttpRecord, NoteRecord, OpenRecord, TraceHeader } from '../../trace/records';
import { partName } from './sessionName';

/** A stretch of a trace that is read at once, bytes. */
const WINDOW = 1 << 20;

export interface SessionLines {
  /** Unique in the file; where traces were joined, with the number of its part. */
  name: string;
  open: OpenRecord | undefined;
  close: CloseRecord | undefined;
  /** Milliseconds to add to its times. */
  shift: number;
  /** Times of its first and last line, shift included. */
  first: number;
  last: number;
  offsets: Growable<Float64Array>;
  lengths: Growable<Uint32Array>;
}

/** A record that is no session's, with its time on the trace's clock. */
export type LooseRecord = (NoteRecord | GapRecord | HttpRecord) & { shift: number };

export class TraceLines {
  readonly sessions: SessionLines[] = [];
  readonly loose: LooseRecord[] = [];
  readonly #reader: TraceReader;

  private constructor(reader: TraceReader) {
    this.#reader = reader;
  }

  /** Reads the trace once. Rejects with an `UnreadableFileError` when it cannot be read. */
  static async open(file: string, { signal, progress }: Work = {}): Promise<TraceLines> {
    const lines = new TraceLines(await TraceReader.open(file));
    try {
      await lines.#index(signal, progress);
      return lines;
    } catch (error) {
      await lines.close();
      throw error;
    }
  }

  get header(): TraceHeader | undefined {
    return this.#reader.header;
  }
  get problems(): string[] {
    return this.#reader.problems;
  }
  /** The trace's start, ms since 1970; 0 when it does not say. */
  get startedAt(): number {
    return Date.parse(this.header?.startedAt ?? '') || 0;
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  /** The lines of a session, in their order; valid until the next one is asked for. */
  async *of({ offsets, lengths }: SessionLines): AsyncGenerator<{ parsed: ParsedLine; data: Buffer }> {
    for (let at = 0; at < offsets.length;) {
      const from = offsets.at(at);
      let end = at + 1;
      while (end < offsets.length && offsets.at(end) + lengths.at(end) - from <= WINDOW) end += 1;
      const bytes = await this.#reader.lines.range(from, offsets.at(end - 1) + lengths.at(end - 1) - from);
      for (; at < end; at += 1) {
        const start = offsets.at(at) - from;
        const data = bytes.subarray(start, start + lengths.at(at));
        yield { parsed: parseLine(data), data };
      }
    }
  }

  async #index(signal: AbortSignal | undefined, progress: Work['progress']): Promise<void> {
    const known = new Map<string, SessionLines>();
    const size = await this.#reader.lines.size();
    const sessionAt = (part: number, name: string, t: number, shift: number): SessionLines => {
      const key = `${part} ${name}`;
      const found = known.get(key);
      if (found) return found;
      const made: SessionLines = {
        name: partName(name, part),
        open: undefined,
        close: undefined,
        shift,
        first: t,
        last: t,
        offsets: new Growable((length) => new Float64Array(length), 256),
        lengths: new Growable((length) => new Uint32Array(length), 256),
      };
      known.set(key, made);
      this.sessions.push(made);
      return made;
    };
    await this.#reader.read(
      ({ line, parsed, part, shift }) => {
        if (parsed.kind === 'unreadable') return;
        const record = parsed.kind === 'event' ? parsed.head : parsed.record;
        if (!('session' in record) || record.session === undefined) {
          this.loose.push({ ...record, shift } as LooseRecord);
          return;
        }
        const t = record.t + shift;
        const session = sessionAt(part, record.session, t, shift);
        session.last = Math.max(session.last, t);
        if (record.kind === 'open') session.open = record;
        else if (record.kind === 'close') session.close = record;
        else {
          session.offsets.push(line.offset);
          session.lengths.push(line.bytes);
        }
      },
      () => {
        signal?.throwIfAborted();
        if (size > 0) progress?.(this.#reader.lines.position / size);
        return true;
      },
    );
  }
}
