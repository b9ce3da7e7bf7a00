import { describe, expect, it } from 'vitest';
import { packColumn, packedAt, unpackColumn, type Column } from '../../../src/document/packedColumn';

/** Bytes of what is kept of a column, objects not counted. */
function bytesOf(column: Column): number {
  const packed = packColumn(column);
  if (packed.kind === 'as it was') return packed.column.byteLength;
  return typeof packed.codes === 'number' ? 0 : packed.codes.byteLength;
}

const columns: [what: string, column: Column, bytesEach: number][] = [
  ['nothing', new Float64Array(0), 0],
  ['the same number', new Uint32Array(500).fill(7), 0],
  ['no number at all', new Float64Array(500).fill(NaN), 0],
  ['nothing but zeros', new Float32Array(500), 0],
  ['two kinds', Uint8Array.from({ length: 500 }, (_, at) => at % 2), 1],
  ['numbers counted on', Uint32Array.from({ length: 500 }, (_, at) => 4_000_000_000 + at), 0],
  [
    'numbers counted on, and rows that have none',
    Uint32Array.from({ length: 500 }, (_, at) => (at % 50 ? 70_000 + at : 0)),
    1,
  ],
  ['names, and none', Uint32Array.from({ length: 500 }, (_, at) => (at % 3 ? 900_000 + (at % 90) : 0)), 1],
  ['the whole range', Uint32Array.of(0, 1, 0xffffffff), 4],
  ['times to the microsecond', Float64Array.from({ length: 500 }, (_, at) => (3_600_000_000 + at * 17_003) / 1000), 4],
  ['stamps some rows have not', Float64Array.of(NaN, 12.345, NaN, 0, 12.346), 1],
  ['times before the start', Float64Array.of(-3.5, -3.501, 0, 2), 2],
  ['pieces of sound', Float32Array.from({ length: 500 }, (_, at) => (at % 2 ? 17.5 : 0)), 1],
  ['pieces of any length', Float32Array.from({ length: 500 }, (_, at) => 1 / (at + 3)), 4],
  ['numbers finer than a microsecond', Float64Array.of(1 / 3, 2, 3), 8],
  ['a zero with a sign', Float64Array.of(-0, 1, 2), 8],
  ['no end', Float64Array.of(Infinity, 1, -Infinity), 8],
  ['numbers too large to count', Float64Array.of(2 ** 60, 1, 1e300), 8],
  ['times years apart', Float64Array.of(1.001, 86_400_000.002, 9e14 / 1000), 8],
];

describe('a packed column', () => {
  for (const [what, column, bytesEach] of columns)
    it(`gives back ${what} to the bit, from ${bytesEach} bytes each`, () => {
      const packed = packColumn(column.slice());
      const back = unpackColumn(packed, 0, column.length);
      expect(back.constructor).toBe(column.constructor);
      expect(Buffer.from(back.buffer)).toEqual(Buffer.from(column.buffer));
      expect(bytesOf(column)).toBe(bytesEach * column.length);
    });

  it('gives a part in a buffer of its own, and one number', () => {
    const packed = packColumn(Float64Array.of(5, 6, 7, 8));
    const part = unpackColumn(packed, 1, 3);
    expect([...part]).toEqual([6, 7]);
    expect(part.buffer.byteLength).toBe(16);
    expect(packedAt(packed, 3)).toBe(8);
    expect(packedAt(packed, 4)).toBeUndefined();
  });
});
