import { describe, expect, it } from 'vitest';
import { parseFilter, quoteValue } from '../../../src/protocol/filter';
import { filterProblem } from '../../../src/protocol/filterProblem';
import { addTerm, bodySearches, compileFilter } from '../../../webview/logic/filter';
import { BatchMaker, rowsOf } from './columns';

const flags = { injected: 1, redacted: 2, error: 4, opaque: 8, delta: 16, rule: 256 };
const rows = rowsOf([
  { type: 'session.update', from: 'client', flags: flags.redacted }, // 0
  { type: 'session.updated' }, // 1
  { type: 'response.output_audio.delta', response: 'resp_A', item: 'item_1', flags: flags.delta }, // 2
  { type: 'response.done', response: 'resp_A' }, // 3
  { type: 'error', flags: flags.error }, // 4
  { type: 'response.create', from: 'client', flags: flags.injected | flags.rule, session: 's2' }, // 5
  { type: 'open', seq: 0, session: 's2' }, // 6
  { type: 'conversation.item.created', call: 'call_9', item: 'item_2' }, // 7
  { type: '', flags: flags.opaque, from: 'client' }, // 8
]);
const meaning = {
  turnNumber: (row: number) => (row < 2 ? 0 : row < 4 ? 1 : row < 7 ? 2 : 3),
  rules: (row: number) => (row === 4 ? ['refused-update', 'slow'] : row === 7 ? ['slow'] : []),
};
const shown = (text: string, hits?: ReadonlyMap<string, ReadonlySet<number>>) => {
  const passes = compileFilter(parseFilter(text), rows, hits, meaning);
  return Array.from({ length: rows.count }, (_, row) => row).filter(passes);
};
const all = [0, 1, 2, 3, 4, 5, 6, 7, 8];

describe('a filter shows the rows that pass all its terms', () => {
  it.each([
    ['', all],
    ['   ', all],
    ['-', all],
    ['type:', all],
    ['response', [2, 3, 5]],
    ['RESPONSE', [2, 3, 5]],
    ['/^session\\.update$/', [0]],
    ['/SESSION\\.updated/i', [1]],
    ['/unclosed[/', []],
    ['type:response.', [2, 3, 5]],
    ['type:response. -delta', [3, 5]],
    ['type:session,error', [0, 1, 4]],
    ['type:session.update', [0]],
    ['type:Session.Update', [0]],
    ['type:session.updat', [0, 1]],
    ['type:session.update,response.done', [0, 3]],
    ['type:"session.updated"', [1]],
    ['-type:session.update', [1, 2, 3, 4, 5, 6, 7, 8]],
    ['session.update', [0, 1]],
    ['type:/d$/', [1, 7]],
    ['-type:/d$/', [0, 2, 3, 4, 5, 6, 8]],
    ['from:client', [0, 5, 8]],
    ['from:server', [1, 2, 3, 4, 7]],
    ['from:inspector', [5]],
    ['-from:client -from:server', [6]],
    ['response:resp_A', [2, 3]],
    ['item:item_2', [7]],
    ['call:call_9', [7]],
    ['session:s2', [5, 6]],
    ['turn:1', [2, 3]],
    ['turn:1,3', [2, 3, 7, 8]],
    ['turn:2-3', [4, 5, 6, 7, 8]],
    ['-turn:1', [0, 1, 4, 5, 6, 7, 8]],
    ['turn:x', []],
    ['finding:slow', [4, 7]],
    ['finding:refused', [4]],
    ['finding:', all],
    ['finding', [4, 7]],
    ['is:finding', [4, 7]],
    ['is:error,injected', [4, 5]],
    ['-is:delta turn:1', [3]],
    ['session:s2 -open', [5]],
    ['error', [4]],
    ['-error type:session', [0, 1]],
    ['"error"', [4]],
    ['injected', [5]],
    ['is:rule', [5]],
    ['redacted', [0]],
    ['binary', [8]],
    ['resp_a', [2, 3]],
    ['unknown:thing', []],
  ])('%s', (text, expected) => expect(shown(text)).toEqual(expected));
});

it('text that only a body holds is shown where the host found it, and excluded there too', () => {
  const [search] = bodySearches(parseFilter('Lisbon'));
  expect(search).toEqual({ key: 't:lisbon', text: 'lisbon', regex: false });
  const hits = new Map([['t:lisbon', new Set([2, 4])]]);
  expect(shown('Lisbon', hits)).toEqual([2, 4]);
  expect(shown('-Lisbon', hits)).toEqual([0, 1, 3, 5, 6, 7, 8]);
});

it('columns and marks need no search of bodies', () => {
  expect(bodySearches(parseFilter('type:a error -from:client'))).toEqual([]);
  expect(bodySearches(parseFilter('/a b/ "c d"'))).toEqual([
    { key: 'r:a b', text: 'a b', regex: true },
    { key: 't:c d', text: 'c d', regex: false },
  ]);
});

it('a filter made before rows arrive judges them too, also by strings that came later', () => {
  const maker = new BatchMaker();
  const growing = rowsOf([]);
  growing.append(maker.batch([]));
  const passes = compileFilter(parseFilter('type:late'), growing);
  growing.append(maker.batch([{ type: 'early' }]));
  expect(passes(0)).toBe(false);
  growing.append(maker.batch([{ type: 'late.one' }]));
  expect(passes(1)).toBe(true);
});

it('terms are added once, and values survive quoting', () => {
  expect(addTerm('', 'type:a')).toBe('type:a');
  expect(addTerm('x type:a', 'type:a')).toBe('x type:a');
  const value = 'a, b c';
  expect(parseFilter(`type:${quoteValue(value)}`)).toEqual([
    { exclude: false, kind: 'column', column: 'type', patterns: [{ kind: 'text', text: value }] },
  ]);
});

describe('a regular expression that does not compile', () => {
  it.each(['/unclosed[/', 'response -/a(/', 'type:/*/', '-item:/(?/'])('is told of: %s', (text) =>
    expect(filterProblem(text)).toMatch(/is no regular expression \(.+\), so it is looked for as text\.$/),
  );
  it.each(['', '/[a-z]/', '/unclosed[', 'type:a', '"/[/"', 'a/b', '/'])('is nothing to tell of in %s', (text) =>
    expect(filterProblem(text)).toBe(''),
  );
});

describe('a slip in a filter', () => {
  it.each([
    ['turn:two', 'turn: takes a number or a range, as in turn:3 or turn:2-4, not two.'],
    [
      'is:eror',
      'is: takes error, injected, held, edited, dropped, rule, redacted, binary, delta, audio or finding, not eror.',
    ],
    ['from:srv', 'from: takes client, server or inspector, not srv.'],
    ['typ:session', 'There is no typ: here, so this is looked for as text. Is type: meant?'],
    ['-tpye:a', 'There is no tpye: here, so this is looked for as text. Is type: meant?'],
    ['items:x', 'There is no items: here, so this is looked for as text. Is item: meant?'],
    [
      'foo:bar',
      'There is no foo: here, so this is looked for as text. Keys are type:, from:, response:, item:, call:, session:, turn:, finding: or is:; quotes say that text is meant.',
    ],
    ['"open', 'The quote in "open is not closed.'],
    ['type:"open', 'The quote in "open is not closed.'],
  ])('%s is told of', (text, problem) => expect(filterProblem(text)).toBe(problem));
  it.each([
    'turn:3',
    'turn:2-4,7',
    'is:error',
    'finding:x',
    'from:cli',
    '"note:x"',
    '12:30',
    'http://a',
    'note:',
    'turn:',
  ])('%s is none', (text) => expect(filterProblem(text)).toBe(''));
});
