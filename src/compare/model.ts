/**
 * What comparing two sessions comes to: plain data, fit for posting between threads and for `diff --json`. `a` is the trace that is
 * compared with, `b` the one that is compared; null stands where one of them has no counterpart. Times are ms on the own
 * trace's axis, rows are those of the own document.
 */
import type { Finding, LatencyName, Percentiles, Turn, Usage } from '../analysis/model';
import type { ConfigChange } from '../analysis/valueDiff';
import type { Side } from '../protocol/side';
import type { TimesFrom } from '../trace/records';

/** Which of the two traces. */
export type Which = 'a' | 'b';

/** Something that each of the two may have. */
export interface Pair<T> {
  a: T | null;
  b: T | null;
}

/**
 * `follows`: it differs only in values whose difference an earlier event of the same turn (or the configuration) already told.
 * `removed` stands only in a, `added` only in b.
 */
export type PairStatus = 'same' | 'follows' | 'changed' | 'added' | 'removed';

/** An event, or a stream of deltas folded into one. */
export interface ComparedEvent {
  /** The first of it. */
  row: number;
  seq: number;
  t: number;
  /** When the last of it came. */
  end: number;
  /** Events in it. */
  count: number;
  from: Side | 'neither';
  type: string;
  /** What tells it from others of its type: `user message`, `call get_weather`, `invalid_value`; '' for none. */
  about: string;
  /** ms of sound, 0 for none. */
  audioMs: number;
}

/**
 * Sound of both sides. `bytes`: the same, byte for byte; `same`: it sounds the same for as long as the shorter one lasts, whatever the codec,
 * the level and the pieces; `other`: it does not; `unknown`: it was not looked into.
 */
export interface SoundPair extends Pair<number> {
  kind: 'bytes' | 'same' | 'other' | 'unknown';
  /** How much louder b is, dB; null where that was not measured, or one of them is silent. `a` and `b` are ms. */
  louder: number | null;
}

/** A pair of events. */
export interface EventPair extends Pair<ComparedEvent> {
  status: PairStatus;
  /** Place of its turn in `turns`; -1 for what belongs to the session as a whole. */
  turn: number;
  /** Fields that differ, ids and times left out; long values are cut. */
  changes: ConfigChange[];
  /** How the sound of both compares; null where there is none on one side. */
  sound: SoundPair | null;
  /** It stands in another place among its neighbours. */
  moved: boolean;
}

/** A stretch of words: in both, only in a (`removed`), only in b (`added`). */
export interface WordStretch {
  kind: 'same' | 'added' | 'removed';
  text: string;
}

/** What one end said in a turn, a and b in one. Empty when neither said a word. */
export interface WordsPair {
  same: boolean;
  stretches: WordStretch[];
}

/** A call of a tool. */
export interface ComparedCall {
  name: string;
  /** As they were sent; at most 2000 characters. */
  arguments: string;
  /** What the app answered; null when it did not. */
  output: string | null;
}

export interface CallPair extends Pair<ComparedCall> {
  turn: number;
  status: 'same' | 'changed' | 'added' | 'removed';
  /** Paths begin with `arguments` or `output`. */
  changes: ConfigChange[];
}

/** A measure of a turn; null where it was not taken. */
export interface LatencyPair extends Pair<number> {
  name: LatencyName;
}

/** What is shown of a turn. */
export type ComparedTurn = Pick<
  Turn,
  | 'key'
  | 'number'
  | 'by'
  | 'start'
  | 'end'
  | 'speechEnd'
  | 'startRow'
  | 'status'
  | 'detail'
  | 'tools'
  | 'heard'
  | 'said'
> & {
  /** Tokens altogether; null when they were not told. */
  tokens: number | null;
  /** US dollars; null when a price is not known. */
  usd: number | null;
};

export interface TurnPair extends Pair<ComparedTurn> {
  status: 'same' | 'changed' | 'added' | 'removed';
  latencies: LatencyPair[];
  user: WordsPair;
  model: WordsPair;
  /** Pairs of its events by status. */
  events: Record<PairStatus, number>;
}

/** The configuration after one step of both. */
export interface ConfigPair extends Pair<ComparedConfig> {
  status: 'same' | 'changed' | 'added' | 'removed';
  changes: ConfigChange[];
}

export interface ComparedConfig {
  row: number;
  t: number;
  kind: 'created' | 'asked' | 'effective' | 'refused';
}

/** A measure over all turns of both sessions. */
export interface MeasurePair extends Pair<Percentiles> {
  name: LatencyName;
  title: string;
}

/** Sums of a session. */
export interface ComparedSums {
  turns: number;
  tokens: number;
  usage: Usage;
  usd: number | null;
  inputAudioMs: number;
  outputAudioMs: number;
  heardAudioMs: number;
}

/** A session as it is named to people. */
export interface ComparedSession {
  id: string;
  label: string;
  status: number;
  start: number;
  end: number;
}

/** Two sessions, or one without a counterpart. */
export interface SessionPair extends Pair<ComparedSession> {
  /** No turn, event, configuration or call differs. Times, costs and findings are no difference of their own. */
  same: boolean;
  turns: TurnPair[];
  events: EventPair[];
  counts: Record<PairStatus, number>;
  /** Differing events whose fields were not looked at because there were too many. */
  unexplained: number;
  configs: ConfigPair[];
  calls: CallPair[];
  measures: MeasurePair[];
  sums: Pair<ComparedSums>;
  findings: { gained: Finding[]; lost: Finding[]; kept: number };
}

/** One of the two traces. */
export interface ComparedTrace {
  file: string;
  startedAt: string;
  generator: string;
  /** Whether its times were recorded; else what they are made of, and no latency is told. */
  times: 'recorded' | TimesFrom;
  /** What could not be read, or not be carried over from another program's recording, for people. */
  problems: string[];
}

export interface Comparison {
  a: ComparedTrace;
  b: ComparedTrace;
  same: boolean;
  sessions: SessionPair[];
}
