/**
 * One trace file as all its editors share it: the document worker behind it, the columns and analysis received so far, and
 * following the file as it grows. The worker starts when a page first asks for something.
 */
import type { UserPrices } from '../analysis/prices';
import type { openDocument, TraceDocument } from '../document';
import type { DocumentState } from '../document/columns';
import { AnalysisLog } from './analysisLog';
import { ColumnLog } from './columnLog';
import { messageOf, Signal } from './signal';

/**
 * From the beginning of one reading of a growing file to the next, ms. The recorder writes a busy session's lines a hundred times a
 * second: read each time, a third of a core went into telling of it, and the page is told less often anyway.
 */
const FOLLOW_MS = 25;

/** Nothing read yet. */
const EMPTY: DocumentState = {
  rows: 0,
  analysed: 0,
  read: 0,
  size: 0,
  startedAt: '',
  generator: '',
  version: 0,
  sessions: [],
  problems: [],
};

export class TraceModel {
  columns = new ColumnLog();
  analysis = new AnalysisLog();
  state: DocumentState = EMPTY;
  /** Columns or state have changed. */
  readonly onDidGrow = new Signal<void>();
  /** Entries of the analysis are new or changed. */
  readonly onDidAnalyse = new Signal<void>();
  /** The index began again from the first row: pages must drop what they have. */
  readonly onDidReset = new Signal<void>();

  #opening: Promise<TraceDocument> | undefined;
  #following: Promise<void> | undefined;
  #again = false;
  /** Counts the readings that were begun anew. */
  #restarts = 0;
  /** When the last reading began, ms of the monotonic clock. */
  #readAt = -Infinity;
  #closed = false;

  constructor(
    readonly file: string,
    private readonly workers: string,
    private readonly open: () => Promise<typeof openDocument>,
    private readonly prices: () => UserPrices | undefined = () => undefined,
  ) {}

  /** True once a page has asked for the document. */
  get opened(): boolean {
    return this.#opening !== undefined;
  }

  /** The open document. Rejects with a message for people; the next call tries again. */
  document(): Promise<TraceDocument> {
    if (this.#closed) return Promise.reject(new Error(`${this.file} is closed.`));
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      this.state = { ...EMPTY, problems: [messageOf(error)] };
      this.onDidGrow.fire();
      throw error;
    });
    return this.#opening;
  }

  /**
   * The file may have grown. What comes after a pause is read at once; calls that come while a reading is under way, or just
   * after one, make one more, however many they are.
   */
  follow(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    if (this.#following) {
      this.#again = true;
      return this.#following;
    }
    this.#following = (async () => {
      do {
        const early = this.#readAt + FOLLOW_MS - performance.now();
        if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
        if (this.#closed) return;
        this.#again = false;
        this.#readAt = performance.now();
        const restarts = this.#restarts;
        try {
          await (await this.document()).follow();
        } catch (error) {
          if (this.#closed) return;
          if (restarts === this.#restarts) throw error;
          // What was read is closed because the file is read anew: this reading goes on with that one.
          this.#again = true;
        }
      } while (this.#again && !this.#closed);
    })().finally(() => (this.#following = undefined));
    return this.#following;
  }

  /** Reads the file again from its start, with the prices there are now. Nothing is done while no page has asked for it. */
  async restart(): Promise<void> {
    const opening = this.#opening;
    if (!opening || this.#closed) return;
    const document = await opening.catch(() => undefined);
    if (this.#opening !== opening) return;
    // From here on the earlier reading says nothing more, and whoever asks next opens the file anew: what there was has to
    // be gone by then, or the new reading's rows would go with it.
    this.#restarts += 1;
    const closing = document?.close();
    this.#opening = undefined;
    this.#reset();
    await closing;
    await this.follow();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const document = await this.#opening?.catch(() => undefined);
    await document?.close();
  }

  async #open(): Promise<TraceDocument> {
    const openDocument = await this.open();
    const prices = this.prices();
    const document = await openDocument({
      file: this.file,
      workers: this.workers,
      ...(prices && prices.size > 0 ? { prices } : {}),
      onColumns: (batch) => {
        if (batch.first === 0 && this.columns.rows > 0) this.#reset();
        this.columns.append(batch);
        this.onDidGrow.fire();
      },
      onAnalysis: (bytes) => {
        this.analysis.add(bytes);
        this.onDidAnalyse.fire();
      },
      onState: (state) => {
        this.state = state;
        this.onDidGrow.fire();
      },
    });
    return document;
  }

  #reset(): void {
    this.columns = new ColumnLog();
    this.analysis = new AnalysisLog();
    this.onDidReset.fire();
  }
}
