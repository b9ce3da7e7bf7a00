/** What passes between a document's worker and its owner: one typed table of requests, always answered, and the notices. */
import type { ConversationPage, ConversationQuestion } from '../analysis/conversation/model';
import type { Measures } from '../analysis/measures';
import type { Related } from '../analysis/links';
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
import type { SearchEnd, SearchFound, SearchQuery } from './searchModel';

/** Requests by name. */
export interface DocumentRequests {
  follow: { params: Record<string, never>; result: null };
  summaries: { params: { rows: number[] }; result: string[] };
  body: { params: { row: number; whole: boolean }; result: RowBody };
  sessionState: { params: { session: string; upTo?: number }; result: SessionSnapshot };
  conversation: { params: ConversationQuestion; result: ConversationPage };
  measures: { params: { session: string; start?: number; end?: number }; result: Measures };
  peaks: {
    params: { session: string; from: 'client' | 'server'; startMs: number; endMs: number; buckets: number };
    result: Peaks;
  };
  waveforms: { params: { places: WavePlace[]; buckets: number }; result: Waveforms };
  related: { params: { row: number }; result: Related };
  bufferSteps: { params: { session: string; startMs: number; endMs: number; most: number }; result: BufferSteps };
  audio: { params: AudioSelector; result: AudioClip };
  wav: { params: AudioSelector; result: Uint8Array };
  saveRows: { params: { ranges: RowRanges; file: string }; result: number };
  saveFrom: { params: { ranges: RowRanges; file: string; session: string; row: number }; result: ReplayBeginning };
  messages: { params: { ranges: RowRanges; most: number }; result: RowTexts };
  /** Adds a note of the user to a trace that nobody writes. */
  note: { params: UserNote; result: null };
  /** Rows are told of by `found` notices, which come before the answer; `StopMessage` ends it early. */
  search: { params: SearchQuery; result: SearchEnd };
  close: { params: Record<string, never>; result: null };
}
export type DocumentRequestName = keyof DocumentRequests;

export interface DocumentRequestMessage<N extends DocumentRequestName = DocumentRequestName> {
  id: number;
  name: N;
  params: DocumentRequests[N]['params'];
}

/** Ends a request that takes long; it is answered with what it has come to. */
export interface StopMessage {
  stop: number;
}

/** Worker to owner. `opened` or `failed` comes first and once. */
export type DocumentMessage =
  | { kind: 'opened' }
  | { kind: 'failed'; error: string }
  | { kind: 'reply'; id: number; result: unknown }
  | { kind: 'refusal'; id: number; error: string }
  | { kind: 'found'; id: number; found: SearchFound }
  /** Rows, and the state that has them. */
  | { kind: 'columns'; batch: ColumnBatch; state: DocumentState }
  | { kind: 'analysis'; bytes: Uint8Array }
  | { kind: 'state'; state: DocumentState };
