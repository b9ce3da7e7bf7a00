/**
 * Expressions that people wrote, tried with a limit of time: `/(a+)+$/` on the wrong text takes longer than anybody lives, and the
 * thread that tries it carries all sessions. Node's `vm` is what can stop one (its time-out reaches into the engine's
 * backtracking), and leaves people the syntax they have in the list; an engine of linear time knows no lookaround and no
 * references. It costs 50 to 200 us a try (measured; 1 us without), so an expression that cannot take long on a text of that
 * length is tried as it is.
 */
import vm from 'node:vm';

/** How long an expression may take on a text, ms. */
export const PATIENCE_MS = 50;
/** It is tried twice in that time: a thread that the system has set aside for a moment is not the expression's fault. */
const TRIES = 2;
/** Steps that are taken without a look at the time: a few milliseconds. */
const MOST_STEPS = 1_000_000;

/** An expression took longer than that on a text, or cannot be tried at all. */
export class SlowExpressionError extends Error {
  override readonly name = 'SlowExpressionError';
}

const place = vm.createContext({ regex: /$/, text: '', found: undefined });
const script = new vm.Script('found = regex.test(text)');

/**
 * Whether the expression is found in the text. Throws a `SlowExpressionError` when that takes longer than the patience, ms: who
 * carries no sessions may have more of it.
 */
export function patientTest(regex: RegExp, text: string, patienceMs = PATIENCE_MS): boolean {
  if (mostSteps(regex.source, text.length) <= MOST_STEPS) return regex.test(text);
  place['regex'] = regex;
  place['text'] = text;
  place['found'] = undefined;
  try {
    for (let tries = 1; ; tries++) {
      try {
        return script.runInContext(place, { timeout: patienceMs / TRIES }) as boolean;
      } catch (cause) {
        // On a busy machine the thread that watches the time may begin so late that it finds it over at once.
        if (typeof place['found'] === 'boolean') return place['found'];
        const isLate = (cause as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
        if (isLate && tries < TRIES) continue;
        const why = isLate
          ? `took longer than ${patienceMs} ms on one message`
          : // Too large, or too deep for the stack: found out only when it is tried.
            `cannot be tried (${String((cause as Error).message).slice(0, 200)})`;
        throw new SlowExpressionError(`The expression /${regex.source}/ ${why}.`, { cause });
      }
    }
  } finally {
    place['text'] = '';
  }
}

/**
 * No more steps than this, as rough as that can be: from each place of the text each thing that repeats may end at each other
 * place, each choice doubles the ways, and what repeats a group may do anything. Signs in classes and behind `\` are counted too.
 */
function mostSteps(source: string, length: number): number {
  if (/\)[*+{]/.test(source)) return Infinity;
  const repeats = (source.match(/[*+{]|\\[1-9k]/g) ?? []).length;
  const choices = (source.match(/[?|]/g) ?? []).length;
  return source.length * (length + 1) ** (repeats + 1) * 2 ** choices;
}
