/**
 * What "Add Rule..." and "Make a Rule from This Event..." ask once an action is chosen: the numbers that it takes, and the field
 * that it writes. Free of `vscode`.
 */
import type { WrittenRule } from '../rules/written';

/** One box. What it is about stands in the rule, as the answers before left it. */
export interface RuleQuestion {
  prompt: string;
  /** What stands in the box at first. */
  value(rule: WrittenRule): string;
  /** The rule with this answer. Throws, for people, when the text is none. */
  answer(rule: WrittenRule, text: string): WrittenRule;
  /** False where the answers before leave nothing to ask. */
  isAsked?(rule: WrittenRule): boolean;
}

/** The path in a starter that names no field yet. */
const NO_PATH = 'path.to.field';

/** What is asked for a rule that `ruleStarters.ts` offers, in this order. */
export function questionsFor(rule: WrittenRule): RuleQuestion[] {
  const questions: RuleQuestion[] = [];
  if (rule.set) questions.push(SET_PATH, SET_VALUE);
  if (rule.remove !== undefined) questions.push(REMOVE_PATH);
  if (rule.delay !== undefined) questions.push(DELAY, JITTER);
  if (rule.throttle !== undefined) questions.push(THROTTLE);
  if (rule.duplicate !== undefined) questions.push(COPIES);
  if (rule.reorder !== undefined) questions.push(WINDOW);
  if (rule.corruptAudio !== undefined) questions.push(RATE);
  if (rule.disconnect !== undefined) questions.push(CODE, CODE_DELAY);
  if (rule.refuse !== undefined) questions.push(STATUS);
  if (rule.probability !== undefined) questions.push(SHARE);
  if (rule.times !== undefined) questions.push(TIMES);
  return questions;
}

/** What is wrong with an answer, one sentence for people; '' when nothing is. `check` says what is wrong with a rule. */
export function answerProblem(
  question: RuleQuestion,
  rule: WrittenRule,
  text: string,
  check: (rule: WrittenRule) => string,
): string {
  try {
    return check(question.answer(rule, text));
  } catch (error) {
    return (error as Error).message;
  }
}

const SET_PATH: RuleQuestion = {
  prompt: 'Path of the field to write, such as session.audio.output.voice. Empty: you write it into the file.',
  value: ({ set = {} }) => pathOf(Object.keys(set)[0]),
  answer: ({ enabled: _off, ...rule }, text) => {
    const path = text.trim();
    const [value] = Object.values(rule.set ?? {});
    if (path === '') return { ...rule, enabled: false, set: { [NO_PATH]: value } };
    return { ...rule, set: { [path]: value } };
  },
};

const SET_VALUE: RuleQuestion = {
  prompt: 'The value it gets, as JSON; anything else is a text. ${match.PATH} stands for a value of the message.',
  value: ({ set = {} }) => {
    const [value] = Object.values(set);
    return typeof value === 'string' ? value : JSON.stringify(value);
  },
  answer: (rule, text) => ({ ...rule, set: { [Object.keys(rule.set ?? {})[0] ?? NO_PATH]: jsonOrText(text) } }),
  isAsked: ({ set = {} }) => !(NO_PATH in set),
};

const REMOVE_PATH: RuleQuestion = {
  prompt: 'Path of the field to take away, such as session.tools[*].description. Empty: you write it into the file.',
  value: ({ remove }) => pathOf(Array.isArray(remove) ? remove[0] : remove),
  answer: ({ enabled: _off, ...rule }, text) => {
    const path = text.trim();
    return path === '' ? { ...rule, enabled: false, remove: [NO_PATH] } : { ...rule, remove: [path] };
  },
};

const DELAY = numbers('How long messages wait, ms', {
  get: ({ delay }) => delay,
  put: (rule, delay) => ({ ...rule, delay }),
});
const JITTER = numbers('How much longer at most, by chance, ms. 0: all wait as long', {
  get: ({ jitter }) => jitter,
  put: ({ jitter: _before, ...rule }, jitter) => (jitter === 0 ? rule : { ...rule, jitter }),
});
const THROTTLE = numbers('Bytes per second that are let through', {
  get: ({ throttle }) => throttle,
  put: (rule, throttle) => ({ ...rule, throttle }),
});
const COPIES = numbers('How many more times each is sent', {
  get: ({ duplicate }) => Number(duplicate),
  put: (rule, duplicate) => ({ ...rule, duplicate }),
});
const WINDOW = numbers('How many later messages may overtake one at most', {
  get: ({ reorder }) => (typeof reorder === 'object' ? reorder.window : reorder),
  put: (rule, reorder) => ({ ...rule, reorder }),
});
const RATE = numbers('How much of the sound is lost, percent', {
  get: ({ corruptAudio }) => percent((typeof corruptAudio === 'object' ? corruptAudio.rate : undefined) ?? 0.1),
  put: ({ corruptAudio, ...rule }, rate) => ({
    ...rule,
    corruptAudio: { ...(typeof corruptAudio === 'object' ? corruptAudio : { with: 'loss' }), rate: share(rate) },
  }),
});
const CODE = numbers('Close code that both ends get. 1006 cuts the connection without a word', {
  get: ({ disconnect }) => (typeof disconnect === 'object' ? disconnect.code : undefined) ?? 1006,
  put: (rule, code) => ({ ...rule, disconnect: { ...disconnectOf(rule), code } }),
});
const CODE_DELAY = numbers('How long after the message, ms', {
  get: ({ disconnect }) => (typeof disconnect === 'object' ? disconnect.delay : undefined) ?? 0,
  put: (rule, delay) => ({ ...rule, disconnect: { ...disconnectOf(rule), delay } }),
});
const STATUS = numbers('HTTP status of the answer', {
  get: ({ refuse }) => refuse?.status,
  put: (rule, status) => ({ ...rule, refuse: { ...rule.refuse, status } }),
});
const SHARE = numbers('Share of the messages that it happens to, percent', {
  get: ({ probability = 1 }) => percent(probability),
  put: (rule, probability) => ({ ...rule, probability: share(probability) }),
});
const TIMES: RuleQuestion = {
  prompt: 'How many times in a session (when it refuses a connection: in all) at most. Empty: every time.',
  value: ({ times }) => String(times ?? ''),
  answer: ({ times: _before, ...rule }, text) =>
    text.trim() === '' ? rule : { ...rule, times: numberOf(text.trim(), 'Give a number, or nothing for every time.') },
};

interface Place {
  get(rule: WrittenRule): number | undefined;
  put(rule: WrittenRule, value: number): WrittenRule;
}

function numbers(prompt: string, { get, put }: Place): RuleQuestion {
  return {
    prompt: `${prompt}.`,
    value: (rule) => String(get(rule) ?? ''),
    answer: (rule, text) => put(rule, numberOf(text.trim(), 'Give a number.')),
  };
}

/** A decimal number; what range it may have the rules' own schema says. */
function numberOf(text: string, otherwise: string): number {
  if (!/^-?\d+(?:\.\d+)?$/.test(text)) throw new Error(otherwise);
  return Number(text);
}

function disconnectOf({ disconnect }: WrittenRule): { code?: number; reason?: string; delay?: number } {
  return typeof disconnect === 'object' ? disconnect : {};
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const pathOf = (path: string | undefined): string => (path === undefined || path === NO_PATH ? '' : path);
/** Without the tail of digits that a binary fraction times 100 may have. */
const percent = (rate: number): number => Number((rate * 100).toPrecision(12));
function share(value: number): number {
  if (value <= 0 || value > 100) throw new Error('Give percent: more than 0, and 100 at most.');
  return Number((value / 100).toPrecision(12));
}
