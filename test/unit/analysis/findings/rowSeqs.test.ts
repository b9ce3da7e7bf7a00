import { describe, expect, it } from 'vitest';
import { RowSeqs } from '../../../../src/analysis/findings/rowSeqs';

describe('numbers of events by their rows', () => {
  it('are found across lines that are no events, numbers left out, and the begin of another trace', () => {
    const seqs = new RowSeqs();
    const events: [row: number, seq: number][] = [
      [1, 1],
      [2, 2],
      [4, 3],
      [5, 7],
      [6, 8],
      [9, 1],
      [10, 2],
      [11, 1],
    ];
    for (const [row, seq] of events) seqs.add(row, seq);
    const told = Array.from({ length: 13 }, (_, row) => seqs.seqOf(row));
    expect(told).toEqual([0, 1, 2, 0, 3, 7, 8, 0, 0, 1, 2, 1, 0]);
    expect(seqs.seqOf(-1)).toBe(0);
  });
});
