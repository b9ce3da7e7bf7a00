/** What a row of the list says: of a folded run of text, the text of the run and not just its first word. */
import type { ListRows } from './fold';

/** Events of a run that are looked at: more words than a row has room for. */
const mostEvents = 60;
const mostText = 400;

/**
 * The summary of the row as the list shows it; undefined while it is not known.
 *
 * @param type The row's event type.
 * @param summaryOf A row's own summary; undefined while it is on its way.
 */
export function listSummary(
  list: ListRows,
  row: number,
  type: string,
  summaryOf: (row: number) => string | undefined,
): string | undefined {
  const first = summaryOf(row);
  if (!isText(type)) return first;
  const position = list.positionOf(row);
  const entry = position < 0 ? null : list.at(position);
  // The events of an open run speak for themselves.
  if (entry === null || entry.row !== row || entry.count < 2 || entry.open || entry.member) return first;
  let text = '';
  let isKnown = true;
  // All are asked for, also behind one that is not known yet, so that they come in one answer.
  for (const member of list.runAt(row, mostEvents)) {
    const words = summaryOf(member);
    isKnown &&= words !== undefined;
    if (isKnown && text.length < mostText) text += words ?? '';
  }
  return first === undefined ? undefined : text;
}

/** Text, transcripts and arguments come in pieces that make one text; of audio and frames only the amount can be told. */
function isText(type: string): boolean {
  return type.endsWith('.delta') && !/[._]audio\.delta$/.test(type);
}
