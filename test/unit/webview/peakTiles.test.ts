import { expect, it, vi } from 'vitest';
import type { Peaks } from '../../../src/document/columns';
import { PeakTiles, resolution, TILE_BUCKETS, tileStarts } from '../../../webview/timeline/peakTiles';

function tiles() {
  const asked: {
    startMs: number;
    endMs: number;
    answer: (value: number) => Promise<void>;
    fail: () => Promise<void>;
  }[] = [];
  let changes = 0;
  let clock = 0;
  const made = new PeakTiles(
    (_session, _from, startMs, endMs, buckets) =>
      new Promise<Peaks>((resolve, reject) => {
        const settle = () => new Promise<void>((done) => setTimeout(done, 0));
        asked.push({
          startMs,
          endMs,
          answer: (value) => {
            resolve({ startMs, endMs, min: new Int16Array(buckets), max: new Int16Array(buckets).fill(value) });
            return settle();
          },
          fail: () => {
            reject(new Error('no'));
            return settle();
          },
        });
      }),
    () => (changes += 1),
    () => clock,
  );
  return { made, asked, changes: () => changes, pass: (ms: number) => (clock += ms) };
}
const view = { start: 0, end: 1000 };

it('resolution is a power of two, never coarser than a pixel', () => {
  expect([0.7, 1, 1.9, 2, 100].map(resolution)).toEqual([0.5, 1, 1, 2, 64]);
});

it('tiles cover the view on a fixed grid, and end where the audio ends', () => {
  expect(tileStarts({ start: 1500, end: 4000 }, 1, { start: 0, end: 1e9 })).toEqual([1024, 2048, 3072]);
  expect(tileStarts({ start: 1500, end: 4000 }, 1, { start: 0, end: 2500 })).toEqual([1024, 2048]);
  expect(tileStarts({ start: 1500, end: 4000 }, 1, { start: 2100, end: 1e9 })).toEqual([2048, 3072]);
});

it('a tile is asked for once, and drawn when it is there', async () => {
  const { made, asked, changes } = tiles();
  expect(made.peaks('s1', 'client', view, 1, { start: 0, end: 900 })).toEqual([]);
  made.peaks('s1', 'client', view, 1, { start: 0, end: 900 });
  expect(asked.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([[0, TILE_BUCKETS]]);
  await asked[0]?.answer(7);
  expect(changes()).toBe(1);
  expect(made.peaks('s1', 'client', view, 1, { start: 0, end: 900 })[0]?.max[0]).toBe(7);
  expect(asked).toHaveLength(1);
});

it('a tile that new audio falls into is asked for again, and the old one shown until then', async () => {
  const { made, asked, pass } = tiles();
  made.peaks('s1', 'client', view, 1, { start: 0, end: 900 });
  await asked[0]?.answer(7);
  pass(1000);
  made.invalidate('s1', 'server', { start: 0, end: 10 });
  made.invalidate('s1', 'client', { start: 5000, end: 5100 });
  made.peaks('s1', 'client', view, 1, { start: 0, end: 900 });
  expect(asked).toHaveLength(1);
  made.invalidate('s1', 'client', { start: 900, end: 1000 });
  expect(made.peaks('s1', 'client', view, 1, { start: 0, end: 1000 })[0]?.max[0]).toBe(7);
  expect(asked).toHaveLength(2);
  await asked[1]?.answer(9);
  expect(made.peaks('s1', 'client', view, 1, { start: 0, end: 1000 })[0]?.max[0]).toBe(9);
});

it('a tile that grows without end is asked for a few times a second, and its last state is not forgotten', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  try {
    const { made, asked, changes, pass } = tiles();
    const look = () => made.peaks('s1', 'client', view, 1, { start: 0, end: 900 });
    look();
    const answered = asked[0]?.answer(7);
    await vi.advanceTimersByTimeAsync(0);
    await answered;
    for (let n = 0; n < 10; n++) {
      pass(10);
      made.invalidate('s1', 'client', { start: 800, end: 900 });
      look();
    }
    expect(asked).toHaveLength(1);
    const before = changes();
    pass(110);
    await vi.advanceTimersByTimeAsync(210);
    expect(changes()).toBe(before + 1);
    look();
    expect(asked).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});

it('while the fine is on its way the coarse is shown, cut to its place', async () => {
  const { made, asked } = tiles();
  made.peaks('s1', 'client', { start: 0, end: 2000 }, 2, { start: 0, end: 2000 });
  await asked[0]?.answer(5);
  const [shown] = made.peaks('s1', 'client', view, 1, { start: 0, end: 2000 });
  expect(shown).toMatchObject({ startMs: 0, endMs: 1024 });
  expect(shown?.max).toHaveLength(512);
});

it('a failure leaves the lane without a waveform and does not ask without end', async () => {
  const { made, asked } = tiles();
  made.peaks('s1', 'client', view, 1, { start: 0, end: 900 });
  await asked[0]?.fail();
  expect(made.peaks('s1', 'client', view, 1, { start: 0, end: 900 })).toEqual([]);
  expect(asked).toHaveLength(1);
});
