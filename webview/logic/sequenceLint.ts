/** What is wrong with a list of steps: with the list itself, and with each event at its place. */
import { advance, type Problem, type SessionState } from '../../src/protocol';
import type { SessionSnapshot } from '../../src/document/sessionSnapshot';
import { readLoosely, stretchOfParam } from './jsonPlace';
import { isReadable, isSequence, readSteps } from './sequence';

/** Checks one event in its session; `null` where the session is not known. */
export type CheckEvent = (text: string, known: SessionSnapshot | null, as?: 'client' | 'server') => Problem[];

/**
 * Problems of the whole text. Events before the first wait are checked one after the other in the session as it will be
 * then; what it is after a wait nobody knows, so the others are checked by themselves.
 */
export function sequenceProblems(
  text: string,
  as: 'client' | 'server',
  known: SessionSnapshot | null,
  check: CheckEvent,
): Problem[] {
  if (!isReadable(text)) return check(text, null);
  const { steps, problems: broken } = readSteps(text);
  const problems: Problem[] = broken.map((one) => ({ ...one, path: '' }));
  let state: SessionState | undefined = known?.state;
  for (const [at, { step, text: own, offset, length, isWrapped }] of steps.entries()) {
    if ('wait' in step) state = undefined;
    if (!('text' in step)) continue;
    const then = known === null || state === undefined ? null : { ...known, state };
    const side = 'to' in step && step.to !== undefined ? (step.to === 'client' ? 'server' : 'client') : as;
    for (const problem of check(own, then, side))
      problems.push({
        ...problem,
        path: `/${at}${isWrapped ? '/event' : ''}${problem.path}`,
        offset: offset + problem.offset,
        ...(problem.fix === undefined
          ? {}
          : { fix: { ...problem.fix, text: text.slice(0, offset) + problem.fix.text + text.slice(offset + length) } }),
      });
    if (state !== undefined) state = advance(state, readLoosely(own), side);
  }
  return problems;
}

/** Where a parameter that an error names stands: in the event, or in that step of the list. Undefined when it does not. */
export function stretchInStep(text: string, step: number, param: string) {
  if (!isSequence(text)) return stretchOfParam(text, param);
  const placed = readSteps(text).steps[step];
  if (placed === undefined) return undefined;
  const inner = param === '' ? undefined : stretchOfParam(placed.text, param);
  return inner === undefined
    ? { offset: placed.offset, length: 1 }
    : { offset: placed.offset + inner.offset, length: inner.length };
}
