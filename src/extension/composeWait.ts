/** What a sequence may wait for: a type of event by its name, or anything a filter can tell by the columns of a row. */
import { compileFilter, restsOnMeaning } from '../../webview/logic/filter';
import { FLAG, KIND_EVENT } from '../../webview/logic/rowSource';
import type { Rows } from '../../webview/state/rows';
import { FILTER_MARKS, parseFilter } from '../protocol/filter';

/** Whether a row of that session is what is waited for. */
export type WaitTest = (rows: Rows, session: string) => (row: number) => boolean;

/** The test for `wait` of a sequence. Throws, for people, when it is nothing that can be waited for. */
export function compileWait(wait: string): WaitTest {
  // One word names a type, but for the words that are marks: of those only "error" is a type too, and means the same.
  if (/^[a-z_]+(\.[a-z_]+)*$/.test(wait) && !FILTER_MARKS.some((mark) => mark === wait && mark !== 'error'))
    return (rows, session) => (row) =>
      rows.typeOf(row) === wait && isOf(rows, row, session) && !rows.has(row, FLAG.injected);
  const terms = parseFilter(wait);
  if (terms.length === 0) throw new Error(`"${wait}" waits for nothing: write the type of an event, or a filter.`);
  if (terms.some((term) => term.kind === 'anywhere') || restsOnMeaning(terms))
    throw new Error(
      `"${wait}" cannot be waited for: name columns of an event, such as type:response.done item:item_1 -error.`,
    );
  return (rows, session) => {
    const test = compileFilter(terms, rows);
    return (row) => isOf(rows, row, session) && test(row);
  };
}

function isOf(rows: Rows, row: number, session: string): boolean {
  return rows.kind.at(row) === KIND_EVENT && rows.sessionOf(row) === session;
}
