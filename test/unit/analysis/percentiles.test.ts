import { describe, expect, it } from 'vitest';
import { percentilesOf } from '../../../src/analysis/percentiles';

/** Always the same numbers, from 0 to 1. */
function numbers(seed: number) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const random = numbers(11);
const shapes: Record<string, (at: number, count: number) => number> = {
  'of any order': () => random() * 1000,
  rising: (at) => at,
  falling: (at, count) => count - at,
  'all alike': () => 20,
  'two alone': (at) => at % 2,
  'mostly nought, some below it': () => (random() < 0.9 ? 0 : random() * 100 - 50),
  'like an organ pipe': (at, count) => Math.min(at, count - at),
};

describe('percentiles', () => {
  it.each(Object.keys(shapes))('of values %s are those of the sorted values', (name) => {
    for (const count of [1, 2, 3, 20, 63, 64, 65, 66, 67, 100, 130, 1000, 20_011]) {
      const values = Float32Array.from({ length: count }, (_, at) => shapes[name]?.(at, count) ?? NaN);
      const sorted = values.slice().sort();
      const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * count) - 1)];
      const told = percentilesOf(values);
      expect(told).toEqual({ count, min: sorted[0], p50: rank(0.5), p95: rank(0.95), max: sorted[count - 1] });
      expect(values.sort()).toEqual(sorted);
    }
  });

  it('of nothing are not known', () => {
    expect(percentilesOf(new Float32Array(0))).toBeUndefined();
  });
});
