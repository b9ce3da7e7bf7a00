/**
 * What a view knows of every line of a trace without its body: a struct of arrays, a row a line (the header line has no
 * row). A batch travels as it is from the document worker over the extension host into the webview, so every array is a
 * whole ArrayBuffer of its own, never a view into a larger one.
 */

export type { Span } from '../analysis/model';

/** The kinds of rows; the value stands in `ColumnBatch.kind`. */
export const ROW_KINDS = ['event', 'open', 'close', 'control', 'gap', 'http', 'note', 'unreadable'] as const;
export type RowKind = (typeof ROW_KINDS)[number];

/** Type of the row of a line that changes an earlier note of the user, or takes it away. */
export const NOTE_CHANGE = 'note change';

/** Bits of `ColumnBatch.flags`. */
export const RowFlag = {
  /** Sent by the inspector, not by the app or the server. */
  injected: 1,
  /** A value was replaced before writing. */
  redacted: 2,
  /** An error of the API, a refused handshake, a failed response, an unreadable line. */
  error: 4,
  /** Not a JSON object: binary, invalid JSON, invalid UTF-8. */
  opaque: 8,
  /** A `.delta` or an `input_audio_buffer.append`: runs of these fold into one row. */
  delta: 16,
  /** Held back when it arrived, by a breakpoint or a rule. */
  held: 32,
  /** Sent in the place of another message. */
  edited: 64,
  /** Never sent on: a breakpoint or a rule took it away, or the connection ended while it was held. */
  dropped: 128,
  /** A rule made, changed, delayed or dropped it, or refused or ended the session. */
  rule: 256,
  /** A held message going on as it came: the line after the one on which it was held. */
  released: 512,
} as const;

/** Rows `first` to `first + count - 1`. String columns hold indexes into the document's one string table (0 is ''). */
export interface ColumnBatch {
  first: number;
  count: number;
  /** Milliseconds since the trace's start. */
  t: Float64Array;
  /** When it was handed on; NaN when the row has no such stamp. */
  sent: Float64Array;
  /** Event number; 0 for rows that are not events. */
  seq: Uint32Array;
  /** Index into ROW_KINDS. */
  kind: Uint8Array;
  /** 0 client, 1 server, 2 neither. */
  from: Uint8Array;
  flags: Uint16Array;
  /** The event's type, or for other rows what stands in the type column (`open`, `close 1000`, `ping`, `POST`). */
  type: Uint32Array;
  session: Uint32Array;
  response: Uint32Array;
  item: Uint32Array;
  call: Uint32Array;
  /** Payload bytes. */
  bytes: Float64Array;
  /** Milliseconds of audio in this event, 0 for none. */
  audioMs: Float32Array;
  /** Where it stands on the axis, ms: for input its capture, for output its earliest playback (see analysis/audioLane). */
  audioAt: Float64Array;
  /** Strings new in this batch; the first has index `firstString`. */
  strings: string[];
  firstString: number;
}

/** Size and state of a document, sent after each change. */
export interface DocumentState {
  rows: number;
  /** Rows that are analysed: spans and waveforms follow the rows in the background. */
  analysed: number;
  /** Bytes of the file read so far, and its size. */
  read: number;
  size: number;
  startedAt: string;
  generator: string;
  version: number;
  /** `call`: the WebRTC or SIP call whose sideband it is. */
  sessions: { id: string; label: string; start: number; end: number | null; status: number; call?: string }[];
  /** What could not be read, for people: torn last line, bad lines (with their numbers), newer version. */
  problems: string[];
  /** Read to its end, the file has text and not one line of a trace; the first problem says so. */
  notTrace?: true;
}

/** Picks audio: of one item, one response, or a side of a session within a range of milliseconds. */
export interface AudioSelector {
  session: string;
  from: 'client' | 'server';
  item?: string;
  response?: string;
  startMs?: number;
  endMs?: number;
}

/** Decoded audio: 16-bit mono samples, and where the pieces stand on the time axis. */
export interface AudioClip {
  rate: number;
  samples: Int16Array;
  /** Time of the first sample on the trace's axis, ms. */
  startMs: number;
  /** What could not be decoded, for people; '' when all is well. */
  problem: string;
}

/** Waveform of one side of a session: `buckets` pairs of least and greatest sample between two times. */
export interface Peaks {
  startMs: number;
  endMs: number;
  min: Int16Array;
  max: Int16Array;
}

/** A stretch of one side's audio that a waveform is asked for, ms. */
export interface WavePlace {
  session: string;
  from: 'client' | 'server';
  startMs: number;
  endMs: number;
}

/** Waveforms of several places, all of as many buckets, one after the other. */
export interface Waveforms {
  min: Int16Array;
  max: Int16Array;
}

/** Level of a session's input buffer, a step function: from `t` on it holds `ms` of audio. */
export interface BufferSteps {
  t: Float64Array;
  ms: Float32Array;
}

/** The body of a row, as text for people; never HTML. */
export interface RowBody {
  row: number;
  /** The line's own fields without the body. */
  head: Record<string, unknown>;
  /** How `text` is to be read: JSON (verbatim), plain text, base64 of binary, or nothing kept. */
  format: 'json' | 'text' | 'base64' | 'none';
  text: string;
  /** Bytes of the whole body when `text` was cut, else 0. */
  cutFrom: number;
}
