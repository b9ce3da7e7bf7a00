/** A trace file held against expectations: the door for commands and tests. */
import type { UserPrices } from '../analysis/prices';
import { checkFacts } from './check';
import { checkedExpectations, readExpectations } from './expectationFile';
import { factsOf } from './facts';
import type { CheckReport } from './results';
import type { Expectations } from './written';

/**
 * Checks a trace. `expectations` is the path of a file, or what would stand in it. Rejects with an `UnreadableFileError` when a
 * file cannot be read, with an error that names each place when something is wrong in the expectations.
 */
export async function checkTrace(
  trace: string,
  expectations: string | Expectations,
  prices?: UserPrices,
): Promise<CheckReport> {
  const isFile = typeof expectations === 'string';
  const read = isFile ? await readExpectations(expectations) : checkedExpectations(expectations);
  const facts = await factsOf(trace, read, prices);
  const results = checkFacts(read, facts);
  return {
    trace,
    expectations: isFile ? expectations : '',
    passed: results.every(({ passed }) => passed),
    results,
    problems: facts.problems,
  };
}
