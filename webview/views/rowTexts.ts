/** What a row of the event list says, column by column. */
import type { Finding } from '../../src/analysis/model';
import type { ListEntry } from '../logic/fold';
import { hasFindings } from '../logic/foundRows';
import { formatCount, formatDelta, formatDuration, formatPosition, formatTimeOfDay } from '../logic/format';
import { KIND_CONTROL } from '../logic/rowSource';
import type { Store } from '../state/store';

/** Rows of a run that are looked at for findings. */
const mostOfRun = 400;

export function runLabel(entry: ListEntry): string {
  return `${entry.open ? '▾' : '▸'} ×${formatCount(entry.count)}`;
}

/** The time as the list is to tell it; `above` is the row before, undefined for the list's first. */
export function timeText(store: Store, row: number, above: number | undefined): string {
  const { rows } = store;
  const t = rows.t.at(row) ?? 0;
  switch (store.listLook.time) {
    case 'trace':
      return formatPosition(t);
    case 'clock':
      return formatTimeOfDay(store.document?.startedAt ?? '', t) || formatPosition(t);
    case 'delta':
      return deltaText(store, row, above);
    case 'turn': {
      const turn = store.meanings.turnBegun(row);
      return turn === undefined ? '' : `+${formatPosition(t - turn.start)}`;
    }
  }
}

/** The distance to the row above; '' where that came later, as rows do that stand in another order than that of time. */
export function deltaText(
  { rows: { t }, listLook }: Pick<Store, 'rows' | 'listLook'>,
  row: number,
  above: number | undefined,
): string {
  const ms = above === undefined ? NaN : (t.at(row) ?? 0) - (t.at(above) ?? 0);
  return ms < 0 && listLook.order === 'conversation' ? '' : formatDelta(ms);
}

/** Pings and pongs folded to one: both ends keep the connection open. */
export function isHeartbeat({ rows }: Store, entry: ListEntry): boolean {
  return entry.count > 1 && !entry.open && rows.kind.at(entry.row) === KIND_CONTROL;
}

/** The row's type, of folded pings and pongs what they are together. */
export function shownType(store: Store, entry: ListEntry): string {
  return isHeartbeat(store, entry) ? 'ping, pong' : store.rows.typeOf(entry.row);
}

/** A run tells what it holds altogether; the first summary stands for text that goes on. */
export function summaryText(store: Store, entry: ListEntry): string {
  if (isHeartbeat(store, entry)) {
    const { t } = store.rows;
    return `keep the connection open, for ${formatDuration((t.at(entry.last) ?? 0) - (t.at(entry.row) ?? 0))}`;
  }
  const first = store.summary(entry.row) ?? '';
  // A run of text says its joined words; what the store gives is already cut to the width.
  return entry.count > 1 && entry.audioMs > 0 ? `audio ${formatDuration(entry.audioMs)}` : first;
}

/** The gravest finding that rests on an entry; of a folded run on any of its rows. */
export function findingOf(store: Store, entry: ListEntry): Finding | undefined {
  const { meaning, meanings } = store;
  if (entry.count === 1 || entry.open) return meanings.findings(entry.row)[0];
  // A run of minutes has thousands of rows, and most have no finding between their ends.
  if (!hasFindings(meaning.findings.all, entry.row, entry.last)) return undefined;
  for (const row of store.list.runAt(entry.row, mostOfRun)) {
    const [finding] = meanings.findings(row);
    if (finding !== undefined) return finding;
  }
  return undefined;
}
