/** What `inspect` counts in a trace. */
import type { Side } from '../../protocol/side';

/** Counts of a session. Times in ms since the trace's start. */
export interface SessionReport {
  id: string;
  /** Model, deployment or intent of the handshake; '' when unknown. */
  label: string;
  url: string;
  /** HTTP status of the handshake: 101 when it was opened, 0 when nobody answered. */
  status: number;
  openedMs: number;
  /** To its close, or to the last thing recorded of it. */
  durationMs: number;
  /** `by`: which end said goodbye first; `inspector` when neither did. */
  close: { code: number; reason: string; by: Side | 'inspector' } | null;
  messages: number;
}

/** What a trace holds. */
export interface InspectReport {
  file: string;
  version: number;
  startedAt: string;
  generator: string;
  /** From the first record to the last, ms. */
  durationMs: number;
  messages: Record<Side, { count: number; bytes: number; audioSeconds: number }>;
  /** By direction and type, most frequent first; '' stands for messages without a type. */
  types: { from: Side; type: string; count: number; bytes: number }[];
  sessions: SessionReport[];
  /** Responses by how they ended; `in_progress` for those whose end was not recorded. */
  responses: Record<string, number>;
  errorCount: number;
  errors: { seq: number; session: string; t: number; message: string }[];
  /** Messages the inspector sent, messages with replaced secrets, messages known not to have been kept. */
  injected: number;
  redacted: number;
  lost: number;
  httpCalls: number;
  /** Notes of the user as they are in the end, in the order of their moments; a bookmark has no text. At most 10,000. */
  notes: { session: string; seq: number; t: number; text: string }[];
  problems: string[];
}
