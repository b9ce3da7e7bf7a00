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
  const times = [1, 5, 5, 9, 5, 0];
  const index = new SortedIndex(times);
  for (const [row, t] of times.entries()) index.add(row, t);
  expect(Array.from({ length: 6 }, (_, at) => index.row(at))).toEqual([5, 0, 1, 2, 4, 3]);
  expect(index.lowerBound(5)).toBe(2);
  expect(index.lowerBound(100)).toBe(6);
  expect(index.row(index.nearest(2))).toBe(0);
  expect(index.row(index.nearest(8))).toBe(3);
  expect(new SortedIndex([]).nearest(1)).toBe(-1);
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

it('rows stand in the order of time however late they come, and are found by time and from any place before', () => {
  for (const lateEach of [1, 2, 3, 50, 4000]) {
    // Some stand at the same time, some far before what came last, some at its side.
    const times = Array.from({ length: 9000 }, (_, row) =>
      row % lateEach === 0 ? (row * 7919) % (row + 1) : Math.floor(row / 3) * 3,
    );
    const index = new SortedIndex(times);
    const sorted: number[] = [];
    for (const [row, t] of times.entries()) {
      index.add(row, t);
      sorted.push(row);
    }
    sorted.sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
    expect(index.count).toBe(times.length);
    expect(sorted.map((_, at) => index.row(at))).toEqual(sorted);
    expect(sorted.map((_, at) => index.time(at))).toEqual(sorted.map((row) => times[row]));
    for (let t = -1; t < 9010; t += 37.5) {
      const place = sorted.findIndex((row) => (times[row] as number) >= t);
      for (const back of [0, 1, 16, 70, 3000])
        expect(index.lowerBound(t, Math.max(0, (place < 0 ? sorted.length : place) - back))).toBe(
          place < 0 ? sorted.length : place,
        );
    }
  }
});

it('of several events of a number the last one before is given: joined traces count from one each', () => {
  const rows = rowsOf([{ seq: 1 }, { seq: 2 }, { seq: 3 }, { seq: 1 }, { seq: 2 }, { seq: 4 }]);
  expect([rows.rowOfSeq(1, 2), rows.rowOfSeq(1, 4), rows.rowOfSeq(2, 5), rows.rowOfSeq(4, 2)]).toEqual([0, 3, 4, 5]);
});
