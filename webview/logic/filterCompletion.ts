/** What the word under the caret of the filter box may become: keys first, then the values that this trace has. */
import {
  FILTER_KEYS,
  FILTER_MARKS,
  quoteValue,
  splitKey,
  type FilterKey,
  type FilterMark,
} from '../../src/protocol/filter';

export interface FilterOption {
  /** What stands in the box when it is taken. */
  insert: string;
  label: string;
  /** What it means, or how many rows have it. */
  detail: string;
  /** A value is still to be typed: completion goes on behind it. */
  open: boolean;
}

/** Part of the text that an option takes the place of, and the options, best first. */
export interface FilterCompletion {
  from: number;
  to: number;
  options: FilterOption[];
}

/** What a trace has to offer. Lists are newest or most frequent first; `like` is what was typed so far, in lower case. */
export interface FilterValues {
  values(key: FilterKey, like: string, most: number): { value: string; detail: string }[];
}

const mostOptions = 50;

const keyWords: Readonly<Record<FilterKey, string>> = {
  type: 'event type',
  from: 'client, server or inspector',
  response: 'id of a response',
  item: 'id of an item',
  call: 'id of a function call',
  session: 'a session',
  turn: 'number of a turn, or 2-4',
  finding: 'a finding that rests on the event',
  is: 'a mark of the event',
};
const markWords: Readonly<Record<FilterMark, string>> = {
  error: 'errors, refusals, failed responses',
  injected: 'sent by the inspector',
  held: 'held back when it arrived',
  edited: 'sent in the place of another',
  dropped: 'never sent on',
  rule: 'made, changed, delayed or dropped by a rule',
  redacted: 'a secret was replaced',
  binary: 'not a JSON object',
  delta: 'a piece of text or audio',
  audio: 'carries audio',
  finding: 'a finding rests on it',
};

/** Options at the caret. None inside a regular expression or a quoted text. */
export function completeFilter(text: string, caret: number, trace: FilterValues): FilterCompletion {
  const before = text.slice(0, caret);
  const from = before.length - (/\S*$/.exec(before)?.[0].length ?? 0);
  const after = /^\S*/.exec(text.slice(caret))?.[0].length ?? 0;
  const none = { from: caret, to: caret, options: [] };
  // An odd number of quotes: the caret stands within one.
  if ((before.match(/"/g) ?? []).length % 2 === 1) return none;
  const word = text.slice(from, caret);
  const exclude = word.startsWith('-') ? '-' : '';
  const typed = word.slice(exclude.length);
  if (typed.startsWith('/') || typed.startsWith('"')) return none;
  const keyed = splitKey(typed);
  if (keyed !== undefined) {
    const comma = keyed.value.lastIndexOf(',') + 1;
    const like = keyed.value.slice(comma).toLowerCase();
    if (like.startsWith('/')) return none;
    const start = caret - (keyed.value.length - comma);
    const values =
      keyed.key === 'is'
        ? marks(like)
        : keyed.key === 'from'
          ? sides(like)
          : trace.values(keyed.key, like, mostOptions);
    return {
      from: start,
      to: caret + after,
      options: values.map(({ value, detail }) => ({ insert: quoteValue(value), label: value, detail, open: false })),
    };
  }
  const like = typed.toLowerCase();
  const options: FilterOption[] = [
    ...FILTER_KEYS.filter((key) => key.startsWith(like)).map((key) => ({
      insert: `${exclude}${key}:`,
      label: `${exclude}${key}:`,
      detail: keyWords[key],
      open: true,
    })),
    ...marks(like).map(({ value, detail }) => ({
      insert: `${exclude}${value}`,
      label: `${exclude}${value}`,
      detail,
      open: false,
    })),
    // A word may be meant for a type as well.
    ...(like.length < 2
      ? []
      : trace.values('type', like, 8).map(({ value, detail }) => ({
          insert: `${exclude}type:${quoteValue(value)}`,
          label: `${exclude}type:${value}`,
          detail,
          open: false,
        }))),
  ];
  return { from, to: caret + after, options };
}

/** The text with an option taken, and where the caret then stands. A finished term is followed by a space. */
export function takeOption(
  text: string,
  { from, to }: FilterCompletion,
  option: FilterOption,
): { text: string; caret: number } {
  const rest = text.slice(to);
  const space = option.open || rest.startsWith(' ') ? '' : ' ';
  const head = text.slice(0, from) + option.insert + space;
  return { text: head + rest, caret: head.length };
}

function marks(like: string): { value: string; detail: string }[] {
  return FILTER_MARKS.filter((mark) => mark.startsWith(like)).map((mark) => ({ value: mark, detail: markWords[mark] }));
}
function sides(like: string): { value: string; detail: string }[] {
  return [
    { value: 'client', detail: 'sent to the server' },
    { value: 'server', detail: 'sent to the client' },
    { value: 'inspector', detail: 'sent from here' },
  ].filter(({ value }) => value.startsWith(like));
}
