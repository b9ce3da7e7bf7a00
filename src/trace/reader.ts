/**
 * A trace file read from its beginning and on as it grows: header, records and everything that is wrong with it. What
 * cannot be read never stops the rest.
 */
import { HeadScan } from './headScan';
import { lineData, LineReader, type LineReaderOptions, type RawLine } from './lineReader';
import { parseLine, type ParsedLine } from './parseLine';
import type { TraceHeader } from './records';
import { newerVersion } from './upgrade';
import { UnreadableFileError, whyUnreadable } from './unreadable';

/**
 * A line that is a row: everything but headers and empty lines. Valid until the callback returns: one object serves all
 * rows, and what is asked of it is worked out then.
 */
export class TraceEntry {
  /** Milliseconds to add to its times: not 0 only after a second header, where traces were joined. */
  shift = 0;
  /** How many headers came before: 1 in an ordinary trace. Sessions of joined traces are told apart by it. */
  part = 1;
  /** The event's head where it is in the recorder's own form; its places are in `line.buffer`. */
  head: HeadScan | undefined;
  #line: RawLine;
  #parsed: Exclude<ParsedLine, { kind: 'header' }> | undefined;
  #data: Buffer | undefined;

  constructor(line: RawLine) {
    this.#line = line;
  }

  get line(): RawLine {
    return this.#line;
  }

  /** The line's bytes. */
  get data(): Buffer {
    return (this.#data ??= lineData(this.#line));
  }

  get parsed(): Exclude<ParsedLine, { kind: 'header' }> {
    return (this.#parsed ??= parseLine(this.data, this.#line.bytes) as Exclude<ParsedLine, { kind: 'header' }>);
  }

  /** Makes it the next row. */
  set(line: RawLine, head: HeadScan | undefined, parsed: Exclude<ParsedLine, { kind: 'header' }> | undefined): void {
    this.#line = line;
    this.#data = undefined;
    this.head = head;
    this.#parsed = parsed;
  }
}

/** Problems listed one by one; the rest is counted. */
const MOST_PROBLEMS = 100;

/** An open trace. */
export class TraceReader {
  readonly lines: LineReader;
  readonly #headers: TraceHeader[] = [];
  #problems: string[] = [];
  #unlisted = 0;
  #fate = '';
  #part = 0;
  #shift = 0;
  #begun = false;
  #torn = '';
  #reading: Promise<void> = Promise.resolve();
  readonly #scan = new HeadScan();
  #entry: TraceEntry | undefined;

  private constructor(lines: LineReader) {
    this.lines = lines;
  }

  /** Opens the file; rejects with an `UnreadableFileError` when it cannot be read. */
  static async open(file: string, options: LineReaderOptions = {}): Promise<TraceReader> {
    try {
      return new TraceReader(await LineReader.open(file, options));
    } catch (error) {
      throw new UnreadableFileError(`The trace ${file} cannot be opened: ${whyUnreadable(error)}.`, { cause: error });
    }
  }

  /** The file's first line; undefined when it has none. */
  get header(): TraceHeader | undefined {
    return this.#headers[0];
  }

  /** All headers so far: more than one where traces were joined, the nth beginning part n. */
  get headers(): readonly TraceHeader[] {
    return this.#headers;
  }

  /** What is wrong with the file, for people; a snapshot. */
  get problems(): string[] {
    const more = this.#unlisted > 0 ? [`${this.#unlisted} more lines could not be read.`] : [];
    return [...this.#problems, ...more, ...(this.#torn ? [this.#torn] : []), ...(this.#fate ? [this.#fate] : [])];
  }

  /**
   * Reads on to the file's end as it is now. Calls wait for one another. `onChunk` runs after every chunk read; when it
   * answers false, reading stops there and a later call goes on.
   */
  read(onEntry: (entry: TraceEntry) => void, onChunk?: () => boolean): Promise<void> {
    const run = this.#reading.then(() => this.#read(onEntry, onChunk));
    this.#reading = run.catch(() => undefined);
    return run;
  }

  close(): Promise<void> {
    return this.lines.close();
  }

  async #read(onEntry: (entry: TraceEntry) => void, onChunk?: () => boolean): Promise<void> {
    const fate = await this.lines.fate();
    this.#fate =
      fate === 'shorter'
        ? 'The file has become shorter than what was read of it. Open it again to see it as it is now.'
        : fate === 'replaced'
          ? 'Another file has taken the place of this one. Open it again to see the new one.'
          : fate === 'gone'
            ? 'The file has been moved or deleted.'
            : '';
    if (fate === 'shorter') return;
    let stopped = false;
    await this.lines.read(
      (line) => this.#take(line, onEntry),
      () => {
        stopped = onChunk?.() === false;
        return !stopped;
      },
    );
    if (stopped) return;
    this.lines.takeTail((line) => {
      const parsed = parseLine(lineData(line), line.bytes);
      if (parsed.kind === 'unreadable') return false;
      this.#take(line, onEntry);
      return true;
    });
    const torn = this.lines.tailBytes;
    this.#torn =
      torn > 0
        ? `The last line (${this.lines.nextLine}) is torn: ${torn} bytes without an end. Everything before it is shown.`
        : '';
  }

  #take(line: RawLine, onEntry: (entry: TraceEntry) => void): void {
    const entry = (this.#entry ??= new TraceEntry(line));
    if (this.#begun && this.#scan.scan(line.buffer, line.start, line.end, line.bytes))
      entry.set(line, this.#scan, undefined);
    else if (!this.#takeOther(line, entry)) return;
    entry.shift = this.#shift;
    entry.part = Math.max(1, this.#part);
    onEntry(entry);
  }

  /** Any line but an event in the recorder's own form; false when it is no row. */
  #takeOther(line: RawLine, entry: TraceEntry): boolean {
    const data = lineData(line);
    if (isBlank(data)) return false;
    const parsed = parseLine(data, line.bytes);
    const first = !this.#begun;
    this.#begun = true;
    if (parsed.kind === 'header') {
      this.#takeHeader(parsed.header, line.number);
      return false;
    }
    if (first) this.#report('The file does not begin with a trace header: its start time and version are unknown.');
    if (parsed.kind === 'unreadable') this.#report(`Line ${line.number} cannot be read: ${parsed.problem}.`);
    entry.set(line, undefined, parsed);
    return true;
  }

  #takeHeader(header: TraceHeader, line: number): void {
    this.#part++;
    const newer = newerVersion(header.version);
    if (newer !== '') this.#report(newer);
    if (header.times)
      this.#report(
        header.times === 'ids'
          ? 'Its times were not recorded: they are from ids, which tell whole seconds.'
          : 'Its times were not recorded: only the order of messages is known.',
      );
    const [first] = this.#headers;
    this.#headers.push(header);
    if (!first) return;
    const shift = Date.parse(header.startedAt) - Date.parse(first.startedAt);
    this.#shift = Number.isFinite(shift) ? shift : 0;
    this.#report(`Line ${line} begins another trace; its times are counted on from the first one's start.`);
  }

  #report(problem: string): void {
    if (this.#problems.length < MOST_PROBLEMS) this.#problems.push(problem);
    else this.#unlisted++;
  }
}

function isBlank(data: Buffer): boolean {
  return data.length < 16 && data.toString('latin1').trim() === '';
}
