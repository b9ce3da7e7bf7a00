/** What the event list says where it has no rows, and beneath rows that are picked out. */
import { html, nothing, type TemplateResult } from 'lit';
import { formatCount } from '../logic/format';
import { runRowAction, type RowAction } from '../state/rowActions';
import { hiddenBy, type HiddenBy } from '../state/hiddenRow';
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

const hiddenWords: Readonly<Record<HiddenBy, readonly [why: string, show: string]>> = {
  filter: ['hidden by the filter', 'Clear the filter and show it'],
  session: ['of another session', 'Show its session'],
  pause: ['held back by pause', 'Go on and show it'],
  clearing: ['cleared from the list', 'Show it again'],
};

/** Said of the selected event where the list does not show it, with a way to it; nothing where it does. */
export function hiddenBar(store: Store): TemplateResult | typeof nothing {
  const { selected, rows, list } = store;
  const by = selected === null ? undefined : hiddenBy(store, selected);
  if (selected === null || by === undefined || list.length === 0) return nothing;
  const [why, show] = hiddenWords[by];
  const number = rows.seq.at(selected) ?? 0;
  return html`<div class="hiddenBar">
    <span role="status"
      >${number > 0 ? `#${number} ` : ''}${rows.typeOf(selected) || '(no type)'}, which is selected, is ${why}.</span
    >
    <button class="link" @click=${() => store.showRow(selected)}>${show}</button>
  </div>`;
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
