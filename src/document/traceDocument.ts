/** A trace file with everything a view may ask of it; runs in the document worker and knows nothing of threads. */
import type { ConversationPage, ConversationQuestion } from '../analysis/conversation/model';
import { relatedTo, type Related } from '../analysis/links';
import { measuresOf, type Measures } from '../analysis/measures';
import type { AnalysisChanges } from '../analysis/model';
import type { UserPrices } from '../analysis/prices';
import { encodeWav } from '../audio/wav';
import { appendNote } from '../trace/appendNote';
import type { UserNote } from '../trace/notes';
import { TraceReader } from '../trace/reader';
import { whyUnreadable } from '../trace/unreadable';
import { AnalysisPass } from './analysisPass';
import { audioClip } from './audioClip';
import type {
  AudioClip,
  AudioSelector,
  BufferSteps,
  ColumnBatch,
  DocumentState,
  Peaks,
  RowBody,
  Waveforms,
  WavePlace,
} from './columns';
import { conversationPage } from './conversationPage';
import { TraceIndex } from './indexer';
import { LiveClock } from './liveClock';
import { beginningLines, type ReplayBeginning } from './replayBeginning';
import { messagesOf, saveRows, withLastLines, type EachLine, type RowRanges, type RowTexts } from './rowExport';
import { readBody } from './rowBody';
import { RowLines } from './rowLines';
import { RowSummaries } from './rowSummaries';
import type { SearchEnd, SearchFound, SearchQuery } from './searchModel';
import { SessionFold } from './sessionFold';
import type { SessionSnapshot } from './sessionSnapshot';
import { searchText } from './textSearch';

/** Who hears of rows, spans and state as they come. */
export interface DocumentListener {
  /** More rows; the state that has them follows at once. */
  columns(batch: ColumnBatch): void;
  analysis(changes: AnalysisChanges): void;
  state(state: DocumentState): void;
}

/** The note as a line of the last of joined traces would have it: what is said of an earlier one has its moment only. */
function noteInPart(note: UserNote, part: number, shift: number): UserNote {
  const at = note.at - shift;
  if (part === 1) return note;
  const ending = ` (${part})`;
  if (!note.session.endsWith(ending)) return { ...note, at, session: '', seq: 0 };
  return { ...note, at, session: note.session.slice(0, -ending.length) };
}

const BATCH_ROWS = 20_000;
/** How often a view hears of progress while a large file is indexed, ms. */
const FLUSH_MS = 50;

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
  #sessions = new SessionFold(this.#index, (rows, take) => this.#lines.each(rows, take));
  readonly #lines: RowLines;
  readonly #summaries: RowSummaries;
  #listener: DocumentListener;
  #closed = false;
  #size = 0;
  #toldAt = 0;
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
    this.#lines = new RowLines(this.#index, reader.lines);
    this.#summaries = new RowSummaries(this.#index, this.#lines, reader.lines);
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
        if (this.#index.columns.waiting >= BATCH_ROWS) this.#tell();
      },
      () => {
        if (performance.now() - this.#toldAt > FLUSH_MS) this.#tell();
        return !this.#closed;
      },
    );
    this.#size = Math.max(await this.#reader.lines.size(), this.#reader.lines.position);
    if (this.#whole && this.#index.columns.rows > rows) this.#isLive = true;
    this.#whole = !this.#closed;
    this.#tell();
    this.#analysing ??= this.#analyse()
      .catch((error: unknown) => this.#stopAnalysing(error))
      .finally(() => (this.#analysing = undefined));
  }

  /** Lets the second pass come up to the rows there are, also those that come meanwhile. */
  async #analyse(): Promise<void> {
    let told = performance.now();
    this.#stopped = '';
    while (this.#analysed < this.#index.rows && !this.#closed) {
      const end = this.#index.rows;
      const came = await this.#lines.through(
        this.#analysed,
        end,
        (row, line) => {
          // Each row once, also when one after it cannot be read and the pass begins again there.
          this.#analysed = row + 1;
          this.#pass.add(row, line);
        },
        () => {
          const now = performance.now();
          if (now - told > FLUSH_MS || this.#analysed === this.#index.rows) {
            told = now;
            this.#listener.analysis(this.#pass.take());
            this.#listener.state(this.#state());
          }
          return !this.#closed;
        },
      );
      if (came < end && !this.#closed) throw new Error('the file ends before it');
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

  summaries(rows: number[]): Promise<string[]> {
    return this.#summaries.of(rows);
  }

  body(row: number, whole: boolean): Promise<RowBody> {
    this.#lines.check(row);
    return readBody(this.#reader.lines, row, this.#index.offset.at(row), this.#index.bytes.at(row), whole);
  }

  /** What a session has come to, after all its rows so far or up to and with `upTo`. */
  sessionState(session: string, upTo?: number): Promise<SessionSnapshot> {
    return this.#sessions.at(session, upTo);
  }

  /** Entries of a session's conversation, as far as it is analysed. */
  async conversation(question: ConversationQuestion): Promise<ConversationPage> {
    const conversation = this.#pass.conversations.of(question.session);
    const page = await conversationPage(conversation, question, (rows, take) => this.#lines.each(rows, take));
    for (const entry of page.entries) {
      const clocks = entry.role === 'user' ? this.#index.lanes.inputItem(entry.session, entry.item) : undefined;
      if (clocks && clocks.to !== Infinity) entry.inputMs = clocks.to - clocks.from;
    }
    return page;
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

  /** Waveforms of several places, each of `buckets` pairs, in their order. */
  waveforms(places: readonly WavePlace[], buckets: number): Waveforms {
    const min = new Int16Array(places.length * buckets);
    const max = new Int16Array(places.length * buckets);
    for (const [at, { session, from, startMs, endMs }] of places.entries()) {
      const peaks = this.peaks(session, from, startMs, endMs, buckets);
      min.set(peaks.min, at * buckets);
      max.set(peaks.max, at * buckets);
    }
    return { min, max };
  }

  /** What a row came of and what came of it, as far as the rows are analysed. */
  related(row: number): Related {
    return relatedTo(this.#pass.analysis.links, row);
  }

  bufferSteps(session: string, startMs: number, endMs: number, most: number): BufferSteps {
    const levels = this.#pass.analysis.bufferLevels({ session, start: startMs, end: endMs }, most);
    return { t: Float64Array.from(levels, ({ t }) => t), ms: Float32Array.from(levels, ({ ms }) => ms) };
  }

  /** Assembles the audio a selector means; what is missing or broken is said in `problem`, never thrown. */
  audio(selector: AudioSelector): Promise<AudioClip> {
    return audioClip(selector, this.#index, this.#lines);
  }

  async wav(selector: AudioSelector): Promise<Uint8Array> {
    const clip = await this.audio(selector);
    if (clip.samples.length === 0) throw new Error(clip.problem || 'There is no audio here.');
    return encodeWav(clip.samples, clip.rate);
  }

  /** Looks through the rows there are; see `textSearch.ts`. Closing the document ends it. */
  search(query: SearchQuery, tell: (found: SearchFound) => void, goesOn: () => boolean): Promise<SearchEnd> {
    return searchText(query, { index: this.#index, lines: this.#lines }, tell, () => !this.#closed && goesOn());
  }

  /** Writes a trace of these rows; see `rowExport.ts`. */
  saveRows(ranges: RowRanges, file: string): Promise<number> {
    return this.#save(ranges, file);
  }

  /**
   * Writes a trace of these rows of a session that can be replayed from `row`, the first message of its client among them: before
   * it stands what brings a new session as far as this one had come. Rejects as `saveRows` does.
   */
  async saveFrom(ranges: RowRanges, file: string, session: string, row: number): Promise<ReplayBeginning> {
    this.#lines.check(row);
    const state = await this.#sessions.whole(session, row - 1);
    let first: Buffer = Buffer.alloc(0);
    // The bytes lie in a block that is used again.
    await this.#lines.each([row], (_, line) => (first = Buffer.from(line)));
    const { lines, ...beginning } = beginningLines(state, first);
    await this.#save(ranges, file, { row, lines });
    return beginning;
  }

  async #save(ranges: RowRanges, file: string, before?: { row: number; lines: Buffer }): Promise<number> {
    if (ranges.length > 0) this.#lines.check(ranges[ranges.length - 1] ?? 0);
    const { headers, lines } = this.#reader;
    const partOf = (row: number) => this.#index.partOf(row).part;
    const eachLine: EachLine = (rows, take) => this.#lines.each(rows, take);
    const source = { headers, partOf, source: lines.file, eachLine };
    return saveRows(withLastLines(ranges, this.#index.changedNotes), file, source, before);
  }

  /** Adds a note of the user at the end of the file; times and session as this document has them. Rejects as `appendNote` does. */
  note(note: UserNote): Promise<void> {
    const { rows } = this.#index;
    const { part, shift } = rows === 0 ? { part: 1, shift: 0 } : this.#index.partOf(rows - 1);
    return appendNote(this.#reader.lines.file, noteInPart(note, part, shift));
  }

  async messages(ranges: RowRanges, most: number): Promise<RowTexts> {
    if (ranges.length > 0) this.#lines.check(ranges[ranges.length - 1] ?? 0);
    return messagesOf(ranges, most, (rows, take) => this.#lines.each(rows, take));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#clock.stop();
    await this.#reader.close();
  }

  #tell(): void {
    this.#toldAt = performance.now();
    if (this.#index.columns.waiting > 0) this.#listener.columns(this.#index.columns.take());
    this.#listener.state(this.#state());
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
