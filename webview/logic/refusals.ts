/** What the server refused of the text as it stands, as problems at the places its errors name. */
import type { Problem } from '../../src/protocol';
import type { ComposeRun } from '../composeMessages';
import { isSequence } from './sequence';
import { stretchInStep } from './sequenceLint';

/** An error that was the answer to an event: of which step (0 for a single event), and the parameter it names ('' for none). */
export interface Refusal {
  step: number;
  param: string;
  message: string;
}

/** Those of a run. */
export function refusalsOf(run: ComposeRun | undefined): Refusal[] {
  return (run?.events ?? []).flatMap(({ step, answer }) =>
    answer.kind === 'refused' ? [{ step, param: answer.param, message: answer.message }] : [],
  );
}

/** A problem for each that has a place in the text; a step as a whole has one, a single event has none. */
export function refusalProblems(text: string, refusals: readonly Refusal[]): Problem[] {
  const seen = new Set<string>();
  return refusals.flatMap(({ step, param, message }): Problem[] => {
    const stretch = param === '' && !isSequence(text) ? undefined : stretchInStep(text, step, param);
    // A repeated event is refused each time.
    const key = JSON.stringify([step, param, message]);
    if (stretch === undefined || seen.has(key)) return [];
    seen.add(key);
    return [{ severity: 'error', path: '', message: `Refused: ${message}`, ...stretch }];
  });
}
