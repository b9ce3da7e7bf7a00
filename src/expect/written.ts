/** A file of expectations as people write it (`docs/expectations.md`, `media/schema/expectations.schema.json`). */
import type { LatencyName, Severity } from '../analysis/model';
import type { Side } from '../protocol/side';

/** How many: exactly so many, or a range whose ends belong to it. */
export type Count = number | { min?: number; max?: number };

/**
 * What a text should hold. A string is words that must stand in it, whatever their case and spaces, or `/expression/flags`; of a
 * list all must be there.
 */
export type TextPattern =
  string | string[] | { equals?: string; contains?: string | string[]; not?: string | string[] };

/** Values that must be there; what else is there does not matter. Strings may be `/expression/flags`. */
export type Subset = Record<string, unknown>;

/** An event by its type, `*` for any run of characters; with `where` also by its fields. */
export interface EventPattern {
  event: string | string[];
  from?: Side;
  where?: Subset;
}

export interface LadderStep extends EventPattern {
  times?: Count;
  /** May be left out: the same as `times: { min: 0, max: 1 }`. */
  optional?: boolean;
}

/** `type`, `type?` (may be left out), `type+` (once or more), `...` (anything, in an exact ladder). */
export type WrittenStep = string | LadderStep;

export interface Ladder {
  steps: WrittenStep[];
  /** Nothing else may come between the steps, before or behind them. */
  exact?: boolean;
  /** Only events of that end are looked at. */
  from?: Side;
  /** Types that are not looked at, `*` for any run of characters. */
  ignore?: string[];
}

export interface TranscriptExpectation {
  /** From 1; -1 is the last one. Left out: some turn. */
  turn?: number;
  user?: TextPattern;
  assistant?: TextPattern;
}

export interface ToolExpectation {
  name: string;
  arguments?: Subset;
  /** The tool's output: fields where it is JSON, else a text. */
  output?: Subset | string;
  turn?: number;
  times?: Count;
}

export interface ToolsExpectation {
  calls: ToolExpectation[];
  /** No other calls. */
  only?: boolean;
  inOrder?: boolean;
}

/** All in ms, but for `count`, the least number of values there must be. */
export interface LatencyBudget {
  p50?: number;
  p95?: number;
  max?: number;
  count?: number;
}

export interface FindingsExpectation {
  atMost: Severity | 'none';
  /** Names of rules whose findings do not count. */
  except?: string[];
}

export interface CloseExpectation {
  code?: number | number[];
  by?: Side;
  reason?: TextPattern;
}

/** Of one session. */
export interface SessionExpectations {
  turns?: Count;
  ladder?: WrittenStep[] | Ladder;
  never?: (string | EventPattern)[];
  transcripts?: TranscriptExpectation[];
  tools?: ToolExpectation[] | ToolsExpectation;
  latency?: Partial<Record<LatencyName, LatencyBudget>>;
  findings?: Severity | 'none' | FindingsExpectation;
  /** US dollars. */
  cost?: { atMost: number };
  close?: CloseExpectation;
}

/**
 * The file. `turns`, `ladder`, `never`, `transcripts`, `tools` and `close` are asked of every session; `latency`, `findings`
 * and `cost` of all sessions together. What stands in `sessions` is asked of the first, second, ... session alone.
 */
export interface Expectations extends SessionExpectations {
  $schema?: string;
  description?: string;
  sessionCount?: Count;
  sessions?: SessionExpectations[];
}
