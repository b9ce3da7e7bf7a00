/**
 * What people and rules do to messages, on the traffic thread: breakpoints and rules in force, the messages held, and which
 * directions of which sessions have to be taken apart for them.
 */
import type { Side } from '../protocol/side';
import type { Passing, Refusal, RuleSession, RuleSet } from '../rules/model';
import { Breakpoints } from './breakpoints';
import type { Breakpoint, BreakpointState, HeldMessage, HeldOutcome, WaitingCount } from './interception';
import type { Decision, Judge } from './judge';
import type { Relay } from './relay';
import type { TrafficReport } from './workerMessages';

const SIDES = ['client', 'server'] as const;
/** How long counts are gathered before they are told, ms. */
const TELL_MS = 100;
/** Longest filter that is recorded, characters. */
const MOST_NAME = 128;

/** A session whose messages can be touched. */
interface Hand {
  readonly id: string;
  readonly url: string;
  readonly relay: Relay;
  /** Counted over all sessions: makes a rule's random choices others in each. */
  readonly number: number;
  readonly judges: Record<Side, Judge>;
  rules: RuleSession | undefined;
}

interface Held {
  message: HeldMessage;
  decide: (decision: Decision) => void;
  timer: NodeJS.Timeout | undefined;
}

/** See the file's head. */
export class Hands {
  readonly #say: (report: TrafficReport) => void;
  readonly #breakpoints = new Breakpoints((message) => {
    this.#say({ report: 'problem', message });
    this.#say({ report: 'breakpoints', breakpoints: this.#breakpoints.states() });
    this.reconsider();
  });
  readonly #sessions = new Map<string, Hand>();
  readonly #held = new Map<string, Held>();
  #rules: RuleSet | undefined;
  #count = 0;
  #waiting = new Map<string, WaitingCount>();
  /** The owner knows of some that wait. */
  #isWaitingTold = false;
  #telling: NodeJS.Timeout | undefined;
  #hitsTold: readonly number[] = [];

  constructor(say: (report: TrafficReport) => void) {
    this.#say = say;
  }

  // ---- sessions -------------------------------------------------------------------------------------------------------

  /** A session is about to begin, before its first byte. */
  opened(id: string, url: string, number: number, relay: Relay): void {
    const judges = { client: this.#judge(id, 'client'), server: this.#judge(id, 'server') };
    const hand: Hand = { id, url, relay, number, judges, rules: undefined };
    hand.rules = this.#rules?.session(id, { seed: number, url });
    this.#sessions.set(id, hand);
    this.#intercept(hand);
  }

  ended(id: string): void {
    this.#sessions.delete(id);
  }

  /** Whether a rule refuses this handshake; it counts. */
  handshake(url: string): (Refusal & { name: string }) | undefined {
    const refusal = this.#rules?.handshake(url);
    if (!refusal) return undefined;
    this.#tellSoon();
    return { ...refusal, name: this.#rules?.rules[refusal.rule]?.name ?? '' };
  }

  // ---- what is in force -----------------------------------------------------------------------------------------------

  /** Takes the place of all before. What is held stays held. */
  setBreakpoints(breakpoints: readonly Breakpoint[]): BreakpointState[] {
    this.#breakpoints.replace(breakpoints);
    for (const hand of this.#sessions.values()) this.#intercept(hand);
    return this.#breakpoints.states();
  }

  /**
   * Takes the place of the set before, in all sessions; undefined lifts all rules. Messages that wait only for rules which are
   * not in the new set go on now, and what those would still have added or ended does not happen. A rule that stays as it was
   * keeps what it has planned.
   */
  setRules(rules: RuleSet | undefined): void {
    // Those of the set before, which nobody could tell from the new one's later.
    this.tell();
    const inForce = new Set(rules?.keys);
    for (const { relay } of this.#sessions.values()) relay.lift((key) => inForce.has(key));
    this.#rules = rules;
    this.#hitsTold = [];
    for (const hand of this.#sessions.values()) {
      const { id, url, number: seed, rules: before } = hand;
      hand.rules = rules?.session(id, { seed, url, ...(before ? { formats: before.formats } : {}) });
      this.#intercept(hand);
    }
    this.#tellSoon();
  }

  /**
   * Something is in force no more by itself: gives directions back that nobody asks about now. After what is being looked at: a
   * direction may still be at its message.
   */
  reconsider(): void {
    setImmediate(() => {
      for (const hand of this.#sessions.values()) this.#intercept(hand);
    });
  }

  #intercept({ id, relay, judges, rules }: Hand): void {
    for (const side of SIDES) {
      const isTouched = this.#breakpoints.touches(id, side) || (rules && this.#rules?.touches(side));
      relay.intercept(side, isTouched ? judges[side] : undefined);
    }
  }

  #judge(session: string, from: Side): Judge {
    return {
      hold: (passing, decide) => this.#hold(passing, decide),
      verdict: (passing) => {
        const verdict = this.#sessions.get(session)?.rules?.message(passing);
        if (!verdict) return undefined;
        this.#tellSoon();
        const rules = this.#rules;
        const names = verdict.rules.map((index) => rules?.rules[index]?.name ?? '');
        for (const { rule, seconds } of verdict.lags ?? []) {
          const message = `The rule “${rules?.rules[rule]?.name ?? ''}” lets fewer bytes per second through than the ${from} of ${session} sends: what comes now waits ${seconds} s. Raise "throttle", or let everything go.`;
          this.#say({ report: 'problem', message });
        }
        return { verdict, rule: names.join(', '), keyOf: (index) => rules?.keys[index] ?? '' };
      },
      forgot: (keys) => {
        for (const key of keys) {
          const rule = this.#rules?.rules[this.#rules.keys.indexOf(key)]?.name ?? '';
          const message = `What the rule “${rule}” was still to send or to end in ${session} does not happen any more.`;
          this.#say({ report: 'log', level: 'info', message });
        }
      },
      waiting: (messages, bytes) => {
        const key = `${session} ${from}`;
        if (messages === 0 && !this.#waiting.has(key)) return;
        this.#waiting.set(key, { session, from, messages, bytes });
        this.#tellSoon();
      },
    };
  }

  // ---- held messages --------------------------------------------------------------------------------------------------

  /** Lets a message go, as it came or with another text. Throws when it is not held any more; so do the others. */
  release(id: string, text?: string): void {
    this.#decide(id, text === undefined ? 'released' : 'edited', text);
  }

  drop(id: string): void {
    this.#decide(id, 'dropped');
  }

  /** Somebody works on a held message: its breakpoint's time-out does not let it go any more. Throws as above. */
  keep(id: string): void {
    clearTimeout(this.#heldOf(id).timer);
  }

  /** Drops the message and says this to its sender in the other end's name. */
  async answer(id: string, text: string): Promise<void> {
    const held = this.#heldOf(id);
    const relay = this.#sessions.get(held.message.session)?.relay;
    if (!relay) throw new Error(`The session ${held.message.session} is not open; nothing was answered.`);
    await relay.inject(held.message.from, Buffer.from(text, 'utf8'), {});
    if (this.#held.has(id)) this.#decide(id, 'answered');
  }

  /**
   * Lets everything go that waits, of one session or of all: what is held goes as it came, and what rules delay, slow down or
   * let stand back goes with it. What rules add or end later keeps its time.
   */
  releaseAll(session?: string): void {
    for (const [id, { message }] of this.#held)
      if (session === undefined || message.session === session) this.#decide(id, 'released');
    for (const { id, relay, rules } of this.#sessions.values()) {
      if (session !== undefined && id !== session) continue;
      relay.hurry();
      rules?.catchUp();
    }
  }

  #hold(passing: Passing, decide: (decision: Decision) => void): ReturnType<Judge['hold']> {
    const breakpoint = this.#breakpoints.hit(passing);
    if (!breakpoint) return undefined;
    const id = `h${++this.#count}`;
    const { session, from, t, text, data, binary } = passing;
    const at = performance.timeOrigin + t;
    const message = { id, session, from, at, text, bytes: data.length, binary, breakpoint: breakpoint.id };
    const { timeoutMs } = breakpoint;
    const held: Held = { message, decide, timer: undefined };
    if (timeoutMs !== undefined) held.timer = setTimeout(() => this.#decide(id, 'timed out'), timeoutMs);
    this.#held.set(id, held);
    this.#say({ report: 'holds', message });
    this.#say({ report: 'breakpoints', breakpoints: this.#breakpoints.states() });
    if (breakpoint.once) this.reconsider();
    return {
      breakpoint: breakpoint.filter.slice(0, MOST_NAME),
      lost: () => this.#settle(id, 'lost'),
      letGo: () => this.#settle(id, 'released'),
    };
  }

  #decide(id: string, outcome: HeldOutcome, text = ''): void {
    const held = this.#heldOf(id);
    this.#settle(id, outcome);
    if (outcome === 'edited') held.decide({ kind: 'send', text });
    else held.decide({ kind: outcome === 'dropped' || outcome === 'answered' ? 'drop' : 'release' });
  }

  #heldOf(id: string): Held {
    const held = this.#held.get(id);
    if (!held)
      throw new Error('That message is not held any more: it was let go, dropped, or its connection has ended.');
    return held;
  }

  #settle(id: string, outcome: HeldOutcome): void {
    clearTimeout(this.#held.get(id)?.timer);
    this.#held.delete(id);
    this.#say({ report: 'settled', id, outcome });
  }

  // ---- counts ---------------------------------------------------------------------------------------------------------

  #tellSoon(): void {
    this.#telling ??= setTimeout(() => this.tell(), TELL_MS);
  }

  /** Tells what has been counted, without waiting for more. */
  tell(): void {
    clearTimeout(this.#telling);
    this.#telling = undefined;
    if (this.#waiting.size > 0) {
      for (const [key, { messages }] of this.#waiting) if (messages === 0) this.#waiting.delete(key);
      // What has only passed through since is no news.
      if (this.#waiting.size > 0 || this.#isWaitingTold)
        this.#say({ report: 'waiting', waiting: [...this.#waiting.values()] });
      this.#isWaitingTold = this.#waiting.size > 0;
    }
    const hits = this.#rules?.hits ?? [];
    if (hits.some((count, index) => count !== this.#hitsTold[index])) {
      this.#hitsTold = [...hits];
      this.#say({ report: 'ruleHits', hits: [...hits] });
    }
  }
}
