/** What came of expectations: plain data, for `check --json`, JUnit, and whoever runs a test. */

import { rangeOf, rangeWords } from './match';
import type { Count } from './written';

/** What was looked at. */
export type CheckKind =
  | 'sessions'
  | 'turns'
  | 'ladder'
  | 'never'
  | 'transcript'
  | 'tools'
  | 'latency'
  | 'findings'
  | 'cost'
  | 'close'
  | 'difference';

/** Where in the trace; '' and 0 where it is about more than one place. */
export interface Where {
  session: string;
  /** From 1 in its session. */
  turn: number;
  /** Number of the event. */
  seq: number;
}

/** One expectation, held against a trace. */
export interface CheckResult {
  check: CheckKind;
  /** The expectation in one sentence, without a full stop. */
  what: string;
  /** Where it is written in the file of expectations, e.g. `ladder.steps[3]`. */
  path: string;
  /** Path of the whole expectation, where `path` is a place inside it: it is the same whether it holds or not. */
  of?: string;
  passed: boolean;
  where: Where;
  expected: string;
  actual: string;
  /** Line by line what was expected (`- `), what came (`+ `) and what was right (`  `); empty where that says nothing more. */
  diff: string[];
}

/** A trace held against expectations. */
export interface CheckReport {
  trace: string;
  expectations: string;
  passed: boolean;
  results: CheckResult[];
  /** What could not be read of the trace, for people. */
  problems: string[];
  /** What may be wrong in the expectations, each with its place, for people; left out where there is nothing. */
  warnings?: string[];
  /** Why the trace could not be held against them at all, for people; then there are no results, and it has not passed. */
  error?: string;
}

export const NOWHERE: Where = { session: '', turn: 0, seq: 0 };

/** Longest text of the traffic told in a result, characters. */
const MOST = 300;

/** A text of the traffic in quotes, on one line, cut. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > MOST ? `${text.slice(0, MOST - 1)}…` : text);
}

/** What a result says besides what most of them say alike. */
export type Told = Pick<CheckResult, 'check' | 'what' | 'path' | 'expected' | 'actual'> & Partial<CheckResult>;

/** A result; one that failed unless it says otherwise. */
export function result(toldOf: Told): CheckResult {
  return { passed: false, where: NOWHERE, diff: [], ...toldOf };
}

export function counted(
  check: CheckKind,
  path: string,
  what: string,
  count: Count,
  actual: number,
  where: Where,
): CheckResult {
  const range = rangeOf(count, { min: 0, max: Infinity });
  const passed = actual >= range.min && actual <= range.max;
  return result({ check, what, path, passed, where, expected: rangeWords(range), actual: String(actual) });
}
