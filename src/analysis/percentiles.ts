/** Percentiles of measured values. */
import type { Percentiles } from './model';

/**
 * Nearest rank: the p-th percentile is the smallest value that at least p % of all are no greater than, so each is a value
 * that was measured. Undefined of nothing. The array is sorted in place.
 */
export function percentilesOf(values: Float32Array | Float64Array): Percentiles | undefined {
  const count = values.length;
  if (count === 0) return undefined;
  values.sort();
  const rank = (share: number) => values[Math.max(0, Math.ceil(share * count) - 1)] as number;
  return { count, min: values[0] as number, p50: rank(0.5), p95: rank(0.95), max: values[count - 1] as number };
}
