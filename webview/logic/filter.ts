/** The filter language (`src/protocol/filter.ts`) over the rows of a trace. */
import { matches, splitTerms, type FilterMark, type Pattern, type Term } from '../../src/protocol/filter';
import { noMeaning, type RowMeaning } from './rowMeaning';
import { FLAG, FROM, type RowSource } from './rowSource';

/** Bits of the marks that stand in a row's flags; the others are looked up. */
const flagMarks: Readonly<Partial<Record<FilterMark, number>>> = {
  error: FLAG.error,
  injected: FLAG.injected,
  held: FLAG.held,
  edited: FLAG.edited,
  dropped: FLAG.dropped,
  rule: FLAG.rule,
  redacted: FLAG.redacted,
  binary: FLAG.opaque,
  delta: FLAG.delta,
};

/** Rows whose bodies hold a term's text, as the host found them; asked for once per text term. */
export type BodyHits = ReadonlyMap<string, ReadonlySet<number>>;

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
      const flags = term.marks.reduce((sum, mark) => sum | (flagMarks[mark] ?? 0), 0);
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

/** The filter text with `term` added, or unchanged when it is there already. */
export function addTerm(filter: string, term: string): string {
  const terms = splitTerms(filter);
  return terms.includes(term) ? filter : [...terms, term].join(' ');
}

/** The name a pattern's rows go by in `BodyHits`. */
export function patternKey(pattern: Pattern): string {
  return pattern.kind === 'regex' ? `r:${pattern.regex.source}` : `t:${pattern.text}`;
}
