/** What is wrong with a filter's text, said where it is typed. Rows are filtered all the same. */
import {
  compileRegex,
  FILTER_KEYS,
  FILTER_MARKS,
  regexSource,
  splitKey,
  splitTerms,
  splitValues,
  turnRange,
  unquote,
} from './filter';

/** The first thing that is wrong, for people; '' when nothing is. */
export function filterProblem(text: string): string {
  for (const raw of splitTerms(text)) {
    const term = raw.replace(/^-(?=.)/, '');
    const keyed = splitKey(term);
    const problem = keyed === undefined ? wordProblem(term) : valueProblem(keyed.key, keyed.value);
    if (problem !== '') return problem;
  }
  return '';
}

function valueProblem(key: (typeof FILTER_KEYS)[number], value: string): string {
  const values = splitValues(value);
  if (key === 'turn') {
    const wrong = values.find((each) => turnRange(each) === undefined);
    return wrong === undefined ? '' : `turn: takes a number or a range, as in turn:3 or turn:2-4, not ${wrong}.`;
  }
  if (key === 'is') {
    const wrong = values.find((each) => !(FILTER_MARKS as readonly string[]).includes(unquote(each).toLowerCase()));
    return wrong === undefined ? '' : `is: takes ${orList(FILTER_MARKS)}, not ${wrong}.`;
  }
  if (key === 'from') {
    const wrong = values.find(
      (each) =>
        regexSource(each) === undefined &&
        !['client', 'server', 'inspector'].some((side) => side.includes(unquote(each).toLowerCase())),
    );
    if (wrong !== undefined) return `from: takes client, server or inspector, not ${wrong}.`;
  }
  return values.map(regexProblem).find((problem) => problem !== '') ?? quoteProblem(value);
}

function wordProblem(term: string): string {
  const regex = regexProblem(term);
  if (regex !== '') return regex;
  const colon = term.indexOf(':');
  const word = term.slice(0, Math.max(0, colon)).toLowerCase();
  // Text may well hold a colon: times, addresses and what is quoted are no keys.
  if (/^[a-z]\w*$/.test(word) && colon < term.length - 1 && !term.startsWith('//', colon + 1)) {
    const meant = FILTER_KEYS.find((key) => isNear(word, key));
    const hint =
      meant === undefined
        ? `Keys are ${orList(FILTER_KEYS.map((key) => `${key}:`))}; quotes say that text is meant.`
        : `Is ${meant}: meant?`;
    return `There is no ${word}: here, so this is looked for as text. ${hint}`;
  }
  return quoteProblem(term);
}

function regexProblem(value: string): string {
  const source = regexSource(value);
  const why = source === undefined ? '' : compileRegex(source);
  if (typeof why !== 'string' || why === '') return '';
  const reason = /: ([^:]+)$/.exec(why)?.[1] ?? why;
  return `${value} is no regular expression (${reason.toLowerCase()}), so it is looked for as text.`;
}

function quoteProblem(term: string): string {
  return (term.match(/"/g) ?? []).length % 2 === 1 ? `The quote in ${term} is not closed.` : '';
}

function orList(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

/** One letter too many, too few, other, or two swapped; a plural counts too. */
function isNear(word: string, key: string): boolean {
  if (Math.abs(word.length - key.length) > 1) return false;
  let start = 0;
  while (start < word.length && word[start] === key[start]) start += 1;
  const rest = [word.slice(start), key.slice(start)] as const;
  return (
    rest[0].slice(1) === rest[1].slice(1) ||
    rest[0].slice(1) === rest[1] ||
    rest[0] === rest[1].slice(1) ||
    (rest[0][0] === rest[1][1] && rest[0][1] === rest[1][0] && rest[0].slice(2) === rest[1].slice(2))
  );
}
