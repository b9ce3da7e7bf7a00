import { describe, expect, it } from 'vitest';
import { Growable } from '../../../src/analysis/growable';
import { SeqRows } from '../../../src/analysis/seqRows';

const numbers = (capacity?: number) => new Growable((length) => new Uint32Array(length), capacity);

describe('numbers that grow', () => {
  it('stand where they were put, however many there are', () => {
    const list = numbers(3);
    for (let at = 0; at < 200_000; at++) list.push(at * 2);
    expect(list.length).toBe(200_000);
    for (const at of [0, 2, 3, 32_767, 32_768, 65_536, 199_999]) expect(list.at(at)).toBe(at * 2);
    expect(list.at(200_000)).toBe(0);
    expect(list.at(-1)).toBe(0);
    expect(list.after(65_535)).toBe(32_768);
    expect(list.after(-1)).toBe(0);
    expect(list.after(1e9)).toBe(200_000);
  });

  it('are copied across the seams between pieces', () => {
    const list = numbers();
    list.append(Array.from({ length: 100_000 }, (_, at) => at));
    expect([...list.slice(32_766, 32_770)]).toEqual([32_766, 32_767, 32_768, 32_769]);
    expect([...list.slice(99_998)]).toEqual([99_998, 99_999]);
    expect(list.slice(100_001)).toHaveLength(0);
    expect(list.slice(5, 3)).toHaveLength(0);
    const all = list.slice(0);
    expect(all.every((value, at) => value === at)).toBe(true);
    expect(all).toHaveLength(100_000);
  });

  it('are 0 where an index was skipped, also where something stood before', () => {
    const list = numbers(16);
    list.append([7, 7, 7, 7]);
    expect([...list.take()]).toEqual([7, 7, 7, 7]);
    list.set(70_000, 9);
    expect(list.length).toBe(70_001);
    expect(list.slice(0).reduce((sum, value) => sum + value, 0)).toBe(9);
    list.set(2, 5);
    expect([list.length, list.at(2)]).toEqual([70_001, 5]);
  });

  it('taken, are in a buffer of their own', () => {
    const list = numbers();
    list.append(Array.from({ length: 40_000 }, () => 1));
    const taken = list.take();
    expect(taken.buffer.byteLength).toBe(160_000);
    expect(list.length).toBe(0);
  });
});

describe('rows by the numbers of their events', () => {
  it('are found where numbers leave gaps, where other rows lie between, and behind greater numbers', () => {
    const rows = new SeqRows();
    const placed: [seq: number, row: number][] = [
      [1, 3],
      [2, 4],
      [3, 5],
      [4, 9],
      [7, 10],
      [8, 11],
      [9, 12],
      [5, 13],
      [10, 14],
    ];
    for (const [seq, row] of placed) rows.add(seq, row);
    for (const [seq, row] of placed) expect(rows.rowOf(seq)).toBe(row);
    for (const seq of [0, 6, 11, 2.5, -1, NaN]) expect(rows.rowOf(seq)).toBeUndefined();
  });
});
