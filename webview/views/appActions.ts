/** What the commands and menus of VS Code, and the keys that stand for them, do in the page. */
import type { InterceptView } from '../intercept/interceptView';
import { heldPair } from '../logic/heldPair';
import type { Notifications } from '../messages';
import type { PlayerView } from '../player/playerView';
import { openNote, removeNote, toggleBookmark } from '../state/noteActions';
import { exportSound, keepRange } from '../state/rangeActions';
import type { Store } from '../state/store';
import type { EventList } from './eventList';
import type { Toolbar } from './toolbar';

/** The page's parts that actions reach. */
export interface ActionPlaces {
  readonly store: Store;
  readonly intercept: InterceptView;
  readonly toolbar: Toolbar;
  readonly list: EventList | null;
  /** Asked for when it plays: it comes with the first rows. */
  player(): PlayerView | null;
  /** The moment that is looked at where no event is selected, ms; null without one. */
  moment(): number | null;
  /** Settles when what has changed is on the screen. */
  readonly drawn: Promise<unknown>;
}

/** Carries out what the host asks the page to do. */
export function act(places: ActionPlaces, { action, row, session }: Notifications['act']): void {
  const { store, list, intercept, toolbar } = places;
  // A menu over rows that are marked means all of them.
  // With another event selected the range would be gone.
  const isOfRange = action === 'keepRange' || (action === 'exportSound' && store.range !== null);
  if (row !== undefined && !isOfRange) store.select(row, store.marked.has(row) ? { marks: 'keep' } : {});
  const target = store.selected;
  switch (action) {
    case 'editAndResend':
      edit(places, row ?? target);
      return;
    case 'play':
      // The browser lets sound start after a click in the page; without one the player says so.
      void places.drawn.then(() => places.player()?.playSelection());
      return;
    case 'follow':
      store.setFollow(true);
      return;
    case 'showSession':
      if (session === undefined) return;
      store.showWhenKnown(session);
      store.compose({ session, request: Date.now() });
      return;
    case 'find':
    case 'copyAsJsonl':
    case 'copyAsText':
    case 'saveRows':
    case 'replayRows':
    case 'replayFrom':
    case 'exportRows':
    case 'compareMarked':
    case 'copyCode':
    case 'savePayload':
      list?.act(action);
      return;
    case 'showRow':
      return;
    case 'showHeld':
    case 'releaseHeld':
    case 'dropHeld':
    case 'answerHeld':
      intercept.act(action);
      return;
    case 'toggleBreakpoint':
      void toggleBreakpoint(store, target);
      return;
    case 'compareArrived':
      void compareArrived(store, target);
      return;
    case 'addBookmark':
      // A page that has not got the row yet must not bookmark another moment.
      if (row !== undefined && store.selected !== row) return;
      void toggleBookmark(store, places.moment());
      return;
    case 'addNote':
      if (row !== undefined && store.selected !== row) return;
      openNote(store, places.moment());
      return;
    case 'removeNote':
      removeNoteAt(store, target);
      return;
    case 'keepRange':
      void keepRange(store);
      return;
    case 'exportSound':
      void exportSound(store);
      return;
    case 'focusFilter':
      toolbar.focusFilter();
      return;
    case 'openBody':
      if (target !== null) void store.ask('openBody', { row: target });
      return;
    case 'filterByType':
      if (target !== null) store.filterBy('type', target);
      return;
    case 'filterByResponse':
      if (target !== null) store.filterBy('response', target);
      return;
    case 'filterByItem':
      if (target !== null) store.filterBy('item', target);
      return;
  }
}

/** Takes away the note of a row. */
export function removeNoteAt(store: Store, row: number | null): void {
  const note = store.notes.at(row);
  if (note !== undefined) void removeNote(store, note);
  else store.tell({ kind: 'info', text: 'Select a note or a bookmark first.' });
}

/** Opens the composer with an event, or with all marked ones as a sequence. */
export function edit({ store, list }: Pick<ActionPlaces, 'store' | 'list'>, row: number | null): void {
  // Several are sent again in their order, each when the server has come as far as it had.
  if (store.marked.count > 1) list?.act('resend');
  else if (row === null) return;
  else if (store.rows.kind.at(row) !== 0) store.tell({ kind: 'info', text: 'Only events can be edited and resent.' });
  else {
    // Narrow, the composer needs the room of the sheet.
    store.setPanel({ detailOpen: false });
    store.compose({ row, request: Date.now() });
  }
}

/** Sets a breakpoint for messages like the one in a row, or takes it away. */
export async function toggleBreakpoint(store: Store, row: number | null): Promise<void> {
  if (row === null) {
    store.tell({ kind: 'info', text: 'Select an event first: messages like it are held then.' });
    return;
  }
  const done = await store.ask('toggleBreakpoint', { row });
  if (done !== undefined) store.tell({ kind: 'info', text: done.said });
}

/** Opens VS Code's diff of a held message as it arrived and as it went on. */
async function compareArrived(store: Store, row: number | null): Promise<void> {
  const related = row === null ? undefined : await store.ask('related', { row });
  const pair = row === null || related === undefined ? undefined : heldPair(row, related);
  if (pair?.became === 'edited') await store.ask('compare', { row: pair.end, with: pair.arrived });
  else store.tell({ kind: 'info', text: 'This event went on as it came, or not at all.' });
}

/** Selects the next error of the session shown after the selected row, from the top again after the last. */
export function selectNextError(store: Store): void {
  const { errors } = store.rows.indexes(store.session);
  if (errors.count === 0) return;
  const after = store.selectedTime === null ? 0 : errors.lowerBound(store.selectedTime + 1e-6);
  store.select(errors.row(after < errors.count ? after : 0));
}
