/** Why the list does not show an event that is selected: keys and the timeline lead to events wherever they are. */
import type { ListRows } from '../logic/fold';
import type { Rows } from './rows';

export type HiddenBy = 'filter' | 'session' | 'pause' | 'clearing';

/** What the list is of. */
export interface Listed {
  rows: Pick<Rows, 'sessionOf'>;
  list: Pick<ListRows, 'positionOf'>;
  /** '' for all. */
  session: string;
  filterText: string;
  /** Rows are still looked at: nobody knows yet. */
  filtering: boolean;
  pausedAt: number | null;
  clearedBefore: number;
}

/** What hides a row from the list; undefined where it is shown, or may still be. */
export function hiddenBy(listed: Listed, row: number): HiddenBy | undefined {
  const { session, pausedAt } = listed;
  if (listed.list.positionOf(row) >= 0) return undefined;
  if (pausedAt !== null && row >= pausedAt) return 'pause';
  if (row < listed.clearedBefore) return 'clearing';
  if (session !== '' && listed.rows.sessionOf(row) !== session) return 'session';
  return listed.filtering || listed.filterText.trim() === '' ? undefined : 'filter';
}
