/**
 * The filter language over a single message as it passes, for breakpoints and rules. What only a record or its analysis
 * can tell (turns, findings, what was redacted) cannot be asked here, and is said to be wrong.
 */
import { audioField, isDelta } from './audioEvents';
import { matches, parseFilter, splitTerms, type FilterMark, type Pattern, type RegexTest, type Term } from './filter';
import { filterProblem } from './filterProblem';
import { eventIds, type EventIds } from './ids';
import type { Side } from './side';

/** A message to be matched. */
export interface FilterableMessage {
  session: string;
  from: Side;
  /** The message's text; undefined when it is binary or not UTF-8. */
  text: string | undefined;
  /** Neither end sent it. */
  injected?: boolean;
}

/** A filter over messages, or why its text cannot be one. */
export type MessageFilter =
  | {
      problem: '';
      matches(message: FilterableMessage): boolean;
      /** The ends whose messages can match. */ sides: Side[];
    }
  | { problem: string };

/** What has been found out about a message; several filters look at the same one. */
interface Facts {
  event: Record<string, unknown> | undefined;
  type: string;
  ids: EventIds;
}

/** A regular expression looks at so much of a message, characters: a person's pattern may take for ever on more. */
const REGEX_TEXT = 64 * 1024;

const known = new WeakMap<FilterableMessage, Facts>();

function factsOf(message: FilterableMessage): Facts {
  const found = known.get(message);
  if (found) return found;
  const event = message.text === undefined ? undefined : objectIn(message.text);
  const type = event?.['type'];
  const facts: Facts = { event, type: typeof type === 'string' ? type : '', ids: event ? eventIds(event) : {} };
  known.set(message, facts);
  return facts;
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Compiles a filter for messages. An empty text matches every message. `problem` is one sentence for people. The message
 * is parsed once, however many filters are asked about the same object. `regexTest` tries expressions; what it throws, `matches`
 * throws.
 */
export function compileMessageFilter(text: string, regexTest?: RegexTest): MessageFilter {
  const terms = parseFilter(text);
  const problem = filterProblem(text) || notHere(text, terms);
  if (problem !== '') return { problem };
  const tests = terms.map((term) => {
    const test = compileTerm(term, regexTest);
    return term.exclude ? (message: FilterableMessage) => !test(message) : test;
  });
  const sides = (['client', 'server'] as const).filter((side) => terms.every((term) => canBeFrom(term, side)));
  return { problem: '', matches: (message) => tests.every((test) => test(message)), sides };
}

/** What the language can say and a passing message cannot tell. */
function notHere(text: string, terms: readonly Term[]): string {
  for (const term of terms) {
    if (term.kind === 'turns')
      return 'turn: is known only after the analysis of a recording, not while a message passes.';
    if (term.kind === 'findings')
      return 'finding: is known only after the analysis of a recording, not while a message passes.';
    const mark = term.kind === 'marks' ? term.marks.find((each) => markTests[each] === undefined) : undefined;
    if (mark !== undefined) return `${mark} is known only of a recorded message, not while it passes.`;
  }
  // What is still being typed is left out of a view's filter. Here it would match more than was meant.
  const open = splitTerms(text).find((raw) => /^-?[a-z]+:$/i.test(raw) || raw === '-');
  return open !== undefined && terms.length < splitTerms(text).length ? `A value is missing behind ${open}` : '';
}

function canBeFrom(term: Term, side: Side): boolean {
  if (term.kind !== 'column' || term.column !== 'from') return true;
  const named = term.patterns.some((pattern) => matches(pattern, side));
  if (term.exclude) return !named;
  return named || term.patterns.some((pattern) => matches(pattern, 'inspector'));
}

type Test = (message: FilterableMessage) => boolean;

const markTests: Readonly<Partial<Record<FilterMark, Test>>> = {
  error: (message) => {
    const { type, event } = factsOf(message);
    if (message.from !== 'server') return false;
    return type === 'error' || type.endsWith('.failed') || (type === 'response.done' && statusOf(event) === 'failed');
  },
  injected: (message) => message.injected === true,
  binary: (message) => factsOf(message).event === undefined,
  delta: (message) => isDelta(factsOf(message).type),
  audio: (message) => {
    const { event, type } = factsOf(message);
    const field = audioField(type, message.from);
    const value = field === undefined ? undefined : event?.[field];
    return typeof value === 'string' && value !== '';
  },
};

function statusOf(event: Record<string, unknown> | undefined): unknown {
  const response = event?.['response'];
  return typeof response === 'object' && response !== null ? (response as { status?: unknown }).status : undefined;
}

function compileTerm(term: Term, regexTest: RegexTest | undefined): Test {
  switch (term.kind) {
    case 'marks':
      return (message) => term.marks.some((mark) => markTests[mark]?.(message));
    case 'column':
      return compileColumn(term.column, term.patterns, regexTest);
    case 'anywhere':
      return compileAnywhere(term.pattern, regexTest);
    case 'turns':
    case 'findings':
      return () => false;
  }
}

function compileColumn(
  column: (Term & { kind: 'column' })['column'],
  patterns: readonly Pattern[],
  regexTest: RegexTest | undefined,
): Test {
  const some = (whole: string | undefined) => {
    const text = whole?.slice(0, REGEX_TEXT) ?? '';
    return text !== '' && patterns.some((pattern) => matches(pattern, text, regexTest));
  };
  switch (column) {
    case 'type':
      return (message) => some(factsOf(message).type);
    case 'session':
      return (message) => some(message.session);
    case 'from':
      return (message) => some(message.from) || (message.injected === true && some('inspector'));
    default:
      return (message) => some(factsOf(message).ids[column]);
  }
}

function compileAnywhere(pattern: Pattern, regexTest: RegexTest | undefined): Test {
  if (pattern.kind === 'regex')
    return ({ text }) => text !== undefined && matches(pattern, text.slice(0, REGEX_TEXT), regexTest);
  // What a person types stands in the message as JSON writes it.
  const escaped = JSON.stringify(pattern.text).slice(1, -1);
  const needle = new RegExp([...new Set([pattern.text, escaped])].map(literally).join('|'), 'i');
  return ({ text }) => text !== undefined && needle.test(text);
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
