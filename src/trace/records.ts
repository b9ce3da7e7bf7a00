/**
 * The trace format, version 1: one JSON object a line (`NAME.realtime.jsonl`). These types are the format's only
 * definition; `docs/trace-format.md` explains it to people.
 *
 * Times are milliseconds since the header's `startedAt` on a monotonic clock, with microsecond resolution.
 */

import type { Side } from '../protocol/side';

/** The version this build writes, and the newest it fully understands. */
export const TRACE_VERSION = 1;

/** How a trace file's name ends; the custom editor is registered for it. */
export const TRACE_EXTENSION = '.realtime.jsonl';

/** Where a frame came from when it did not come from that end itself. */
export type Origin = 'inspector';

/**
 * What became of a message that did not go straight on: `held` back when it arrived (by a breakpoint, a rule's delay, or
 * another message before it), taken away (`dropped`), or `lost` because the connection ended first.
 */
export type Fate = 'held' | 'dropped' | 'lost';

/** Where the times of a trace are from that were not recorded: ids of the service (whole seconds), or the order alone. */
export type TimesFrom = 'ids' | 'order';

/** First line of a file. */
export interface TraceHeader {
  kind: 'trace';
  version: number;
  id: string;
  /** Wall-clock time of t = 0, ISO 8601 with milliseconds. */
  startedAt: string;
  generator: string;
  /** The trace before this one, where a recording went on in a new file: times and numbers go on with it. */
  continues?: string;
  /** What made it of other traces (`trim`, `merge`, ...), and their ids; absent in a recording. */
  madeBy?: string;
  madeFrom?: string[];
  /** Of what its client was replayed; absent in any other recording. */
  replayOf?: ReplayOrigin;
  /** Absent where times were recorded. */
  times?: TimesFrom;
}

/** The recorded session of which a new one was made by sending again what its client sent. */
export interface ReplayOrigin {
  /** Id of its trace; '' where that has none. */
  trace: string;
  session: string;
  /** Name of the changes that were made on the way; absent when there were none. */
  overlay?: string;
}

/** HTTP headers as they stood on the wire (name case kept), secrets replaced. */
export type HeaderRecord = Record<string, string | string[]>;

/** A session's handshake: accepted (`status` 101) or refused (any other status, or 0 when the upstream never answered). */
export interface OpenRecord {
  kind: 'open';
  session: string;
  /** When the handshake was answered; `phases` tells how long it took. */
  t: number;
  /** The upstream's URL, secrets replaced. */
  url: string;
  headers: HeaderRecord;
  subprotocols: string[];
  status: number;
  responseHeaders?: HeaderRecord;
  subprotocol?: string;
  extensions?: string;
  upstream: string;
  /** Milliseconds each phase of the upstream connection took. */
  phases: { dns?: number; tcp?: number; tls?: number; upgrade?: number };
  /** `inspector` when the inspector itself is the client ("New session"). */
  client?: Origin;
  /** Why the handshake failed, for people. */
  error?: string;
  /** The body of a refusal, at most 64 KiB, secrets replaced. */
  body?: string;
  /** `inspector` when a rule refused the handshake: the upstream was never asked. */
  origin?: Origin;
  rule?: string;
}

/** A message. Exactly one of `event`, `text` and `base64` holds the body; none does when it was over the size cap. */
export interface EventRecord {
  kind: 'event';
  seq: number;
  session: string;
  /** When the chunk of bytes that completed the message arrived. */
  t: number;
  /** When it was handed to the other socket; absent on the line of a message held back, dropped or lost. */
  sent?: number;
  from: Side;
  /** The event's `type` as its body tells it here, at most 128 characters; absent when the message is not a JSON object with one. */
  type?: string;
  /** Size of the message's payload (after inflating), in bytes. */
  bytes: number;
  response?: string;
  item?: string;
  call?: string;
  origin?: Origin;
  /** `seq` of the frame this one was made from, or of the line on which this one was held back. */
  replaces?: number;
  fate?: Fate;
  /** Name of the rule that made, changed, delayed or dropped it, at most 128 characters. */
  rule?: string;
  /** Filter of the breakpoint at which it was held, on the line that says what became of it; at most 128 characters. */
  breakpoint?: string;
  /** JSON pointers of values replaced before writing ('': all of it, or too many to list); what was sent is untouched. */
  redacted?: string[];
  /** WebSocket opcode (1 text, 2 binary), beside `base64` only. */
  opcode?: 1 | 2;
  /** The message's own JSON, embedded unchanged: valid JSON without line feed or carriage return. */
  event?: unknown;
  /** Any other text message. */
  text?: string;
  /** A binary message, or a text message that is not valid UTF-8. */
  base64?: string;
}

/** The end of a session. */
export interface CloseRecord {
  kind: 'close';
  session: string;
  t: number;
  /** Close code from the first close frame; 1005 when that had none, 1006 when the socket ended without one. */
  code: number;
  reason: string;
  /** Which end said goodbye first. */
  by: Side;
  /** `inspector` when neither did: the user or a rule dropped the session, or the proxy was stopped. `by` means nothing then. */
  origin?: Origin;
  /** Name of the rule that did. */
  rule?: string;
}

/** A ping or pong, which end it came from and its payload size in bytes. */
export interface ControlRecord {
  kind: 'control';
  session: string;
  t: number;
  op: 'ping' | 'pong';
  from: Side;
  bytes: number;
}

/** Messages that passed but were not kept: recording was off, the disk failed, or the stream could not be decoded. */
export interface GapRecord {
  kind: 'gap';
  t: number;
  /** First and last `seq` not kept; equal to 0 when the number of messages is unknown. */
  from: number;
  to: number;
  count: number;
  reason: string;
  session?: string;
}

/** A REST call through the proxy that belongs to the realtime API (client secrets, calls). */
export interface HttpRecord {
  kind: 'http';
  /** When the answer was complete; lines of a trace stand in the order of their `t`. */
  t: number;
  /** When the request arrived. */
  start: number;
  method: string;
  url: string;
  status: number;
  requestHeaders: HeaderRecord;
  responseHeaders: HeaderRecord;
  /** Bodies as text with secrets replaced, at most 1 MiB each; absent when empty or not text. */
  requestBody?: string;
  responseBody?: string;
  redacted?: string[];
  error?: string;
}

/**
 * A remark. One of the recorder or of an import has `t` and `text` alone. A note of the user has an `id`, and every line of
 * it is the whole note as it is from there on: the last line of an `id` counts, so nothing is ever rewritten, and where a
 * line is torn or lies in an earlier file the others still mean what they say. `src/trace/notes.ts` reads and writes them.
 */
export interface NoteRecord {
  kind: 'note';
  /** When the line was written; in a trace that was closed by then, the time of its last line. */
  t: number;
  /** Empty in a bookmark. */
  text: string;
  id?: string;
  /** Who made it; absent for the recorder and for imports. */
  by?: 'user';
  /** The moment it is about, on the axis of `t`. */
  at?: number;
  /** The session it is about. */
  session?: string;
  /** Number of the message it is about. */
  seq?: number;
  /** It is taken away: this line and those of its `id` before it are to be shown no more. */
  removed?: true;
}

/** Everything that may stand on a line after the header. */
export type TraceRecord = OpenRecord | EventRecord | CloseRecord | ControlRecord | GapRecord | HttpRecord | NoteRecord;
