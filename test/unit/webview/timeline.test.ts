import { describe, expect, it } from 'vitest';
import type { Finding, Playback, Turn } from '../../../src/analysis/model';
import type { Peaks, Span } from '../../../src/document/columns';
import { Meaning } from '../../../webview/state/meaning';
import { Sightings } from '../../../webview/state/sightings';
import { TimedIndex } from '../../../webview/state/timedIndex';
import { clusters, packRows } from '../../../webview/timeline/clusters';
import { toolWords } from '../../../webview/timeline/spanBars';
import { dragWindow, overviewPart, zoomFactor } from '../../../webview/timeline/gestures';
import { Glide } from '../../../webview/timeline/glide';
import { hitTest } from '../../../webview/timeline/hit';
import type { LaneGroup, LaneName } from '../../../webview/timeline/lanes';
import { layoutTimeline } from '../../../webview/timeline/layout';
import { placeInNextLane } from '../../../webview/timeline/laneSteps';
import { gutterFor, type TimelineInput } from '../../../webview/timeline/picture';
import type { Shape } from '../../../webview/timeline/shapes';
import { clampSpan, panSpan, ticks, TimeScale, zoomSpan } from '../../../webview/timeline/timeScale';
import { turnColumns } from '../../../webview/logic/turnTable';
import { turnHeader } from '../../../webview/views/conversationEntry';
import { tipOf } from '../../../webview/timeline/tipText';
import { turnSegments } from '../../../webview/timeline/turnBars';
import { changesOf } from '../analysis/changes';
import { rowsOf, TestLane, type TestRow } from './columns';

const GUTTER = gutterFor(2000);
const span = (over: Partial<Span>): Span => ({
  key: `k ${over.lane ?? ''} ${over.start ?? ''}`,
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
const played = (over: Partial<Playback>): Playback => ({
  key: over.item ?? 'p',
  session: 's1',
  response: 'r',
  item: 'item_a',
  arrivedFrom: 200,
  arrivedTo: 300,
  playsFrom: 200,
  playsTo: 600,
  generatedMs: 400,
  heardMs: 400,
  cutBy: 'none',
  cutRow: null,
  aheadMs: 100,
  ...over,
});
const finding = (t: number, severity: Finding['severity'], rows: number[] = [0]): Finding => ({
  key: `f${t}${severity}`,
  rule: 'rule',
  session: 's1',
  severity,
  title: 'It went wrong',
  explanation: 'Because of this.',
  advice: 'Do that.',
  t,
  rows,
  rowCount: rows.length,
  occurrences: [],
  times: 1,
});
/** Pieces of [start, ms, item] whose rows count from 0. */
const audioOf = (...pieces: [start: number, ms: number, item?: string][]) => {
  const lane = new TestLane();
  for (const [row, [start, ms, item = '']] of pieces.entries()) lane.add(row, start, ms, '', item);
  return lane;
};

interface Told {
  spans?: readonly Span[];
  turns?: readonly Turn[];
  playback?: readonly Playback[];
  findings?: readonly Finding[];
}

/** A thousand milliseconds over a thousand pixels beside the gutter: a pixel is a millisecond. */
function input(rows: TestRow[], told: Told = {}, over: Partial<TimelineInput> = {}): TimelineInput {
  const made = rowsOf(rows);
  const spans = new TimedIndex<Span>(({ lane, start, end }) => ({ lane, start, end }));
  spans.put(told.spans ?? []);
  const meaning = new Meaning((session, t, seq) => made.rowAt(session, t, seq));
  meaning.add(
    changesOf({
      turns: [...(told.turns ?? [])],
      playback: [...(told.playback ?? [])],
      findings: [...(told.findings ?? [])],
    }),
  );
  return {
    indexes: made.indexes(''),
    typeOf: (row) => made.typeOf(row),
    timeOf: (row) => made.t.at(row) ?? 0,
    isFromClient: (row) => made.from.at(row) === 0,
    isInjected: (row) => made.has(row, 1),
    fateOf: (row) => (made.has(row, 32) ? 'held' : made.has(row, 128) ? 'dropped' : ''),
    spans: (lane) => spans.lane('', lane),
    turn: (key) => meaning.turns.get(key),
    findings: meaning.found.lane(''),
    playback: meaning.heard.lane(''),
    audio: { client: audioOf(), server: audioOf() },
    peaks: { client: [], server: [] },
    buffer: null,
    arrows: [],
    view: { start: 0, end: 1000 },
    extent: { start: 0, end: 2000 },
    width: GUTTER + 1000,
    height: 300,
    folded: new Set(),
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
/** What a template was filled with, templates within it included. */
const words = (value: unknown): unknown[] =>
  typeof value === 'object' && value !== null && 'values' in value
    ? (value.values as unknown[]).flatMap(words)
    : [value];
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
  it('show what was held between two bars, and strike out what never went on', () => {
    const layout = layoutTimeline(
      input([
        { t: 100, from: 'client', flags: 32 },
        { t: 300, from: 'client', flags: 128 },
        { t: 500, from: 'client' },
      ]),
    );
    const rects = within(layout, 'client').filter((shape) => shape.kind === 'rect');
    const near = (x: number) => rects.filter((shape) => Math.abs(shape.x - GUTTER - x) < 6).map(({ color }) => color);
    expect(near(100).filter((color) => color === 'warning')).toHaveLength(2);
    expect(near(300).filter((color) => color === 'error')).toHaveLength(1);
    expect(near(500)).toHaveLength(1);
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
        .filter(
          (shape) => 'x' in shape && typeof shape.x === 'number' && shape.x >= GUTTER + from && shape.x < GUTTER + to,
        )
        .map((shape) => (shape.kind === 'glyph' ? shape.glyph : shape.kind));
    expect(kinds(100, 300)).toEqual(['rect', 'frame', 'check', 'text']);
    expect(kinds(400, 600)).toEqual(['rect', 'hatch', 'frame', 'stop', 'text']);
    expect(kinds(700, 1000)).toEqual(['rect', 'frame', 'running', 'text']);
    expect(within(layout, 'response')).toContainEqual(
      expect.objectContaining({ kind: 'text', text: 'resp_a · cancelled · turn_detected' }),
    );
  });
  it('that are only called "response" are told apart by their id', () => {
    const layout = layoutTimeline(
      input([{}], { spans: [span({ label: 'response', response: 'resp_0123456789abcdef' })] }),
    );
    expect(within(layout, 'response')).toContainEqual(
      expect.objectContaining({ kind: 'text', text: 'resp_01…abcdef' }),
    );
  });
  it('hold their items, and these their parts, each below the one it lies in', () => {
    const spans = [
      span({ start: 100, end: 500, response: 'r1' }),
      span({ start: 200, end: 900, response: 'r2' }),
      span({ lane: 'item', start: 300, end: 800, response: 'r2', label: 'message', item: 'i' }),
      span({ lane: 'part', start: 350, end: 700, response: 'r2', label: 'audio', item: 'i' }),
    ];
    const { bars } = layoutTimeline(input([{}], { spans }, { height: 500 }));
    const [first, second, item, part] = ['r1', 'r2', 'i', 'p'].map((_, n) => bars[n]);
    expect(second?.y).toBeGreaterThan((first?.y ?? 0) + (first?.h ?? 0));
    expect(item?.y).toBe((second?.y ?? 0) + (second?.h ?? 0));
    expect(part?.y).toBeGreaterThanOrEqual((item?.y ?? 0) + (item?.h ?? 0));
    expect([item?.x, item?.w, part?.x, part?.w]).toEqual([GUTTER + 300, 500, GUTTER + 350, 350]);
  });
});

describe('spans that share a place', () => {
  const scale = new TimeScale({ start: 0, end: 1000 }, 0, 1000);
  const lane = (...spans: [number, number | null][]) => {
    const index = new TimedIndex<Span>(({ lane: name, start, end }) => ({ lane: name, start, end }));
    index.put(spans.map(([start, end], n) => span({ key: `k${n}`, start, end })));
    return index.lane('', 'response');
  };
  it('are one cluster where they cannot be told apart, but a wide one among them stands alone', () => {
    const found = clusters(lane([300, 300.2], [300.5, 300.6], [301, 700], [400, 401]), scale);
    expect(found.map(({ start, count }) => [start, count])).toEqual([
      [301, 1],
      [300, 2],
      [400, 1],
    ]);
  });
  it('stay when they began before the view and go on, however much lies between', () => {
    const many: [number, number][] = Array.from({ length: 5000 }, (_, n) => [n / 20, n / 20 + 0.01]);
    const found = clusters(lane([1, 900], ...many, [260, null]), new TimeScale({ start: 500, end: 1000 }, 0, 1000));
    expect(found.map(({ start, end }) => [start, end])).toEqual([
      [1, 900],
      [260, Infinity],
    ]);
  });
  it('never are more than the pixels allow', () => {
    const many: [number, number][] = Array.from({ length: 60_000 }, (_, n) => [n / 60, n / 60 + 0.01]);
    expect(clusters(lane(...many), scale).length).toBeLessThanOrEqual(335);
  });
  it('stand below one another where they overlap, and in one row where one follows at once', () => {
    expect(packRows(clusters(lane([0, 500], [100, 200], [300, 900]), scale), scale)).toEqual([0, 1, 1]);
    expect(packRows(clusters(lane([0, 500], [500, 900]), scale), scale)).toEqual([0, 0]);
  });
});

describe('a turn', () => {
  const turn = span({
    key: 't',
    lane: 'turn',
    label: 'turn 1',
    start: 100,
    end: 900,
    marks: [
      { name: 'speech end', t: 400, row: 1 },
      { name: 'committed', t: 410, row: 2 },
      { name: 'response', t: 500, row: 3 },
      { name: 'first text', t: 600, row: 4 },
      { name: 'first audio', t: 700, row: 5 },
    ],
  });
  const told = {
    key: 't',
    speechEnd: 400,
    voiceEnd: 200,
    latencies: [{ name: 'toAnswer', ms: 300, fromRow: 1, toRow: 5 }],
    heard: 'Hi?',
    said: 'Hello.',
  } as unknown as Turn;
  it('has its wait in segments, each from where the one before ended', () => {
    expect(turnSegments(turn, told).map(({ short, start, end }) => [short, start, end])).toEqual([
      ['end', 200, 400],
      ['commit', 400, 410],
      ['created', 410, 500],
      ['audio', 500, 700],
    ]);
  });
  it('without speech waits from what was asked, and leaves out what was not told', () => {
    const asked = span({ lane: 'turn', start: 100, marks: [{ name: 'first text', t: 350, row: 4 }] });
    expect(turnSegments(asked, undefined)).toMatchObject([{ short: 'text', start: 100, end: 350 }]);
  });
  it('says one number for its wait in bar, tip, table and conversation: from the request, tools included', () => {
    const asked = span({
      key: 't',
      lane: 'turn',
      label: 'turn 1',
      start: 100,
      end: 900,
      marks: [
        { name: 'response', t: 200, row: 3 },
        { name: 'first audio', t: 440, row: 9 },
      ],
    });
    const latencies = [
      { name: 'createToAudio', ms: 140, fromRow: 8, toRow: 9 },
      { name: 'toAnswer', ms: 339, fromRow: 2, toRow: 9 },
    ];
    const turn = { ...told, key: 't', speechEnd: null, voiceEnd: null, number: 1, usage: null, latencies } as Turn;
    const layout = layoutTimeline(input([{}], { spans: [asked], turns: [turn] }));
    const texts = within(layout, 'turn').flatMap((shape) => (shape.kind === 'text' ? [shape.text] : []));
    expect(texts).toContain('339 ms');
    // Its pieces add up to it: the item that came a millisecond before the request is none of the wait.
    expect(turnSegments(asked, turn).map(({ short, start, end }) => [short, start, end])).toEqual([
      ['created', 101, 200],
      ['audio', 200, 440],
    ]);
    expect(tipOf({ kind: 'span', span: asked }, turn)).toContain('Wait for the answer 339 ms');
    expect(turnColumns.find(({ key }) => key === 'answer')?.text(turn)).toBe('339 ms');
    expect(turnHeader(turn).values.flatMap((value) => words(value))).toContain('339 ms');
  });
  it('is drawn with labels where there is room, in ms', () => {
    const layout = layoutTimeline(input([{}], { spans: [turn], turns: [told] }));
    const texts = within(layout, 'turn').flatMap((shape) => (shape.kind === 'text' ? [shape.text] : []));
    expect(texts).toEqual(
      expect.arrayContaining(['turn 1', 'end 200 ms', 'created 90.0 ms', 'audio 200 ms', '300 ms']),
    );
  });
  it('tells in its tooltip what it consists of', () => {
    const lines = tipOf({ kind: 'span', span: turn }, told);
    expect(lines).toContain('heard: Hi?');
    expect(lines.join(' ')).toContain('response created +90.0 ms');
  });
});

describe('audio', () => {
  it('has its waveform where it was said', () => {
    const peaks: Peaks = { startMs: 250, endMs: 750, min: new Int16Array(250), max: new Int16Array(250) };
    const layout = layoutTimeline(
      input(
        [{}],
        {},
        { peaks: { client: [peaks], server: [] }, audio: { client: audioOf([250, 500]), server: audioOf() } },
      ),
    );
    const wave = layout.shapes.find((shape) => shape.kind === 'wave');
    expect(wave).toMatchObject({ x: GUTTER + 250, step: 2, color: 'input' });
  });
  const server = audioOf([200, 400, 'item_a'], [600, 300, 'item_b']);
  const peaks: Peaks = { startMs: 0, endMs: 1000, min: new Int16Array(1000), max: new Int16Array(1000) };
  const cut = [
    played({
      item: 'item_a',
      playsFrom: 200,
      playsTo: 350,
      generatedMs: 400,
      heardMs: 150,
      cutBy: 'truncate',
      cutRow: 7,
    }),
    played({ item: 'item_b', arrivedFrom: 450, arrivedTo: 480, playsFrom: 450, playsTo: 750, generatedMs: 300 }),
  ];
  const layout = layoutTimeline(
    input([{}], { playback: cut }, { audio: { client: audioOf(), server }, peaks: { client: [], server: [peaks] } }),
  );
  it('of an answer is hatched from where it was cut to where it would have ended or the next one is heard', () => {
    const hatches = within(layout, 'speaker').filter((shape) => shape.kind === 'hatch');
    expect(hatches).toMatchObject([{ x: GUTTER + 350, w: 100, color: 'warning' }]);
  });
  it('of an answer stands where it is heard, though its pieces would lie later without the cut', () => {
    const waves = within(layout, 'speaker').flatMap((shape) => (shape.kind === 'wave' ? [shape] : []));
    expect(waves.map(({ x, left, right }) => [x, left, right])).toEqual([
      [GUTTER, GUTTER + 200, GUTTER + 450],
      [GUTTER - 150, GUTTER + 450, GUTTER + 750],
    ]);
  });
  it('shows when it arrived above when it is heard', () => {
    const top = laneOf(layout, 'speaker').y + 2;
    const arrived = within(layout, 'speaker').filter((shape) => shape.kind === 'rect' && shape.color === 'server');
    expect(arrived).toMatchObject([
      { x: GUTTER + 200, y: top, w: 100 },
      { x: GUTTER + 450, y: top, w: 30 },
    ]);
  });
  it('waits in the buffer, as a level under the microphone', () => {
    const buffer = { t: Float64Array.of(100, 200, 300), ms: Float32Array.of(100, 200, 0) };
    const shown = layoutTimeline(
      input([{}], {}, { buffer, height: 400, audio: { client: audioOf([0, 300]), server: audioOf() } }),
    );
    const steps = shown.shapes.flatMap((shape) => (shape.kind === 'steps' ? [shape] : []))[0];
    expect([...(steps?.x ?? [])]).toEqual([100, 200, 300].map((t) => GUTTER + t));
    expect(steps?.h[1]).toBe((steps?.h[0] ?? 0) * 2);
    expect(steps?.h[2]).toBe(0);
  });
});

describe('problems', () => {
  it('tell how severe they are by their shape', () => {
    const findings = [finding(100, 'error'), finding(400, 'warning'), finding(700, 'info')];
    const layout = layoutTimeline(input([{}], { findings }));
    const glyphs = within(layout, 'problem').flatMap((shape) =>
      shape.kind === 'glyph' ? [[shape.x, shape.glyph]] : [],
    );
    expect(glyphs).toEqual([
      [GUTTER + 100, 'bang'],
      [GUTTER + 400, 'triangle'],
      [GUTTER + 700, 'info'],
    ]);
  });
  it('stand wherever a finding was seen, and each leads to its own event', () => {
    const occurrences = [100, 400, 700].map((t, at) => ({ t, seq: 10 + at }));
    const rows = [100, 400, 400, 700].map((t, at) => ({ t, from: 'server' as const, seq: [10, 99, 11, 12][at] ?? 0 }));
    const seen = { ...finding(100, 'warning'), rowCount: 3, occurrences, times: 3 };
    const told = input(rows, { findings: [seen] });
    const layout = layoutTimeline(told);
    const places = (name: LaneName) =>
      within(layout, name).flatMap((shape) =>
        (shape.kind === 'glyph' && shape.glyph === 'triangle') || ('color' in shape && shape.color === 'warning')
          ? [shape]
          : [],
      ).length;
    expect([places('problem'), places('overview')]).toEqual([3, 3]);
    const bar = layout.bars[1];
    const hit = hitTest(layout, told, (bar?.x ?? 0) + 2, (bar?.y ?? 0) + 2);
    expect(hit.row).toBe(2);
    expect(hit.target === null ? [] : tipOf(hit.target, undefined)).toEqual([
      '0.400 s  warning: It went wrong',
      'Because of this.',
      'time 2 of 3',
    ]);
    // One that is told anew loses no place, one that is withdrawn all of them.
    const meaning = new Meaning();
    const telling = (count: number) => ({ ...seen, occurrences: occurrences.slice(0, count), times: count });
    for (const count of [1, 3]) meaning.add(changesOf({ findings: [telling(count)] }));
    expect(meaning.found.lane('s1').times.count).toBe(3);
    // Of many times not all are kept, so none of them has a number.
    meaning.add(changesOf({ findings: [{ ...seen, times: 900 }] }));
    const first = meaning.found.lane('s1').at(0);
    expect(first && tipOf({ kind: 'finding', finding: first, count: 1 }, undefined)).toContain('one of 900 times');
    meaning.add(changesOf({ withdrawn: [seen.key] }));
    expect(meaning.found.lane('s1').times.count).toBe(0);
  });
  it('on one place show the gravest, and how many there are', () => {
    const findings = [finding(400, 'info'), finding(401, 'error', [5]), finding(402, 'warning')];
    const layout = layoutTimeline(input([{}], { findings }));
    expect(within(layout, 'problem')).toContainEqual(expect.objectContaining({ kind: 'text', text: '3' }));
    expect(layout.bars).toMatchObject([{ target: { kind: 'finding', count: 3, finding: { severity: 'error' } } }]);
  });
});

describe('arrows', () => {
  it('go from where a cause stands to where its effect does', () => {
    const rows: TestRow[] = [
      { t: 100, from: 'client' },
      { t: 300, from: 'server' },
      { t: 900, from: 'server' },
    ];
    const layout = layoutTimeline(
      input(
        rows,
        { spans: [span({ start: 300, end: 900, startRow: 1, endRow: 2 })] },
        { arrows: [{ cause: 0, effect: 1, direct: true }] },
      ),
    );
    const client = laneOf(layout, 'client');
    const bar = layout.bars[0];
    expect(layout.shapes.filter((shape) => shape.kind === 'arrow')).toMatchObject([
      {
        x1: GUTTER + 100,
        y1: client.y + client.h / 2,
        x2: GUTTER + 300,
        y2: (bar?.y ?? 0) + (bar?.h ?? 0) / 2,
        color: 'focus',
      },
    ]);
  });
  it('wholly out of view are left out, and an end out of view is led to its edge', () => {
    const rows: TestRow[] = [{ t: 100 }, { t: 1500 }, { t: 1600 }];
    const of = (cause: number, effect: number) =>
      layoutTimeline(input(rows, {}, { arrows: [{ cause, effect, direct: false }] })).shapes.filter(
        (shape) => shape.kind === 'arrow',
      );
    expect(of(1, 2)).toEqual([]);
    expect(of(0, 2)).toMatchObject([{ x1: GUTTER + 100, x2: GUTTER + 1002 }]);
  });
});

it('tool calls at the same time stand below one another, each with its name and time', () => {
  const spans = [
    span({ key: 'a', lane: 'call', label: 'get_weather', start: 100, end: 600 }),
    span({ key: 'b', lane: 'call', label: 'get_time', start: 110, end: 500 }),
  ];
  const layout = layoutTimeline(input([{}], { spans }));
  const [first, second] = layout.bars;
  expect(second?.y).toBeGreaterThanOrEqual((first?.y ?? 0) + (first?.h ?? 0));
  const texts = within(layout, 'call').flatMap((shape) => (shape.kind === 'text' ? [shape.text] : []));
  expect(texts).toEqual(expect.arrayContaining(['get_weather · 500 ms', 'get_time · 390 ms']));
});

it('a tool call tells the tool’s time from that of the model, which is hatched', () => {
  const sent = { name: 'output sent', t: 206, row: 3 };
  const call = span({ key: 'a', lane: 'call', label: 'get_weather', start: 200, end: 700, marks: [sent] });
  const layout = layoutTimeline(input([{}], { spans: [call] }));
  const shapes = within(layout, 'call');
  expect(shapes.flatMap((shape) => (shape.kind === 'text' ? [shape.text] : []))).toContain(
    'get_weather · tool 6.00 ms · model 494 ms',
  );
  expect(shapes).toContainEqual(expect.objectContaining({ kind: 'hatch', x: GUTTER + 206, w: 494 }));
  expect(tipOf({ kind: 'span', span: call }, undefined)[0]).toBe(
    '0.200 s  tool call · get_weather · completed · tool 6.00 ms · model 494 ms',
  );
  // While the model is waited for its time is not known; a tool that is still at work has none.
  const waits = { ...call, end: null, status: 'in_progress' };
  expect([toolWords(waits), toolWords({ ...waits, marks: [] })]).toEqual([['tool 6.00 ms'], []]);
});

it('labels of the axis stay whole at its right end', () => {
  const layout = layoutTimeline(input([{}], {}, { view: { start: 0, end: 1000 } }));
  const last = layout.shapes.find((shape) => shape.kind === 'text' && shape.text === '1.0 s');
  expect(last).toMatchObject({ align: 'right' });
  expect((last as Extract<Shape, { kind: 'text' }>).x).toBeLessThan(GUTTER + 1000);
});

it('a notch of the wheel zooms by about a quarter with Ctrl too, a pinch follows the fingers', () => {
  for (const notch of [100, 120])
    for (const hasCtrl of [false, true]) {
      expect(zoomFactor(notch, hasCtrl)).toBeCloseTo(1.27, 1);
      expect(zoomFactor(notch, hasCtrl) * zoomFactor(-notch, hasCtrl)).toBeCloseTo(1);
    }
  expect(zoomFactor(10, true)).toBeCloseTo(Math.exp(0.1));
});

const everything: Told = {
  spans: (['connection', 'speech', 'turn', 'response', 'item', 'part', 'call', 'transcription'] as const).map((lane) =>
    span({ lane, start: 10, end: 500 }),
  ),
  playback: [played({})],
  findings: [finding(100, 'warning')],
};
const both: TestRow[] = [{ from: 'client' }, { from: 'server' }];
const sound = { client: audioOf([0, 100]), server: audioOf([0, 100, 'item_a']) };

describe('lanes', () => {
  const names = (over: Partial<TimelineInput>, told: Told = everything, rows = both) =>
    layoutTimeline(input(rows, told, { audio: sound, ...over })).lanes.map(({ name }) => name);

  it('join on to one another, hold what they show and stay within the height', () => {
    const stacked = [0, 1, 2].map((n) => span({ key: `k${n}`, start: n * 10, end: 500 }));
    for (let height = 104; height <= 600; height += 3) {
      const spans = [...(everything.spans ?? []), ...stacked];
      const layout = layoutTimeline(input(both, { ...everything, spans }, { height, audio: sound }));
      let y = 0;
      for (const lane of layout.lanes) {
        expect(lane.y).toBe(y);
        expect(lane.h).toBeGreaterThanOrEqual(10);
        y += lane.h;
      }
      expect(y).toBeLessThanOrEqual(height);
      const { y: top, h } = laneOf(layout, 'response');
      for (const bar of layout.bars) {
        if (bar.target.kind !== 'span' || !['response', 'item', 'part'].includes(bar.target.span.lane)) continue;
        expect(bar.y).toBeGreaterThan(top);
        expect(bar.y + bar.h).toBeLessThanOrEqual(top + h);
      }
    }
  });
  it('are all there with room, in one order, and take no room where a session has nothing', () => {
    expect(names({ height: 400 })).toEqual([
      'overview',
      'axis',
      'connection',
      'client',
      'microphone',
      'turn',
      'response',
      'call',
      'transcription',
      'speaker',
      'server',
      'problem',
    ]);
    const silent = { client: audioOf(), server: audioOf() };
    expect(names({ audio: silent }, {}, [{ from: 'server' }])).toEqual(['overview', 'axis', 'server']);
  });
  it('that matter least go first in a low pane, and then all but the overview', () => {
    expect(names({ height: 140 })).not.toContain('transcription');
    expect(names({ height: 104 })).toEqual([
      'overview',
      'axis',
      'client',
      'microphone',
      'response',
      'speaker',
      'server',
    ]);
    const low = layoutTimeline(input(both, everything, { height: 28, selectedTime: 1000 }));
    expect(low.lanes).toMatchObject([{ name: 'overview', y: 0, h: 28 }]);
    expect(low.bars).toEqual([]);
    expect(low.shapes).toContainEqual(
      expect.objectContaining({ kind: 'line', color: 'focus', x1: GUTTER + 500, y1: 0, y2: 28 }),
    );
  });
  it('of a folded group are one', () => {
    const folded = (...groups: LaneGroup[]) => names({ height: 400, folded: new Set(groups) });
    expect(folded('answer')).not.toContain('turn');
    expect(folded('answer')).toContain('response');
    expect(folded('input', 'answer', 'output')).toEqual([
      'overview',
      'axis',
      'connection',
      'microphone',
      'response',
      'speaker',
      'problem',
    ]);
  });
});

describe('the window in the overview', () => {
  const layout = layoutTimeline(input(both, {}, { view: { start: 500, end: 1000 } }));
  const part = (t: number, y = 5) => overviewPart(layout, { start: 500, end: 1000 }, { x: layout.overview.x(t), y });
  it('is taken by its edges, its middle, or from beside it', () => {
    expect([500, 750, 1000, 1500].map((t) => part(t))).toEqual(['left', 'window', 'right', 'outside']);
    expect(part(750, 60)).toBeNull();
  });
  it('moves as a whole, or by the edge that is dragged, within the session', () => {
    const extent = { start: 0, end: 2000 };
    const view = { start: 500, end: 1000 };
    expect(dragWindow('window', view, 100, extent)).toEqual({ start: 600, end: 1100 });
    expect(dragWindow('left', view, -700, extent)).toEqual({ start: 0, end: 1000 });
    expect(dragWindow('right', view, 300, extent)).toEqual({ start: 500, end: 1300 });
    expect(dragWindow('right', view, -900, extent)).toEqual({ start: 500, end: 500 });
  });
});

describe('a view that follows', () => {
  const at = (start: number) => ({ start, end: start + 1000 });
  it('runs after the end and gets there', () => {
    const glide = new Glide();
    glide.next(at(0), 0, true, 1000);
    const first = glide.next(at(100), 16, true, 1000);
    expect(first.start).toBeGreaterThan(0);
    expect(first.start).toBeLessThan(100);
    expect(first.end - first.start).toBeCloseTo(1000);
    let last = first;
    let frames = 0;
    for (; glide.moving && frames < 100; frames += 1) last = glide.next(at(100), 32 + frames * 16, true, 1000);
    expect(last).toEqual(at(100));
    expect(frames).toBeLessThan(60);
  });
  it('is there at once where no motion is wanted, or the way is far', () => {
    const glide = new Glide();
    glide.next(at(0), 0, true, 1000);
    expect(glide.next(at(100), 16, false, 1000)).toEqual(at(100));
    expect(glide.next(at(9000), 32, true, 1000)).toEqual(at(9000));
    expect(glide.moving).toBe(false);
  });
});

it('by keys one goes to what stands at the same time in the next lane that has something', () => {
  const index = new TimedIndex<Span>(({ lane, start, end }) => ({ lane, start, end }));
  const [speech, early, late] = [
    span({ lane: 'speech', start: 100, end: 300 }),
    span({ lane: 'response', start: 150, end: 200 }),
    span({ lane: 'response', start: 400, end: 500 }),
  ];
  index.put([speech, early, late]);
  const findings = new Sightings(() => undefined);
  const walked = { spans: index, findings, session: '' };
  expect(placeInNextLane(walked, { lane: 'speech', t: 190 }, 1)).toEqual({ kind: 'span', span: early });
  expect(placeInNextLane(walked, { lane: 'speech', t: 350 }, 1)).toEqual({ kind: 'span', span: late });
  expect(placeInNextLane(walked, { lane: 'response', t: 450 }, -1)).toEqual({ kind: 'span', span: speech });
  expect(placeInNextLane(walked, { lane: 'response', t: 450 }, 1)).toBeUndefined();
  expect(placeInNextLane(walked, { lane: undefined, t: 0 }, 1)).toEqual({ kind: 'span', span: speech });
  const [first, second] = [finding(200, 'warning'), finding(480, 'error')];
  findings.put([first, second]);
  expect(placeInNextLane(walked, { lane: 'response', t: 450 }, 1)).toEqual({
    kind: 'finding',
    finding: { ...second, nth: 1 },
  });
  expect(placeInNextLane(walked, { lane: 'finding', t: 200 }, -1)).toEqual({ kind: 'span', span: early });
  expect(placeInNextLane(walked, { lane: undefined, t: 210 }, -1)).toEqual({
    kind: 'finding',
    finding: { ...first, nth: 1 },
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
  const lane = new TestLane();
  lane.add(2, 700, 100, '', '');
  const shown = input(
    rows,
    { spans: [span({ startRow: 1, start: 290, end: 450 })], findings: [finding(800, 'warning', [4, 3])] },
    { audio: { client: lane, server: audioOf() } },
  );
  const layout = layoutTimeline(shown);
  const at = (name: LaneName, t: number) => hitTest(layout, shown, GUTTER + t, laneOf(layout, name).y + 10);

  it('the nearest event of the lane it falls in', () => {
    expect(at('client', 290).row).toBe(2);
    expect(at('server', 290).row).toBe(1);
    expect(at('client', 0).row).toBe(0);
  });
  it('a response by its bar', () =>
    expect(at('response', 400)).toMatchObject({ row: 1, target: { kind: 'span', span: { startRow: 1 } } }));
  it('the event that brought a piece of audio', () => expect(at('microphone', 750).row).toBe(2));
  it('the error whose mark covers the thinner one beside it', () => expect(at('server', 602).row).toBe(3));
  it('the telling event of a finding', () =>
    expect(at('problem', 801)).toMatchObject({ row: 4, target: { kind: 'finding' } }));
  it('a time of the whole trace in the overview', () => expect(at('overview', 500).t).toBeCloseTo(1000));
});
