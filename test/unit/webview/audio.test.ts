import { describe, expect, it } from 'vitest';
import { audioChoices, type AudioQuestion } from '../../../webview/logic/audioChoice';
import { mix, stretch, waveform } from '../../../webview/logic/stretch';
import { AudioIndex } from '../../../webview/state/audioIndex';
import { rowsOf, TestLane } from './columns';

type Piece = [row: number, start: number, response?: string, item?: string];
/** Pieces of 100 ms. */
const laneOf = (...pieces: Piece[]) => {
  const lane = new TestLane();
  for (const [row, start, response = '', item = ''] of pieces) lane.add(row, start, 100, response, item);
  return lane;
};
const none = laneOf();
const client = laneOf([1, 0, '', 'item_u'], [2, 100, '', 'item_u']);
const server = laneOf([5, 900, 'resp_a', 'item_a']);
const selected = (row: number, response: string, item: string) => ({ row, response, item, piece: null });
const ask = (over: Partial<AudioQuestion>) =>
  audioChoices({
    audio: { client, server },
    session: 's1',
    selected: null,
    range: null,
    sessions: 1,
    response: () => undefined,
    heard: () => undefined,
    ...over,
  }).map(({ label, selectors }) => ({ label, selectors }));

describe('what plays for a selection', () => {
  it('is the response of an event of a response', () => {
    expect(ask({ selected: selected(9, 'resp_a', '') })[0]).toEqual({
      label: 'Response resp_a',
      selectors: [{ session: 's1', from: 'server', response: 'resp_a' }],
    });
  });
  it('is what the user said for an item of the user', () => {
    expect(ask({ selected: selected(4, '', 'item_u') })[0]?.selectors).toEqual([
      { session: 's1', from: 'client', item: 'item_u' },
    ]);
  });
  it('is what the server heard as an item, though what was sent names no item', () => {
    const heard = (item: string) => (item === 'item_h' ? { ordinal: 2, words: '', ms: 700 } : undefined);
    const sent = { client: laneOf([1, 0]), server };
    expect(ask({ audio: sent, selected: selected(1, '', 'item_h'), heard })[0]).toEqual({
      label: 'Speech 2 (item_h)',
      selectors: [{ session: 's1', from: 'client', item: 'item_h' }],
    });
    expect(ask({ audio: sent, selected: selected(9, '', 'typed'), heard })[0]?.label).toBe('Session, both sides');
    expect(ask({ audio: { client: none, server }, selected: selected(9, '', 'item_h'), heard })[0]?.label).toBe(
      'Session, speaker',
    );
  });
  it('is told by its first words when they are known', () => {
    const answer = selected(9, 'resp_a', '');
    const words = 'It is <b>sunny</b> in Lisbon, and it will stay so.';
    expect(ask({ selected: answer, response: () => ({ ordinal: 3, words, ms: 0 }) })[0]?.label).toBe(
      'Response 3: It is <b>sunny</b> in Lisbon…',
    );
    expect(ask({ selected: answer, response: () => ({ ordinal: 3, words: '', ms: 0 }) })[0]?.label).toBe(
      'Response 3 (resp_a)',
    );
  });
  it('can be the selected event alone', () => {
    expect(
      ask({ selected: { ...selected(2, '', 'item_u'), piece: { from: 'client', start: 100, end: 200 } } }),
    ).toContainEqual({
      label: 'This event',
      selectors: [{ session: 's1', from: 'client', startMs: 100, endMs: 200 }],
    });
  });
  it('is both sides of a range in which both are heard, else the one', () => {
    expect(ask({ range: { start: 50, end: 950 } })[0]?.selectors.map(({ from }) => from)).toEqual(['client', 'server']);
    expect(ask({ range: { start: 850, end: 950 } })[0]).toEqual({
      label: 'Range, speaker',
      selectors: [{ session: 's1', from: 'server', startMs: 850, endMs: 950 }],
    });
  });
  it('is the session when nothing is selected, and nothing without audio', () => {
    expect(ask({})[0]?.label).toBe('Session, both sides');
    expect(ask({ sessions: 2 })[0]?.label).toBe('Session s1, both sides');
    expect(ask({ audio: { client: none, server: none } })).toEqual([]);
  });
});

describe('pieces', () => {
  it('stay in the order of their start, per session and for all', () => {
    const index = new AudioIndex();
    const heard = (session: string, audioAt: number) => ({ session, from: 'client' as const, audioMs: 100, audioAt });
    const rows = rowsOf([{}, heard('s1', 0), {}, heard('s1', 300), heard('s2', 150)]);
    index.addRows(rows, 0);
    const rowsOfLane = (session: string) => {
      const lane = index.lane(session, 'client');
      return Array.from({ length: lane.count }, (_, at) => lane.row(at));
    };
    expect(rowsOfLane('')).toEqual([1, 4, 3]);
    expect(rowsOfLane('s1')).toEqual([1, 3]);
    expect(rowsOfLane('s9')).toEqual([]);
    expect(index.sessions('client')).toEqual(['s1', 's2']);
    expect(index.end).toBe(400);
  });
  it('join to blocks where no gap can be seen, only in view', () => {
    const lane = laneOf([0, 0], [1, 100], [2, 500], [3, 5000]);
    expect(lane.blocks({ start: 50, end: 1000 }, 2)).toEqual([
      { start: 0, end: 200 },
      { start: 500, end: 600 },
    ]);
    expect(lane.blocks({ start: 0, end: 9000 }, 400)).toEqual([
      { start: 0, end: 600 },
      { start: 5000, end: 5100 },
    ]);
    expect(lane.blocks({ start: 700, end: 900 }, 2)).toEqual([]);
  });
  it('are found by the time at which they are heard', () => {
    const lane = laneOf([0, 0], [1, 100], [2, 500]);
    expect([50, 100, 300, 599, 600].map((t) => lane.at(t))).toEqual([0, 1, -1, 2, -1]);
    expect(lane.within({ start: 150, end: 550 })).toEqual({ start: 150, end: 550 });
    expect(lane.within({ start: 250, end: 450 })).toBeUndefined();
  });
});

describe('tracks laid over one another', () => {
  it('keep their places in time, and are brought to one rate', () => {
    const mixed = mix([
      { samples: new Int16Array(24).fill(16_384), rate: 24_000, startMs: 10 },
      { samples: new Int16Array(8).fill(8192), rate: 8000, startMs: 10.5 },
    ]);
    expect(mixed).toMatchObject({ rate: 24_000, startMs: 10 });
    expect(mixed.samples).toHaveLength(36);
    expect(mixed.samples[0]).toBeCloseTo(0.5);
    expect(mixed.samples[15]).toBeCloseTo(0.75);
    expect(mixed.samples[30]).toBeCloseTo(0.25);
  });
  it('of which none holds a sample give nothing', () => {
    expect(mix([{ samples: new Int16Array(0), rate: 24_000, startMs: 5 }]).samples).toHaveLength(0);
  });
});

describe('speech at another speed', () => {
  const rate = 24_000;
  const tone = Float32Array.from({ length: rate }, (_, n) => 0.5 * Math.sin((2 * Math.PI * 200 * n) / rate));
  /** Zero crossings upward a second: the pitch of a pure tone. */
  const pitch = (samples: Float32Array) => {
    let crossings = 0;
    for (let n = 2401; n < samples.length - 2400; n += 1)
      if ((samples[n - 1] ?? 0) < 0 && (samples[n] ?? 0) >= 0) crossings += 1;
    return crossings / ((samples.length - 4800) / rate);
  };
  it.each([0.5, 0.75, 1.25, 1.5, 2])('lasts accordingly at %d and keeps its pitch and loudness', (speed) => {
    const played = stretch(tone, rate, speed);
    expect(played.length).toBe(Math.round(rate / speed));
    expect(pitch(played)).toBeGreaterThan(194);
    expect(pitch(played)).toBeLessThan(206);
    const middle = played.slice(2400, -2400);
    const power = Math.sqrt(middle.reduce((sum, value) => sum + value * value, 0) / middle.length);
    expect(power).toBeGreaterThan(0.3);
    expect(power).toBeLessThan(0.4);
  });
  it('is untouched at 1', () => expect(stretch(tone, rate, 1)).toEqual(tone));
});

it('a waveform keeps the extremes of each part', () => {
  const { min, max } = waveform(Float32Array.of(0.1, -0.2, 0.9, -0.4), 2);
  expect([...min].map((v) => v.toFixed(1))).toEqual(['-0.2', '-0.4']);
  expect([...max].map((v) => v.toFixed(1))).toEqual(['0.1', '0.9']);
});

it('pieces near to one another are one block, as when each is looked at, however many there are and wherever the view is', () => {
  const lane = new TestLane();
  const pieces = Array.from({ length: 3000 }, (_, at) => ({
    // Most follow each other, some lie far behind what they follow, and each hundredth is as long as many.
    start: at * 20 + (at % 700 > 650 ? 900 : 0) + (at % 41 === 0 ? -35 : 0),
    ms: at % 100 === 7 ? 1500 : (at * 7) % 23,
  }));
  for (const [row, { start, ms }] of pieces.entries()) lane.add(row, start, ms, '', '');
  const sorted = pieces.map(({ start, ms }) => ({ start, end: start + ms })).sort((a, b) => a.start - b.start);
  for (const gap of [0, 1, 5, 30, 400, 5000])
    for (const view of [
      { start: 0, end: 70_000 },
      { start: 13_005, end: 14_000 },
      { start: 20_000, end: 45_000 },
    ]) {
      const expected: { start: number; end: number }[] = [];
      const shown = sorted.filter(({ start }) => start <= view.end);
      for (const { start, end } of shown.slice(shown.findIndex((piece) => piece.end > view.start))) {
        const last = expected.at(-1);
        if (last !== undefined && start <= last.end + gap) last.end = Math.max(last.end, end);
        else expected.push({ start, end });
      }
      expect(lane.blocks(view, gap)).toEqual(expected);
    }
});

it('audio of one session is that of all, and of two it is both', () => {
  const audio = new AudioIndex();
  const first = rowsOf([
    { audioMs: 10, audioAt: 5, from: 'client' },
    { audioMs: 10, audioAt: 15, from: 'client' },
  ]);
  audio.addRows(first, 0);
  expect(audio.lane('', 'client')).toBe(audio.lane('s1', 'client'));
  const two = new AudioIndex();
  const rows = rowsOf([
    { audioMs: 10, audioAt: 5, from: 'client' },
    { audioMs: 10, audioAt: 15, from: 'client', session: 's2' },
    { audioMs: 10, audioAt: 8, from: 'client', session: '' },
    { audioMs: 10, audioAt: 25, from: 'client' },
  ]);
  two.addRows(rows, 0);
  const rowsOfLane = (session: string) => {
    const lane = two.lane(session, 'client');
    return Array.from({ length: lane.count }, (_, at) => lane.row(at));
  };
  expect([rowsOfLane('s1'), rowsOfLane('s2'), rowsOfLane('')]).toEqual([[0, 3], [1], [0, 2, 1, 3]]);
});
