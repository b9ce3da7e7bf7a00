/** A trace file held against expectations: the door for commands and tests. */
import type { UserPrices } from '../analysis/prices';
import { SlowExpressionError } from '../rules/patience';
import { UnreadableFileError } from '../trace/unreadable';
import { checkFacts } from './check';
import { checkedExpectations, readExpectations } from './expectationFile';
import { factsOf } from './facts';
import type { CheckReport } from './results';
import type { Expectations } from './written';

/**
 * Checks a trace. `expectations` is the path of a file, or what would stand in it. Rejects with an `UnreadableFileError` when a
 * file cannot be read, something is wrong in the expectations (each place is named), or an expression in them takes too long.
 */
export async function checkTrace(
  trace: string,
  expectations: string | Expectations,
  prices?: UserPrices,
): Promise<CheckReport> {
  const isFile = typeof expectations === 'string';
  const { expectations: read, warnings } = isFile
    ? await readExpectations(expectations)
    : checkedExpectations(expectations);
  const facts = await factsOf(trace, read, prices);
  const results = patiently(isFile ? `${expectations}: ` : '', () => checkFacts(read, facts));
  return {
    trace,
    expectations: isFile ? expectations : '',
    passed: results.every(({ passed }) => passed),
    results,
    problems: facts.problems,
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

/** An expression without an end can be neither right nor wrong: the expectations have to be mended. */
function patiently<T>(file: string, judge: () => T): T {
  try {
    return judge();
  } catch (cause) {
    if (!(cause instanceof SlowExpressionError)) throw cause;
    const help = 'Take what repeats out of what repeats, as in (a+)+.';
    throw new UnreadableFileError(`${file}${cause.message} ${help}`);
  }
}
