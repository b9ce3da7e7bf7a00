/** What is held, in words: ages, counts, what became of it, and what may be answered to it. */
import { eventTemplate } from '../../src/protocol';
import { ANSWERS } from '../logic/answers';
import type { HeldRow, InterceptState, SettledRow } from '../heldMessages';

type Side = 'client' | 'server';

/** `0 s`, `59 s`, `3 min 4 s`, `2 h 5 min`: whole seconds, so that nothing flickers. */
export function ageWords(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** Seconds until a time-out, rounded up: `1 s` until it is over. */
export const leftWords = (ms: number): string => ageWords(Math.ceil(Math.max(0, ms) / 1000) * 1000);

/** What a held message is called: its type, or what it is instead. */
export const nameOf = ({ type, binary }: { type: string; binary?: boolean }): string =>
  type === '' ? (binary === true ? 'binary message' : 'text that is no event') : type;

/** How many messages wait behind the oldest held one of each direction, by `behindKey`. */
export function behind(held: readonly HeldRow[], waiting: InterceptState['waiting']): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { id, session, from } of held) {
    if (counts.has(directionKey(session, from))) continue;
    const all = waiting.find((each) => each.session === session && each.from === from)?.messages ?? 1;
    counts.set(directionKey(session, from), 0);
    if (all > 1) counts.set(id, all - 1);
  }
  return counts;
}
const directionKey = (session: string, from: Side) => `${session} ${from}`;

/** What became of a message. */
export function settledWords({ type, session, outcome }: SettledRow): string {
  const name = `${type === '' ? 'A message' : type} of ${session}`;
  switch (outcome) {
    case 'lost':
      return `${name} was lost: its connection ended while it was held.`;
    case 'timed out':
      return `${name} was let go as it came: the time-out of its breakpoint was over.`;
    case 'released':
      return `${name} was let go as it came.`;
    case 'dropped':
      return `${name} was dropped.`;
    case 'answered':
      return `${name} was dropped and answered.`;
    case 'edited':
      return `${name} was let go with another text.`;
  }
}

/** What is said to those who cannot see the queue come and go. */
export function announcement(held: readonly HeldRow[], news: HeldRow | undefined): string {
  if (held.length === 0) return 'Nothing is held any more.';
  const count = held.length === 1 ? '' : ` ${held.length} messages are held.`;
  return news === undefined ? count.trim() : `${nameOf(news)} from the ${news.from} is held.${count}`;
}

/** What may be said to the sender of a held message in the other end's name, to begin with. */
export function answerTemplate({ from, type }: Pick<HeldRow, 'from' | 'type'>): string {
  if (from === 'client') {
    const [answer] = ANSWERS[type] ?? [];
    return (
      (answer === undefined ? undefined : eventTemplate(answer, 'server')) ?? eventTemplate('error', 'server') ?? '{}'
    );
  }
  const next = type.startsWith('response.') && type !== 'response.done' ? 'response.cancel' : 'response.create';
  return eventTemplate(next, 'client') ?? '{}';
}
