/** What a rule is: it watches one session and reports what it finds. One file per rule; `rules.ts` lists them. */
import type { Side } from '../../protocol/side';
import type { Severity, TracedEvent } from '../model';
import type { AudioProbe } from './audioReading';
import type { Closed, Opened } from './connection';
import type { SessionFacts } from './facts';

/** What a finding says. Text from the wire goes through `plain` first. */
export interface Words {
  severity: Severity;
  /**
   * One line, without a full stop at the end. How often it happened is added, unless the title is made of that number, from 1:
   * it is kept, so it must hold on to words only, not to an event.
   */
  title: string | ((times: number) => string);
  /** Of one time that it happened; when the others were is added. */
  explanation: string;
  advice: string;
}

/** One time that something was found. */
export interface Seen {
  t: number;
  /** First the row at `t`, then those it has to do with. */
  rows: readonly number[];
}

/**
 * Where a rule puts what it found. Findings `about` the same thing are one: keep `about` to the kind of thing, such as an error
 * code, and no id of which a session has thousands.
 */
export interface Report {
  /** Once more. It is told with the time, rows and words of the worst: the first of the greatest `weight`. */
  add(about: string, seen: Seen, words: Words, weight?: number): void;
  /**
   * As a whole: takes the place of what was said about it before. Of several times the one that the words are about stands
   * first; `times` where there were more than given.
   */
  put(about: string, seen: Seen | readonly [Seen, ...Seen[]], words: Words, times?: number): void;
  /** It turned out not to hold. */
  withdraw(about: string): void;
}

/** A rule at work on one session. The facts have taken in each event before the rule sees it. */
export interface Watch {
  open?(opened: Opened): void;
  /** Every event but deltas and appended audio. */
  event?(event: TracedEvent): void;
  /** Deltas and appended audio. */
  delta?(event: TracedEvent): void;
  probe?(probe: AudioProbe): void;
  /** Whether it still wants `probe` of that side: finding out what a piece is like takes longer than all the rest of its row. */
  listens?(from: Side): boolean;
  /** The clock of the trace, before each event; for what should have come by then. */
  tick?(t: number): void;
  close?(closed: Closed): void;
}

/** A kind of finding. */
export interface Rule {
  /** Kebab case; `Finding.rule`. */
  rule: string;
  /** What it looks for, in a line. */
  looksFor: string;
  create(facts: SessionFacts, report: Report): Watch;
}
