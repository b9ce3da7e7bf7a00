import { expect, it } from 'vitest';
import type { Column } from '../../../src/document/packedColumn';
import { NumberColumn } from '../../../webview/state/numberColumn';

const count = 20_000;
const columns: [what: string, numbers: Column, mostBytesEach: number][] = [
  ['event numbers', Uint32Array.from({ length: count }, (_, at) => at + 1), 0],
  ['times', Float64Array.from({ length: count }, (_, at) => (at * 3001) / 1000), 4],
  ['sizes', Float64Array.from({ length: count }, (_, at) => 80 + (at % 1200)), 2],
  ['names', Uint32Array.from({ length: count }, (_, at) => (at % 2 ? 3 * Math.floor(at / 100) : 0)), 1],
  ['sound', Float32Array.from({ length: count }, (_, at) => (at % 10 ? 17.5 : 0)), 1],
  ['one kind', new Uint8Array(count), 0],
  ['no order at all', Float64Array.from({ length: count }, (_, at) => Math.sin(at)), 8],
];

for (const [what, numbers, mostBytesEach] of columns)
  it(`gives back ${what} to the bit while it grows, and takes ${mostBytesEach} bytes a row`, () => {
    const column = new NumberColumn((length) => make(numbers, length));
    for (let at = 0, size = 1; at < count; size = (size * 7) % 1999) {
      const taken = Math.min(size + 1, count - at);
      column.append(numbers.subarray(at, at + taken + 5), Math.min(taken, count - at));
      at += taken;
      expect(Object.is(column.at(at - 1), numbers[at - 1])).toBe(true);
      expect(column.at(at)).toBeUndefined();
    }
    const wrong = Array.from(numbers, (number, at) => [number, column.at(at)]).filter(([a, b]) => !Object.is(a, b));
    expect(wrong).toEqual([]);
    const newest = 4096 * numbers.BYTES_PER_ELEMENT;
    expect(column.bytes - newest).toBeLessThanOrEqual(mostBytesEach * count);
  });

it('keeps nothing of the array it was given', () => {
  const column = new NumberColumn((length) => new Float64Array(length));
  const given = Float64Array.of(1, 2, 3);
  column.append(given, 3);
  given.fill(9);
  expect([0, 1, 2, 3].map((row) => column.at(row))).toEqual([1, 2, 3, undefined]);
});

function make(like: Column, length: number): Column {
  if (like instanceof Float64Array) return new Float64Array(length);
  if (like instanceof Uint32Array) return new Uint32Array(length);
  return like instanceof Float32Array ? new Float32Array(length) : new Uint8Array(length);
}
