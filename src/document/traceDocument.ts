/** A trace file with everything a view may ask of it; runs in the document worker and knows nothing of threads. */
import { audioField } from '../protocol/audioEvents';
import type { ConversationPage, ConversationQuestion } from '../analysis/conversation/model';
import { relatedTo, type Related } from '../analysis/links';
import { measuresOf, type Measures } from '../analysis/measures';
import type { AnalysisChanges, SessionMetrics } from '../analysis/model';
import type { UserPrices } from '../analysis/prices';
import { summarise } from '../analysis/summary';
import { assembleClip, resample, type PlacedSamples } from '../audio/clip';
import { base64Bytes, decodeAudio } from '../audio/decode';
import { bytesToMs, DEFAULT_FORMAT } from '../audio/format';
import { encodeWav } from '../audio/wav';
import { LineReader } from '../trace/lineReader';
import { parseLine } from '../trace/parseLine';
import type { EventRecord } from '../trace/records';
import { TraceReader } from '../trace/reader';
import { whyUnreadable } from '../trace/unreadable';
import { AnalysisPass } from './analysisPass';
import type { AudioClip, AudioSelector, BufferSteps, ColumnBatch, DocumentState, Peaks, RowBody } from './columns';
import { conversationPage } from './conversationPage';
import { audioText, messageText, withoutAudio } from './eventBody';
import { RowMark, TraceIndex } from './indexer';
import { LiveClock } from './liveClock';
import { messagesOf, saveRows, type RowRanges, type RowTexts } from './rowExport';
import { readBody } from './rowBody';
import { makeMatcher } from './search';
import { SessionFold } from './sessionFold';
import type { SessionSnapshot } from './sessionSnapshot';

/** Who hears of rows, spans and state as they come. */
export interface DocumentListener {
  columns(batch: ColumnBatch): void;
  analysis(changes: AnalysisChanges): void;
  state(state: DocumentState): void;
}

const BATCH_ROWS = 20_000;
/** How often a view hears of progress while a large file is indexed, ms. */
const FLUSH_MS = 50;
/** Lines larger than this are not read for a summary. */
const SUMMARY_LINE = 1 << 20;
/** Bytes read at once for rows that lie together. */
const READ_TOGETHER = 4 << 20;
/** Longest clip, ms: an hour is 170 MB of samples. */
const LONGEST_CLIP_MS = 3_600_000;
const MOST_FOUND = 100_000;
/** Rows the second pass takes before others have a turn. */
const ROWS_ANALYSED_AT_ONCE = 2_000;

const NOT_A_TRACE = 'This file is not a Realtime trace: none of its lines can be read as a part of one.';

export class TraceDocumentCore {
  #reader: TraceReader;
  #index = new TraceIndex();
  #pass: AnalysisPass;
  /** Rows the second pass has behind it, and its run under way. */
  #analysed = 0;
  #analysing: Promise<void> | undefined;
  /** Why the second pass stopped before the last row, for people; '' when it did not. */
  #stopped = '';
  #sessions = new SessionFold(this.#index, (rows, take) => this.#eachLine(rows, take));
  #listener: DocumentListener;
  #searches = 0;
  #closed = false;
  #size = 0;
  #flushedAt = 0;
  /** A row of a trace has been read. */
  #understood = false;
  /** The file's end has been reached. */
  #whole = false;
  /** Rows have come since then: somebody writes it. */
  #isLive = false;
  readonly #clock = new LiveClock((t) => this.#tick(t));

  private constructor(reader: TraceReader, listener: DocumentListener, prices: UserPrices | undefined) {
    this.#reader = reader;
    this.#pass = new AnalysisPass(this.#index, prices);
    this.#listener = listener;
  }

  /**
   * Opens the file; rejects with a message for people. Nothing is indexed before `follow`. The user's prices go before those
   * of the list.
   */
  static async open(file: string, listener: DocumentListener, prices?: UserPrices): Promise<TraceDocumentCore> {
    const document = new TraceDocumentCore(await TraceReader.open(file), listener, prices);
    document.#size = await document.#reader.lines.size();
    return document;
  }

  /**
   * Reads on to the file's end as it is now, reporting rows as they come. Spans and waveforms follow in the background;
   * `analysed` in the state tells how far they are.
   */
  async follow(): Promise<void> {
    this.#size = await this.#reader.lines.size();
    const { rows } = this.#index.columns;
    await this.#reader.read(
      (entry) => {
        this.#index.add(entry);
        this.#understood ||= entry.head !== undefined || entry.parsed.kind !== 'unreadable';
        if (this.#index.columns.waiting >= BATCH_ROWS) this.#flush();
      },
      () => {
        if (performance.now() - this.#flushedAt > FLUSH_MS) {
          this.#flush();
          this.#listener.state(this.#state());
        }
        return !this.#closed;
      },
    );
    this.#size = Math.max(await this.#reader.lines.size(), this.#reader.lines.position);
    if (this.#whole && this.#index.columns.rows > rows) this.#isLive = true;
    this.#whole = !this.#closed;
    this.#flush();
    this.#listener.state(this.#state());
    this.#analysing ??= this.#analyse()
      .catch((error: unknown) => this.#stopAnalysing(error))
      .finally(() => (this.#analysing = undefined));
  }

  /** Lets the second pass come up to the rows there are, also those that come meanwhile. */
  async #analyse(): Promise<void> {
    let told = performance.now();
    this.#stopped = '';
    while (this.#analysed < this.#index.offset.length && !this.#closed) {
      const first = this.#analysed;
      const end = Math.min(this.#index.offset.length, first + ROWS_ANALYSED_AT_ONCE);
      const rows = Array.from({ length: end - first }, (_, at) => first + at);
      await this.#eachLine(rows, (row, line) => {
        if (line.length < this.#index.bytes.at(row)) throw new Error('the file ends before it');
        // Each row once, also when one after it cannot be read and the pass begins again there.
        this.#analysed = row + 1;
        this.#pass.add(row, line);
      });
      const now = performance.now();
      if (now - told > FLUSH_MS || this.#analysed === this.#index.offset.length) {
        told = now;
        this.#listener.analysis(this.#pass.take());
        this.#listener.state(this.#state());
      }
    }
    if (this.#isLive && !this.#closed) this.#clock.grew(this.#pass.lastT);
  }

  /** What was found so far stays; the next `follow` goes on from there. */
  #stopAnalysing(error: unknown): void {
    if (this.#closed) return;
    this.#stopped =
      `Row ${this.#analysed} could not be read a second time: ${whyUnreadable(error)}. ` +
      'Turns, findings and sound are shown up to there; opening the trace again reads all of it anew.';
    this.#listener.analysis(this.#pass.take());
    this.#listener.state(this.#state());
  }

  /** Time passes and no row comes: some findings are about just that. */
  #tick(t: number): void {
    if (this.#analysing) return;
    this.#pass.analysis.findings.tick(t);
    const changes = this.#pass.take();
    if (changes.findings.length + changes.withdrawn.length > 0) this.#listener.analysis(changes);
  }

  async summaries(rows: number[]): Promise<string[]> {
    const summaries = new Map<number, string>();
    const readable = rows.filter((row) => this.#index.bytes.at(row) <= SUMMARY_LINE);
    for (const row of rows) if (row < this.#index.bytes.length) summaries.set(row, '');
    await this.#eachLine(readable, (row, line) => summaries.set(row, this.#summary(line)));
    for (const row of rows) {
      if (this.#index.bytes.at(row) > SUMMARY_LINE) summaries.set(row, await this.#longSummary(row));
    }
    return rows.map((row) => summaries.get(row) ?? '');
  }

  body(row: number, whole: boolean): Promise<RowBody> {
    this.#check(row);
    return readBody(this.#reader.lines, row, this.#index.offset.at(row), this.#index.bytes.at(row), whole);
  }

  /** What a session has come to, after all its rows so far or up to and with `upTo`. */
  sessionState(session: string, upTo?: number): Promise<SessionSnapshot> {
    return this.#sessions.at(session, upTo);
  }

  /** Entries of a session's conversation, as far as it is analysed. */
  conversation(question: ConversationQuestion): Promise<ConversationPage> {
    const conversation = this.#pass.conversations.of(question.session);
    return conversationPage(conversation, question, (rows, take) => this.#eachLine(rows, take));
  }

  /** Sums, percentiles and spread of what lies between two times, of one session or ('') all, as far as analysed. */
  measures(session: string, start = -Infinity, end = Infinity): Measures {
    return measuresOf(this.#pass.analysis, { session, start, end });
  }

  /** Resolves when what has been read so far is analysed. */
  async analysed(): Promise<void> {
    await this.#analysing;
  }

  peaks(session: string, from: 'client' | 'server', startMs: number, endMs: number, buckets: number): Peaks {
    return this.#index.audio.peaks(session, from, startMs, endMs, buckets);
  }

  /** What a row came of and what came of it, as far as the rows are analysed. */
  related(row: number): Related {
    return relatedTo(this.#pass.analysis.links, row);
  }

  bufferSteps(session: string, startMs: number, endMs: number, most: number): BufferSteps {
    const levels = this.#pass.analysis.bufferLevels({ session, start: startMs, end: endMs }, most);
    return { t: Float64Array.from(levels, ({ t }) => t), ms: Float32Array.from(levels, ({ ms }) => ms) };
  }

  metrics(session: string, startMs: number, endMs: number): SessionMetrics[] {
    return this.#pass.analysis.metrics({ session, start: startMs, end: endMs });
  }

  /** Assembles the audio a selector means; what is missing or broken is said in `problem`, never thrown. */
  async audio(selector: AudioSelector): Promise<AudioClip> {
    const index = this.#index;
    const clocks =
      selector.from === 'client' && selector.item !== undefined
        ? index.lanes.inputItem(selector.session, selector.item)
        : undefined;
    let pieces = index.audio.pieces(selector, (text) => index.columns.strings.find(text), clocks);
    const problems = new Set<string>();
    const first = pieces[0];
    if (!first) {
      return {
        rate: DEFAULT_FORMAT.rate,
        samples: new Int16Array(0),
        startMs: selector.startMs ?? 0,
        problem: 'There is no audio here.',
      };
    }
    const rate = first.format.rate;
    const within = pieces.filter((piece) => piece.start + piece.ms - first.start <= LONGEST_CLIP_MS);
    if (within.length < pieces.length) problems.add('Only the first hour is here.');
    pieces = within;
    const byRow = new Map(pieces.map((piece) => [piece.row, piece]));
    const placed: PlacedSamples[] = [];
    await this.#eachLine([...byRow.keys()], (row, line) => {
      const piece = byRow.get(row);
      const parsed = parseLine(line);
      if (!piece || parsed.kind !== 'event' || !parsed.body) return;
      const field = audioField(parsed.head.type ?? '', parsed.head.from);
      const base64 = field && audioText(line, parsed.body, field);
      if (!base64) return;
      const decoded = decodeAudio(base64, piece.format);
      if (decoded.problem) problems.add(`The audio of event ${parsed.head.seq} is damaged: ${decoded.problem}.`);
      // The part of it that was asked for, in ms from its beginning.
      const from = Math.max(
        0,
        (selector.startMs ?? -Infinity) - piece.start,
        (clocks?.from ?? -Infinity) - piece.clock,
      );
      const to = Math.min(piece.ms, (selector.endMs ?? Infinity) - piece.start, (clocks?.to ?? Infinity) - piece.clock);
      const at = (ms: number) => Math.round((ms * piece.format.rate) / 1000);
      const samples = decoded.samples.subarray(at(from), Math.max(at(from), at(to)));
      placed.push({ startMs: piece.start + from, samples: resample(samples, piece.format.rate, rate) });
    });
    if (pieces.some((piece) => piece.format.rate !== rate))
      problems.add(`Parts of it had another rate and were brought to ${rate} Hz.`);
    const startMs = placed[0]?.startMs ?? first.start;
    const samples = assembleClip(placed, startMs, rate);
    return {
      rate,
      samples,
      startMs,
      problem: [...problems].slice(0, 5).join(' '),
    };
  }

  async wav(selector: AudioSelector): Promise<Uint8Array> {
    const clip = await this.audio(selector);
    if (clip.samples.length === 0) throw new Error(clip.problem || 'There is no audio here.');
    return encodeWav(clip.samples, clip.rate);
  }

  /**
   * Rows whose line holds the text (any case) or matches the expression; sound is not searched. A later search ends an
   * earlier one, which answers with what it has. Rejects when the expression is not valid.
   */
  async search(text: string, regex: boolean): Promise<{ rows: number[]; complete: boolean }> {
    const own = ++this.#searches;
    const matcher = makeMatcher(text, regex);
    const rows: number[] = [];
    const index = this.#index;
    const last = index.offset.length;
    let row = 0;
    let cut = false;
    const lines = await LineReader.open(this.#reader.lines.file);
    try {
      const goesOn = () =>
        own === this.#searches && !this.#closed && row < last && rows.length <= MOST_FOUND && !matcher.exhausted;
      await lines.read((line) => {
        // Lines that are no rows (headers, empty ones) lie between the rows' offsets.
        if (row >= last || line.offset !== index.offset.at(row)) return;
        if (line.end - line.start < line.bytes) cut = true;
        const isAudio = (index.marks.at(row) & RowMark.audio) !== 0;
        const { buffer, start, end } = line;
        const found = matcher.add(
          row,
          isAudio ? withoutAudio(buffer, start, end) : buffer.toString('utf8', start, end),
        );
        if (found.length > 0) rows.push(...found);
        row++;
      }, goesOn);
      lines.takeTail((line) => {
        if (row < last && line.offset === index.offset.at(row))
          rows.push(...matcher.add(row++, line.buffer.toString('utf8', line.start, line.end)));
        return true;
      });
    } finally {
      await lines.close();
    }
    rows.push(...matcher.finish());
    const complete = row >= last && matcher.complete && !cut && rows.length <= MOST_FOUND;
    return { rows: rows.slice(0, MOST_FOUND), complete };
  }

  /** Writes a trace of these rows; see `rowExport.ts`. */
  async saveRows(ranges: RowRanges, file: string): Promise<number> {
    if (ranges.length > 0) this.#check(ranges[ranges.length - 1] ?? 0);
    const { header, lines } = this.#reader;
    return saveRows(ranges, file, { header, source: lines.file, eachLine: (rows, take) => this.#eachLine(rows, take) });
  }

  async messages(ranges: RowRanges, most: number): Promise<RowTexts> {
    if (ranges.length > 0) this.#check(ranges[ranges.length - 1] ?? 0);
    return messagesOf(ranges, most, (rows, take) => this.#eachLine(rows, take));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#clock.stop();
    await this.#reader.close();
  }

  #check(row: number): void {
    if (!Number.isSafeInteger(row) || row < 0 || row >= this.#index.offset.length) {
      throw new Error(`Row ${row} is not in this trace (it has ${this.#index.offset.length}).`);
    }
  }

  /** Reads the lines of rows, neighbours in one go, in ascending order. */
  async #eachLine(rows: number[], take: (row: number, line: Buffer) => void): Promise<void> {
    const { offset, bytes } = this.#index;
    const ordered = [...new Set(rows)].filter((row) => row >= 0 && row < offset.length).sort((a, b) => a - b);
    for (let i = 0; i < ordered.length;) {
      const start = offset.at(ordered[i] as number);
      let next = i + 1;
      let end = start + bytes.at(ordered[i] as number);
      for (; next < ordered.length; next++) {
        const row = ordered[next] as number;
        const rowEnd = offset.at(row) + bytes.at(row);
        // A small gap costs less than another read.
        if (rowEnd - start > READ_TOGETHER || offset.at(row) - end > 64 * 1024) break;
        end = rowEnd;
      }
      const block = await this.#reader.lines.range(start, end - start);
      for (; i < next; i++) {
        const row = ordered[i] as number;
        const at = offset.at(row) - start;
        take(row, block.subarray(at, at + bytes.at(row)));
      }
    }
  }

  #summary(line: Buffer): string {
    const parsed = parseLine(line);
    if (parsed.kind === 'record') return summarise(parsed.record);
    if (parsed.kind !== 'event') return summarise({ kind: 'note', t: 0, text: line.toString('utf8', 0, 800) });
    const { head, body } = parsed;
    const record: EventRecord = { ...head };
    const field = audioField(head.type ?? '', head.from);
    if (body && field) {
      const base64 = audioText(line, body, field);
      const audioBytes = base64 === undefined ? 0 : base64Bytes(base64);
      const format = this.#index.lanes.format(head.session, head.from, head.response ?? '');
      return summarise({ ...record, event: {} }, { audioBytes, audioMs: bytesToMs(audioBytes, format) });
    }
    if (body?.format === 'base64') record.base64 = '';
    else if (body) {
      const text = messageText(line, body) ?? '';
      try {
        record.event = JSON.parse(text);
      } catch {
        record.text = text;
      }
    }
    return summarise(record);
  }

  async #longSummary(row: number): Promise<string> {
    const bytes = this.#index.bytes.at(row);
    const data = await this.#reader.lines.range(this.#index.offset.at(row), Math.min(bytes, 64 * 1024));
    const parsed = parseLine(data, bytes);
    if (parsed.kind !== 'event') return `a line of ${bytes} bytes`;
    const { head, body } = parsed;
    const field = audioField(head.type ?? '', head.from);
    if (body?.format === 'event' && field) {
      const audioBytes = Math.floor(((body.end - body.start) * 3) / 4);
      const format = this.#index.lanes.format(head.session, head.from, head.response ?? '');
      return summarise({ ...head, event: {} }, { audioBytes, audioMs: bytesToMs(audioBytes, format) });
    }
    const begins = body ? data.toString('utf8', body.start, Math.min(data.length, body.start + 800)) : '';
    return summarise(body?.format === 'base64' ? { ...head, base64: '' } : { ...head, text: begins });
  }

  #flush(): void {
    this.#flushedAt = performance.now();
    if (this.#index.columns.waiting > 0) this.#listener.columns(this.#index.columns.take());
  }

  #state(): DocumentState {
    const { header, lines } = this.#reader;
    const problems = [...this.#reader.problems, ...(this.#stopped ? [this.#stopped] : [])];
    const notTrace = this.#whole && !header && !this.#understood && problems.length > 0;
    return {
      rows: this.#index.columns.rows,
      analysed: this.#analysed,
      read: lines.position,
      size: Math.max(this.#size, lines.position),
      startedAt: header?.startedAt ?? '',
      generator: header?.generator ?? '',
      version: header?.version ?? 0,
      sessions: this.#index.sessions(),
      problems: notTrace ? [NOT_A_TRACE, ...problems] : problems,
      ...(notTrace ? { notTrace } : {}),
    };
  }
}
