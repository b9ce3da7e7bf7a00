/**
 * What the analysis says of a trace: plain data, fit for posting between threads and for `inspect --json`. Every list grows
 * by whole objects: a later one with the same `key` takes the place of the earlier. Times are ms on the trace's axis, rows
 * are those of the document.
 */
import type { Side } from '../protocol/side';
import type { Fate } from '../trace/records';

// ---- spans -----------------------------------------------------------------------------------------------------------------

/** The lanes of a session, top to bottom. `part` lies in `item`, `item` in `response`; a `note` is the user's, and has no length. */
export type SpanLane =
  'connection' | 'http' | 'speech' | 'turn' | 'response' | 'item' | 'part' | 'call' | 'mcp' | 'transcription' | 'note';

/** A moment within a span that has a name, e.g. the first audio of a response. */
export interface SpanMark {
  name: string;
  t: number;
  row: number;
}

/** A stretch of time with a meaning, complete at each update: a later one with the same `key` takes its place. */
export interface Span {
  key: string;
  session: string;
  lane: SpanLane;
  label: string;
  start: number;
  /** null while it goes on. */
  end: number | null;
  /** `completed`, `cancelled`, `failed`, `incomplete`, `in_progress`; of a note `removed`; '' where there is none. */
  status: string;
  /** Reason of a status, in words. */
  detail: string;
  startRow: number;
  endRow: number | null;
  response: string;
  item: string;
  call: string;
  /** In the order of their rows: `created`, `first text`, `first audio`, `output sent`, `tcp`, `tls`, ... */
  marks: SpanMark[];
}

// ---- causes ----------------------------------------------------------------------------------------------------------------

/**
 * Why one event follows from another, told from the cause's end:
 * `refused` client event -> its error; `updated` session.update -> session.updated; `created` item.create -> item.added;
 * `committed` commit or speech stop -> committed; `became` committed -> item.added; `transcribed` committed -> transcription;
 * `stopped` speech_started -> speech_stopped; `started` response.create, turn detection or tool output -> response.created;
 * `ended` response.created -> response.done; `interrupted` speech_started or response.cancel -> cancelled response.done;
 * `called` function call -> its output; `cut` truncate -> item.truncated, and the item's last audio -> truncate;
 * `joined` REST call that began or accepted a call -> its sideband, and what is asked of the call later;
 * `edited` original -> injected or edited copy; `released` held message -> its release; `dropped` held message -> its end
 * without being sent on; `answered` any other request -> its answer.
 */
export type LinkKind =
  | 'refused'
  | 'updated'
  | 'created'
  | 'committed'
  | 'became'
  | 'transcribed'
  | 'stopped'
  | 'started'
  | 'ended'
  | 'interrupted'
  | 'called'
  | 'cut'
  | 'edited'
  | 'released'
  | 'dropped'
  | 'answered'
  | 'joined';

/** `cause` came first; `effect` is because of it. */
export interface Link {
  cause: number;
  effect: number;
  kind: LinkKind;
}

// ---- latencies -------------------------------------------------------------------------------------------------------------

/** Measures of `LATENCIES` in latency.ts, which has for each a title, a formula in words and a unit. */
export type LatencyName =
  | 'toAnswer'
  | 'endpointing'
  | 'speechToCreated'
  | 'speechToTranscript'
  | 'speechToAudio'
  | 'voiceToAudio'
  | 'createToCreated'
  | 'createToText'
  | 'createToAudio'
  | 'bargeInToLastAudio'
  | 'bargeInToDone'
  | 'toolRun'
  | 'toolRound'
  | 'transcriptLateness'
  | 'deltaGap'
  | 'aheadOfPlayback'
  | 'proxyDelay'
  | 'held'
  | 'updateRoundTrip';

/** One measured value, with the rows it was taken from. */
export interface Latency {
  name: LatencyName;
  ms: number;
  fromRow: number;
  toRow: number;
}

/** Of many values: nearest-rank percentiles, ms. */
export interface Percentiles {
  count: number;
  min: number;
  p50: number;
  p95: number;
  max: number;
}

// ---- usage and cost --------------------------------------------------------------------------------------------------------

/** Tokens of one modality; `cached` is a part of `input`, never beside it. */
export interface TokenCount {
  input: number;
  cached: number;
  output: number;
}

export interface Usage {
  text: TokenCount;
  audio: TokenCount;
  image: TokenCount;
  /**
   * Counted by the server without telling of which modality: never shared out by guess. What is cached here is a part of the
   * input of all modalities, so that only the sum of all cached is below the sum of all input.
   */
  unknown: TokenCount;
  /** As the server summed them up. */
  totalTokens: number;
  /** Seconds of audio transcribed, where the transcription model counts time. */
  transcribedSeconds: number;
}

/** Money, with what it rests on. `null` wherever a price is not known: then nothing is shown as a price. */
export interface Cost {
  /** US dollars. */
  usd: number;
  /** Name and date of the price table. */
  source: string;
}

// ---- turns -----------------------------------------------------------------------------------------------------------------

/** One exchange: what the user (or app) put in, and every response until the next input. */
export interface Turn {
  key: string;
  session: string;
  /** From 1 in its session. */
  number: number;
  /** `speech` ended by turn detection or a commit, `text` item, `tool` output, `create` a bare response.create, `idle` time-out. */
  by: 'speech' | 'text' | 'tool' | 'create' | 'idle';
  start: number;
  /** null while it goes on. */
  end: number | null;
  startRow: number;
  endRow: number | null;
  /** When the end of the user's speech was told: arrival of `speech_stopped`, else of the client's commit; null without speech. */
  speechEnd: number | null;
  /** When that end was captured: where the input audio at `audio_end_ms` (or the last before the commit) ends; null when unknown. */
  voiceEnd: number | null;
  userItems: string[];
  responses: string[];
  /** At most 400 characters each; the events have the rest. */
  heard: string;
  said: string;
  tools: string[];
  /** Of its last response: `completed`, `cancelled`, ...; `in_progress`, or `none` when nobody answered. */
  status: string;
  detail: string;
  latencies: Latency[];
  usage: Usage | null;
  cost: Cost | null;
}

// ---- playback --------------------------------------------------------------------------------------------------------------

/** Where the audio of an output item is at a client that plays it as it comes. */
export interface Playback {
  key: string;
  session: string;
  response: string;
  item: string;
  /** First and last arrival, ms. */
  arrivedFrom: number;
  arrivedTo: number;
  /** Where it would be heard. */
  playsFrom: number;
  playsTo: number;
  /** ms of audio that was sent on to the client: what a rule or a person took away is not among it. */
  generatedMs: number;
  /** ms the user heard: up to the interruption (truncate's `audio_end_ms`, else speech_started, cancel or the client's close), else all. */
  heardMs: number;
  /** How the end of what was heard is known. */
  cutBy: 'truncate' | 'server' | 'interruption' | 'close' | 'none';
  cutRow: number | null;
  /** Most ms of audio that lay ready at the client. */
  aheadMs: number;
}

/** The input buffer after an event that changed it: a step function. */
export interface BufferLevel {
  t: number;
  ms: number;
}

// ---- configuration ---------------------------------------------------------------------------------------------------------

/** The session's configuration at one moment. */
export interface ConfigPoint {
  key: string;
  session: string;
  row: number;
  t: number;
  /** `created`, `asked` by a session.update, `effective` by session.updated, `refused` by an error. */
  kind: 'created' | 'asked' | 'effective' | 'refused';
  /** Row of the session.update an effective or refused one answers. */
  askedRow: number | null;
  message: string;
}

// ---- findings --------------------------------------------------------------------------------------------------------------

export type Severity = 'error' | 'warning' | 'info';

/** A diagnosis. */
export interface Finding {
  key: string;
  /** Kind of finding, kebab case, one per file in findings/: `refused-update`, `response-collision`, ... */
  rule: string;
  session: string;
  severity: Severity;
  /** One line, without a full stop at the end. Of something found several times it has the numbers of the worst, and how often. */
  title: string;
  /** What happened and why it matters, with this session's numbers: those of the worst time, and when the others were. */
  explanation: string;
  /** What to do about it. */
  advice: string;
  /** When it happened, the worst time where there were several. */
  t: number;
  /** Rows it rests on, first the one at `t`; at most 20. */
  rows: number[];
  /** Rows altogether, when more than listed. */
  rowCount: number;
  /** Each time it was found, in order of time: to be marked one by one. The first 50 and the worst; `times` has how many there were. */
  occurrences: Occurrence[];
  times: number;
}

/** One of the times that something was found. */
export interface Occurrence {
  t: number;
  /** Number of the event there; 0 for a line that is no event. */
  seq: number;
}

// ---- sessions --------------------------------------------------------------------------------------------------------------

export interface SessionMetrics {
  session: string;
  model: string;
  turns: number;
  responses: Record<string, number>;
  latencies: Partial<Record<LatencyName, Percentiles>>;
  usage: Usage;
  cost: Cost | null;
  /** ms of audio: spoken by the user, made by the model, heard of it. */
  inputAudioMs: number;
  outputAudioMs: number;
  heardAudioMs: number;
}

/** What changed since the last one was taken. */
export interface AnalysisChanges {
  spans: Span[];
  turns: Turn[];
  playback: Playback[];
  findings: Finding[];
  /** Keys of findings that turned out not to hold (e.g. the missing output came). */
  withdrawn: string[];
  configs: ConfigPoint[];
  metrics: SessionMetrics[];
}

/**
 * An event as the analysis takes it. The ids are those of the line's head, so that a delta need not be parsed; `needsBody`
 * tells which bodies must be.
 */
export interface TracedEvent {
  row: number;
  seq: number;
  session: string;
  /** When it arrived at the proxy, ms. */
  t: number;
  /** When it was handed on; undefined while it is held. */
  sent: number | undefined;
  from: Side;
  /** '' when the message is not an object with a type. */
  type: string;
  /** '' where it carries none. */
  response: string;
  item: string;
  call: string;
  /** The parsed body; `{}` where `needsBody` did not ask for it. */
  event: Record<string, unknown>;
  /** ms of audio in it, 0 for none. */
  audioMs: number;
  origin: 'inspector' | undefined;
  /** `seq` of the event this one was made from. */
  replaces: number | undefined;
  /** What became of it when it did not go straight on. */
  fate?: Fate | undefined;
}
