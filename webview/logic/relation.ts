/** Causes and effects in words, as lines to read: nearest first, each with how far it is away in steps and in time. */
import type { Link, LinkKind } from '../../src/analysis/model';

/** What a link says, read from either end: `cause` names the cause as seen from the effect, `effect` the other way round. */
const words: Readonly<Record<LinkKind, { cause: string; effect: string }>> = {
  refused: { cause: 'refuses', effect: 'was refused by' },
  updated: { cause: 'answers the update', effect: 'took effect with' },
  created: { cause: 'adds what was created by', effect: 'was added with' },
  committed: { cause: 'commits what ended with', effect: 'led to the commit' },
  became: { cause: 'is what became of', effect: 'became the item of' },
  transcribed: { cause: 'transcribes', effect: 'was transcribed by' },
  stopped: { cause: 'ends the speech that began with', effect: 'ended with' },
  started: { cause: 'was started by', effect: 'started' },
  ended: { cause: 'ends', effect: 'ended with' },
  interrupted: { cause: 'was interrupted by', effect: 'interrupted' },
  called: { cause: 'is the output of the call', effect: 'got its output with' },
  cut: { cause: 'cuts', effect: 'was cut by' },
  edited: { cause: 'is an edited copy of', effect: 'was edited and sent as' },
  dropped: { cause: 'takes away', effect: 'was never sent on:' },
  released: { cause: 'releases', effect: 'was released by' },
  answered: { cause: 'answers', effect: 'was answered by' },
  joined: { cause: 'is of the call of', effect: 'is the call of' },
};

export interface RelationLine {
  /** Row the line leads to. */
  row: number;
  /** What binds it to the line it hangs on (the event itself at step 1). */
  words: string;
  /** 1 for a direct cause or effect, 2 for that one's own, ... */
  step: number;
  /** From the row it hangs on, ms: negative for causes. */
  ms: number;
}

/** Lines for one direction; links that hang on nothing shown are left out. */
export function relationLines(
  row: number,
  links: readonly Link[],
  which: 'causes' | 'effects',
  timeOf: (row: number) => number,
): RelationLine[] {
  const from = (link: Link) => (which === 'causes' ? link.effect : link.cause);
  const to = (link: Link) => (which === 'causes' ? link.cause : link.effect);
  const hanging = new Map<number, Link[]>();
  for (const link of links) {
    const others = hanging.get(from(link));
    if (others === undefined) hanging.set(from(link), [link]);
    else others.push(link);
  }
  const lines: RelationLine[] = [];
  const seen = new Set([row]);
  const walk = (at: number, step: number): void => {
    for (const link of hanging.get(at) ?? []) {
      const target = to(link);
      if (seen.has(target)) continue;
      seen.add(target);
      lines.push({
        row: target,
        words: which === 'causes' ? words[link.kind].cause : words[link.kind].effect,
        step,
        ms: timeOf(target) - timeOf(at),
      });
      // Every step is at most one deeper, and there are at most 200 of them.
      walk(target, step + 1);
    }
  };
  walk(row, 1);
  return lines;
}
