/** Two sequences side by side in the longest common order. */

/** Cells of the table that finds it; beyond, the nearest match within `NEAR` steps is taken. */
const MOST_CELLS = 4_000_000;
const NEAR = 200;

/** Pairs of elements that are the same by `key`, in order; one side is undefined where only the other has something. */
export function align<T>(
  left: readonly T[],
  right: readonly T[],
  key: (element: T) => string,
): [T | undefined, T | undefined][] {
  const a = left.map(key);
  const b = right.map(key);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  const shorter = Math.min(a.length, b.length) - head;
  while (tail < shorter && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const rows: [T | undefined, T | undefined][] = [];
  for (let index = 0; index < head; index += 1) rows.push([left[index], right[index]]);
  const [midA, midB] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  const steps = midA.length * midB.length <= MOST_CELLS ? longest(midA, midB) : nearest(midA, midB);
  let [i, j] = [head, head];
  for (const step of steps) {
    rows.push([step === 'right' ? undefined : left[i], step === 'left' ? undefined : right[j]]);
    if (step !== 'right') i += 1;
    if (step !== 'left') j += 1;
  }
  for (let index = tail; index > 0; index -= 1) rows.push([left[left.length - index], right[right.length - index]]);
  return rows;
}

type Step = 'both' | 'left' | 'right';

function longest(a: readonly string[], b: readonly string[]): Step[] {
  const width = b.length + 1;
  const best = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const at = i * width + j;
      best[at] = a[i] === b[j] ? best[at + width + 1]! + 1 : Math.max(best[at + width]!, best[at + 1]!);
    }
  }
  const steps: Step[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      steps.push('both');
      [i, j] = [i + 1, j + 1];
    } else if (i < a.length && (j === b.length || best[(i + 1) * width + j]! >= best[i * width + j + 1]!)) {
      steps.push('left');
      i += 1;
    } else {
      steps.push('right');
      j += 1;
    }
  }
  return steps;
}

/** Not always the longest, but in time and space that grow with the lengths. */
function nearest(a: readonly string[], b: readonly string[]): Step[] {
  const steps: Step[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const ahead = distance(a, b, i, j);
    for (let count = 0; count < ahead.left; count += 1) steps.push('left');
    for (let count = 0; count < ahead.right; count += 1) steps.push('right');
    [i, j] = [i + ahead.left, j + ahead.right];
    if (i < a.length && j < b.length) {
      const same = a[i] === b[j];
      steps.push(...(same ? (['both'] as const) : (['left', 'right'] as const)));
      [i, j] = [i + 1, j + 1];
    }
  }
  return steps;
}

/** How far to go on each side to the nearest pair that is the same; nowhere when none is near. */
function distance(a: readonly string[], b: readonly string[], i: number, j: number): { left: number; right: number } {
  if (i === a.length || j === b.length) return { left: a.length - i, right: b.length - j };
  for (let sum = 0; sum <= NEAR; sum += 1) {
    for (let left = 0; left <= sum; left += 1) {
      const right = sum - left;
      if (i + left < a.length && j + right < b.length && a[i + left] === b[j + right]) return { left, right };
    }
  }
  return { left: 0, right: 0 };
}
