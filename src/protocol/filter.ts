/**
 * The filter language, one for every view, for breakpoints and for rules. Terms are separated by spaces and must all hold; `-` before a term excludes.
 *
 *     text            type, ids or body hold the text (case does not matter); "quoted" keeps spaces and keywords
 *     /regex/i        the same by regular expression; one that does not compile is taken literally (`filterProblem` says so)
 *     type: from: response: item: call: session:      the column holds the value; `a,b` is either
 *     type:session.update                             a whole event type of the API means that type alone
 *     turn:3  turn:2-4                                the row belongs to one of these turns
 *     finding:collision                               a finding of such a rule rests on the row
 *     error injected held edited dropped rule redacted binary delta audio finding, or is:error ...     the row carries that mark
 */
import { CATALOGUE, RETIRED } from './catalogue';

/** Words whose value is compared with a column. */
export const FILTER_COLUMNS = ['type', 'from', 'response', 'item', 'call', 'session'] as const;
export type FilterColumn = (typeof FILTER_COLUMNS)[number];
/** Every word that takes a value after a colon. */
export const FILTER_KEYS = [...FILTER_COLUMNS, 'turn', 'finding', 'is'] as const;
export type FilterKey = (typeof FILTER_KEYS)[number];

/** Every mark an event can carry, as a word of its own or after `is:`. */
export const FILTER_MARKS = [
  'error',
  'injected',
  'held',
  'edited',
  'dropped',
  'rule',
  'redacted',
  'binary',
  'delta',
  'audio',
  'finding',
] as const;
export type FilterMark = (typeof FILTER_MARKS)[number];

/** What a piece of text is compared with. */
export type Pattern =
  { kind: 'text'; text: string } | { kind: 'exact'; text: string } | { kind: 'regex'; regex: RegExp };

/** A name in full means that event: otherwise nobody could ask for `session.update` without `session.updated`. */
const wholeTypes: ReadonlySet<string> = new Set([...CATALOGUE, ...RETIRED].map(({ type }) => type));

/** One term of a filter. */
export type Term = { exclude: boolean } & (
  | { kind: 'marks'; marks: FilterMark[] }
  | { kind: 'turns'; turns: { first: number; last: number }[] }
  | { kind: 'findings'; patterns: Pattern[] }
  | { kind: 'column'; column: FilterColumn; patterns: Pattern[] }
  | { kind: 'anywhere'; pattern: Pattern }
);

/** The terms of a filter; empty text gives none. A term still being typed (`type:`, `-`) is left out. */
export function parseFilter(text: string): Term[] {
  const terms: Term[] = [];
  for (const raw of splitTerms(text)) {
    const exclude = raw.startsWith('-') && raw.length > 1;
    const body = exclude ? raw.slice(1) : raw;
    if (body === '' || body === '-') continue;
    const mark = markOf(body);
    if (mark !== undefined) {
      terms.push({ exclude, kind: 'marks', marks: [mark] });
      continue;
    }
    const keyed = splitKey(body);
    if (keyed !== undefined) {
      const term = keyedTerm(keyed.key, splitValues(keyed.value));
      if (term !== undefined) terms.push({ exclude, ...term });
      continue;
    }
    const unquoted = unquote(body);
    if (unquoted === '') continue;
    terms.push({ exclude, kind: 'anywhere', pattern: body.startsWith('"') ? literal(unquoted) : toPattern(body) });
  }
  return terms;
}

/** The mark a word names; undefined when it names none. */
function markOf(word: string): FilterMark | undefined {
  return FILTER_MARKS.find((mark) => mark === word.toLowerCase());
}

/** `key:value` when the key is one of the language. */
export function splitKey(body: string): { key: FilterKey; value: string } | undefined {
  const colon = body.indexOf(':');
  const key = FILTER_KEYS.find((name) => name === body.slice(0, Math.max(0, colon)).toLowerCase());
  return key === undefined ? undefined : { key, value: body.slice(colon + 1) };
}

type Bare<T> = T extends unknown ? Omit<T, 'exclude'> : never;

function keyedTerm(key: FilterKey, values: string[]): Bare<Term> | undefined {
  if (values.length === 0) return undefined;
  switch (key) {
    case 'is':
      return { kind: 'marks', marks: values.map(markOf).filter((mark) => mark !== undefined) };
    case 'turn':
      return { kind: 'turns', turns: values.map(turnRange).filter((range) => range !== undefined) };
    case 'finding':
      return { kind: 'findings', patterns: values.map(toPattern) };
    default:
      return { kind: 'column', column: key, patterns: values.map(key === 'type' ? toTypePattern : toPattern) };
  }
}

/** `3` or `2-4`; undefined for anything else. */
export function turnRange(value: string): { first: number; last: number } | undefined {
  const match = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(unquote(value));
  if (match === null) return undefined;
  const first = Number(match[1]);
  return { first, last: match[2] === undefined ? first : Number(match[2]) };
}

/** A value as it has to stand in a filter so that it is read back unchanged. */
export function quoteValue(value: string): string {
  return /[\s,"/]/.test(value) ? `"${value.replaceAll('"', '')}"` : value;
}

/** Tries an expression on a text. */
export type RegexTest = (regex: RegExp, text: string) => boolean;

const plainTest: RegexTest = (regex, text) => regex.test(text);

/** Whether a text is what a pattern looks for. */
export function matches(pattern: Pattern, text: string, test = plainTest): boolean {
  switch (pattern.kind) {
    case 'text':
      return text.toLowerCase().includes(pattern.text);
    case 'exact':
      return text.toLowerCase() === pattern.text;
    case 'regex':
      return test(pattern.regex, text);
  }
}

function literal(text: string): Pattern {
  return { kind: 'text', text: text.toLowerCase() };
}

/** What a text term looks for: `/expression/`, or the text itself. */
export function toPattern(value: string): Pattern {
  const source = regexSource(value);
  if (source === undefined) return literal(unquote(value));
  const regex = compileRegex(source);
  return regex instanceof RegExp ? { kind: 'regex', regex } : literal(value);
}

function toTypePattern(value: string): Pattern {
  const text = unquote(value).toLowerCase();
  return wholeTypes.has(text) ? { kind: 'exact', text } : toPattern(value);
}

/** What stands between the slashes; undefined when it is no expression. */
export function regexSource(value: string): string | undefined {
  return /^\/(.+)\/i?$/.exec(value)?.[1];
}

/** V8 needs twice as long for each one more to make an expression ready (12: 1 ms, 24: a second, 40: hours), and cannot be stopped. */
const MOST_OPTIONAL = 12;
/** Something that may be left out: `?`, from 0 times on, an empty alternative. `(?` and the `?` behind a repetition are none. */
const OPTIONAL = /(?<![(*+?}])\?|\{0|\|(?=[|)]|$)|(?<=^|\(|:)\|/g;

/** The expression, or what the engine says is wrong with it. */
export function compileRegex(source: string): RegExp | string {
  const plain = source.replace(/\\./g, 'x').replace(/\[[^\]]*\]/g, 'x');
  if ((plain.match(OPTIONAL) ?? []).length > MOST_OPTIONAL)
    return `more than ${MOST_OPTIONAL} things in it may be left out`;
  try {
    // The host searches bodies without regard to case, so columns are matched the same way.
    return new RegExp(source, 'i');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The text without its quotes. */
export function unquote(text: string): string {
  return text.replaceAll('"', '');
}

/** Splits at spaces outside quotes and outside `/.../`. */
export function splitTerms(text: string): string[] {
  return [...text.matchAll(/-?(?:[a-z]+:)?\/(?:[^/\\]|\\.)+\/i?(?=\s|$)|(?:"[^"]*"?|[^\s"])+/gi)].map((m) => m[0]);
}

/** Splits `a,b` at commas outside quotes and outside `/.../`. */
export function splitValues(text: string): string[] {
  if (/^\/.+\/i?$/.test(text)) return [text];
  return [...text.matchAll(/(?:"[^"]*"?|[^,"])+/g)].map((m) => m[0]).filter((value) => unquote(value) !== '');
}
