/** Which step of one session is which of the other. */
import { matchInOrder } from './align';
import type { Step } from './step';

/** A step with the place of its turn among the pairs of turns; -1 for none. */
export interface PlacedStep {
  step: Step;
  turn: number;
}

/** Two steps that belong together, or one without a counterpart. */
export interface StepPair {
  a: Step | undefined;
  b: Step | undefined;
  turn: number;
  moved: boolean;
}

const sure = ({ key, digest }: Step): string => `${key} ${digest}`;

/**
 * Pairs the steps of two sessions: within a turn, and there within a lane, first what is wholly the same in the same order, then what is
 * of the same meaning; then what only stands elsewhere. `alone` tells which turns have no counterpart. The pairs come in a's
 * order, those that only b has where b has them.
 */
export function pairSteps(
  a: readonly PlacedStep[],
  b: readonly PlacedStep[],
  alone: (turn: number) => boolean,
): StepPair[] {
  const groups = new Map<string, { turn: number; a: Step[]; b: Step[] }>();
  const group = ({ step, turn }: PlacedStep) => {
    const name = `${turn} ${step.lane}`;
    let found = groups.get(name);
    if (!found) groups.set(name, (found = { turn, a: [], b: [] }));
    return found;
  };
  for (const placed of a) group(placed).a.push(placed.step);
  for (const placed of b) group(placed).b.push(placed.step);
  const pairs: StepPair[] = [];
  const left: PlacedStep[] = [];
  const right: PlacedStep[] = [];
  for (const { turn, a: mine, b: theirs } of groups.values()) {
    const restA = new Set(mine);
    const restB = new Set(theirs);
    const pair = (one: Step, other: Step, moved: boolean) => {
      restA.delete(one);
      restB.delete(other);
      pairs.push({ a: one, b: other, turn, moved });
    };
    let [i, j] = [0, 0];
    for (const [atA, atB] of [
      ...matchInOrder(mine.map(sure), theirs.map(sure)),
      [mine.length, theirs.length] as const,
    ]) {
      const [gapA, gapB] = [mine.slice(i, atA), theirs.slice(j, atB)];
      for (const [x, y] of matchInOrder(
        gapA.map(({ key }) => key),
        gapB.map(({ key }) => key),
      ))
        pair(gapA[x] as Step, gapB[y] as Step, false);
      if (atA < mine.length) pair(mine[atA] as Step, theirs[atB] as Step, false);
      [i, j] = [atA + 1, atB + 1];
    }
    for (const by of [sure, ({ key }: Step) => key])
      for (const [one, other] of nthWithNth([...restA], [...restB], by)) pair(one, other, true);
    for (const step of restA) left.push({ step, turn });
    for (const step of restB) right.push({ step, turn });
  }
  return inOrder([...pairs, ...acrossTurns(left, right, alone)]);
}

/**
 * What came a moment before the next turn began in one session may have come a moment after in the other: wholly equal steps of
 * neighbouring turns are pairs as well.
 */
function acrossTurns(
  left: readonly PlacedStep[],
  right: readonly PlacedStep[],
  alone: (turn: number) => boolean,
): StepPair[] {
  const waiting = new Map<string, PlacedStep[]>();
  for (const placed of right) {
    if (alone(placed.turn)) continue;
    const list = waiting.get(sure(placed.step));
    if (list) list.push(placed);
    else waiting.set(sure(placed.step), [placed]);
  }
  const pairs: StepPair[] = [];
  const taken = new Set<Step>();
  for (const { step, turn } of left) {
    const list = alone(turn) ? undefined : waiting.get(sure(step));
    const at = list?.findIndex((other) => Math.abs(other.turn - turn) <= 1) ?? -1;
    const [other] = at < 0 ? [] : (list?.splice(at, 1) ?? []);
    if (other) taken.add(other.step);
    pairs.push({ a: step, b: other?.step, turn, moved: false });
  }
  for (const { step, turn } of right) if (!taken.has(step)) pairs.push({ a: undefined, b: step, turn, moved: false });
  return pairs;
}

function nthWithNth(a: readonly Step[], b: readonly Step[], key: (step: Step) => string): [Step, Step][] {
  const places = new Map<string, Step[]>();
  for (const step of [...b].reverse()) {
    const list = places.get(key(step));
    if (list) list.push(step);
    else places.set(key(step), [step]);
  }
  return a.flatMap((step): [Step, Step][] => {
    const other = places.get(key(step))?.pop();
    return other ? [[step, other]] : [];
  });
}

/** By a's rows; what only b has stands behind the last pair that comes before it in b. */
function inOrder(pairs: StepPair[]): StepPair[] {
  const based = pairs.filter(({ a }) => a).sort((x, y) => (x.a as Step).row - (y.a as Step).row);
  const added = pairs.filter(({ a }) => !a).sort((x, y) => (x.b as Step).row - (y.b as Step).row);
  const anchors = based.flatMap(({ b }, at) => (b ? [{ row: b.row, at }] : [])).sort((x, y) => x.row - y.row);
  const behind = new Map<number, StepPair[]>();
  let next = 0;
  let place = -1;
  for (const pair of added) {
    while (next < anchors.length && (anchors[next]?.row ?? 0) < (pair.b as Step).row) place = anchors[next++]?.at ?? -1;
    const list = behind.get(place);
    if (list) list.push(pair);
    else behind.set(place, [pair]);
  }
  return [...(behind.get(-1) ?? []), ...based.flatMap((pair, at) => [pair, ...(behind.get(at) ?? [])])];
}
