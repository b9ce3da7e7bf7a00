/** Which stretches of rows have findings: a folded run of thousands of rows is not looked through for one. */
import type { Finding } from '../../src/analysis/model';

/** Rows that findings rest on, in order, by the list of those findings. */
const known = new WeakMap<readonly Finding[], Float64Array>();

/** True when one of the findings rests on any of the rows from `first` to `last`. */
export function hasFindings(findings: readonly Finding[], first: number, last: number): boolean {
  if (findings.length === 0) return false;
  let rows = known.get(findings);
  if (rows === undefined) known.set(findings, (rows = Float64Array.from(findings.flatMap((each) => each.rows)).sort()));
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle] ?? 0) < first) low = middle + 1;
    else high = middle;
  }
  return (rows[low] ?? Infinity) <= last;
}
