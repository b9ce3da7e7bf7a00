/** Where the lines of each session of a trace stand, 12 bytes a line, to read a trace session by session. */
import { Growable } from '../../analysis/growable';
import { parseLine, type ParsedLine } from '../../trace/parseLine';
import { TraceReader } from '../../trace/reader';
import type { Work } from '../../rewrite/source';
import { userNote } from '../../trace/notes';
import type {
  CloseRecord,
  GapRecord,
  HttpRecord,
  NoteRecord,
  OpenRecord,
  TraceHeader,
  TraceRecord,
} from '../../trace/records';
import { partName } from './sessionName';

/** A stretch of a trace that is read at once, bytes. */
const WINDOW = 1 << 20;

/** Where some lines of the trace stand. */
interface Places {
  offsets: Growable<Float64Array>;
  lengths: Growable<Uint32Array>;
}

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
  /** Its messages. */
  messages: Places;
  /** Lines that are no message which went on: held ones, pings, gaps, notes. */
  aside: Places;
}

/** A record that is no session's, with what its times are shifted by, and where its line stands. */
export type LooseRecord = (NoteRecord | GapRecord | HttpRecord) & { shift: number; offset: number };

export class TraceLines {
  readonly sessions: SessionLines[] = [];
  readonly loose: LooseRecord[] = [];
  /** Where the last line of each note of the user stands, by its id. */
  readonly #lastLines = new Map<string, number>();
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

  /** Whether a line says of a note of the user what a later one says anew. */
  isOutdated(record: TraceRecord, offset: number): boolean {
    const note = record.kind === 'note' ? userNote(record) : undefined;
    return note !== undefined && this.#lastLines.get(note.id) !== offset;
  }

  /** Lines of a session in their order; valid until the next one is asked for. */
  async *of({ offsets, lengths }: Places): AsyncGenerator<{ parsed: ParsedLine; data: Buffer; offset: number }> {
    for (let at = 0; at < offsets.length;) {
      const from = offsets.at(at);
      let end = at + 1;
      while (end < offsets.length && offsets.at(end) + lengths.at(end) - from <= WINDOW) end += 1;
      const bytes = await this.#reader.lines.range(from, offsets.at(end - 1) + lengths.at(end - 1) - from);
      for (; at < end; at += 1) {
        const start = offsets.at(at) - from;
        const data = bytes.subarray(start, start + lengths.at(at));
        yield { parsed: parseLine(data), data, offset: from + start };
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
        messages: places(256),
        aside: places(16),
      };
      known.set(key, made);
      this.sessions.push(made);
      return made;
    };
    await this.#reader.read(
      ({ line, parsed, part, shift }) => {
        if (parsed.kind === 'unreadable') return;
        const record = parsed.kind === 'event' ? parsed.head : parsed.record;
        const note = parsed.kind === 'record' && parsed.record.kind === 'note' ? userNote(parsed.record) : undefined;
        if (note !== undefined) this.#lastLines.set(note.id, line.offset);
        // A note makes no session of a name that nothing else has.
        const isLone = note !== undefined && !known.has(`${part} ${note.session}`);
        if (!('session' in record) || record.session === undefined || isLone) {
          this.loose.push({ ...record, shift, offset: line.offset } as LooseRecord);
          return;
        }
        const t = record.t + shift;
        const session = sessionAt(part, record.session, t, shift);
        // Notes may be written days after a session's end.
        if (note === undefined) session.last = Math.max(session.last, t);
        if (record.kind === 'open') session.open = record;
        else if (record.kind === 'close') session.close = record;
        else {
          const isAside = parsed.kind !== 'event' || parsed.head.fate !== undefined;
          const { offsets, lengths } = isAside ? session.aside : session.messages;
          offsets.push(line.offset);
          lengths.push(line.bytes);
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

const places = (room: number): Places => ({
  offsets: new Growable((length) => new Float64Array(length), room),
  lengths: new Growable((length) => new Uint32Array(length), room),
});
