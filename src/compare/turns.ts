/** Which turn of one session is which of the other, and to which turn a step belongs. */
import type { Turn } from '../analysis/model';
import { matchInOrder } from './align';
import type { Step } from './step';

/** Places in the two lists of turns; one is undefined where the other has no counterpart. */
export type TurnPlaces = [a: number, b: number] | [a: number, b: undefined] | [a: undefined, b: number];

/** Cells of a table of likenesses; a longer stretch of turns without a common one is paired as it comes. */
const MOST_CELLS = 250_000;

/**
 * Pairs turns in their order: first those in which the same was said, then, between them, those that are most alike in what was said
 * and called. A spoken turn is never the counterpart of a typed one.
 */
export function pairTurns(a: readonly Turn[], b: readonly Turn[]): TurnPlaces[] {
  const pairs: TurnPlaces[] = [];
  let [i, j] = [0, 0];
  const sure = matchInOrder(a.map(whole), b.map(whole));
  for (const [atA, atB] of [...sure, [a.length, b.length] as const]) {
    for (const [left, right] of alike(a.slice(i, atA), b.slice(j, atB)))
      pairs.push([left === undefined ? left : i + left, right === undefined ? right : j + right] as TurnPlaces);
    if (atA < a.length) pairs.push([atA, atB]);
    [i, j] = [atA + 1, atB + 1];
  }
  return pairs;
}

function whole({ by, tools, heard, said }: Turn): string {
  return JSON.stringify([by, tools, heard, said]);
}

function alike(a: readonly Turn[], b: readonly Turn[]): TurnPlaces[] {
  const pairs: TurnPlaces[] = [];
  if (a.length * b.length > MOST_CELLS) {
    // Nothing tells which is which: as they come.
    for (let at = 0; at < Math.max(a.length, b.length); at++) {
      if (at < a.length && at < b.length && a[at]?.by === b[at]?.by) pairs.push([at, at]);
      else {
        if (at < a.length) pairs.push([at, undefined]);
        if (at < b.length) pairs.push([undefined, at]);
      }
    }
    return pairs;
  }
  const [left, right] = [a.map(traitsOf), b.map(traitsOf)];
  const width = b.length + 1;
  const best = new Float64Array((a.length + 1) * width);
  const likeness = new Float64Array(a.length * b.length);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const like = likenessOf(left[i] as Traits, right[j] as Traits);
      likeness[i * b.length + j] = like;
      const apart = Math.max(best[(i + 1) * width + j] as number, best[i * width + j + 1] as number);
      const together = like > 0 ? like + (best[(i + 1) * width + j + 1] as number) : 0;
      best[i * width + j] = Math.max(apart, together);
    }
  }
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const like = likeness[i * b.length + j] as number;
    const here = best[i * width + j] as number;
    if (like > 0 && here === like + (best[(i + 1) * width + j + 1] as number)) pairs.push([i++, j++]);
    else if (here === best[(i + 1) * width + j]) pairs.push([i++, undefined]);
    else pairs.push([undefined, j++]);
  }
  while (i < a.length) pairs.push([i++, undefined]);
  while (j < b.length) pairs.push([undefined, j++]);
  return pairs;
}

interface Traits {
  by: Turn['by'];
  tools: string;
  heard: Set<string>;
  said: Set<string>;
}

function traitsOf({ by, tools, heard, said }: Turn): Traits {
  const words = (text: string) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
  return { by, tools: tools.join('\n'), heard: words(heard), said: words(said) };
}

/** 0 for turns that are no pair; else more the more alike they are. What the user said counts for more: the model chooses its words anew. */
function likenessOf(a: Traits, b: Traits): number {
  if (a.by !== b.by) return 0;
  return 1 + 2 * shared(a.heard, b.heard) + shared(a.said, b.said) + (a.tools === b.tools ? 0.5 : 0);
}

/** The part of all words that both have, 0 to 1. */
function shared(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size === 0 && b.size === 0) return 0.5;
  let both = 0;
  for (const word of a) if (b.has(word)) both++;
  return both / (a.size + b.size - both);
}

/** Tells of each step of a session the place of its turn; -1 before the first one and for what belongs to the whole session. */
export function turnPlaces(steps: readonly Step[], turns: readonly Turn[]): number[] {
  const ofResponse = new Map<string, number>();
  const ofItem = new Map<string, number>();
  turns.forEach(({ responses, userItems }, at) => {
    for (const id of responses) ofResponse.set(id, at);
    for (const id of userItems) ofItem.set(id, at);
  });
  for (const { response, item } of steps) {
    const turn = response === '' ? undefined : ofResponse.get(response);
    if (turn !== undefined && item !== '' && !ofItem.has(item)) ofItem.set(item, turn);
  }
  let now = -1;
  return steps.map(({ row, whole, response, item }) => {
    while (now + 1 < turns.length && (turns[now + 1]?.startRow ?? Infinity) <= row) now++;
    if (whole) return -1;
    return ofResponse.get(response) ?? ofItem.get(item) ?? now;
  });
}
