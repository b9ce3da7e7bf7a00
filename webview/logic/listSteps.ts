/** Where arrow and page keys lead in the list. */
import type { ListRows } from './fold';

/**
 * The position so many steps from the selected one, within the list.
 *
 * @param at Where the selected row stands; not looked at when nothing is selected.
 */
export function stepInList(list: ListRows, selected: number | null, step: number, at: number): number {
  const within = (position: number) => Math.max(0, Math.min(list.length - 1, position));
  const from = selected === null ? (step > 0 ? -1 : list.length) : at;
  const position = within(from + step);
  // An open run and its first member are the same row: a step leads past it.
  const isSame = position !== from && list.at(position).row === selected;
  return isSame ? within(position + Math.sign(step)) : position;
}
