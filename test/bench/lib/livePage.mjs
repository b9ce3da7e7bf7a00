// What a page of a live session has drawn, and when: scripts that run in it, and its clock joined with the one of this process.
import { nowNs } from './payloads.mjs';

/**
 * In the page: notes when rows came, and of each drawing of the list when it had been painted and of how many rows it was. A list
 * that follows shows the end of what it has looked at; that its last element is just that row is looked at too.
 */
export const watchDrawn = () => {
  const { store, shadowRoot } = document.querySelector('rti-app');
  const list = shadowRoot.querySelector('rti-event-list');
  const seen = { came: [], painted: [], elsewhere: 0 };
  window.live = seen;
  const { port1, port2 } = new MessageChannel();
  // Views draw before a frame: a task they begin then runs when that frame has been painted.
  port1.onmessage = ({ data }) => seen.painted.push([performance.now(), data]);
  const { updated } = list;
  list.updated = function (...args) {
    updated.apply(this, args);
    const { list: rows } = store;
    const elements = list.shadowRoot.querySelectorAll('.row');
    const shown = Number(elements[elements.length - 1]?.dataset.row);
    if (rows.length > 0 && shown !== rows.at(rows.length - 1).row) seen.elsewhere += 1;
    else port2.postMessage(rows.looked);
  };
  let count = 0;
  // Heard after the page has: its listener was there first.
  addEventListener('message', () => {
    if (store.rows.count !== count) seen.came.push([performance.now(), (count = store.rows.count)]);
  });
};

/**
 * What to add to the page's clock, in ns, to get that of this process, and how wrong that may be at most, ms. Both count
 * CLOCK_MONOTONIC from some moment: the page is asked often, and the answer that took least is taken.
 */
export async function joinClocks(page) {
  let best = { ns: 0, error: Infinity };
  for (let n = 0; n < 100; n++) {
    const asked = nowNs();
    const now = await page.evaluate(() => performance.now());
    const answered = nowNs();
    const error = (answered - asked) / 2e6;
    if (error < best.error) best = { ns: (asked + answered) / 2 - now * 1e6, error };
  }
  return best;
}

/** When the first of `notes` ([when, how many], both rising) that counts more than `row` was made; NaN when none does. */
export function reached(notes) {
  let at = 0;
  return (row) => {
    while (at < notes.length && notes[at][1] <= row) at += 1;
    return notes[at]?.[0] ?? NaN;
  };
}
