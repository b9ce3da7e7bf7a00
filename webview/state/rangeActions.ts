/** What people do with the range that is selected. */
import type { TimeSpan } from '../timeline/timeScale';
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

/** Writes the sound of the selected range, or of what the marked rows lie in, as WAV; the host asks which and where to. */
export async function exportSound(store: Store): Promise<void> {
  const wanted = store.range === null ? stretchOf(store) : { ...store.range, session: store.session };
  if (wanted === null || wanted.start >= wanted.end) {
    const text =
      'Select a range first: drag over the timeline, R for what is in view, or mark the events it goes between.';
    store.tell({ kind: 'info', text });
    return;
  }
  await store.ask('exportSound', wanted);
}

/** From the first to the last of the marked rows, with the whole of their sound, and the session if all are of one; null without any. */
export function stretchOf({ marked, rows }: Pick<Store, 'marked' | 'rows'>): (TimeSpan & { session: string }) | null {
  let [start, end] = [Infinity, -Infinity];
  const sessions = new Set<string>();
  const ranges = marked.ranges();
  for (let at = 0; at + 1 < ranges.length; at += 2)
    for (let row = ranges[at] ?? 0; row <= (ranges[at + 1] ?? -1); row += 1) {
      const audioMs = rows.audioMs.at(row) ?? 0;
      const from = (audioMs > 0 ? rows.audioAt.at(row) : rows.t.at(row)) ?? 0;
      start = Math.min(start, from);
      end = Math.max(end, from + audioMs);
      sessions.add(rows.sessionOf(row));
    }
  if (end < start) return null;
  sessions.delete('');
  const [session = ''] = sessions.size === 1 ? sessions : [];
  return { start, end, session };
}
