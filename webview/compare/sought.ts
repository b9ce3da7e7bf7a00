/** What of a comparison is shown: what differs, what belongs to a turn, what holds the words that are sought. */
import { valueWords } from '../../src/analysis/valueDiff';
import type { CallPair, EventPair, SessionPair, TurnPair } from '../../src/compare/model';

/** What somebody wants to see. */
export interface Wanted {
  onlyDifferent: boolean;
  /** Words, in any case; '' for all. */
  find: string;
  /** Only events of that turn; -1 for all. */
  turn: number;
}

/** The events that are shown. */
export function shownEvents(events: readonly EventPair[], { onlyDifferent, find, turn }: Wanted): readonly EventPair[] {
  const words = find.trim().toLowerCase();
  return events.filter(
    (event) =>
      (turn < 0 || event.turn === turn) &&
      !(onlyDifferent && (event.status === 'same' || event.status === 'follows')) &&
      (words === '' || textOfEvent(event).includes(words)),
  );
}

/** Places of the turns that are shown. */
export function shownTurns({ turns, calls }: SessionPair, { onlyDifferent, find }: Omit<Wanted, 'turn'>): number[] {
  const words = find.trim().toLowerCase();
  return turns.flatMap((turn, at) => {
    if (onlyDifferent && turn.status === 'same') return [];
    const isFound =
      words === '' ||
      textOfTurn(
        turn,
        calls.filter((call) => call.turn === at),
      ).includes(words);
    return isFound ? [at] : [];
  });
}

function textOfEvent({ a, b, changes }: EventPair): string {
  const said = changes.flatMap(({ path, before, after }) => [path, valueWords(before), valueWords(after)]);
  const numbers = [a, b].flatMap((event) => (event && event.seq > 0 ? [`#${event.seq}`] : []));
  return [a?.type, b?.type, a?.about, b?.about, ...numbers, ...said].join('\n').toLowerCase();
}

function textOfTurn({ a, b, user, model }: TurnPair, calls: readonly CallPair[]): string {
  const words = [...user.stretches, ...model.stretches].map(({ text }) => text).join('');
  const called = calls
    .flatMap((call) => [call.a, call.b])
    .flatMap((call) => [call?.name, call?.arguments, call?.output]);
  return [words, a?.heard, a?.said, b?.heard, b?.said, a?.status, b?.status, ...called].join('\n').toLowerCase();
}
