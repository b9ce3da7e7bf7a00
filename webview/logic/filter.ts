/**
 * The filter language, one for every view. Terms are separated by spaces and must all hold; `-` before a term excludes.
 *
 *     text            type, ids or body hold the text (case does not matter); "quoted" keeps spaces and keywords
 *     /regex/i        the same by regular expression; one that does not compile is taken literally (`filterProblem` says so)
 *     type: from: response: item: call: session:      the column holds the value; `a,b` is either
 *     type:session.update                             a whole event type of the API means that type alone
 *     error injected redacted binary delta            the row carries that mark
 */
import { CATALOGUE, RETIRED } from '../../src/protocol';
import { FLAG, FROM, type RowSource } from './rowSource';

const columnNames = ['type', 'from', 'response', 'item', 'call', 'session'] as const;
type ColumnName = (typeof columnNames)[number];

const keywords: Readonly<Record<string, number>> = {
  error: FLAG.error,
  injected: FLAG.injected,
  redacted: FLAG.redacted,
  binary: FLAG.opaque,
  delta: FLAG.delta,
};

/** What a piece of text is compared with. */
export type Pattern =
  { kind: 'text'; text: string } | { kind: 'exact'; text: string } | { kind: 'regex'; regex: RegExp };

/** A name in full means that event: otherwise nobody could ask for `session.update` without `session.updated`. */
const wholeTypes: ReadonlySet<string> = new Set([...CATALOGUE, ...RETIRED].map(({ type }) => type));

/** One term of a filter. */
export type Term = { exclude: boolean } & (
  | { kind: 'flag'; flag: number }
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
    const flag = Object.hasOwn(keywords, body.toLowerCase()) ? keywords[body.toLowerCase()] : undefined;
    if (flag !== undefined) {
      terms.push({ exclude, kind: 'flag', flag });
      continue;
    }
    const colon = body.indexOf(':');
    const name = columnNames.find((column) => column === body.slice(0, Math.max(0, colon)).toLowerCase());
    if (name !== undefined) {
      const values = splitValues(body.slice(colon + 1));
      const patterns = values.map(name === 'type' ? toTypePattern : toPattern);
      if (patterns.length > 0) terms.push({ exclude, kind: 'column', column: name, patterns });
      continue;
    }
    const unquoted = unquote(body);
    if (unquoted === '') continue;
    terms.push({ exclude, kind: 'anywhere', pattern: body.startsWith('"') ? literal(unquoted) : toPattern(body) });
  }
  return terms;
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
): (row: number) => boolean {
  const tests = terms.map((term) => {
    const test = compileTerm(term, rows, hits);
    return term.exclude ? (row: number) => !test(row) : test;
  });
  return (row) => tests.every((test) => test(row));
}

function compileTerm(term: Term, rows: RowSource, hits: BodyHits): (row: number) => boolean {
  switch (term.kind) {
    case 'flag':
      return (row) => ((rows.flags[row] ?? 0) & term.flag) !== 0;
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
          sides.has(rows.from[row] ?? FROM.neither) || (injected && ((rows.flags[row] ?? 0) & FLAG.injected) !== 0);
      }
      const { column } = term;
      const test = memo((index) => {
        const text = rows.string(index);
        return text !== '' && term.patterns.some((pattern) => matches(pattern, text));
      });
      return (row) => test(rows[column][row] ?? 0);
    }
    case 'anywhere': {
      const found = hits.get(patternKey(term.pattern));
      const test = memo((index) => matches(term.pattern, rows.string(index)));
      return (row) =>
        test(rows.type[row] ?? 0) ||
        test(rows.response[row] ?? 0) ||
        test(rows.item[row] ?? 0) ||
        test(rows.call[row] ?? 0) ||
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

function patternKey(pattern: Pattern): string {
  return pattern.kind === 'regex' ? `r:${pattern.regex.source}` : `t:${pattern.text}`;
}

function literal(text: string): Pattern {
  return { kind: 'text', text: text.toLowerCase() };
}

function toPattern(value: string): Pattern {
  const source = regexSource(value);
  if (source === undefined) return literal(unquote(value));
  const regex = compile(source);
  return regex instanceof RegExp ? { kind: 'regex', regex } : literal(value);
}

function toTypePattern(value: string): Pattern {
  const text = unquote(value).toLowerCase();
  return wholeTypes.has(text) ? { kind: 'exact', text } : toPattern(value);
}

function regexSource(value: string): string | undefined {
  return /^\/(.+)\/i?$/.exec(value)?.[1];
}

/** The expression, or what the engine says is wrong with it. */
function compile(source: string): RegExp | string {
  try {
    // The host searches bodies without regard to case, so columns are matched the same way.
    return new RegExp(source, 'i');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What is wrong with a filter's text, for people; '' when nothing is. Rows are filtered all the same. */
export function filterProblem(text: string): string {
  for (const raw of splitTerms(text)) {
    const value = raw.replace(/^-/, '').replace(new RegExp(`^(?:${columnNames.join('|')}):`, 'i'), '');
    const source = regexSource(value);
    const why = source === undefined ? '' : compile(source);
    if (typeof why !== 'string' || why === '') continue;
    const reason = /: ([^:]+)$/.exec(why)?.[1] ?? why;
    return `${value} is no regular expression (${reason.toLowerCase()}), so it is looked for as text.`;
  }
  return '';
}

function unquote(text: string): string {
  return text.replaceAll('"', '');
}

/** Splits at spaces outside quotes and outside `/.../`. */
function splitTerms(text: string): string[] {
  return [...text.matchAll(/-?(?:[a-z]+:)?\/(?:[^/\\]|\\.)+\/i?(?=\s|$)|(?:"[^"]*"?|[^\s"])+/gi)].map((m) => m[0]);
}

/** Splits `a,b` at commas outside quotes and outside `/.../`. */
function splitValues(text: string): string[] {
  if (/^\/.+\/i?$/.test(text)) return [text];
  return [...text.matchAll(/(?:"[^"]*"?|[^,"])+/g)].map((m) => m[0]).filter((value) => unquote(value) !== '');
}
