/** The page's own keys, outside its fields. */
import { mainTabs } from '../logic/mainTabs';
import type { PlayerView } from '../player/playerView';
import { editNote, openNote, toggleBookmark } from '../state/noteActions';
import { exportSound } from '../state/rangeActions';
import type { Store } from '../state/store';
import { removeNoteAt } from './appActions';
import type { TimelineView } from './timelineView';

/** What keys act on. */
export interface KeyTargets {
  store: Store;
  timeline: TimelineView | null;
  player: PlayerView | null;
  /** Edits the selected event and resends it. */
  edit(): void;
  /** The moment that is looked at where no event is selected, ms; null without one. */
  moment(): number | null;
  /** Goes to what is held. */
  showHeld(): void;
  /** Selects the next error. */
  nextError(): void;
  focusFilter(): void;
  /** Gives the keyboard to the composer, or to the view that is open, as soon as it is there. */
  focusComposer(): void;
  focusTab(): void;
}

/** True when a key may be the page's: nothing is typed, and Space and Enter press no button. */
export function isForPage(event: KeyboardEvent, element: HTMLElement | null): boolean {
  if (element !== null && isTyping(element)) return false;
  const presses = event.key === ' ' || event.key === 'Enter';
  return !presses || !element?.closest('button, vscode-button, [role="button"]');
}

/** Ctrl+Z, on a Mac Cmd+Z. */
export const undoes = ({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean =>
  key.toLowerCase() === 'z' && (ctrlKey || metaKey) && !altKey && !shiftKey;

/** Runs a key; true when it is one of ours. */
export function runKey(
  event: KeyboardEvent,
  { store, timeline, player, edit, moment, showHeld, nextError, focusFilter, focusComposer, focusTab }: KeyTargets,
): boolean {
  switch (event.key) {
    case '?':
      store.setPanel({ helpOpen: true });
      return true;
    case '/':
      focusFilter();
      return true;
    case '.':
      store.setFollow(true);
      return true;
    case 'p':
      if (store.status?.live === true) store.setPaused(store.pausedAt === null);
      return true;
    case 'e':
      edit();
      return true;
    case 'b':
      void toggleBookmark(store, moment());
      return true;
    case 'B':
      openNote(store, moment());
      return true;
    case 'x':
      void exportSound(store);
      return true;
    case 'Delete':
      if (store.notes.at(store.selected) === undefined) return false;
      removeNoteAt(store, store.selected);
      return true;
    case 'h':
      showHeld();
      return true;
    case 'n':
      store.compose({ request: Date.now() });
      focusComposer();
      return true;
    case '[':
      store.selectSameKind(-1);
      return true;
    case ']':
      store.selectSameKind(1);
      return true;
    case 'c':
    case 'v':
      if (!store.selectRelated(event.key === 'c' ? 'cause' : 'effect') && store.selected !== null)
        store.tell({ kind: 'info', text: `No ${event.key === 'c' ? 'cause' : 'effect'} of this event is known.` });
      return true;
    case '!':
      nextError();
      return true;
    case ' ':
      void player?.toggle();
      return true;
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
      store.setTab(mainTabs[Number(event.key) - 1] ?? 'events');
      focusTab();
      return true;
    case 'f':
      store.fit();
      return true;
    case 'z':
      timeline?.zoomToSelection();
      return true;
    case 'a':
    case 'ArrowLeft':
      timeline?.nudge({ pan: -0.2 });
      return true;
    case 'd':
    case 'ArrowRight':
      timeline?.nudge({ pan: 0.2 });
      return true;
    case 'w':
      timeline?.nudge({ zoom: 0.7 });
      return true;
    case 's':
      timeline?.nudge({ zoom: 1 / 0.7 });
      return true;
    case 'ArrowUp':
      store.selectBy(-1);
      return true;
    case 'ArrowDown':
      store.selectBy(1);
      return true;
    case 'Enter': {
      const note = store.notes.at(store.selected);
      if (note !== undefined) {
        editNote(store, note);
        return true;
      }
      store.setPanel({ detailOpen: true });
      return true;
    }
    default:
      return false;
  }
}

export function isTyping(element: HTMLElement): boolean {
  return (
    element.isContentEditable ||
    element.tagName === 'INPUT' ||
    element.tagName === 'TEXTAREA' ||
    element.tagName === 'SELECT'
  );
}
