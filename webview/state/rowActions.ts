/** What can be done with the rows that are marked (or, when none is, the selected one): copy, save, compare. */
import { formatCount, formatPosition } from '../logic/format';
import { FROM } from '../logic/rowSource';
import type { Store } from './store';

/** Rows of which a list to read is made at most. */
const mostListed = 20_000;
/** Summaries the host answers in one go. */
const atOnce = 500;
/** Value of the `kind` column for the start of a session. */
const kindOpen = 1;
/** And for a message. */
const kindEvent = 0;

export type RowAction =
  | 'copyAsJsonl'
  | 'copyAsText'
  | 'saveRows'
  | 'replayRows'
  | 'replayFrom'
  | 'exportRows'
  | 'compareMarked'
  | 'copyCode'
  | 'savePayload'
  | 'resend';

export async function runRowAction(store: Store, action: RowAction): Promise<void> {
  const ranges = actedOn(store);
  if (ranges.length === 0) {
    store.tell({ kind: 'info', text: 'Select an event first.' });
    return;
  }
  switch (action) {
    case 'copyAsJsonl': {
      const done = await store.ask('copyRows', { ranges });
      if (done === undefined) return;
      const left = done.left === 0 ? '' : ` ${formatCount(done.left)} more did not fit: save them as a trace instead.`;
      store.tell({ kind: 'info', text: `Copied ${events(done.copied)} as JSON lines.${left}` });
      return;
    }
    case 'copyAsText': {
      const rows = rowsOf(ranges, mostListed);
      const text = await listText(store, rows);
      if (text === undefined || (await store.ask('copyRows', { text })) === undefined) return;
      store.tell({ kind: 'info', text: `Copied a list of ${events(rows.length)}.` });
      return;
    }
    case 'saveRows': {
      const done = await store.ask('saveRows', { ranges: withOpens(store, ranges) });
      if (done !== undefined && done.saved !== '')
        store.tell({ kind: 'info', text: `Saved ${events(done.rows)} in ${done.saved}.` });
      return;
    }
    case 'replayRows':
    case 'exportRows': {
      const isReplay = action === 'replayRows';
      const used = isReplay ? fromClient(store, ranges) : ranges;
      if (used.length === 0) store.tell({ kind: 'info', text: 'Select an event of the client: only those are sent.' });
      else await store.ask('saveRows', { ranges: withOpens(store, used), then: isReplay ? 'replay' : 'export' });
      return;
    }
    case 'replayFrom':
      return replayFrom(store, ranges[0] ?? 0);
    case 'copyCode': {
      const open = openOf(store, ranges[0] ?? 0);
      const done = await store.ask('copyCode', { ranges, ...(open === undefined ? {} : { open }) });
      if (done !== undefined && done.copied !== '')
        store.tell({ kind: 'info', text: `Copied ${events(rowsOf(ranges, mostListed).length)} as ${done.copied}.` });
      return;
    }
    case 'savePayload': {
      const done = await store.ask('savePayload', { ranges });
      if (done !== undefined && done.saved !== '') store.tell({ kind: 'info', text: `Saved as ${done.saved}.` });
      return;
    }
    case 'resend': {
      const done = await store.ask('sequenceOf', { ranges });
      if (done === undefined) return;
      store.setPanel({ detailOpen: false });
      store.compose({ text: done.text, request: Date.now() });
      return;
    }
    case 'compareMarked': {
      const [first, second] = store.marked.count === 2 ? store.marked.rows(2) : [];
      if (first === undefined || second === undefined)
        store.tell({
          kind: 'info',
          text: 'Select the two events to compare: click one, then the other with Ctrl (Cmd).',
        });
      else await store.ask('compare', { row: second, with: first });
      return;
    }
  }
}

function actedOn(store: Store): number[] {
  if (store.marked.count > 0) return store.marked.ranges();
  return store.selected === null ? [] : [store.selected, store.selected];
}

/** The ranges from the first event of a client on: what it sends waits for nothing that came before. */
export function fromClient({ rows }: Pick<Store, 'rows'>, ranges: readonly number[]): number[] {
  for (let at = 0; at + 1 < ranges.length; at += 2)
    for (let row = ranges[at] ?? 0; row <= (ranges[at + 1] ?? -1); row += 1)
      if (rows.from.at(row) === FROM.client && rows.kind.at(row) === kindEvent) return [row, ...ranges.slice(at + 1)];
  return [];
}

/** Rows of a session from its client's first message at or after `row` to its end; undefined when its client sent none there. */
export function restFrom(
  { rows }: Pick<Store, 'rows'>,
  row: number,
): { ranges: number[]; first: number; isWhole: boolean } | undefined {
  const session = rows.session.at(row);
  const isClients = (at: number) => rows.from.at(at) === FROM.client && rows.kind.at(at) === kindEvent;
  let first = -1;
  const ranges: number[] = [];
  for (let at = row; at < rows.count; at += 1) {
    if (rows.session.at(at) !== session) continue;
    // Another run of that name is another session.
    if (at > row && rows.kind.at(at) === kindOpen) break;
    if (first < 0 && isClients(at)) first = at;
    if (first < 0) continue;
    if (ranges.at(-1) === at - 1) ranges[ranges.length - 1] = at;
    else ranges.push(at, at);
  }
  if (first < 0) return undefined;
  let isWhole = true;
  for (let at = first - 1; at >= 0 && isWhole; at -= 1) {
    if (rows.session.at(at) !== session) continue;
    if (rows.kind.at(at) === kindOpen) break;
    isWhole = !isClients(at);
  }
  return { ranges, first, isWhole };
}

async function replayFrom(store: Store, row: number): Promise<void> {
  const rest = restFrom(store, row);
  if (!rest || (store.rows.session.at(row) ?? 0) === 0) {
    store.tell({ kind: 'info', text: 'The client sent nothing from here on: there is nothing to replay.' });
    return;
  }
  const ranges = withOpens(store, rest.ranges);
  // Where the client had sent nothing before there is nothing to bring a new session to.
  if (rest.isWhole) await store.ask('saveRows', { ranges, then: 'replay' });
  else await store.ask('replayFrom', { ranges, session: store.rows.sessionOf(row), row: rest.first });
}

function rowsOf(ranges: readonly number[], most: number): number[] {
  const rows: number[] = [];
  for (let at = 0; at + 1 < ranges.length; at += 2)
    for (let row = ranges[at] ?? 0; row <= (ranges[at + 1] ?? -1) && rows.length < most; row += 1) rows.push(row);
  return rows;
}

/** The row that opens the session a row is of. */
function openOf({ rows }: Pick<Store, 'rows'>, row: number): number | undefined {
  const session = rows.session.at(row) ?? 0;
  for (let at = 0; at < rows.count; at += 1)
    if (rows.kind.at(at) === kindOpen && rows.session.at(at) === session) return at;
  return undefined;
}

/** The ranges with the rows that open the sessions they are of: without them nothing tells where a session went. */
export function withOpens(store: Pick<Store, 'rows'>, ranges: readonly number[]): number[] {
  const { rows } = store;
  const sessions = new Set<number>();
  const wanted = new Uint8Array(rows.count);
  for (let at = 0; at + 1 < ranges.length; at += 2)
    for (let row = ranges[at] ?? 0; row <= (ranges[at + 1] ?? -1) && row < rows.count; row += 1) {
      wanted[row] = 1;
      sessions.add(rows.session.at(row) ?? 0);
    }
  for (let row = 0; row < rows.count; row += 1)
    if (rows.kind.at(row) === kindOpen && sessions.has(rows.session.at(row) ?? 0)) wanted[row] = 1;
  const all: number[] = [];
  for (let row = wanted.indexOf(1); row >= 0;) {
    let end = wanted.indexOf(0, row);
    if (end < 0) end = wanted.length;
    all.push(row, end - 1);
    row = wanted.indexOf(1, end);
  }
  return all;
}

/** Number, time, direction, type and summary of rows, a row a line; undefined when the summaries cannot be had. */
async function listText(store: Store, rows: readonly number[]): Promise<string | undefined> {
  const lines: string[] = [];
  for (let from = 0; from < rows.length; from += atOnce) {
    const part = rows.slice(from, from + atOnce);
    const answer = await store.ask('summaries', { rows: part });
    if (answer === undefined) return undefined;
    for (const [at, row] of part.entries()) {
      const { rows: all } = store;
      const side = all.from.at(row) === FROM.client ? '->' : all.from.at(row) === FROM.server ? '<-' : '  ';
      const seq = all.seq.at(row) ?? 0;
      const words = [
        (seq === 0 ? '' : `#${seq}`).padStart(7),
        formatPosition(all.t.at(row) ?? 0).padStart(12),
        side,
        all.typeOf(row) || '(no type)',
        answer.summaries[at] ?? '',
      ];
      lines.push(words.join('  ').trimEnd());
    }
  }
  return `${lines.join('\n')}\n`;
}

function events(count: number): string {
  return count === 1 ? '1 event' : `${formatCount(count)} events`;
}
