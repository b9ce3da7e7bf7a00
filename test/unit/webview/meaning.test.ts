import { expect, it } from 'vitest';
import { Ordered } from '../../../webview/state/meaning';

interface Entry {
  key: string;
  t: number;
  words?: string;
}
const ordered = () => new Ordered<Entry>(({ t }) => t);
const words = (list: Ordered<Entry>) => list.all.map(({ key, words: said = '' }) => key + said).join(' ');

it('a list stays in the order of time, whatever comes late, changes, moves or goes', () => {
  const list = ordered();
  list.put([
    { key: 'a', t: 1 },
    { key: 'c', t: 3 },
    { key: 'd', t: 3 },
  ]);
  list.put([{ key: 'd', t: 3, words: '!' }]);
  expect(words(list)).toBe('a c d!');
  list.put([{ key: 'b', t: 2 }]);
  expect(words(list)).toBe('a b c d!');
  list.put([{ key: 'a', t: 9 }]);
  expect(words(list)).toBe('b c d! a');
  list.remove(['c', 'nobody']);
  expect(words(list)).toBe('b d! a');
  list.put([{ key: 'd', t: 3, words: '?' }]);
  expect(words(list)).toBe('b d? a');
});

it('the same array is given until something changes', () => {
  const list = ordered();
  list.put([{ key: 'a', t: 1 }]);
  const first = list.all;
  expect(list.all).toBe(first);
  list.put([]);
  list.remove(['nobody']);
  expect(list.all).toBe(first);
  list.put([{ key: 'a', t: 1 }]);
  expect(list.all).not.toBe(first);
});

it('who follows the changes gets those since it looked, or is sent to read all', () => {
  const list = ordered();
  list.put([{ key: 'a', t: 1 }]);
  const seen = list.version;
  expect(list.since(seen)).toEqual([]);
  list.put([{ key: 'b', t: 2 }]);
  list.put([{ key: 'a', t: 1, words: '!' }]);
  expect(list.since(seen)?.map(({ key }) => key)).toEqual(['b', 'a']);
  list.remove(['b']);
  expect(list.since(seen)).toBeUndefined();
  const late = list.version;
  for (let n = 0; n < 20_000; n += 1) list.put([{ key: `k${n}`, t: n }]);
  expect(list.since(late)).toBeUndefined();
  expect(list.since(list.version - 100)).toHaveLength(100);
});
