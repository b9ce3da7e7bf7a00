/** Steps that events must climb in their order, with wildcards, optional and repeated ones. */
import { eventTest, eventWords, rangeOf, timesWords, typeTest, type CheckedEvent } from './match';
import type { Ladder, LadderStep, WrittenStep } from './written';

interface Step {
  /** In words. */
  words: string;
  min: number;
  max: number;
  /** Its number was written down: between its neighbours there must not be more of it. */
  counted: boolean;
  /** It stands for any events or none (`...`): what it took says nothing of how far the rest came. */
  anything: boolean;
  fits(event: CheckedEvent): boolean;
}

/** The way up so far, backwards: which event was taken as which step. */
interface Way {
  step: number;
  event: CheckedEvent;
  before: Way | undefined;
}

/** Steps before `step` are done, of that one `count`. */
interface State {
  step: number;
  count: number;
  way: Way | undefined;
}

/** How far events got. */
export interface Climbed {
  done: boolean;
  /** The step that failed, from 0; the number of steps where something came behind the last. */
  step: number;
  /** Steps that could have come there, in words. */
  expected: string[];
  /** The event that came instead; undefined where the session ended. */
  event: CheckedEvent | undefined;
  /** The event after which the step was looked for; undefined where none was taken as a step before it. */
  after: CheckedEvent | undefined;
  diff: string[];
}

/** Lines of a diff before and behind the place. */
const AROUND = 6;

/** `type`, `type?`, `type+` or `...` as a step. */
export function stepOf(written: WrittenStep): LadderStep {
  if (typeof written !== 'string') return written;
  if (written === '...') return { event: '*', times: { min: 0 } };
  if (written.endsWith('?')) return { event: written.slice(0, -1), optional: true };
  return written.endsWith('+') ? { event: written.slice(0, -1), times: { min: 1 } } : { event: written };
}

/** Holds events against a ladder. Work grows with events times steps. */
export function climb(ladder: Ladder, all: readonly CheckedEvent[]): Climbed {
  const steps = ladder.steps.map(made);
  const ignored = (ladder.ignore ?? []).map(typeTest);
  const events = all.filter(
    ({ from, type }) => (ladder.from === undefined || from === ladder.from) && !ignored.some((test) => test(type)),
  );
  const width = 2 + steps.reduce((most, { min, max }) => Math.max(most, max === Infinity ? min : max), 0);
  let states = closed([{ step: 0, count: 0, way: undefined }], steps, width);
  // Where those that had come furthest could not go on, though others could.
  let stuck = { states: [] as State[], index: 0 };
  for (const [index, event] of events.entries()) {
    const next: State[] = [];
    for (const state of states) {
      const { step, count, way } = state;
      const here = steps[step];
      const fits = here?.fits(event) ?? false;
      if (here && fits && count < here.max) {
        // Beyond the least number it makes no difference how many there were, where no most is told.
        const counted = here.max === Infinity ? Math.min(count + 1, here.min) : count + 1;
        next.push({ step, count: counted, way: { step, event, before: way } });
      }
      if (ladder.exact !== true && maySkip(steps, state, event, fits)) next.push(state);
    }
    const went = closed(next, steps, width);
    if (furthest(went) < furthest(states) && furthest(states) > furthest(stuck.states)) stuck = { states, index };
    if (went.length === 0) return failed(steps, stuck.states, events, stuck.index);
    states = went;
  }
  if (states.some(({ step }) => step === steps.length))
    return { done: true, step: steps.length, expected: [], event: undefined, after: undefined, diff: [] };
  if (furthest(stuck.states) > furthest(states)) return failed(steps, stuck.states, events, stuck.index);
  return failed(steps, states, events, events.length);
}

function furthest(states: readonly State[]): number {
  return states.reduce((most, { step }) => Math.max(most, step), -1);
}

function made(written: WrittenStep): Step {
  const step = stepOf(written);
  const { min, max } = rangeOf(step.times, step.optional === true ? { min: 0, max: 1 } : { min: 1, max: 1 });
  const times =
    step.times === undefined ? (step.optional === true ? ' (optional)' : '') : ` (${timesWords({ min, max })})`;
  const words = written === '...' ? 'anything' : `${eventWords(step)}${times}`;
  const anything = step.event === '*' && min === 0 && max === Infinity;
  return { words, min, max, anything, counted: step.times !== undefined && max !== Infinity, fits: eventTest(step) };
}

/** An event may stand between steps unless it would be one more of a step that is counted: of this one, or one that may be next. */
function maySkip(steps: readonly Step[], { step, count }: State, event: CheckedEvent, fits: boolean): boolean {
  if (steps[step]?.counted === true && fits) return false;
  const before = count === 0 ? steps[step - 1] : undefined;
  if (before?.counted === true && before.fits(event)) return false;
  let done = count >= (steps[step]?.min ?? 1);
  for (let next = step + 1; done && next < steps.length; next += 1) {
    const other = steps[next] as Step;
    if (other.counted && other.fits(event)) return false;
    done = other.min === 0;
  }
  return true;
}

/** With all that follows without a further event; the way that was there first stays. `width`: more than any count. */
function closed(states: readonly State[], steps: readonly Step[], width: number): State[] {
  const found = new Map<number, State>();
  const add = (state: State): void => {
    const key = state.step * width + state.count;
    if (found.has(key)) return;
    const here = steps[state.step];
    // Of a step that is full only what follows is left.
    if (!here || state.count < here.max) found.set(key, state);
    if (here && state.count >= here.min) add({ step: state.step + 1, count: 0, way: state.way });
  };
  for (const state of states) add(state);
  return [...found.values()];
}

function failed(
  steps: readonly Step[],
  states: readonly State[],
  events: readonly CheckedEvent[],
  index: number,
): Climbed {
  // Whoever got furthest is nearest to what was meant.
  const best = states.reduce((one, state) => (state.step > one.step ? state : one));
  const least = states.reduce(
    (first, { step, count, way }) =>
      way === best.way && step <= first && count < (steps[step]?.min ?? 0) ? step : first,
    best.step,
  );
  const open = states.filter(({ step, way }) => way === best.way && step < steps.length);
  const expected = open
    .filter(({ step, count }) => count < (steps[step]?.max ?? 0))
    .map(({ step }) => steps[step]?.words ?? '');
  const event = events[index];
  let last = best.way;
  while (last && steps[last.step]?.anything === true) last = last.before;
  return { done: false, step: least, expected, event, after: last?.event, diff: diffLines(steps, best, events, index) };
}

function diffLines(
  steps: readonly Step[],
  { step, way }: State,
  events: readonly CheckedEvent[],
  index: number,
): string[] {
  const right: string[] = [];
  for (let at = way; at && right.length < AROUND; at = at.before) right.unshift(`  ${told(at.event)}`);
  const wanted = steps.slice(step, step + AROUND).map(({ words }) => `- ${words}`);
  // Without an event that was wrong there the session ended: what came behind the last good one is what came instead.
  const from = index < events.length ? index : way ? events.indexOf(way.event) + 1 : 0;
  const came = events.slice(from, from + AROUND).map((event) => `+ ${told(event)}`);
  const more = events.length - from - came.length;
  return [...right, ...wanted, ...came, ...(more > 0 ? [`  and ${more} more`] : [])];
}

/** An event in a few words. */
export function told({ seq, from, type }: CheckedEvent): string {
  return `#${seq} ${from === 'client' ? '>' : '<'} ${type === '' ? '(no event)' : type}`;
}
