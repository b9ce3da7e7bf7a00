import { describe, expect, it } from 'vitest';
import { besides, layTrack, silence, silences, unheard, type Heard } from '../../../webview/logic/heardAudio';
import { clipOf } from '../../../webview/player/clipOf';
import { wrap } from '../../../webview/player/playback';
import { Wire } from '../analysis/wire';

const tone = (length: number, value = 1000) => new Int16Array(length).fill(value);

/** Where pieces of audio lie that arrived while those before them were to be played. */
const lane = (item: string) =>
  ({ a1: { start: 100, end: 2350 }, a2: { start: 2350, end: 3350 }, a3: { start: 3350, end: 3450 } })[item];

describe('what was never heard', () => {
  it('is the rest of what the user interrupted, and nothing of what came after', () => {
    const wire = new Wire();
    wire.session(0);
    wire.audio(100, 1000);
    wire.audio(120, 1000);
    wire.audio(130, 1000, 'r1', 'a2');
    wire.started(1600, 'u1', 0);
    wire.audio(1620, 250);
    wire.audio(3000, 100, 'r2', 'a3');
    const playback = wire.playback();
    expect(unheard(playback, 's1', (_, item) => lane(item))).toEqual([
      { start: 1600, end: 2350 },
      { start: 2350, end: 3350 },
    ]);
    expect(unheard(playback, 's2', (_, item) => lane(item))).toEqual([]);
  });
  it('is not the next answer, which is heard where the rest of the one before would have been', () => {
    const heard: Heard[] = [
      { session: 's1', item: 'a1', playsFrom: 100, playsTo: 500, cutBy: 'interruption' },
      { session: 's1', item: 'a3', playsFrom: 700, playsTo: 900, cutBy: 'none' },
    ];
    const rest = unheard(heard, 's1', () => ({ start: 100, end: 1100 }));
    expect(rest).toEqual([{ start: 500, end: 1100 }]);
    expect(besides(rest, heard, 's1')).toEqual([
      { start: 500, end: 700 },
      { start: 900, end: 1100 },
    ]);
  });
  it('is what the client cut off by its own word', () => {
    const wire = new Wire();
    wire.audio(100, 2250);
    wire.client(900, 'conversation.item.truncate', { item_id: 'a1', content_index: 0, audio_end_ms: 300 });
    expect(unheard(wire.playback(), 's1', (_, item) => lane(item))).toEqual([{ start: 400, end: 2350 }]);
  });
  it('is silent in the clip, which keeps its length and all else', () => {
    const clip = { samples: tone(10), rate: 1000, startMs: 100 };
    expect([...silence(clip, [{ start: 104, end: 107 }])]).toEqual([1, 1, 1, 1, 0, 0, 0, 1, 1, 1].map((v) => v * 1000));
    expect(silence(clip, [{ start: 0, end: 100 }])).toBe(clip.samples);
    expect(clip.samples.every((sample) => sample === 1000)).toBe(true);
  });
});

describe('both sides at once', () => {
  const nowhere = () => undefined;
  const cut: Heard = { session: 's1', item: 'a1', playsFrom: 2, playsTo: 3, cutBy: 'truncate' };
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
    const mixed = clipOf(clips, choice, { output: 'arrived', sides: 'mixed' }, [], nowhere);
    expect([...mixed.samples]).toEqual([0.25, 0.25, 0.75, 0.75, 0.5, 0.5]);
    expect(mixed.channels).toBeUndefined();
    const { channels } = clipOf(clips, choice, { output: 'arrived', sides: 'stereo' }, [], nowhere);
    expect(channels?.map((side) => [...side])).toEqual([
      [0.25, 0.25, 0.25, 0.25, 0, 0],
      [0, 0, 0.5, 0.5, 0.5, 0.5],
    ]);
  });
  it('as heard, only the output is cut', () => {
    const { samples } = clipOf(clips, choice, { output: 'heard', sides: 'mixed' }, [cut], () => ({ start: 2, end: 6 }));
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
