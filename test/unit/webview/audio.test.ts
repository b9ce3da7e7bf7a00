import { describe, expect, it } from 'vitest';
import { audioChoices, type AudioQuestion } from '../../../webview/logic/audioChoice';
import { mix, stretch, waveform } from '../../../webview/logic/stretch';
import { AudioIndex, type AudioPiece } from '../../../webview/state/audioIndex';
import { rowsOf } from './columns';

const piece = (from: 'client' | 'server', row: number, start: number, over: Partial<AudioPiece> = {}): AudioPiece => ({
  session: 's1',
  from,
  row,
  start,
  ms: 100,
  response: '',
  item: '',
  ...over,
});
const client = [piece('client', 1, 0, { item: 'item_u' }), piece('client', 2, 100, { item: 'item_u' })];
const server = [piece('server', 5, 900, { response: 'resp_a', item: 'item_a' })];
const ask = (over: Partial<AudioQuestion>) =>
  audioChoices({
    pieces: { client, server },
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
    expect(ask({ selected: { row: 9, response: 'resp_a', item: '' } })[0]).toEqual({
      label: 'Response resp_a',
      selectors: [{ session: 's1', from: 'server', response: 'resp_a' }],
    });
  });
  it('is what the user said for an item of the user', () => {
    expect(ask({ selected: { row: 4, response: '', item: 'item_u' } })[0]?.selectors).toEqual([
      { session: 's1', from: 'client', item: 'item_u' },
    ]);
  });
  it('is what the server heard as an item, though what was sent names no item', () => {
    const heard = (item: string) => (item === 'item_h' ? { ordinal: 2, words: '', ms: 700 } : undefined);
    const sent = { client: [piece('client', 1, 0)], server };
    expect(ask({ pieces: sent, selected: { row: 1, response: '', item: 'item_h' }, heard })[0]).toEqual({
      label: 'Speech 2 (item_h)',
      selectors: [{ session: 's1', from: 'client', item: 'item_h' }],
    });
    expect(ask({ pieces: sent, selected: { row: 9, response: '', item: 'typed' }, heard })[0]?.label).toBe(
      'Session, both sides',
    );
    expect(
      ask({ pieces: { client: [], server }, selected: { row: 9, response: '', item: 'item_h' }, heard })[0]?.label,
    ).toBe('Session, speaker');
  });
  it('is told by its first words when they are known', () => {
    const selected = { row: 9, response: 'resp_a', item: '' };
    const words = 'It is <b>sunny</b> in Lisbon, and it will stay so.';
    expect(ask({ selected, response: () => ({ ordinal: 3, words, ms: 0 }) })[0]?.label).toBe(
      'Response 3: It is <b>sunny</b> in Lisbon…',
    );
    expect(ask({ selected, response: () => ({ ordinal: 3, words: '', ms: 0 }) })[0]?.label).toBe('Response 3 (resp_a)');
  });
  it('can be the selected event alone', () => {
    expect(ask({ selected: { row: 2, response: '', item: 'item_u' } })).toContainEqual({
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
    expect(ask({ pieces: { client: [], server: [] } })).toEqual([]);
  });
});

describe('pieces', () => {
  it('stay in the order of their start, per session and for all', () => {
    const index = new AudioIndex();
    const heard = (session: string, audioAt: number) => ({ session, from: 'client' as const, audioMs: 100, audioAt });
    const rows = rowsOf([{}, heard('s1', 0), {}, heard('s1', 300), heard('s2', 150)]);
    index.addRows(rows, 0);
    expect(index.pieces('', 'client').map(({ row }) => row)).toEqual([1, 4, 3]);
    expect(index.pieces('s1', 'client').map(({ row }) => row)).toEqual([1, 3]);
    expect(index.sessions('client')).toEqual(['s1', 's2']);
    expect(index.end).toBe(400);
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
