import { describe, expect, it } from 'vitest';
import { layTrack, silence, silences, unheard, type Heard } from '../../../webview/logic/heardAudio';
import { clipOf } from '../../../webview/player/clipOf';
import { wrap } from '../../../webview/player/playback';

const item = (playsFrom: number, playsTo: number, heardMs: number, cutBy: Heard['cutBy'] = 'truncate'): Heard => ({
  session: 's1',
  playsFrom,
  playsTo,
  heardMs,
  cutBy,
});
const tone = (length: number, value = 1000) => new Int16Array(length).fill(value);

describe('what was never heard', () => {
  it('begins where the user interrupted, and is none where nobody did', () => {
    expect(unheard([item(100, 900, 300), item(1000, 1500, 500, 'none')], 's1')).toEqual([{ start: 400, end: 900 }]);
    expect(unheard([item(100, 900, 300)], 's2')).toEqual([]);
  });
  it('leaves what another item fills', () => {
    expect(unheard([item(0, 1000, 200), item(400, 600, 200, 'none')], 's1')).toEqual([
      { start: 200, end: 400 },
      { start: 600, end: 1000 },
    ]);
    expect(unheard([item(0, 500, 200), item(100, 900, 800, 'none')], 's1')).toEqual([]);
  });
  it('is silent in the clip, which keeps its length and all else', () => {
    const clip = { samples: tone(10), rate: 1000, startMs: 100 };
    expect([...silence(clip, [{ start: 104, end: 107 }])]).toEqual([1, 1, 1, 1, 0, 0, 0, 1, 1, 1].map((v) => v * 1000));
    expect(silence(clip, [{ start: 0, end: 100 }])).toBe(clip.samples);
    expect(clip.samples.every((sample) => sample === 1000)).toBe(true);
  });
});

describe('both sides at once', () => {
  const choice = {
    key: 'k',
    label: '',
    name: '',
    ms: 0,
    selectors: [
      { session: 's1', from: 'client' as const },
      { session: 's1', from: 'server' as const },
    ],
  };
  const clips = [
    { samples: tone(4, 8192), rate: 1000, startMs: 0, problem: '' },
    { samples: tone(4, 16384), rate: 1000, startMs: 2, problem: '' },
  ];
  it('lie over each other, or apart on the left and the right', () => {
    const mixed = clipOf(clips, choice, { output: 'arrived', sides: 'mixed' }, []);
    expect([...mixed.samples]).toEqual([0.25, 0.25, 0.75, 0.75, 0.5, 0.5]);
    expect(mixed.channels).toBeUndefined();
    const { channels } = clipOf(clips, choice, { output: 'arrived', sides: 'stereo' }, []);
    expect(channels?.map((side) => [...side])).toEqual([
      [0.25, 0.25, 0.25, 0.25, 0, 0],
      [0, 0, 0.5, 0.5, 0.5, 0.5],
    ]);
  });
  it('as heard, only the output is cut', () => {
    const { samples } = clipOf(clips, choice, { output: 'heard', sides: 'mixed' }, [item(2, 6, 1)]);
    expect([...samples]).toEqual([0.25, 0.25, 0.75, 0.25, 0, 0]);
  });
  it('of a telephone and a microphone run at the faster rate', () => {
    const laid = layTrack(
      { samples: Int16Array.of(0, 16384), rate: 500, startMs: 0 },
      { rate: 1000, startMs: 0, length: 4 },
    );
    expect([...laid]).toEqual([0, 0.25, 0.5, 0.5]);
  });
});

it('silences are found to the sample, short ones left alone', () => {
  const samples = Float32Array.of(0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0);
  expect(silences(samples, 10, 0.3)).toEqual([
    { start: 0, end: 0.3 },
    { start: 0.7, end: 1.1 },
  ]);
});

it('a repeated part is gone through again and again, and one that lies behind is not entered', () => {
  const loop = { start: 2, end: 5 };
  expect([1, 4.9, 5, 6, 8.5].map((reached) => wrap(reached, 1, loop))).toEqual([1, 4.9, 2, 3, 2.5]);
  expect(wrap(9, 6, loop)).toBe(9);
  expect(wrap(9, 1, null)).toBe(9);
});
