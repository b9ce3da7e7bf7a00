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

it('the strip of the whole trace is looked up once while the view moves, and drawn anew when something changes', () => {
  const trace = longTrace(20_000);
  const { end } = trace.extent;
  const layout = (start: number) => layoutTimeline(trace.input({ start, end }, width));
  const first = looks(() => layout(0));
  const strip = (start: number) => {
    const { shapes, lanes } = layout(start);
    const lane = lanes.find(({ name }) => name === 'overview');
    return shapes.filter((shape) => shape.kind === 'rect' && shape.y < (lane?.h ?? 0) && shape.alpha !== 0.5);
  };
  expect(looks(() => layout(0))).toBeLessThan(first - width);
  const before = strip(end / 3);
  const failed = trace.input(trace.extent).spans('response').at(40);
  if (failed === undefined) throw new Error('the trace has forty responses');
  const ofColor = (shapes: typeof before, color: string) => shapes.filter((shape) => shape.color === color).length;
  trace.put({ ...failed, status: 'failed' });
  expect(ofColor(strip(end / 3), 'error')).toBe(ofColor(before, 'error') + 1);
  trace.rows.indexes('s1').errors.add(0, end - 77);
  expect(ofColor(strip(end / 3), 'error')).toBe(ofColor(before, 'error') + 2);
});

it('a place in the order of time is found from a near one as from the start', () => {
  const times = Float64Array.from({ length: 3000 }, (_, row) => Math.floor(row / 3) + (row % 500 === 0 ? 0.5 : 0));
  const index = new SortedIndex(times);
  for (const [row, t] of times.entries()) index.add(row, t);
  for (let t = -1; t < 1003; t += 0.25)
    for (const back of [0, 1, 15, 16, 17, 80, 1000]) {
      const place = index.lowerBound(t);
      expect(index.lowerBound(t, Math.max(0, place - back))).toBe(place);
    }
});
