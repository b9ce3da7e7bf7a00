/** What keys do in the event list. */
import { runRowAction, type RowAction } from '../state/rowActions';
import type { Store } from '../state/store';

/** What the list does itself. */
export interface ListHands {
  store: Store;
  /** Rows of a screenful. */
  page: number;
  openDetail(): void;
}

/** Runs a key; true when it was one of the list's. */
export function runListKey(event: KeyboardEvent, hands: ListHands): boolean {
  if (event.altKey) return false;
  if (event.ctrlKey || event.metaKey) return !event.shiftKey && runWithControl(event.key.toLowerCase(), hands.store);
  const { store, page } = hands;
  const go = (step: number): true => {
    if (event.shiftKey) store.markBy(step);
    else store.selectBy(step);
    return true;
  };
  switch (event.key) {
    case 'ArrowDown':
      return go(1);
    case 'ArrowUp':
      return go(-1);
    case 'PageDown':
      return go(page);
    case 'PageUp':
      return go(-page);
    case 'Home':
      return go(-store.list.length);
    case 'End':
      return go(store.list.length);
    case 'ArrowRight':
      return setRunOpen(store, true);
    case 'ArrowLeft':
      return setRunOpen(store, false);
    case 'Escape':
      if (store.marked.count > 0) store.unmark();
      else if (store.finder.isOpen) store.finder.close();
      else return false;
      return true;
    case 'Enter':
      // Of a note, the page opens its field.
      if (store.notes.at(store.selected) !== undefined) return false;
      hands.openDetail();
      return true;
    default:
      return false;
  }
}

function runWithControl(key: string, store: Store): boolean {
  if (key === 'a') store.markAll();
  else if (key === 'c' && (getSelection()?.isCollapsed ?? true)) act(store, 'copyAsJsonl');
  else if (key === ' ' && store.selected !== null) store.toggleMark(store.positionOfSelected());
  else return false;
  return true;
}
function act(store: Store, action: RowAction): void {
  void runRowAction(store, action);
}

function setRunOpen(store: Store, open: boolean): boolean {
  const position = store.positionOfSelected();
  const entry = position < 0 ? null : store.list.at(position);
  if (entry === null || entry.count < 2 || entry.open === open) return false;
  store.toggleRun(position);
  return true;
}
