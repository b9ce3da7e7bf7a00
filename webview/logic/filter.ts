/**
 * The filter language, one for every view. Terms are separated by spaces and must all hold; `-` before a term excludes.
 *
 *     text            type, ids or body hold the text (case does not matter); "quoted" keeps spaces and keywords
 *     /regex/i        the same by regular expression; one that does not compile is taken literally (`filterProblem` says so)
 *     type: from: response: item: call: session:      the column holds the value; `a,b` is either
 *     type:session.update                             a whole event type of the API means that type alone
 *     turn:3  turn:2-4                                the row belongs to one of these turns
 *     finding:collision                               a finding of such a rule rests on the row
 *     error injected redacted binary delta audio finding, or is:error ...      the row carries that mark
 */
import { CATALOGUE, RETIRED } from '../../src/protocol';
import { noMeaning, type RowMeaning } from './rowMeaning';
import { FLAG, FROM, type RowSource } from './rowSource';

const columnNames = ['type', 'from', 'response', 'item', 'call', 'session'] as const;
type ColumnName = (typeof columnNames)[number];
/** Every word that takes a value after a colon. */
export const FILTER_KEYS = [...columnNames, 'turn', 'finding', 'is'] as const;
export type FilterKey = (typeof FILTER_KEYS)[number];

const flagMarks = {
  error: FLAG.error,
  injected: FLAG.injected,
  redacted: FLAG.redacted,
  binary: FLAG.opaque,
  delta: FLAG.delta,
} as const;
/** Every mark a row can carry, as a word of its own or after `is:`. */
export const FILTER_MARKS = [...(Object.keys(flagMarks) as (keyof typeof flagMarks)[]), 'audio', 'finding'] as const;
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
  | { kind: 'column'; column: ColumnName; patterns: Pattern[] }
  | { kind: 'anywhere'; pattern: Pattern }
);

/** Rows whose bodies hold a term's text, as the host found them; asked for once per text term. */
export type BodyHits = ReadonlyMap<string, ReadonlySet<number>>;

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

/** True when the terms rest on what the analysis says, which comes after the rows and may change. */
export function restsOnMeaning(terms: readonly Term[]): boolean {
  return terms.some(
    (term) =>
      term.kind === 'turns' || term.kind === 'findings' || (term.kind === 'marks' && term.marks.includes('finding')),
  );
}

/** How a text term is named in `BodyHits`, and what to ask the host for. */
export function bodySearches(terms: readonly Term[]): { key: string; text: string; regex: boolean }[] {
  const searches = new Map<string, { key: string; text: string; regex: boolean }>();
  for (const term of terms) {
    if (term.kind !== 'anywhere') continue;
    const { pattern } = term;
    const key = patternKey(pattern);
    const isRegex = pattern.kind === 'regex';
    searches.set(key, { key, text: isRegex ? pattern.regex.source : pattern.text, regex: isRegex });
  }
  return [...searches.values()];
}

/** A test of rows for these terms. The source may grow afterwards; strings are looked at once each. */
export function compileFilter(
  terms: readonly Term[],
  rows: RowSource,
  hits: BodyHits = new Map(),
  meaning: RowMeaning = noMeaning,
): (row: number) => boolean {
  const tests = terms.map((term) => {
    const test = compileTerm(term, rows, hits, meaning);
    return term.exclude ? (row: number) => !test(row) : test;
  });
  return (row) => tests.every((test) => test(row));
}

function compileTerm(term: Term, rows: RowSource, hits: BodyHits, meaning: RowMeaning): (row: number) => boolean {
  switch (term.kind) {
    case 'marks': {
      const flags = term.marks.reduce((sum, mark) => sum | (mark in flagMarks ? flagMarks[mark as 'error'] : 0), 0);
      const audio = term.marks.includes('audio');
      const finding = term.marks.includes('finding');
      return (row) =>
        ((rows.flags.at(row) ?? 0) & flags) !== 0 ||
        (audio && (rows.audioMs.at(row) ?? 0) > 0) ||
        (finding && meaning.rules(row).length > 0);
    }
    case 'turns':
      return (row) => {
        const number = meaning.turnNumber(row);
        return number > 0 && term.turns.some(({ first, last }) => number >= first && number <= last);
      };
    case 'findings':
      return (row) => meaning.rules(row).some((rule) => term.patterns.some((pattern) => matches(pattern, rule)));
    case 'column': {
      if (term.column === 'from') {
        const sides = new Set<number>();
        let injected = false;
        for (const pattern of term.patterns) {
          if (matches(pattern, 'client')) sides.add(FROM.client);
          if (matches(pattern, 'server')) sides.add(FROM.server);
          if (matches(pattern, 'inspector')) injected = true;
        }
        return (row) =>
          sides.has(rows.from.at(row) ?? FROM.neither) ||
          (injected && ((rows.flags.at(row) ?? 0) & FLAG.injected) !== 0);
      }
      const { column } = term;
      const test = memo((index) => {
        const text = rows.string(index);
        return text !== '' && term.patterns.some((pattern) => matches(pattern, text));
      });
      return (row) => test(rows[column].at(row) ?? 0);
    }
    case 'anywhere': {
      const found = hits.get(patternKey(term.pattern));
      const test = memo((index) => matches(term.pattern, rows.string(index)));
      return (row) =>
        test(rows.type.at(row) ?? 0) ||
        test(rows.response.at(row) ?? 0) ||
        test(rows.item.at(row) ?? 0) ||
        test(rows.call.at(row) ?? 0) ||
        (found?.has(row) ?? false);
    }
  }
}

/** Remembers the answer for each string index: a million rows share a few hundred types, and ids repeat. */
function memo(test: (index: number) => boolean): (index: number) => boolean {
  let known = new Uint8Array(256);
  return (index) => {
    if (index >= known.length) {
      const grown = new Uint8Array(Math.max(index + 1, known.length * 2));
      grown.set(known);
      known = grown;
    }
    if (known[index] === 0) known[index] = test(index) ? 2 : 1;
    return known[index] === 2;
  };
}

/** A value as it has to stand in a filter so that it is read back unchanged. */
export function quoteValue(value: string): string {
  return /[\s,"/]/.test(value) ? `"${value.replaceAll('"', '')}"` : value;
}

/** The filter text with `term` added, or unchanged when it is there already. */
export function addTerm(filter: string, term: string): string {
  const terms = splitTerms(filter);
  return terms.includes(term) ? filter : [...terms, term].join(' ');
}

function matches(pattern: Pattern, text: string): boolean {
  switch (pattern.kind) {
    case 'text':
      return text.toLowerCase().includes(pattern.text);
    case 'exact':
      return text.toLowerCase() === pattern.text;
    case 'regex':
      return pattern.regex.test(text);
  }
}

/** The name a pattern's rows go by in `BodyHits`. */
export function patternKey(pattern: Pattern): string {
  return pattern.kind === 'regex' ? `r:${pattern.regex.source}` : `t:${pattern.text}`;
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

/** The expression, or what the engine says is wrong with it. */
export function compileRegex(source: string): RegExp | string {
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
