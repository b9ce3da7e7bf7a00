/**
 * Counts and sums of a session that a stretch of it can be picked from: some 130 bytes a response, 24 an answer's item. The
 * rule: what lasts (speech, answers that are heard) counts as far as it lies in the stretch; a turn where it begins, and with it
 * all tokens and costs of the turn, so that they are those of the turns listed; a response where it ends.
 */
import { addCost } from './cost';
import { Growable } from './growable';
import type { Committed } from './inputBuffer';
import type { Cost, Playback, SessionMetrics, Usage } from './model';
import type { PlayedAudio } from './playback';
import { addUsage, noUsage } from './usage';

const COUNTS = ['text', 'audio', 'image', 'unknown'] as const;
/** Numbers of one account: three of each modality, total tokens, seconds, dollars (NaN when unknown). */
const WIDTH = COUNTS.length * 3 + 3;
/** Statuses told apart; the API has four. */
const MOST_STATUSES = 16;

const float64 = (length: number) => new Float64Array(length);
const float32 = (length: number) => new Float32Array(length);

/** What a tally has of a stretch of time. */
export type Tallied = Pick<
  SessionMetrics,
  'turns' | 'responses' | 'usage' | 'cost' | 'inputAudioMs' | 'outputAudioMs' | 'heardAudioMs'
>;

export class SessionTally {
  #turns = new Growable(float64, 16);
  #ended = new Growable(float64, 16);
  #status = new Growable((length) => new Uint8Array(length), 16);
  #statuses: string[] = [];
  #spentAt = new Growable(float64, 16);
  #spent = new Growable(float64, 16);
  #source = '';
  #spokenFrom = new Growable(float64, 16);
  #spokenTo = new Growable(float64, 16);
  #spoken = new Growable(float32, 16);
  #playedFrom = new Growable(float64, 16);
  #playedTo = new Growable(float64, 16);
  #generated = new Growable(float32, 16);
  #heard = new Growable(float32, 16);
  /** Where an item's playback stands in those. */
  #played = new WeakMap<Readonly<Playback>, number>();
  /** Of the whole session: responses by status, what was spent, what was spoken. */
  #counts: number[] = [];
  #usage = noUsage();
  #cost: Cost | null = { usd: 0, source: '' };
  #spokenMs = 0;
  /** Responses that run. */
  running = 0;

  turn(t: number): void {
    this.#turns.push(t);
  }

  response(t: number, status: string): void {
    let index = this.#statuses.indexOf(status);
    if (index < 0) index = this.#statuses.length < MOST_STATUSES ? this.#statuses.push(status) - 1 : MOST_STATUSES - 1;
    this.#ended.push(t);
    this.#status.push(index);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
  }

  /** `t` is where the turn begins that it was spent in; when it was told, where no turn is known. */
  spend(t: number, usage: Usage, cost: Cost | null): void {
    this.#spentAt.push(t);
    for (const name of COUNTS) this.#spent.append([usage[name].input, usage[name].cached, usage[name].output]);
    this.#spent.append([usage.totalTokens, usage.transcribedSeconds, cost ? cost.usd : NaN]);
    this.#usage = addUsage(this.#usage, usage);
    this.#cost = addCost(this.#cost, cost);
    if (cost) this.#source = addCost({ usd: 0, source: this.#source }, cost)?.source ?? '';
  }

  /** Audio of the user that became an item, and where it was captured; `t` is when it was taken, for who does not know. */
  speech(t: number, { ms, start, end }: Pick<Committed, 'ms' | 'start' | 'end'>): void {
    const from = start ?? (end ?? t) - ms;
    this.#spokenFrom.push(from);
    this.#spokenTo.push(end ?? from + ms);
    this.#spoken.push(ms);
    this.#spokenMs += ms;
  }

  /** Playback of an item is as it is now. */
  played(playback: Readonly<Playback>): void {
    let at = this.#played.get(playback);
    if (at === undefined) {
      at = this.#playedFrom.length;
      this.#played.set(playback, at);
      this.#playedFrom.push(playback.playsFrom);
    }
    this.#playedTo.set(at, playback.playsTo);
    this.#generated.set(at, playback.generatedMs);
    this.#heard.set(at, playback.heardMs);
  }

  /** Counts and sums of the whole session so far, at hand at any time. */
  whole({ generatedMs, heardMs }: PlayedAudio): Tallied {
    return {
      turns: this.#turns.length,
      responses: this.#named(this.#counts, true),
      usage: this.#usage,
      cost: this.#cost,
      inputAudioMs: this.#spokenMs,
      outputAudioMs: generatedMs,
      heardAudioMs: heardMs,
    };
  }

  /** Counts and sums of a stretch by the rule of this file, both ends included. */
  between(start = -Infinity, end = Infinity): Tallied {
    const within = (t: number) => t >= start && t <= end;
    /** The part of what lasts from one time to another that lies in the stretch, 0 to 1. */
    const share = (from: number, to: number): number =>
      to > from ? Math.max(0, Math.min(to, end) - Math.max(from, start)) / (to - from) : within(from) ? 1 : 0;
    let inputAudioMs = 0;
    for (let at = 0; at < this.#spoken.length; at++)
      inputAudioMs += this.#spoken.at(at) * share(this.#spokenFrom.at(at), this.#spokenTo.at(at));
    let [heardAudioMs, unheardMs] = [0, 0];
    for (let at = 0; at < this.#heard.length; at++) {
      const to = this.#playedTo.at(at);
      const unheard = this.#generated.at(at) - this.#heard.at(at);
      heardAudioMs += this.#heard.at(at) * share(this.#playedFrom.at(at), to);
      // What was cut off would have been heard next, and is drawn there.
      unheardMs += unheard * share(to, to + unheard);
    }
    let turns = 0;
    for (let at = 0; at < this.#turns.length; at++) if (within(this.#turns.at(at))) turns++;
    return {
      turns,
      responses: this.#responses(within, end === Infinity),
      ...this.#account(within),
      inputAudioMs,
      outputAudioMs: heardAudioMs + unheardMs,
      heardAudioMs,
    };
  }

  #responses(within: (t: number) => boolean, withRunning: boolean): Record<string, number> {
    const counts = new Array<number>(this.#statuses.length).fill(0);
    for (let at = 0; at < this.#ended.length; at++) {
      const status = this.#status.at(at);
      if (within(this.#ended.at(at))) counts[status] = (counts[status] ?? 0) + 1;
    }
    return this.#named(counts, withRunning);
  }

  #named(counts: readonly number[], withRunning: boolean): Record<string, number> {
    const named = this.#statuses.map((name, at): [string, number] => [name, counts[at] ?? 0]);
    if (withRunning) named.push(['in_progress', this.running]);
    // A status may have any name, also that of a property every object has.
    return Object.fromEntries(named.filter(([, count]) => count > 0));
  }

  #account(within: (t: number) => boolean): { usage: Usage; cost: Cost | null } {
    const usage = noUsage();
    let usd = 0;
    for (let at = 0; at < this.#spentAt.length; at++) {
      if (!within(this.#spentAt.at(at))) continue;
      let next = at * WIDTH;
      for (const name of COUNTS) {
        usage[name].input += this.#spent.at(next++);
        usage[name].cached += this.#spent.at(next++);
        usage[name].output += this.#spent.at(next++);
      }
      usage.totalTokens += this.#spent.at(next++);
      usage.transcribedSeconds += this.#spent.at(next++);
      usd += this.#spent.at(next);
    }
    return { usage, cost: Number.isNaN(usd) ? null : { usd, source: this.#source } };
  }
}
