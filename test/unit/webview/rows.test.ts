import { expect, it } from 'vitest';
import { Rows } from '../../../webview/state/rows';
import { SortedIndex } from '../../../webview/state/sortedIndex';
import { BatchMaker, rowsOf } from './columns';

it('batches join into one set of columns with one string table', () => {
  const maker = new BatchMaker();
  const rows = new Rows();
  expect(rows.append(maker.batch([{ type: 'a', response: 'r' }]))).toBe(true);
  expect(rows.append(maker.batch([{ type: 'b', response: 'r' }, { type: 'a' }]))).toBe(true);
  expect([0, 1, 2].map((row) => rows.typeOf(row))).toEqual(['a', 'b', 'a']);
  expect([0, 1, 2].map((row) => rows.responseOf(row))).toEqual(['r', 'r', '']);
  expect(rows.count).toBe(3);
});

it('a batch that does not join on, or is shorter than it says, is refused whole', () => {
  const rows = new Rows();
  const maker = new BatchMaker();
  maker.batch([{ type: 'lost' }]);
  expect(rows.append(maker.batch([{ type: 'late' }]))).toBe(false);
  expect(rows.append({ ...new BatchMaker().batch([{}]), count: 2 })).toBe(false);
  expect(rows.count).toBe(0);
});

it('grows over many batches without losing a value', () => {
  const maker = new BatchMaker();
  const rows = new Rows();
  for (let n = 0; n < 50; n += 1)
    rows.append(maker.batch(Array.from({ length: 100 }, (_, at) => ({ t: n * 100 + at, bytes: n * 100 + at }))));
  expect(rows.count).toBe(5000);
  expect(rows.t.at(4321)).toBe(4321);
  expect(rows.bytes.at(4321)).toBe(4321);
  expect(rows.lastTime).toBe(4999);
});

it('moves to larger columns piece by piece, and every row is right while it does', () => {
  const maker = new BatchMaker();
  const rows = new Rows();
  rows.append(maker.batch(Array.from({ length: 1000 }, () => ({}))));
  const before = { t: rows.t, bytes: rows.bytes };
  let together = 0;
  for (let n = 1000; n < 3000; n += 1) {
    const { t, audioAt } = rows;
    rows.append(maker.batch([{ t: n, bytes: n, audioAt: n }]));
    // Columns are exchanged one after the other, not in the same batch.
    if (rows.t !== t && rows.audioAt !== audioAt) together += 1;
    for (const row of [n, Math.max(1000, n - 1), 1000])
      expect([rows.t.at(row), rows.bytes.at(row), rows.audioAt.at(row)]).toEqual([row, row, row]);
  }
  expect(together).toBe(0);
  expect(rows.t).not.toBe(before.t);
  expect(rows.bytes).not.toBe(before.bytes);
});

it('makes no room for rows that are not expected', () => {
  const maker = new BatchMaker();
  const rows = new Rows();
  rows.expect(2000);
  for (let n = 0; n < 199; n += 1) rows.append(maker.batch(Array.from({ length: 10 }, () => ({}))));
  expect(rows.count).toBe(1990);
  expect(rows.t.length).toBe(2000);
});

it('an event is found by its number, also by one far out of line', () => {
  const rows = new Rows();
  rows.append(new BatchMaker().batch([{ seq: 1 }, { seq: 0 }, { seq: 2 }, { seq: 4_000_000_000 }]));
  expect([1, 2, 4_000_000_000, 3].map((seq) => rows.rowOfSeq(seq))).toEqual([0, 2, 3, undefined]);
});

it('lanes hold their own rows, per session and for all of them', () => {
  const rows = new Rows();
  rows.append(
    new BatchMaker().batch([
      { from: 'client', t: 1 },
      { from: 'server', t: 2, flags: 4 },
      { from: 'client', t: 3, session: 's2' },
      { seq: 0, t: 4 },
    ]),
  );
  const places = (index: SortedIndex) => Array.from({ length: index.count }, (_, at) => index.row(at));
  expect(places(rows.indexes('').client)).toEqual([0, 2]);
  expect(places(rows.indexes('s1').client)).toEqual([0]);
  expect(places(rows.indexes('').errors)).toEqual([1]);
  expect(places(rows.indexes('s1').all)).toEqual([0, 1, 3]);
});

it('a late row is put where its time belongs, after those of the same time', () => {
  const index = new SortedIndex();
  for (const [row, t] of [
    [0, 1],
    [1, 5],
    [2, 5],
    [3, 9],
    [4, 5],
    [5, 0],
  ] as const)
    index.add(row, t);
  expect(Array.from({ length: 6 }, (_, at) => index.row(at))).toEqual([5, 0, 1, 2, 4, 3]);
  expect(index.lowerBound(5)).toBe(2);
  expect(index.lowerBound(100)).toBe(6);
  expect(index.row(index.nearest(2))).toBe(0);
  expect(index.row(index.nearest(8))).toBe(3);
  expect(new SortedIndex().nearest(1)).toBe(-1);
});

it('the time before a row is that of its own session, also when several passed at once', () => {
  const rows = rowsOf([
    { t: 10, session: 's1' },
    { t: 20, session: 's2' },
    { t: 30, session: 's1' },
    { t: 30, session: 's1' },
    { t: 25, session: 's1' },
  ]);
  expect(rows.timeBefore(0)).toBeNaN();
  expect(rows.timeBefore(1)).toBeNaN();
  expect(rows.timeBefore(2)).toBe(25);
  expect(rows.timeBefore(3)).toBe(30);
  expect(rows.timeBefore(4)).toBe(10);
});

it('the nearest event of a type is the next or previous one of the same session', () => {
  const rows = rowsOf([
    { type: 'session.created' },
    { type: 'response.done', session: 's2' },
    { type: 'error', seq: 0 },
    { type: 'response.done' },
    { type: 'session.updated' },
    { type: 'response.done' },
  ]);
  expect(rows.nearest(0, 'response.done', 1)).toBe(3);
  expect(rows.nearest(4, 'response.done', -1)).toBe(3);
  expect(rows.nearest(4, 'response.done', 1)).toBe(5);
  expect(rows.nearest(5, 'response.done', 1)).toBeUndefined();
  expect(rows.nearest(0, 'error', 1)).toBeUndefined();
  expect(rows.nearest(0, 'never.heard', 1)).toBeUndefined();
});

it('makes room once for as many rows as are expected, and for more than those too', () => {
  const maker = new BatchMaker();
  const rows = new Rows();
  const add = (count: number) => rows.append(maker.batch(Array.from({ length: count }, (_, at) => ({ t: at }))));
  rows.expect(6000);
  add(100);
  const { t } = rows;
  add(5900);
  expect(rows.t).toBe(t);
  add(1);
  expect(rows.count).toBe(6001);
  // A guess from a few rows is not worth all the memory there is.
  const wary = new Rows();
  wary.expect(1e12);
  wary.append(new BatchMaker().batch([{ t: 1 }]));
  expect(wary.t.length).toBeLessThan(10_000);
});
