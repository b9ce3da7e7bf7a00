/** What is wrong with the text in the composer: by itself, and in the session it is to be sent into. */
import { lintEvent, validateEvent, type Problem } from '../../src/protocol';
import { isToBeFilled } from '../../src/protocol/payloadVariables';
import type { SessionSnapshot } from '../../src/document/sessionSnapshot';
import { isSequence } from './sequence';
import { sequenceProblems, type CheckEvent } from './sequenceLint';
import { brokenVariables, withVariables } from './variableNotes';

const nowhere = { path: '', offset: 0, length: 0 };

/**
 * Every problem of the text, in the order of the text, errors first where several are of one place. Variables of an event are
 * filled in or not, those of a list always. Never throws.
 */
export function problemsOf(
  text: string,
  as: 'client' | 'server',
  known: SessionSnapshot | null,
  fills = true,
): Problem[] {
  if (text.trim() === '')
    return [{ severity: 'error', message: 'Nothing to send yet: choose a template or type an event.', ...nowhere }];
  try {
    const check = (event: string, then: SessionSnapshot | null, side = as) =>
      then === null ? validateEvent(event, side) : lintEvent(event, side, then.state, { dialect: then.dialect });
    // What an earlier event of a list brings, its later ones may name.
    const checkStep: CheckEvent = (event, then, side) => withVariables(event, check(event, then, side), undefined);
    const problems = isSequence(text)
      ? sequenceProblems(text, as, known, checkStep)
      : fills && isToBeFilled(text)
        ? [...brokenVariables(text), ...withVariables(text, check(text, known), known?.state)]
        : check(text, known);
    return problems.toSorted((a, b) => a.offset - b.offset || rank[a.severity] - rank[b.severity]);
  } catch (error) {
    const message = `This text could not be checked: ${error instanceof Error ? error.message : String(error)}`;
    return [{ severity: 'error', message, ...nowhere }];
  }
}
const rank = { error: 0, warning: 1, note: 2 } as const;

/** "2 errors, 1 note"; '' when there is nothing. */
export function countProblems(problems: readonly Problem[]): string {
  const words = (['error', 'warning', 'note'] as const).map((severity) => {
    const count = problems.filter((problem) => problem.severity === severity).length;
    return count === 0 ? '' : `${count} ${severity}${count === 1 ? '' : 's'}`;
  });
  return words.filter((word) => word !== '').join(', ');
}

/** The fix that Mod-. applies: of a problem at the cursor, else of the nearest on its line. */
export function fixAt(problems: readonly Problem[], text: string, cursor: number): Problem | undefined {
  const fixable = problems.filter((problem) => problem.fix !== undefined);
  const here = fixable.filter(({ offset, length }) => cursor >= offset && cursor <= offset + length);
  if (here.length > 0) return here.reduce((a, b) => (b.length < a.length ? b : a));
  const start = text.lastIndexOf('\n', cursor - 1) + 1;
  const end = text.indexOf('\n', cursor);
  const onLine = fixable.filter(({ offset }) => offset >= start && (end < 0 || offset <= end));
  return onLine.toSorted((a, b) => Math.abs(a.offset - cursor) - Math.abs(b.offset - cursor))[0];
}

/** The one change that makes `after` of `before`: where it begins, how much goes, what comes. */
export function changeBetween(before: string, after: string): { from: number; to: number; insert: string } {
  const most = Math.min(before.length, after.length);
  let from = 0;
  while (from < most && before[from] === after[from]) from += 1;
  let tail = 0;
  while (tail < most - from && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  return { from, to: before.length - tail, insert: after.slice(from, after.length - tail) };
}
