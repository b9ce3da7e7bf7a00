/** The known name most like the one written; undefined when none is near enough to be meant. */
export function nearest(type: string, names: readonly string[]): string | undefined {
  // Longer than any real name and its typos: no point in measuring it (the text may be hostile).
  if (type.length > 80) return undefined;
  const wanted = type.toLowerCase();
  let best: { type: string; distance: number } | undefined;
  for (const name of names) {
    const distance = editDistance(wanted, name);
    if (best === undefined || distance < best.distance) best = { type: name, distance };
  }
  const limit = Math.max(2, Math.floor(type.length / 5));
  return best !== undefined && best.distance <= limit ? best.type : undefined;
}

/** Levenshtein distance: single-character insertions, removals and changes. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(change, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
