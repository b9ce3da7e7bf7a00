/**
 * Expressions that people wrote, tried with a limit of time: `/(a+)+$/` on the wrong text takes longer than anybody lives, and the
 * thread that tries it carries all sessions. Node's `vm` is what can stop one (its time-out reaches into the engine's
 * backtracking). It costs 45 us a try (measured; 1 us without), so an expression that cannot go back and forth is tried as it is.
 */
import vm from 'node:vm';
import type { RegexTest } from '../protocol/filter';

/** How long one try may take, ms. */
export const PATIENCE_MS = 50;

/** An expression took longer than that on a text. */
export class SlowExpressionError extends Error {
  override readonly name = 'SlowExpressionError';
}

const place = vm.createContext({ regex: /$/, text: '' });
const script = new vm.Script('regex.test(text)');

/** Without anything that repeats, a try takes one step for each character and alternative. */
const repeats = ({ source }: RegExp): boolean => /[*+{]/.test(source);

/** Whether the expression is found in the text. Throws a `SlowExpressionError` when that takes too long. */
export const patientTest: RegexTest = (regex, text) => {
  if (!repeats(regex)) return regex.test(text);
  place['regex'] = regex;
  place['text'] = text;
  try {
    return script.runInContext(place, { timeout: PATIENCE_MS }) as boolean;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw cause;
    throw new SlowExpressionError(
      `The expression /${regex.source}/ took longer than ${PATIENCE_MS} ms on one message.`,
      {
        cause,
      },
    );
  } finally {
    place['text'] = '';
  }
};
