/** The user's notes in the page's state, and as flags of the timeline: pure parts, without a page. */
import { expect, it } from 'vitest';
import type { Span } from '../../../src/document/columns';
import { isShownSpan, Notes, draftOf } from '../../../webview/state/notes';
import { Rows } from '../../../webview/state/rows';
import { TimedIndex } from '../../../webview/state/timedIndex';
import { tipOf } from '../../../webview/timeline/tipText';
import { noteLane } from '../../../webview/timeline/noteFlags';
import type { Picture } from '../../../webview/timeline/picture';
import { TimeScale } from '../../../webview/timeline/timeScale';

function note(id: string, start: number, label = '', status = ''): Span {
  const none = { detail: '', response: '', item: '', call: '', marks: [] };
  const startRow = Math.round(start / 10);
  return {
    key: `note ${id}`,
    session: 's1',
    lane: 'note',
    label,
    start,
    end: start,
    status,
    startRow,
    endRow: 1,
    ...none,
  };
}

function flags(notes: Span[], selectedSpan = '') {
  const index = new TimedIndex<Span>(({ lane, start, end }) => ({ lane, start, end }));
  index.put(notes);
  const shapes: Picture['shapes'] = [];
  const bars: Picture['bars'] = [];
  const scale = new TimeScale({ start: 0, end: 1000 }, 100, 1000);
  const input = { spans: (lane: string) => index.lane('s1', lane), selectedSpan, width: 1100 } as Picture['input'];
  const lane = { name: 'note', label: 'notes', title: '', group: '', y: 200, h: 18, folded: false } as const;
  noteLane({ input, scale, shapes, bars }, lane);
  const texts = shapes.flatMap((shape) => (shape.kind === 'text' ? [shape.text] : []));
  const glyphs = shapes.flatMap((shape) => (shape.kind === 'glyph' ? [{ x: shape.x, color: shape.color }] : []));
  return { texts, glyphs, bars };
}

it('each note is a flag on its moment, with its words on one line where there is room', () => {
  const { texts, glyphs, bars } = flags([note('a', 100), note('b', 300, 'two\nlines'), note('c', 330, 'next to it')]);
  expect(glyphs.map(({ x }) => x)).toEqual([204, 404, 434]);
  expect(texts).toEqual(['next to it']);
  expect(bars.map(({ target }) => target.kind)).toEqual(['span', 'span', 'span']);
  expect(flags([note('b', 300, 'two\nlines')]).texts).toEqual(['two lines']);
});

it('flags on one place are one with their number, and the selected one has the colour of the focus', () => {
  const { texts, bars } = flags([note('a', 500, 'x'), note('b', 503, 'y'), note('c', 504)]);
  expect(texts).toEqual(['3']);
  expect(bars[0]?.target).toMatchObject({ kind: 'spans', count: 3 });
  expect(flags([note('a', 1), note('b', 900)], 'note b').glyphs.map(({ color }) => color)).toEqual(['limits', 'focus']);
});

it('a note tells its moment and its words', () => {
  expect(tipOf({ kind: 'span', span: note('a', 1500, 'too late') }, undefined)).toEqual(['1.500 s  note', 'too late']);
  expect(tipOf({ kind: 'span', span: note('a', 1500) }, undefined)).toEqual(['1.500 s  bookmark']);
});

it('notes are known by row and by moment; a removed one is gone, and comes back with its next line', () => {
  const notes = new Notes(new Rows());
  expect(notes.take([note('a', 100, 'one'), note('b', 200)])).toEqual({ gone: [], hides: false, changed: false });
  expect(notes.on(100.0004, 's1')?.key).toBe('note a');
  expect(notes.on(100, 's2')).toBeUndefined();
  expect([notes.textOf(10), notes.textOf(20), notes.textOf(11)]).toEqual(['one', 'bookmark', undefined]);
  const removed = note('a', 100, '', 'removed');
  expect(isShownSpan(removed)).toBe(false);
  expect(notes.take([removed])).toEqual({ gone: ['note a'], hides: true, changed: true });
  expect(notes.take([removed])).toEqual({ gone: ['note a'], hides: false, changed: false });
  expect(notes.at(10)).toBeUndefined();
  expect(notes.take([note('a', 100, 'again')])).toEqual({ gone: [], hides: true, changed: true });
  expect(notes.take([note('a', 100, 'again')])).toEqual({ gone: [], hides: false, changed: false });
  expect(notes.take([note('a', 100, 'other')])).toEqual({ gone: [], hides: false, changed: true });
  expect(notes.take([note('a', 100, 'again')]).changed).toBe(true);
  expect(draftOf(note('a', 100, 'again'))).toEqual({ id: 'a', text: 'again', at: 100, session: 's1' });
});
