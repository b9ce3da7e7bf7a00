/** What VS Code's context menu in the page is told about where it was opened. */
import type { Store } from '../state/store';
import { rowContext } from './eventRow';

/** The context of a menu, as VS Code's `data-vscode-context` takes it. `app` is the page's own element, `trace` the views of rows. */
export function menuContext(event: MouseEvent, store: Store, app: HTMLElement, trace: readonly unknown[]): string {
  const path = event.composedPath();
  const marked = path.find(
    (node): node is HTMLElement =>
      node instanceof HTMLElement && node.dataset.vscodeContext !== undefined && node !== app,
  );
  if (marked?.dataset.vscodeContext !== undefined) return withNote(marked.dataset.vscodeContext, store);
  const { selected } = store;
  if (selected !== null && path.some((node) => node !== null && trace.includes(node)))
    return withNote(rowContext(store.rows, selected, store.marked), store);
  // Its texts can be selected: what a browser offers for them stays.
  const isInDetail = path.some((node) => node instanceof HTMLElement && node.localName === 'rti-inspector');
  if (selected !== null && isInDetail)
    return rowContext(store.rows, selected).replace(
      '"preventDefaultContextMenuItems":true',
      '"preventDefaultContextMenuItems":false',
    );
  const hasRange = store.range !== null;
  return JSON.stringify({ webviewSection: 'app', rtiRange: hasRange, preventDefaultContextMenuItems: true });
}

/** What the menu of a row needs to know of notes and the range, beside what a row knows by itself. */
function withNote(context: string, { notes, range }: Store): string {
  const known = JSON.parse(context) as { rtiRow?: number };
  const note = notes.at(known.rtiRow ?? null) !== undefined;
  return JSON.stringify({ ...known, rtiNote: note, rtiRange: range !== null });
}
