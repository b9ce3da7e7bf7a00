import { describe, expect, it } from 'vitest';
import { RowSet } from '../../../webview/state/rowSet';

/** Numbers that look like chance and are the same each time. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

const next = chance(7);
const rows = (count: number, isIn: (row: number) => boolean) =>
  Array.from({ length: count }, (_, row) => row).filter((row) => isIn(row));

const sets: [what: string, members: number[]][] = [
  ['none', []],
  ['one far out', [3_000_000_000]],
  ['all', rows(140_000, () => true)],
  ['all but the first', rows(140_000, (row) => row > 0)],
  ['every other', rows(140_000, (row) => row % 2 === 1)],
  ['few', rows(300_000, (row) => row % 5003 === 17)],
  ['as many as a list holds, and one more', [...rows(4097, () => true), 65_536]],
  ['some of them by chance', rows(200_000, () => next() < 0.3)],
  ['with holes as wide as a stretch', rows(400_000, (row) => Math.floor(row / 70_000) % 2 === 1 && row % 3 > 0)],
  ['the end of a stretch', [65_535, 65_536, 131_071, 131_072]],
  ['the last bits of a full stretch', rows(66_000, (row) => row > 60_000)],
];

describe('a set of rows', () => {
  for (const [what, members] of sets)
    it(`tells place, rank and what comes next: ${what}`, () => {
      const set = new RowSet();
      for (const row of members) set.add(row);
      expect(set.count).toBe(members.length);
      expect(Array.from({ length: members.length }, (_, at) => set.at(at))).toEqual(members);
      expect([set.at(-1), set.at(members.length)]).toEqual([-1, -1]);
      const wrong: number[] = [];
      let place = 0;
      const end = Math.min(450_000, (members.at(-1) ?? 0) + 3);
      for (let row = 0; row < end; row += 1) {
        while (place < members.length && (members[place] as number) < row) place += 1;
        if (set.rank(row) !== place || set.next(row) !== (members[place] ?? -1)) wrong.push(row);
      }
      expect(wrong).toEqual([]);
    });

  it('takes rows in their order only', () => {
    const set = new RowSet();
    set.add(5);
    expect(() => set.add(5)).toThrow('row 5 came after row 5');
  });
});
