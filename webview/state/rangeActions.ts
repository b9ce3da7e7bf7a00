/** What people do with the range that is selected. */
import type { Store } from './store';

/** Makes a trace of the selected range; the host asks where to and opens it. */
export async function keepRange(store: Store): Promise<void> {
  const { range, session } = store;
  if (range === null) {
    store.tell({ kind: 'info', text: 'Select a range first: drag over the timeline, or R for what is in view.' });
    return;
  }
  await store.ask('keepRange', { start: range.start, end: range.end, session });
}
