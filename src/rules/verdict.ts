/** What several rules make of one message, put together. */
import type { Side } from '../protocol/side';
import type { Step, Verdict } from './model';

/** Grows while the rules are asked in their order. Times are ms. */
export class VerdictDraft {
  text: string | undefined;
  dropped = false;
  delayMs = 0;
  readonly copies: { times: number; delay: number }[] = [];
  readonly before: { to: Side; text: string; rule: number }[] = [];
  readonly after: { to: Side; text: string; delay: number; rule: number }[] = [];
  disconnect: { code: number; reason: string; delay: number; rule: number } | undefined;
  /** Indexes of the rules that took part. */
  readonly rules: number[] = [];
  readonly lags: NonNullable<Verdict['lags']> = [];
  readonly #arrived: string | undefined;
  #behind: { messages: number; ms: number } | undefined;

  constructor(arrived: string | undefined) {
    this.#arrived = arrived;
    this.text = arrived;
  }

  /** Lets so many later messages pass; of several wishes the widest counts. */
  standBack(messages: number, ms: number): void {
    const before = this.#behind;
    this.#behind = { messages: Math.max(messages, before?.messages ?? 0), ms: Math.max(ms, before?.ms ?? 0) };
  }

  verdict(): Verdict {
    const { text, delayMs, rules } = this;
    const lags = this.lags.length === 0 ? {} : { lags: this.lags };
    const own = text !== this.#arrived;
    const steps: Step[] = this.before.map((inject) => ({ kind: 'inject', ...inject, delayMs: 0 }));
    if (!this.dropped) {
      steps.push(own && text !== undefined ? { kind: 'send', text, delayMs } : { kind: 'pass', delayMs });
      for (const { times, delay } of this.copies)
        for (let nth = 1; nth <= times; nth += 1)
          steps.push({ kind: 'copy', text: own ? text : undefined, delayMs: delayMs + nth * delay });
    }
    // What follows a message that is gone does not wait for it.
    const since = this.dropped ? 0 : delayMs;
    for (const { to, text: event, delay, rule } of this.after)
      steps.push({ kind: 'inject', to, text: event, delayMs: since + delay, rule });
    if (this.disconnect) {
      const { code, reason, delay, rule } = this.disconnect;
      steps.push({ kind: 'disconnect', code, reason, delayMs: since + delay, rule });
    }
    if (!this.#behind || this.dropped) return { steps, rules, ...lags };
    const { messages, ms } = this.#behind;
    return { steps, rules, ...lags, behind: { messages, ms: Math.max(ms, delayMs) } };
  }
}
