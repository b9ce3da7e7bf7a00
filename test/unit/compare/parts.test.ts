import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inSameOrder, matchInOrder } from '../../../src/compare/align';
import { parseFailOn } from '../../../src/compare/verdict';
import { compareWords } from '../../../src/compare/words';
import { ticks, TimeScale } from '../../../webview/timeline/timeScale';

describe('matching in order', () => {
  const letters = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 40 });

  it('pairs equals only, each once, ascending in both, and itself whole', () => {
    fc.assert(
      fc.property(letters, letters, (a, b) => {
        const matches = matchInOrder(a, b);
        matches.forEach(([i, j], at) => {
          expect(a[i]).toBe(b[j]);
          const [before, below] = matches[at - 1] ?? [-1, -1];
          expect(i > before && j > below).toBe(true);
        });
        expect(matchInOrder(a, a)).toEqual(a.map((_, at) => [at, at]));
      }),
    );
  });

  it('finds what is common to two long sequences with something new in each, where no table would fit', () => {
    const a = Array.from({ length: 60_000 }, (_, at) => `line ${at}`);
    const b = a.flatMap((line, at) => (at % 1000 === 7 ? [] : at % 1000 === 500 ? ['new', line] : [line]));
    expect(matchInOrder(a, b)).toHaveLength(60_000 - 60);
  });

  it('comes to an end with two long sequences that have hardly anything in common', () => {
    const a = Array.from({ length: 60_000 }, (_, at) => (at % 100 === 0 ? 'same' : `a ${at}`));
    const b = Array.from({ length: 60_000 }, (_, at) => (at % 100 === 50 ? 'same' : `b ${at}`));
    expect(matchInOrder(a, b)).toHaveLength(600);
  });

  it('keeps the most pairs that ascend in both', () => {
    expect(
      inSameOrder([
        [0, 3],
        [1, 0],
        [2, 1],
        [3, 4],
        [4, 2],
      ]),
    ).toHaveLength(3);
    expect(inSameOrder([])).toEqual([]);
  });
});

it('an axis counts from where it is told to, with round times from there', () => {
  const scale = new TimeScale({ start: 1234, end: 3234 }, 0, 400);
  expect(ticks(scale, 90, 1234).map(({ t, label }) => [t, label])).toEqual([
    [1234, '0.0 s'],
    [1734, '0.5 s'],
    [2234, '1.0 s'],
    [2734, '1.5 s'],
    [3234, '2.0 s'],
  ]);
});

describe('words', () => {
  const sides = (a: string, b: string) => {
    const { stretches } = compareWords(a, b);
    const side = (left: string) => stretches.map(({ kind, text }) => (kind === left ? '' : text)).join('');
    return [side('added'), side('removed')];
  };

  it('that differ in white space only are the same', () => {
    expect(compareWords(' Hello \n there', 'Hello there ')).toMatchObject({ same: true });
    expect(compareWords('', ' ')).toEqual({ same: true, stretches: [] });
  });

  it('give both texts again from their stretches', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const plain = (text: string) => text.replace(/\s+/g, '');
        expect(sides(a, b).map(plain)).toEqual([a, b].map(plain));
      }),
    );
  });

  it('of a script without spaces are words as well', () => {
    expect(compareWords('今日は晴れです', '今日は雨です').stretches.filter(({ kind }) => kind !== 'same')).toEqual([
      { kind: 'removed', text: '晴れ' },
      { kind: 'added', text: '雨' },
    ]);
  });
});

it.each(['slower', 'slower:20', 'slower:-1%', 'fast', ''])(
  'says what a condition may be, and that %j is none',
  (text) => {
    expect(() => parseFailOn(text)).toThrow(/is none of changed, missing and slower:PERCENT/);
  },
);
