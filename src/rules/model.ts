/**
 * What the rules say about a message, and how the proxy asks them. Types only: nothing here reads a file, a clock or a socket,
 * so that the page may know them too.
 *
 * The proxy gives every whole message of a direction that `RuleSet.touches` to its session's `RuleSession` and does what the
 * verdict says. Time is `Passing.t`; nothing here waits.
 */
import type { AudioFormat } from '../audio/format';
import type { Side } from '../protocol/side';

/** A message as rules and breakpoints see it, before anything was done to it. */
export interface Passing {
  /** Id of the session in the trace, e.g. `s1`. */
  session: string;
  from: Side;
  /** Arrival on the traffic thread's clock, ms. */
  t: number;
  /** Undefined when it is binary or not UTF-8. */
  text: string | undefined;
  data: Uint8Array;
  binary: boolean;
  /** Neither end sent it. */
  injected?: boolean;
}

/**
 * What to do with one message. `delayMs` counts from its arrival.
 *
 * `pass` and `send` keep the message's place in its direction: those behind it wait. `copy`, and an `inject` that goes the
 * message's own way, go where they stand among the steps; one that comes later than the message holds nobody up and is put
 * between two messages when its time has come. An `inject` the other way goes between two messages of that direction.
 */
export type Step =
  /** Its bytes as they came. */
  | { kind: 'pass'; delayMs: number }
  /** Changed, in its place. */
  | { kind: 'send'; text: string; delayMs: number }
  /** Once more; `text` undefined: its bytes as they came. */
  | { kind: 'copy'; text: string | undefined; delayMs: number }
  /** An event of the rule's own; that rule's index. */
  | { kind: 'inject'; to: Side; text: string; delayMs: number; rule: number }
  /** Ends the session at both ends. 1006 never stands on the wire (RFC 6455, 7.4.1): it cuts the sockets without a word. */
  | { kind: 'disconnect'; code: number; reason: string; delayMs: number; rule: number };

/** What comes of one message. */
export interface Verdict {
  /** In their order. Without `pass` and `send` the message is dropped. */
  steps: Step[];
  /** The rules that took part, by their index in `RuleSet.rules`. */
  rules: number[];
  /** Throttling rules that have fallen far behind, by their index, and how far. Each is told once in a direction. */
  lags?: { rule: number; seconds: number }[];
  /**
   * The message stands back: those behind it do not wait. It goes when so many later messages of its direction have gone, at
   * the latest after `ms` from its arrival, and when the direction ends.
   */
  behind?: { messages: number; ms: number };
}

/** The audio formats a session was last known to have. */
export interface KnownFormats {
  input: AudioFormat;
  output: AudioFormat;
}

/** The rules over the messages of one session. */
export interface RuleSession {
  /** Undefined when no rule takes part: the message goes on as it came. Never throws. */
  message(passing: Passing): Verdict | undefined;
  /** What throttled messages waited for has gone: those that come now wait for nothing before them. */
  catchUp(): void;
  /** Handed to the session of the next rule set, which comes too late to see `session.created`. */
  readonly formats: KnownFormats;
}

/** A session for the rules. */
export interface RuleSessionOptions {
  /** Makes the random choices the same again. */
  seed: number;
  /** The address asked for, which `session` in a rule looks at beside the id. */
  url?: string;
  formats?: KnownFormats;
}

/** A handshake is refused with this. */
export interface Refusal {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** Index of the rule. */
  rule: number;
}

/** What is known of a rule beside what it does. */
export interface RuleInfo {
  /** Its `name`, or else what it does in words. */
  name: string;
  /** What it does, in words: `drop`, `delay 200 ms`. */
  summary: string;
  /** It is switched on, itself and with its file, and nothing is wrong with it. */
  active: boolean;
  /** The ready-made set it belongs to; undefined for a rule of the file's own. */
  faultSet?: string;
}

/** All rules of a file, in force. */
export interface RuleSet {
  /** Those that are off or wrong too, so that an index is a place in the file. Rules of fault sets come last. */
  readonly rules: readonly RuleInfo[];
  /** By index, what a rule in force is known by in the next set where it stays as it was; '' for one that does nothing. */
  readonly keys: readonly string[];
  /** How often each took part, over all sessions. */
  readonly hits: readonly number[];
  /** By index, why it is out of force, as its expression took too long on a message; '' for all others. */
  readonly out: readonly string[];
  /** True when a rule can touch messages of that end: otherwise the fast path stays. */
  touches(from: Side): boolean;
  session(id: string, options: RuleSessionOptions): RuleSession;
  /** Asked once for each handshake, before the upstream is: it counts. Undefined lets it go on. */
  handshake(url: string): Refusal | undefined;
}

/** A rules file on its way to the traffic thread, where it is parsed again. */
export interface RulesText {
  text: string;
  /** Its name tells YAML from JSON. */
  file: string;
  /** Used where the file gives none. */
  seed?: number;
}
