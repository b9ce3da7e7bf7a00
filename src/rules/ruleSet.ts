/** Rules in force: asked for each message and each handshake. Choices are random by seed, and time is the message's own. */
import { audioField } from '../protocol/audioEvents';
import type { FilterableMessage } from '../protocol/messageFilter';
import { Random } from '../protocol/random';
import type { Side } from '../protocol/side';
import { compileRule, type CompiledRule } from './compile';
import { corruptBase64, type AudioFault, type FaultState } from './corruptAudio';
import { removeAt, setAt } from './edit';
import { SessionFormats } from './formats';
import type {
  KnownFormats,
  Passing,
  Refusal,
  RuleInfo,
  RuleSession,
  RuleSessionOptions,
  RuleSet,
  Verdict,
} from './model';
import type { Filling } from './placeholders';
import type { ParsedRules } from './ruleFile';
import { VerdictDraft } from './verdict';

/** What a rule has counted, in a session or in all. */
interface Count {
  matched: number;
  acted: number;
}

/** A throttled line that is so far behind will hardly catch up, ms. */
const FAR_BEHIND_MS = 30_000;

/** How rules are made. */
export interface RuleSetOptions {
  /** Used where the file gives none. */
  seed?: number;
  /** A rule does nothing any more, because its expression took too long; one sentence for people, and `RuleSet.out`. */
  onSlow?: (message: string, out: readonly string[]) => void;
}

/** The rules of a file that was read; those that are off or wrong do nothing. */
export function createRuleSet(parsed: ParsedRules, { seed = 1, onSlow }: RuleSetOptions = {}): RuleSet {
  return new Rules(parsed, parsed.seed ?? seed, onSlow);
}

class Rules implements RuleSet {
  readonly rules: readonly RuleInfo[];
  readonly keys: readonly string[];
  readonly hits: number[];
  readonly out: string[];
  #active: readonly CompiledRule[];
  readonly #run = new Map<number, Count>();
  readonly #seed: number;
  readonly #handshakes: Random;

  constructor({ rules }: ParsedRules, seed: number, onSlow: RuleSetOptions['onSlow']) {
    this.rules = rules.map(({ info }) => info);
    this.keys = rules.map(({ info, written }) => (info.active ? JSON.stringify(written) : ''));
    this.hits = rules.map(() => 0);
    this.out = rules.map(() => '');
    this.#seed = seed;
    this.#handshakes = new Random(seed);
    this.#active = rules.flatMap(({ info, written }, index) => {
      const slow = (why: string) => {
        this.#active = this.#active.filter((rule) => rule.index !== index);
        this.out[index] = why;
        onSlow?.(
          `The rule "${info.name}" is out of force: ${why} Write it with less repetition, and save the rules file.`,
          this.out,
        );
      };
      return info.active && written ? [compileRule(written, index, slow)] : [];
    });
  }

  touches(from: Side): boolean {
    return this.#active.some(({ sides, audio }) => sides.includes(from) || (audio !== undefined && from === 'server'));
  }

  session(id: string, { seed, url = '', formats }: RuleSessionOptions): RuleSession {
    const rules = this.#active.filter((rule) => rule.sides.length > 0 && rule.isFor(id, url));
    return new RulesOfSession(rules, mix(this.#seed, seed), this.#run, this.hits, formats);
  }

  handshake(url: string): Refusal | undefined {
    for (const rule of this.#active) {
      if (!rule.refuse || !rule.isFor(undefined, url)) continue;
      const count = countOf(this.#run, rule);
      if (!isDue(rule, count, this.#handshakes)) continue;
      acted(count, this.hits, rule);
      return { ...rule.refuse, rule: rule.index };
    }
    return undefined;
  }
}

/** What a rule remembers of one session. */
interface Memory {
  random: Random;
  count: Count;
  /** When the throttled line of each direction is free again, ms. */
  free: Record<Side, number>;
  /** It was told that this line is far behind. */
  isLagTold: Record<Side, boolean>;
  fault: Record<Side, FaultState>;
}

class RulesOfSession implements RuleSession {
  readonly #rules: readonly CompiledRule[];
  readonly #memory: readonly Memory[];
  readonly #hits: number[];
  readonly #formats: SessionFormats;
  readonly #learns: boolean;

  constructor(
    rules: readonly CompiledRule[],
    seed: number,
    run: Map<number, Count>,
    hits: number[],
    formats: KnownFormats | undefined,
  ) {
    this.#rules = rules;
    this.#hits = hits;
    this.#formats = new SessionFormats(formats);
    this.#learns = rules.some(({ audio }) => audio !== undefined);
    this.#memory = rules.map((rule) => ({
      // Its own, so that what one rule decides does not hang on the others.
      random: new Random(mix(seed, rule.index + 1)),
      count: rule.per === 'run' ? countOf(run, rule) : { matched: 0, acted: 0 },
      free: { client: 0, server: 0 },
      isLagTold: { client: false, server: false },
      fault: { client: { lost: false }, server: { lost: false } },
    }));
  }

  get formats(): KnownFormats {
    return this.#formats.known;
  }

  catchUp(): void {
    for (const { free } of this.#memory) Object.assign(free, { client: 0, server: 0 });
  }

  message(passing: Passing): Verdict | undefined {
    if (this.#learns) this.#formats.learn(passing);
    const draft = new VerdictDraft(passing.text);
    let seen: FilterableMessage = passing;
    for (const [place, rule] of this.#rules.entries()) {
      const memory = this.#memory[place]!;
      if (!rule.sides.includes(passing.from) || !rule.matches(seen)) continue;
      if (!isDue(rule, memory.count, memory.random)) continue;
      if (!this.#act(rule, memory, passing, draft)) continue;
      acted(memory.count, this.#hits, rule);
      draft.rules.push(rule.index);
      if (rule.drop) break;
      // Others see what was made of it; the same object is asked about again, so that it is parsed once.
      if (draft.text !== seen.text) seen = { ...passing, text: draft.text };
    }
    return draft.rules.length === 0 ? undefined : draft.verdict();
  }

  /** Writes into the draft what the rule does; false when it finds nothing to do. */
  #act(rule: CompiledRule, memory: Memory, passing: Passing, draft: VerdictDraft): boolean {
    const { random } = memory;
    const filling = fillingOf(draft.text, random);
    let did = rule.drop || rule.before.length > 0 || rule.after.length > 0 || rule.disconnect !== undefined;
    if (rule.replace) {
      draft.text = rule.replace.fill(filling);
      did = true;
    }
    for (const edit of rule.edits) {
      if (draft.text === undefined) break;
      const text =
        edit.kind === 'set' ? setAt(draft.text, edit.path, edit.value.fill(filling)) : removeAt(draft.text, edit.path);
      if (text === undefined) continue;
      draft.text = text;
      did = true;
    }
    if (rule.audio && this.#corrupt(rule.audio, memory, passing.from, filling, draft)) did = true;
    if (rule.delay > 0 || rule.jitter > 0) {
      draft.delayMs += rule.delay + random.next() * rule.jitter;
      did = true;
    }
    if (rule.throttle !== undefined) {
      const bytes = draft.text === passing.text ? passing.data.length : Buffer.byteLength(draft.text ?? '');
      const begins = Math.max(memory.free[passing.from], passing.t + draft.delayMs);
      const ends = begins + (bytes / rule.throttle) * 1000;
      memory.free[passing.from] = ends;
      draft.delayMs = ends - passing.t;
      if (draft.delayMs >= FAR_BEHIND_MS && !memory.isLagTold[passing.from]) {
        memory.isLagTold[passing.from] = true;
        draft.lags.push({ rule: rule.index, seconds: Math.round(draft.delayMs / 1000) });
      }
      did = true;
    }
    if (rule.copies.times > 0) {
      draft.copies.push(rule.copies);
      did = true;
    }
    if (rule.reorder) {
      draft.standBack(random.between(1, rule.reorder.window), rule.reorder.ms);
      did = true;
    }
    for (const { to, event } of rule.before) draft.before.push({ to, text: event.fill(filling), rule: rule.index });
    for (const { to, event, delay } of rule.after)
      draft.after.push({ to, text: event.fill(filling), delay, rule: rule.index });
    if (rule.disconnect) draft.disconnect ??= { ...rule.disconnect, rule: rule.index };
    draft.dropped ||= rule.drop;
    return did;
  }

  #corrupt(fault: AudioFault, memory: Memory, from: Side, { event }: Filling, draft: VerdictDraft): boolean {
    const fields = event() as Record<string, unknown> | undefined;
    const field = typeof fields?.['type'] === 'string' ? audioField(fields['type'], from) : undefined;
    const base64 = field === undefined ? undefined : fields?.[field];
    if (field === undefined || typeof base64 !== 'string' || draft.text === undefined) return false;
    const format = this.#formats.of(from === 'client' ? 'input' : 'output', fields?.['response_id']);
    const worse = corruptBase64(base64, format, fault, memory.random, memory.fault[from]);
    const text = worse === undefined ? undefined : setAt(draft.text, [{ name: field }], JSON.stringify(worse));
    if (text === undefined) return false;
    draft.text = text;
    return true;
  }
}

/** Counts a match; true when the rule acts on it. */
function isDue(rule: CompiledRule, count: Count, random: Random): boolean {
  count.matched += 1;
  const nth = count.matched - rule.skip;
  if (nth <= 0 || nth % rule.every !== 0 || count.acted >= rule.times) return false;
  return rule.probability >= 1 || random.next() < rule.probability;
}

function acted(count: Count, hits: number[], { index }: CompiledRule): void {
  count.acted += 1;
  hits[index] = (hits[index] ?? 0) + 1;
}

function countOf(counts: Map<number, Count>, { index }: CompiledRule): Count {
  const known = counts.get(index);
  if (known) return known;
  const made = { matched: 0, acted: 0 };
  counts.set(index, made);
  return made;
}

function fillingOf(text: string | undefined, random: Random): Filling {
  let parsed: { event: unknown } | undefined;
  const read = (): unknown => {
    try {
      const value: unknown = text === undefined ? undefined : JSON.parse(text);
      return typeof value === 'object' && value !== null ? value : undefined;
    } catch {
      return undefined;
    }
  };
  return { event: () => (parsed ??= { event: read() }).event, random, ids: new Map() };
}

/** Two seeds into one, so that neighbours do not begin alike. */
function mix(one: number, other: number): number {
  return Math.imul(Math.trunc(one) ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(Math.trunc(other) + 0x7f4a7c15, 0xc2b2ae35);
}
