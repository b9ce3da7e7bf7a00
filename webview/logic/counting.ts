/** How far the adding up of a trace is. */
import type { DocumentState } from '../../src/document/columns';
import { formatCount } from './format';

/** Why the numbers are not the last ones: rows are still on the way or not yet added up; '' when they are. `counted`: rows they hold. */
export function countingWords(
  document: Pick<DocumentState, 'rows' | 'analysed' | 'read' | 'size'> | null,
  { counted, isLive }: { counted: number; isLive: boolean },
): string {
  if (document === null) return '';
  const { rows, analysed, read, size } = document;
  // A live session has no last numbers: what came since the last adding up is no news.
  const done = isLive ? analysed : Math.min(analysed, counted);
  const isRead = isLive || read >= size;
  if (done >= rows && isRead) return '';
  const all = !isRead && read > 0 ? `about ${formatCount(Math.ceil((rows / read) * size))}` : formatCount(rows);
  return `Still counting: ${formatCount(done)} of ${all} events so far`;
}
