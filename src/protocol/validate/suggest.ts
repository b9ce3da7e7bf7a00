/** The known name most like the one written; undefined when none is near enough to be meant. The first of equals wins. */
export function nearest(type: string, names: readonly string[]): string | undefined {
  // Longer than any real name and its typos: no point in measuring it (the text may be hostile).
  if (type.length > 80) return undefined;
  const wanted = type.toLowerCase();
  let best: { type: string; distance: number } | undefined;
  for (const name of names) {
    const distance = editDistance(wanted, name);
    if (best === undefined || distance < best.distance) best = { type: name, distance };
  }
  return best !== undefined && best.distance <= mostSlips(type) ? best.type : undefined;
}

/** So many slips still leave a name recognisable: of four letters, two of them wrong could be any other word. */
function mostSlips(name: string): number {
  return name.length <= 5 ? 1 : Math.max(2, Math.floor(name.length / 5));
}

/** Single-character insertions, removals, changes, and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwap ? (before[j - 2] ?? 0) + 1 : Infinity;
      current.push(Math.min(change, swap, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    before = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
