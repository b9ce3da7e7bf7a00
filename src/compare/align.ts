/** Two sequences of any length side by side, in time that grows with their lengths. */
import { align } from '../simulator/align';

/** Places in a and b that belong together, both ascending. */
export type Match = [number, number];

/** Cells of the table that finds the longest common order; a larger stretch is first cut at what is alike in both. */
const MOST_CELLS = 250_000;

/**
 * Pairs what is equal by `keys`, as much of it as keeps its order: patience diff. Equal beginnings and ends first; then, where a table
 * of all pairs would be too large, the nth of each key in one with the nth in the other, as many as stand in the same order.
 */
export function matchInOrder(a: readonly string[], b: readonly string[]): Match[] {
  const matches: Match[] = [];
  within(a, b, [0, a.length], [0, b.length], matches, true);
  return matches;
}

type Range = [number, number];

function within(
  a: readonly string[],
  b: readonly string[],
  [a0, a1]: Range,
  [b0, b1]: Range,
  out: Match[],
  mayCut: boolean,
): void {
  while (a0 < a1 && b0 < b1 && a[a0] === b[b0]) out.push([a0++, b0++]);
  const tail: Match[] = [];
  while (a0 < a1 && b0 < b1 && a[a1 - 1] === b[b1 - 1]) tail.push([--a1, --b1]);
  if (a0 < a1 && b0 < b1) {
    if ((a1 - a0) * (b1 - b0) <= MOST_CELLS) table(a, b, [a0, a1], [b0, b1], out);
    else if (mayCut) {
      let [i, j] = [a0, b0];
      for (const [atA, atB] of inSameOrder(nthWithNth(a, b, [a0, a1], [b0, b1]))) {
        within(a, b, [i, atA], [j, atB], out, false);
        out.push([atA, atB]);
        [i, j] = [atA + 1, atB + 1];
      }
      within(a, b, [i, a1], [j, b1], out, false);
    }
  }
  for (let at = tail.length - 1; at >= 0; at--) out.push(tail[at] as Match);
}

function table(a: readonly string[], b: readonly string[], [a0, a1]: Range, [b0, b1]: Range, out: Match[]): void {
  let [i, j] = [a0, b0];
  for (const [left, right] of align(a.slice(a0, a1), b.slice(b0, b1), (key) => key)) {
    if (left !== undefined && right !== undefined && left === right) out.push([i, j]);
    if (left !== undefined) i++;
    if (right !== undefined) j++;
  }
}

function nthWithNth(a: readonly string[], b: readonly string[], [a0, a1]: Range, [b0, b1]: Range): Match[] {
  const places = new Map<string, number[]>();
  for (let j = b1 - 1; j >= b0; j--) {
    const key = b[j] as string;
    const list = places.get(key);
    if (list) list.push(j);
    else places.set(key, [j]);
  }
  const pairs: Match[] = [];
  for (let i = a0; i < a1; i++) {
    const j = places.get(a[i] as string)?.pop();
    if (j !== undefined) pairs.push([i, j]);
  }
  return pairs;
}

/** The most of these pairs (ascending in the first) that ascend in the second as well. */
export function inSameOrder(pairs: readonly Match[]): Match[] {
  /** Of each length, the pair with which a sequence of that length ends lowest; and of each pair the one before it. */
  const ends: number[] = [];
  const before = new Int32Array(pairs.length);
  pairs.forEach(([, second], at) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const mid = (low + high) >> 1;
      if ((pairs[ends[mid] as number] as Match)[1] < second) low = mid + 1;
      else high = mid;
    }
    before[at] = low > 0 ? (ends[low - 1] as number) : -1;
    ends[low] = at;
  });
  const found: Match[] = [];
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at] as number) found.push(pairs[at] as Match);
  return found.reverse();
}
