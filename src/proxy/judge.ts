/** What a direction that is taken apart asks about each message, and what it tells. */
import type { Passing, Verdict } from '../rules/model';

/** What a person said is to become of a held message. */
export type Decision = { kind: 'release' } | { kind: 'send'; text: string } | { kind: 'drop' };

/** A message that waits at a breakpoint. */
export interface Hold {
  /** The breakpoint's filter. */
  readonly breakpoint: string;
  /** The connection ended first. */
  lost(): void;
  /** It goes on as it came, because the inspector says goodbye. */
  letGo(): void;
}

/** What rules say of a message, and the names of those that took part. */
export interface Judgement {
  verdict: Verdict;
  rule: string;
  /** What knows a rule again in the next set, by its index (`RuleSet.keys`). */
  keyOf: (rule: number) => string;
}

/** One direction's breakpoints and rules. */
export interface Judge {
  /** Keeps the message when a breakpoint asks for it; `decide` is called once, later. Undefined: it goes on. */
  hold(passing: Passing, decide: (decision: Decision) => void): Hold | undefined;
  verdict(passing: Passing): Judgement | undefined;
  /** What these rules were still to add or to end does not happen any more. */
  forgot(keys: readonly string[]): void;
  /** How many messages wait in this direction, and their bytes. */
  waiting(messages: number, bytes: number): void;
}
