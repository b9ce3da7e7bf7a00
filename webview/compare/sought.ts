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
function shownEvents(events: readonly EventPair[], { onlyDifferent, find, turn }: Wanted): readonly EventPair[] {
  const words = find.trim().toLowerCase();
  return events.filter(
    (event) =>
      (turn < 0 || event.turn === turn) &&
      !(onlyDifferent && (event.status === 'same' || event.status === 'follows')) &&
      (words === '' || textOfEvent(event).includes(words)),
  );
}

/** Places of the turns that are shown. */
function shownTurns({ turns, calls }: SessionPair, { onlyDifferent, find }: Omit<Wanted, 'turn'>): number[] {
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

/** What is shown, kept as long as it is the same: a list tells by it whether it changed. */
export class ShownLists {
  #events: { of: SessionPair; by: string; list: readonly EventPair[] } | undefined;
  #turns: { of: SessionPair; by: string; list: readonly number[] } | undefined;

  events(of: SessionPair, wanted: Wanted): readonly EventPair[] {
    const by = JSON.stringify(wanted);
    if (this.#events?.of !== of || this.#events.by !== by)
      this.#events = { of, by, list: shownEvents(of.events, wanted) };
    return this.#events.list;
  }

  /** Places in the session's turns. */
  turns(of: SessionPair, wanted: Omit<Wanted, 'turn'>): readonly number[] {
    const by = JSON.stringify(wanted);
    if (this.#turns?.of !== of || this.#turns.by !== by) this.#turns = { of, by, list: shownTurns(of, wanted) };
    return this.#turns.list;
  }
}

/** Of ascending places the first behind `from` (1), or the last before it (-1), -1 for none yet; at the end it begins again. */
export function stepped(places: readonly number[], from: number, by: 1 | -1): number | undefined {
  if (by > 0) return places.find((place) => place > from) ?? places[0];
  return (from < 0 ? undefined : places.findLast((place) => place < from)) ?? places.at(-1);
}
