/** The turn or the event that is chosen: where it stands in each trace, and which it is after both were compared again. */
import type { EventPair, SessionPair, TurnPair, Which } from '../../src/compare/model';
import type { CompareStore } from './compareStore';
import type { EventPlace } from './eventsPane';
import type { Stretches } from './stepPlayer';
import type { Tab } from './tabs';

/** What is chosen in a pair of sessions: a turn by its place, -1 for none, and beside the turns an event. */
export interface Chosen {
  tab: Tab;
  turn: number;
  event: EventPair | null;
}

/** From when to when it lasts in each, ms of each trace; null where nothing is chosen. */
export function placesOf(
  { turns }: SessionPair,
  { tab, turn: at, event }: Chosen,
  { a, b }: Record<Which, CompareStore>,
): Stretches | null {
  if (tab === 'turns') {
    const turn = turns[at];
    const within = (one: TurnPair['a'], { own }: CompareStore) =>
      one && { start: one.start, end: Math.min(one.end ?? own.end, own.end) };
    return turn ? { a: within(turn.a, a), b: within(turn.b, b) } : null;
  }
  const of = (one: EventPair['a']) => one && { start: one.t, end: one.end };
  return event ? { a: of(event.a), b: of(event.b) } : null;
}

/** What opens it in the wanted trace, or in the only one that has it. */
export function openedOf({ turns }: SessionPair, { tab, turn, event }: Chosen, wanted: Which): EventPlace | null {
  const place = turns[turn];
  const rows: Record<Which, number | undefined> =
    tab === 'turns' ? { a: place?.a?.startRow, b: place?.b?.startRow } : { a: event?.a?.row, b: event?.b?.row };
  const which = rows[wanted] === undefined ? (wanted === 'a' ? 'b' : 'a') : wanted;
  const row = rows[which];
  return row === undefined ? null : { which, row };
}

/** The pair that a row of one trace belongs to: the last that begins at or before it. */
export function pairOfRow(events: readonly EventPair[], which: Which, row: number): EventPair | null {
  let found: EventPair | null = null;
  for (const pair of events) {
    const begins = pair[which]?.row ?? Infinity;
    if (begins <= row && begins >= (found?.[which]?.row ?? -1)) found = pair;
  }
  return found;
}

/** The place of that turn in another comparison of the same traces; -1 where it is not there. */
export function sameTurn(turns: readonly TurnPair[], turn: TurnPair | undefined): number {
  return turn ? turns.findIndex(({ a, b }) => a?.key === turn.a?.key && b?.key === turn.b?.key) : -1;
}
export function sameEvent(events: readonly EventPair[], event: EventPair | null): EventPair | null {
  return event ? (events.find(({ a, b }) => a?.row === event.a?.row && b?.row === event.b?.row) ?? null) : null;
}
