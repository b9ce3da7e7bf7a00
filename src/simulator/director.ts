/** Follows a scenario through one session: which answer is next, what was transcribed, what is refused. */
import type { Answer, Condition, Scenario, ScriptedRefusal, Transcript, Turn } from './scenario';

/** What a response is about to answer. */
export interface Moment {
  /** Number of the response in the session, from 1. */
  turn: number;
  /** The newest user message in letters; undefined when something else came in after it. */
  text?: string;
  instructions: string;
  /** Length of that message's audio, ms; 0 when it has none. */
  audioMs: number;
  /** Names of the functions or MCP tools whose outputs are the newest input. */
  afterCalls: string[];
}

export class Director {
  #given = new Map<Turn, number>();
  #heard = 0;
  #received = new Map<string, number>();
  #taken = new Map<string, number>();

  constructor(readonly scenario: Scenario) {}

  /** The scripted answer; undefined where the scenario has none and the default conversation goes on. */
  answer(moment: Moment): Exclude<Answer, string> | undefined {
    const turn = this.scenario.turns?.find(({ when }) => when === undefined || matches(when, moment));
    if (!turn) return undefined;
    const answers = Array.isArray(turn.answer) ? turn.answer : [turn.answer];
    const given = this.#given.get(turn) ?? 0;
    this.#given.set(turn, given + 1);
    const answer = answers[Math.min(given, answers.length - 1)];
    return typeof answer === 'string' ? { output: [{ say: answer }] } : answer;
  }

  /** The transcription of the next user audio; null for none, undefined where the scenario does not say. */
  transcript(): Transcript | null | undefined {
    const { transcripts } = this.scenario;
    return transcripts && this.#heard < transcripts.length ? transcripts[this.#heard++] : undefined;
  }

  /** How long the next client event of that type takes until it is dealt with, ms. Counts the event. */
  takesMs(type: string): number {
    const { takesMs = {} } = this.scenario;
    const all = Object.hasOwn(takesMs, type) ? (takesMs[type] ?? []) : [];
    const taken = this.#taken.get(type) ?? 0;
    if (all.length > 0) this.#taken.set(type, taken + 1);
    return all[Math.min(taken, all.length - 1)] ?? 0;
  }

  /** The error that answers this client event instead of what it asks for. Counts the event. */
  refusal(type: string): ScriptedRefusal | undefined {
    const nth = (this.#received.get(type) ?? 0) + 1;
    this.#received.set(type, nth);
    return this.scenario.refusals?.find((one) => one.on === type && (one.nth === undefined || one.nth === nth));
  }
}

function matches(when: Condition, moment: Moment): boolean {
  if (when.text !== undefined && (moment.text === undefined || !found(when.text, moment.text))) return false;
  if (when.instructions !== undefined && !found(when.instructions, moment.instructions)) return false;
  if (when.turn !== undefined && when.turn !== moment.turn) return false;
  if (when.afterCall !== undefined && !moment.afterCalls.includes(when.afterCall)) return false;
  const { min = 0, max = Infinity } = when.audioMs ?? {};
  return when.audioMs === undefined || (moment.audioMs > 0 && moment.audioMs >= min && moment.audioMs <= max);
}

/** `/pattern/flags`, or plain words in any case. */
function found(wanted: string, text: string): boolean {
  const pattern = regularExpression(wanted);
  return pattern ? pattern.test(text) : text.toLowerCase().includes(wanted.toLowerCase());
}

/** The expression in `/.../flags`; undefined when it is not written so. Throws a `SyntaxError` when it is a bad one. */
export function regularExpression(text: string): RegExp | undefined {
  const match = /^\/(.+)\/([a-z]*)$/s.exec(text);
  return match ? new RegExp(match[1] ?? '', (match[2] ?? '').replace(/[gy]/g, '')) : undefined;
}
