/**
 * A trace file opened for looking at: a worker reads, indexes and analyses it, so that neither the extension host nor a
 * terminal stalls on a large file. The file is never held in memory; bodies are read by range when asked for.
 */
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ConversationPage, ConversationQuestion } from '../analysis/conversation/model';
import type { Measures } from '../analysis/measures';
import type { Related } from '../analysis/links';
import type { UserPrices } from '../analysis/prices';
import type { UserNote } from '../trace/notes';
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
import type { ReplayBeginning } from './replayBeginning';
import type { RowRanges, RowTexts } from './rowExport';
import type { SessionSnapshot } from './sessionSnapshot';
import type {
  DocumentMessage,
  DocumentRequestMessage,
  DocumentRequestName,
  DocumentRequests,
  StopMessage,
} from './messages';
import type { SearchEnd, SearchFound, SearchQuery } from './searchModel';

/** Where the file is, where the bundles are, and who listens. */
export interface DocumentOptions {
  /** The trace file's path. */
  file: string;
  /** Folder of `documentWorker.cjs`. */
  workers: string;
  /** The user's own prices, which go before those of the list. */
  prices?: UserPrices;
  onColumns(batch: ColumnBatch): void;
  /** What the analysis has new or changed; `changesFromBytes` reads it. */
  onAnalysis(bytes: Uint8Array): void;
  onState(state: DocumentState): void;
}

/** An open trace. Every promise rejects with a message for people when the file cannot be read or after `close`. */
export interface TraceDocument {
  /** The file has grown (or may have): read on to its end. Resolves when all that was there is indexed. */
  follow(): Promise<void>;
  summaries(rows: number[]): Promise<string[]>;
  body(row: number, whole: boolean): Promise<RowBody>;
  /** What a session has come to, after all its rows so far or up to and with row `upTo`; a new one when it has none. */
  sessionState(session: string, upTo?: number): Promise<SessionSnapshot>;
  /** At most 500 entries of a session's conversation; `near` asks for the place of the entry an event belongs to. */
  conversation(question: ConversationQuestion): Promise<ConversationPage>;
  /** Sums, percentiles and spread between two times, of one session or ('') all. */
  measures(session: string, start?: number, end?: number): Promise<Measures>;
  peaks(session: string, from: 'client' | 'server', startMs: number, endMs: number, buckets: number): Promise<Peaks>;
  /** Waveforms of several places at once, each of `buckets` pairs: one question for a whole picture. */
  waveforms(places: WavePlace[], buckets: number): Promise<Waveforms>;
  /** What a row came of and what came of it, as far as the rows are analysed. */
  related(row: number): Promise<Related>;
  /** Steps of a session's input buffer between two times, the one before them included; at most `most`. */
  bufferSteps(session: string, startMs: number, endMs: number, most: number): Promise<BufferSteps>;
  audio(selector: AudioSelector): Promise<AudioClip>;
  /** The same audio as a complete WAV file. */
  wav(selector: AudioSelector): Promise<Uint8Array>;
  /** Writes a trace of these rows only; resolves with their number, rejects when the file cannot be written. */
  saveRows(ranges: RowRanges, file: string): Promise<number>;
  /**
   * Writes a trace of these rows of a session, to be replayed from `row`, its client's first message among them; see
   * `replayBeginning.ts`. Rejects as `saveRows` does.
   */
  saveFrom(ranges: RowRanges, file: string, session: string, row: number): Promise<ReplayBeginning>;
  /** The messages of these rows, one a line, at most `most` characters. */
  messages(ranges: RowRanges, most: number): Promise<RowTexts>;
  /** Adds a note of the user to the file; rejects, for people, when it cannot be written or another program writes it. */
  note(note: UserNote): Promise<void>;
  /**
   * Looks for text in the lines, and tells of rows as it finds them, in their order and before the promise resolves. Several may
   * be under way. Aborted, it ends soon and resolves with how far it has come.
   */
  search(query: SearchQuery, found: (found: SearchFound) => void, signal?: AbortSignal): Promise<SearchEnd>;
  close(): Promise<void>;
}

/** Opens a trace. Resolves when the header is read and indexing has begun; rejects when the file cannot be read at all. */
export async function openDocument(options: DocumentOptions): Promise<TraceDocument> {
  const worker = new Worker(path.join(options.workers, 'documentWorker.cjs'), {
    workerData: { file: options.file, ...(options.prices ? { prices: options.prices } : {}) },
    // Reading makes objects that live shortly. Left alone, V8 keeps 150 MB of room for them, with less it is no slower; what has
    // no bounds, the rows, is in no heap.
    resourceLimits: { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 1536 },
  });
  const document = new WorkerDocument(worker, options);
  await document.opened;
  return document;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

class WorkerDocument implements TraceDocument {
  readonly opened: Promise<void>;
  #worker: Worker;
  #waiting = new Map<number, Waiting>();
  /** Who is told of what a search finds, by its request. */
  #searches = new Map<number, (found: SearchFound) => void>();
  #next = 1;
  /** Why nothing can be asked any more. */
  #ended: string | undefined;

  constructor(worker: Worker, options: DocumentOptions) {
    this.#worker = worker;
    this.opened = new Promise((resolve, reject) => {
      const end = (why: string) => {
        this.#end(why);
        reject(new Error(why));
      };
      worker.on('message', (message: DocumentMessage) => {
        switch (message.kind) {
          case 'opened':
            return resolve();
          case 'failed':
            return end(message.error);
          case 'reply':
            return this.#settle(message.id)?.resolve(message.result);
          case 'found':
            return this.#searches.get(message.id)?.(message.found);
          case 'refusal':
            return this.#settle(message.id)?.reject(new Error(message.error));
        }
        if (this.#ended !== undefined) return;
        if (message.kind === 'analysis') return options.onAnalysis(message.bytes);
        if (message.kind === 'columns') options.onColumns(message.batch);
        options.onState(message.state);
      });
      worker.on('error', (error) => end(`Reading ${options.file} failed: ${error.message}. Open it again.`));
      worker.on('exit', () => end(`The trace ${options.file} is no longer open.`));
    });
  }

  async follow(): Promise<void> {
    await this.#ask('follow', {});
  }

  summaries(rows: number[]): Promise<string[]> {
    return this.#ask('summaries', { rows });
  }

  body(row: number, whole: boolean): Promise<RowBody> {
    return this.#ask('body', { row, whole });
  }

  sessionState(session: string, upTo?: number): Promise<SessionSnapshot> {
    return this.#ask('sessionState', upTo === undefined ? { session } : { session, upTo });
  }

  conversation(question: ConversationQuestion): Promise<ConversationPage> {
    return this.#ask('conversation', question);
  }

  measures(session: string, start?: number, end?: number): Promise<Measures> {
    return this.#ask('measures', {
      session,
      ...(start === undefined ? {} : { start }),
      ...(end === undefined ? {} : { end }),
    });
  }

  peaks(session: string, from: 'client' | 'server', startMs: number, endMs: number, buckets: number): Promise<Peaks> {
    return this.#ask('peaks', { session, from, startMs, endMs, buckets });
  }

  waveforms(places: WavePlace[], buckets: number): Promise<Waveforms> {
    return this.#ask('waveforms', { places, buckets });
  }

  related(row: number): Promise<Related> {
    return this.#ask('related', { row });
  }

  bufferSteps(session: string, startMs: number, endMs: number, most: number): Promise<BufferSteps> {
    return this.#ask('bufferSteps', { session, startMs, endMs, most });
  }

  audio(selector: AudioSelector): Promise<AudioClip> {
    return this.#ask('audio', selector);
  }

  wav(selector: AudioSelector): Promise<Uint8Array> {
    return this.#ask('wav', selector);
  }

  saveRows(ranges: RowRanges, file: string): Promise<number> {
    return this.#ask('saveRows', { ranges, file });
  }

  saveFrom(ranges: RowRanges, file: string, session: string, row: number): Promise<ReplayBeginning> {
    return this.#ask('saveFrom', { ranges, file, session, row });
  }

  messages(ranges: RowRanges, most: number): Promise<RowTexts> {
    return this.#ask('messages', { ranges, most });
  }

  async note(note: UserNote): Promise<void> {
    await this.#ask('note', note);
  }

  search(query: SearchQuery, found: (found: SearchFound) => void, signal?: AbortSignal): Promise<SearchEnd> {
    if (signal?.aborted === true) return Promise.resolve({ found: 0, looked: 0, of: 0, complete: false });
    const id = this.#next;
    const stop = () => {
      const message: StopMessage = { stop: id };
      this.#worker.postMessage(message);
    };
    signal?.addEventListener('abort', stop);
    this.#searches.set(id, found);
    return this.#ask('search', query).finally(() => {
      signal?.removeEventListener('abort', stop);
      this.#searches.delete(id);
    });
  }

  async close(): Promise<void> {
    if (this.#ended !== undefined) return;
    this.#end('The trace has been closed.');
    await this.#worker.terminate();
  }

  #ask<N extends DocumentRequestName>(
    name: N,
    params: DocumentRequests[N]['params'],
  ): Promise<DocumentRequests[N]['result']> {
    if (this.#ended !== undefined) return Promise.reject(new Error(this.#ended));
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      // The worker answers by the same table, so the result is of the request's type.
      this.#waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
      const message: DocumentRequestMessage<N> = { id, name, params };
      this.#worker.postMessage(message);
    });
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #end(why: string): void {
    this.#ended ??= why;
    for (const waiting of this.#waiting.values()) waiting.reject(new Error(this.#ended));
    this.#waiting.clear();
  }
}
