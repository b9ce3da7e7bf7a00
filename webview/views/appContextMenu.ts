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
  if (marked?.dataset.vscodeContext !== undefined) return marked.dataset.vscodeContext;
  const { selected } = store;
  if (selected !== null && path.some((node) => node !== null && trace.includes(node)))
    return rowContext(store.rows, selected, store.marked);
  // Its texts can be selected: what a browser offers for them stays.
  const isInDetail = path.some((node) => node instanceof HTMLElement && node.localName === 'rti-inspector');
  if (selected !== null && isInDetail)
    return rowContext(store.rows, selected).replace(
      '"preventDefaultContextMenuItems":true',
      '"preventDefaultContextMenuItems":false',
    );
  return JSON.stringify({ webviewSection: 'app', preventDefaultContextMenuItems: true });
}
