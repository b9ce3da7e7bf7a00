/**
 * A trace file opened for looking at: a worker reads, indexes and analyses it, so that neither the extension host nor a
 * terminal stalls on a large file. The file is never held in memory; bodies are read by range when asked for.
 */
import type { AudioClip, AudioPiece, AudioSelector, ColumnBatch, DocumentState, Peaks, RowBody, Span } from './columns';

/** Where the file is, where the bundles are, and who listens. */
export interface DocumentOptions {
  /** The trace file's path. */
  file: string;
  /** Folder of `documentWorker.cjs`. */
  workers: string;
  onColumns(batch: ColumnBatch): void;
  onSpans(spans: Span[], audio: AudioPiece[]): void;
  onState(state: DocumentState): void;
}

/** An open trace. Every promise rejects with a message for people when the file cannot be read or after `close`. */
export interface TraceDocument {
  /** The file has grown (or may have): read on to its end. Resolves when all that was there is indexed. */
  follow(): Promise<void>;
  summaries(rows: number[]): Promise<string[]>;
  body(row: number, whole: boolean): Promise<RowBody>;
  peaks(session: string, from: 'client' | 'server', startMs: number, endMs: number, buckets: number): Promise<Peaks>;
  audio(selector: AudioSelector): Promise<AudioClip>;
  /** The same audio as a complete WAV file. */
  wav(selector: AudioSelector): Promise<Uint8Array>;
  search(text: string, regex: boolean): Promise<{ rows: number[]; complete: boolean }>;
  close(): Promise<void>;
}

/** Opens a trace. Resolves when the header is read and indexing has begun; rejects when the file cannot be read at all. */
export declare function openDocument(options: DocumentOptions): Promise<TraceDocument>;
