import { expect, it, vi } from 'vitest';
import { Intervals } from '../../../webview/state/intervals';
import { SortedIndex } from '../../../webview/state/sortedIndex';
import { layoutTimeline } from '../../../webview/timeline/layout';
import type { TimeSpan } from '../../../webview/timeline/timeScale';
import { longTrace } from './longTrace';

/** Looks into rows, spans and audio while something runs: the work of a frame in numbers that no machine changes. */
function looks(run: () => void): number {
  const spies = [
    ...(['row', 'time', 'lowerBound', 'nearest'] as const).map((name) => vi.spyOn(SortedIndex.prototype, name)),
    ...(['start', 'end', 'lowerBound', 'after', 'nextEnding', 'maxEnd'] as const).map((name) =>
      vi.spyOn(Intervals.prototype, name),
    ),
  ];
  run();
  const count = spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
  for (const spy of spies) spy.mockRestore();
  return count;
}

const short = longTrace(20_000);
const long = longTrace(1_000_000);
const width = 1400;
const views: [string, (extent: TimeSpan) => TimeSpan][] = [
  ['all of it', (extent) => extent],
  ['a tenth', ({ end }) => ({ start: end * 0.4, end: end * 0.5 })],
  ['one turn', ({ end }) => ({ start: end - 12_000, end: end - 5000 })],
];

it.each(views)('a frame of %s looks as often into a million rows as its pixels ask for', (_, viewOf) => {
  expect(long.rows.count).toBe(1_000_000);
  expect(long.spans).toBe(100_000);
  let shapes = 0;
  const work = looks(() => (shapes = layoutTimeline(long.input(viewOf(long.extent), width)).shapes.length));
  const less = looks(() => layoutTimeline(short.input(viewOf(short.extent), width)));
  expect(work).toBeLessThan(24 * width);
  // Fifty times the rows and spans: a short trace has fewer things than pixels, a long one has not.
  expect(work).toBeLessThan(6 * less);
  expect(shapes).toBeLessThan(10 * width);
});

it('twice the width is at most about twice the work', () => {
  const of = (pixels: number) => looks(() => layoutTimeline(long.input(long.extent, pixels)));
  expect(of(2 * width)).toBeLessThan(2.4 * of(width));
});
