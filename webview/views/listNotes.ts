/** What the event list says where it has no rows, and beneath rows that are picked out. */
import { html, type TemplateResult } from 'lit';
import { formatCount } from '../logic/format';
import { runRowAction, type RowAction } from '../state/rowActions';
import type { Store } from '../state/store';

/** Why the list is empty, and the way out of it. */
export function emptyNote(store: Store): TemplateResult {
  if (store.filtering) return html`<div class="empty">Looking through ${formatCount(store.rows.count)} events…</div>`;
  if (store.rows.count === 0) return html`<div class="empty">No events yet. They appear here as they pass.</div>`;
  if (store.filterText.trim() !== '')
    return html`<div class="empty">
      All ${formatCount(store.rows.indexes(store.session).all.count)} events are hidden by the filter.
      <button class="link" @click=${() => store.setFilter('')}>Clear the filter</button>
    </div>`;
  if (store.clearedBefore > 0)
    return html`<div class="empty">
      ${formatCount(store.clearedBefore)} earlier events were cleared from the list.
      <button class="link" @click=${() => store.unclear()}>Show them again</button>
    </div>`;
  return html`<div class="empty">This session has no events.</div>`;
}

/** What can be done with the rows that are marked. */
export function markedBar(store: Store): TemplateResult {
  const { count } = store.marked;
  const button = (label: string, action: RowAction) =>
    html`<button class="link" @click=${() => void runRowAction(store, action)}>${label}</button>`;
  return html`<div class="markedBar" role="toolbar" aria-label="Selected events">
    <span class="num" role="status">${formatCount(count)} events selected</span>
    ${button('Copy as JSONL', 'copyAsJsonl')} ${button('Copy as text', 'copyAsText')}
    ${button('Save as trace…', 'saveRows')} ${count === 2 ? button('Compare', 'compareMarked') : ''}
    <span class="grow"></span>
    <button class="link" @click=${() => store.unmark()}>Clear selection</button>
  </div>`;
}
