import { describe, expect, it } from 'vitest';
import type { Peaks, Span } from '../../../src/document/columns';
import type { AudioPiece } from '../../../webview/state/audioIndex';
import { hitTest } from '../../../webview/timeline/hit';
import {
  GUTTER,
  layoutTimeline,
  packRows,
  pieceBlocks,
  type LaneName,
  type TimelineInput,
} from '../../../webview/timeline/layout';
import type { Shape } from '../../../webview/timeline/shapes';
import { clampSpan, panSpan, ticks, TimeScale, zoomSpan } from '../../../webview/timeline/timeScale';
import { rowsOf, type TestRow } from './columns';

const span = (over: Partial<Span>): Span => ({
  key: 'k',
  session: 's1',
  lane: 'response',
  label: 'resp_a',
  start: 200,
  end: 400,
  status: 'completed',
  detail: '',
  startRow: 1,
  endRow: 2,
  response: 'r',
  item: '',
  call: '',
  marks: [],
  ...over,
});
const piece = (start: number, ms: number, row = 0): AudioPiece => ({
  session: 's1',
  from: 'client',
  row,
  start,
  ms,
  response: '',
  item: '',
});

/** A thousand milliseconds over a thousand pixels beside the gutter: a pixel is a millisecond. */
function input(rows: TestRow[], over: Partial<TimelineInput> = {}): TimelineInput {
  const made = rowsOf(rows);
  return {
    indexes: made.indexes(''),
    typeOf: (row) => made.typeOf(row),
    isError: (row) => made.has(row, 4),
    isInjected: (row) => made.has(row, 1),
    spans: [],
    pieces: { client: [], server: [] },
    peaks: { client: [], server: [] },
    view: { start: 0, end: 1000 },
    extent: { start: 0, end: 2000 },
    width: GUTTER + 1000,
    height: 240,
    selectedTime: null,
    selectedSpan: '',
    range: null,
    playhead: null,
    framed: false,
    ...over,
  };
}
const laneOf = (layout: ReturnType<typeof layoutTimeline>, name: LaneName) => {
  const lane = layout.lanes.find((candidate) => candidate.name === name);
  if (lane === undefined) throw new Error(`no lane ${name}`);
  return lane;
};
const within = (layout: ReturnType<typeof layoutTimeline>, name: LaneName): Shape[] => {
  const { y, h } = laneOf(layout, name);
  return layout.shapes.filter((shape) => 'y' in shape && shape.y >= y && shape.y < y + h);
};
const marks = (shapes: Shape[]) =>
  shapes.filter((shape) => shape.kind === 'rect' && shape.w === 1.5) as Extract<Shape, { kind: 'rect' }>[];

describe('the time scale', () => {
  it('turns times into pixels and back', () => {
    const scale = new TimeScale({ start: 100, end: 300 }, 50, 400);
    expect(scale.x(100)).toBe(50);
    expect(scale.x(300)).toBe(450);
    expect(scale.t(scale.x(123.4))).toBeCloseTo(123.4);
  });
  it('zooms around its anchor and stays within the extent', () => {
    const extent = { start: 0, end: 1000 };
    expect(zoomSpan({ start: 0, end: 1000 }, 0.5, 500, extent)).toEqual({ start: 250, end: 750 });
    expect(zoomSpan({ start: 250, end: 750 }, 4, 300, extent)).toEqual(extent);
    expect(panSpan({ start: 800, end: 1000 }, 100, extent)).toEqual({ start: 800, end: 1000 });
    expect(panSpan({ start: 100, end: 300 }, -500, extent)).toEqual({ start: 0, end: 200 });
    const deepest = clampSpan({ start: 5, end: 5 }, extent);
    expect(deepest.end).toBeGreaterThan(deepest.start);
  });
  it.each([
    [0, 10_000, 1000, ['0 s', '1 s', '2 s']],
    [0, 1000, 1000, ['0.0 s', '0.1 s', '0.2 s']],
    [0, 2, 1000, ['0.0 ms', '0.2 ms', '0.4 ms']],
    [60_000, 120_000, 1000, ['1:00', '1:05', '1:10']],
    [3_600_000, 7_200_000, 1000, ['1:00:00', '1:05:00', '1:10:00']],
  ])('from %d to %d ms over %d pixels is marked %j', (start, end, width, labels) => {
    const marked = ticks(new TimeScale({ start, end }, 0, width), 80);
    expect(marked.slice(0, 3).map((mark) => mark.label)).toEqual(labels);
    expect(marked.length).toBeLessThanOrEqual(width / 80 + 1);
  });
});

describe('marks of events', () => {
  it('stand at their time, in the lane of their side', () => {
    const layout = layoutTimeline(
      input([
        { t: 100, from: 'client', type: 'session.update' },
        { t: 500, from: 'server', type: 'response.created' },
      ]),
    );
    expect(marks(within(layout, 'client')).map(({ x, color }) => [x, color])).toEqual([[GUTTER + 100, 'session']]);
    expect(marks(within(layout, 'server')).map(({ x, color }) => [x, color])).toEqual([[GUTTER + 500, 'response']]);
  });
  it('share a bar, higher than one alone, where many fall on a pixel', () => {
    const many = Array.from({ length: 64 }, () => ({ t: 300, from: 'client' as const }));
    const [one] = marks(within(layoutTimeline(input([{ t: 300, from: 'client' }])), 'client'));
    const shown = marks(within(layoutTimeline(input(many)), 'client'));
    expect(shown).toHaveLength(1);
    expect(shown[0]?.h).toBeGreaterThan((one?.h ?? 0) * 1.5);
  });
  it('never are more than pixels allow, for however many rows', () => {
    const rows = Array.from({ length: 60_000 }, (_, n) => ({ t: n / 60, from: 'server' as const }));
    expect(marks(within(layoutTimeline(input(rows)), 'server')).length).toBeLessThanOrEqual(501);
  });
  it('show an error as a shape of its own, and an injected event in a frame', () => {
    const layout = layoutTimeline(
      input([
        { t: 100, from: 'server', type: 'error', flags: 4 },
        { t: 200, from: 'client', flags: 1 },
      ]),
    );
    expect(layout.shapes).toContainEqual(
      expect.objectContaining({ kind: 'glyph', glyph: 'bang', x: GUTTER + 100, color: 'error' }),
    );
    expect(within(layout, 'client')).toContainEqual(expect.objectContaining({ kind: 'frame', color: 'warning' }));
  });
  it('outside the view are left out', () => {
    const layout = layoutTimeline(input([{ t: 1500, from: 'client' }]));
    expect(marks(within(layout, 'client'))).toEqual([]);
    expect(marks(within(layout, 'overview'))).toHaveLength(1);
  });
});

describe('responses', () => {
  it('stand from created to done and tell their status by shape', () => {
    const spans = [
      span({ key: 'a', start: 100, end: 300, status: 'completed' }),
      span({ key: 'b', start: 400, end: 600, status: 'cancelled', detail: 'turn_detected' }),
      span({ key: 'c', start: 700, end: null, status: 'in_progress' }),
    ];
    const layout = layoutTimeline(input([{}], { spans }));
    expect(layout.bars.map(({ x, w }) => [x, w])).toEqual([
      [GUTTER + 100, 200],
      [GUTTER + 400, 200],
      [GUTTER + 700, 300],
    ]);
    const kinds = (from: number, to: number) =>
      within(layout, 'response')
        .filter((shape) => 'x' in shape && shape.x >= GUTTER + from && shape.x < GUTTER + to)
        .map((shape) => (shape.kind === 'glyph' ? shape.glyph : shape.kind));
    expect(kinds(100, 300)).toEqual(['rect', 'frame', 'check', 'text']);
    expect(kinds(400, 600)).toEqual(['rect', 'hatch', 'frame', 'stop', 'text']);
    expect(kinds(700, 1000)).toEqual(['rect', 'frame', 'running', 'text']);
    expect(within(layout, 'response')).toContainEqual(
      expect.objectContaining({ kind: 'text', text: 'resp_a · cancelled · turn_detected' }),
    );
  });
  it('that overlap stand below one another', () => {
    const scale = new TimeScale({ start: 0, end: 1000 }, 0, 1000);
    const rows = packRows(
      [span({ start: 0, end: 500 }), span({ start: 100, end: 200 }), span({ start: 300, end: 900 })],
      scale,
    );
    expect(rows.map(({ row }) => row)).toEqual([0, 1, 1]);
  });
  it('that follow at once share a row', () => {
    const scale = new TimeScale({ start: 0, end: 1000 }, 0, 1000);
    const rows = packRows([span({ start: 0, end: 500 }), span({ start: 500, end: 900 })], scale);
    expect(rows.map(({ row }) => row)).toEqual([0, 0]);
  });
  it('that are only called "response" are told apart by their id', () => {
    const layout = layoutTimeline(
      input([{}], { spans: [span({ label: 'response', response: 'resp_0123456789abcdef' })] }),
    );
    expect(within(layout, 'response')).toContainEqual(
      expect.objectContaining({ kind: 'text', text: 'resp_01…abcdef' }),
    );
  });
});

describe('audio', () => {
  it('stands as blocks where it was said, joined where no gap can be seen', () => {
    const pieces = [piece(0, 100), piece(100, 100), piece(500, 100), piece(5000, 100)];
    expect(pieceBlocks(pieces, { start: 50, end: 1000 }, 2)).toEqual([
      { start: 0, end: 200 },
      { start: 500, end: 600 },
    ]);
  });
  it('has its waveform at the same place', () => {
    const peaks: Peaks = { startMs: 250, endMs: 750, min: new Int16Array(250), max: new Int16Array(250) };
    const layout = layoutTimeline(
      input([{}], { peaks: { client: [peaks], server: [] }, pieces: { client: [piece(250, 500)], server: [] } }),
    );
    const wave = layout.shapes.find((shape) => shape.kind === 'wave');
    expect(wave).toMatchObject({ x: GUTTER + 250, step: 2, color: 'input' });
  });
});

describe('lanes', () => {
  const stacked = [0, 1, 2].map((n) => span({ key: `k${n}`, start: n * 10, end: 500 }));
  it('join on to one another, hold what they show and stay within the height', () => {
    for (let height = 104; height <= 500; height += 3) {
      const layout = layoutTimeline(input([{}], { height, spans: stacked }));
      let y = 0;
      for (const lane of layout.lanes) {
        expect(lane.y).toBe(y);
        y += lane.h;
      }
      expect(y).toBeLessThanOrEqual(height);
      const { y: top, h } = laneOf(layout, 'response');
      for (const bar of layout.bars) {
        expect(bar.y).toBeGreaterThan(top);
        expect(bar.y + bar.h).toBeLessThan(top + h);
      }
    }
  });
  it('get thinner before any goes, and put responses into fewer rows first', () => {
    const of = (height: number) => layoutTimeline(input([{}], { height, spans: stacked }));
    expect(new Set(of(236).bars.map((bar) => bar.y)).size).toBe(3);
    expect(new Set(of(160).bars.map((bar) => bar.y)).size).toBe(1);
    expect(laneOf(of(160), 'client').h).toBe(24);
    expect(laneOf(of(104), 'client').h).toBe(13);
    expect(of(104).lanes).toHaveLength(7);
  });
  it('make way for the overview alone, which still shows what is selected', () => {
    const layout = layoutTimeline(input([{ t: 100 }], { height: 28, selectedTime: 1000, spans: stacked }));
    expect(layout.lanes).toEqual([{ name: 'overview', label: '', y: 0, h: 28 }]);
    expect(layout.bars).toEqual([]);
    expect(layout.shapes).toContainEqual(
      expect.objectContaining({ kind: 'line', color: 'focus', x1: GUTTER + 500, y1: 0, y2: 28 }),
    );
  });
});

describe('a click finds', () => {
  const rows: TestRow[] = [
    { t: 100, from: 'client' },
    { t: 300, from: 'server' },
    { t: 320, from: 'client' },
    { t: 600, from: 'server', flags: 4, type: 'error' },
    { t: 602, from: 'server' },
  ];
  const made = rowsOf(rows);
  const pieces = { client: [piece(700, 100, 2)], server: [] };
  const layout = layoutTimeline(input(rows, { spans: [span({ startRow: 1, start: 290, end: 450 })], pieces }));
  const at = (name: LaneName, t: number) =>
    hitTest(layout, made.indexes(''), pieces, GUTTER + t, laneOf(layout, name).y + 10);

  it('the nearest event of the lane it falls in', () => {
    expect(at('client', 290).row).toBe(2);
    expect(at('server', 290).row).toBe(1);
    expect(at('client', 0).row).toBe(0);
  });
  it('a response by its bar', () => expect(at('response', 400)).toMatchObject({ row: 1, span: { key: 'k' } }));
  it('the event that brought a piece of audio', () => expect(at('microphone', 750).row).toBe(2));
  it('the error whose mark covers the thinner one beside it', () => expect(at('server', 602).row).toBe(3));
  it('a time of the whole trace in the overview', () => expect(at('overview', 500).t).toBeCloseTo(1000));
});
