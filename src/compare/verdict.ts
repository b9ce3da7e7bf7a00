/** Whether a comparison is good enough: what `diff` and expectations end with. */
import { formatMs } from '../analysis/format';
import { percentilesOf } from '../analysis/percentiles';
import type { Comparison, SessionPair } from './model';

/** Parts of a comparison. */
export const PARTS = ['turns', 'events', 'config', 'latency'] as const;
export type Part = (typeof PARTS)[number];

/**
 * `changed`: anything differs; `missing`: something of a is not in b; `slower`: the wait for the answer (`toAnswer`) is longer by more than
 * `share` of it, the median's or the 95th percentile's over the turns that both have.
 */
export type FailOn = { kind: 'changed' } | { kind: 'missing' } | { kind: 'slower'; share: number };

/** A smaller difference than this is the clock's, ms. */
const LEAST_MS = 20;

/** `changed`, `missing`, `slower:20%`; throws, for people, for anything else. */
export function parseFailOn(text: string): FailOn {
  if (text === 'changed' || text === 'missing') return { kind: text };
  const match = /^slower:(\d+(?:\.\d+)?)%$/.exec(text);
  if (match) return { kind: 'slower', share: Number(match[1]) / 100 };
  throw new Error(`"${text}" is none of changed, missing and slower:PERCENT (slower:20%).`);
}

/** Whether these parts of two sessions differ; times alone never do. */
export function sessionsDiffer(session: SessionPair, parts: readonly Part[] = PARTS): boolean {
  if (!session.a || !session.b) return true;
  const { turns, counts, configs, calls } = session;
  return parts.some((part) => {
    switch (part) {
      case 'turns':
        return (
          calls.some(({ status }) => status !== 'same') ||
          turns.some(
            ({ a, b, status, user, model }) =>
              status === 'added' || status === 'removed' || a?.status !== b?.status || !user.same || !model.same,
          )
        );
      case 'events':
        return counts.changed + counts.added + counts.removed > 0;
      case 'config':
        return configs.some(({ status }) => status !== 'same');
      case 'latency':
        return false;
    }
  });
}

/** Why it is not good enough, a sentence each; empty when it is. */
export function failures(
  comparison: Comparison,
  conditions: readonly FailOn[],
  parts: readonly Part[] = PARTS,
): string[] {
  return conditions.flatMap((condition) => {
    switch (condition.kind) {
      case 'changed':
        return comparison.sessions.some((session) => sessionsDiffer(session, parts)) ? ['The sessions differ.'] : [];
      case 'missing':
        return missing(comparison);
      case 'slower':
        return untimed(comparison) ?? comparison.sessions.flatMap((session) => slower(session, condition.share));
    }
  });
}

function missing({ sessions }: Comparison): string[] {
  const gone = sessions.filter(({ b }) => !b).length;
  const turns = sessions.flatMap((session) => session.turns).filter(({ status }) => status === 'removed').length;
  const calls = sessions.flatMap((session) => session.calls).filter(({ status }) => status === 'removed').length;
  const events = sessions.reduce((sum, { counts }) => sum + counts.removed, 0);
  const parts = [
    [gone, 'session'],
    [turns, 'turn'],
    [calls, 'tool call'],
    [events, 'event'],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, noun]) => `${count} ${noun}${count === 1 ? '' : 's'}`);
  return told.length > 0 ? [`Missing in the second: ${told.join(', ')}.`] : [];
}

/** Where nothing was measured nothing is slower, and nothing was shown not to be. */
function untimed({ a, b }: Comparison): string[] | undefined {
  const trace = [a, b].find(({ times }) => times !== 'recorded');
  return trace && [`Whether it is slower cannot be told: the times of ${trace.file} were not recorded.`];
}

/** Of the turns that both have: one that is missing would make the others slower, or faster. */
function slower({ turns, b: session }: SessionPair, share: number): string[] {
  const waits = turns.flatMap(({ latencies }) => {
    const wait = latencies.find(({ name }) => name === 'toAnswer');
    return wait && wait.a !== null && wait.b !== null ? [{ a: wait.a, b: wait.b }] : [];
  });
  const a = percentilesOf(Float64Array.from(waits, (wait) => wait.a));
  const b = percentilesOf(Float64Array.from(waits, (wait) => wait.b));
  if (!a || !b) return [];
  return (['p50', 'p95'] as const).flatMap((rank) => {
    const [was, is] = [a[rank], b[rank]];
    if (is - was <= Math.max(LEAST_MS, was * share)) return [];
    const percent =
      was > 0 ? ` (${Math.round((is / was - 1) * 100)} % more, ${Math.round(share * 100)} % allowed)` : '';
    const which = rank === 'p50' ? 'median' : '95th percentile';
    return [
      `Slower${session?.id ? ` in ${session.id}` : ''}: the ${which} wait for the answer was ${formatMs(was)} and is ${formatMs(is)}${percent}.`,
    ];
  });
}
