/** Percentiles of measured values. */
import type { Percentiles } from './model';

/** So few are sorted sooner than they are parted. */
const FEW = 64;

/**
 * Nearest rank: the p-th percentile is the smallest value that at least p % of all are no greater than, so each is a value
 * that was measured. Undefined of nothing. The values change their order.
 */
export function percentilesOf(values: Float32Array | Float64Array): Percentiles | undefined {
  const count = values.length;
  if (count === 0) return undefined;
  const place = (share: number) => Math.max(0, Math.ceil(share * count) - 1);
  const high = place(0.95);
  // A session has a million gaps between deltas: to sort them all for four of them is most of the work of following it.
  const p95 = nth(values, high);
  const p50 = nth(values.subarray(0, high + 1), place(0.5));
  let min = Infinity;
  for (const value of values.subarray(0, place(0.5) + 1)) if (value < min) min = value;
  let max = p95;
  for (const value of values.subarray(high)) if (value > max) max = value;
  return { count, min, p50, p95, max };
}

/** The value that would stand at place `at` if all were sorted; lesser ones are then before it, greater ones behind. */
function nth(values: Float32Array | Float64Array, at: number): number {
  let low = 0;
  let high = values.length - 1;
  while (high - low > FEW) {
    const a = values[low] as number;
    const b = values[(low + high) >>> 1] as number;
    const c = values[high] as number;
    const pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    let left = low;
    let right = high;
    while (left <= right) {
      while ((values[left] as number) < pivot) left++;
      while ((values[right] as number) > pivot) right--;
      if (left > right) break;
      const value = values[left] as number;
      values[left++] = values[right] as number;
      values[right--] = value;
    }
    if (at <= right) high = right;
    else if (at >= left) low = left;
    else return values[at] as number;
  }
  values.subarray(low, high + 1).sort();
  return values[at] as number;
}
