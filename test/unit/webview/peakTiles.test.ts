import { expect, it, vi } from 'vitest';
import type { Waveforms, WavePlace } from '../../../src/document/columns';
import { MOST_PLACES, PeakTiles, resolution, TILE_BUCKETS, tileStarts } from '../../../webview/timeline/peakTiles';

function tiles() {
  const asked: {
    places: readonly WavePlace[];
    /** Of place n the peaks are so much higher than `value`. */
    answer: (value: number) => Promise<void>;
    fail: () => Promise<void>;
  }[] = [];
  let changes = 0;
  let clock = 0;
  const made = new PeakTiles(
    (places, buckets) =>
      new Promise<Waveforms>((resolve, reject) => {
        const settle = () => new Promise<void>((done) => setTimeout(done, 0));
        asked.push({
          places,
          answer: (value) => {
            const max = Int16Array.from(
              { length: places.length * buckets },
              (_, at) => value + Math.floor(at / buckets),
            );
            resolve({ min: new Int16Array(max.length), max });
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
  /** What a drawing gets; what it asks for goes out at the end of its task. */
  const look = async (...[session, from, span, msPerPixel, audio]: Parameters<PeakTiles['peaks']>) => {
    const found = made.peaks(session, from, span, msPerPixel, audio);
    await Promise.resolve();
    return found;
  };
  return { made, look, asked, changes: () => changes, pass: (ms: number) => (clock += ms) };
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
  const { look, asked, changes } = tiles();
  expect(await look('s1', 'client', view, 1, { start: 0, end: 900 })).toEqual([]);
  await look('s1', 'client', view, 1, { start: 0, end: 900 });
  expect(asked.map(({ places }) => places)).toEqual([
    [{ session: 's1', from: 'client', startMs: 0, endMs: TILE_BUCKETS }],
  ]);
  await asked[0]?.answer(7);
  expect(changes()).toBe(1);
  expect((await look('s1', 'client', view, 1, { start: 0, end: 900 }))[0]?.max[0]).toBe(7);
  expect(asked).toHaveLength(1);
});

it('what one drawing lacks is one question, and each tile gets its own answer', async () => {
  const { made, look, asked, changes } = tiles();
  made.peaks('s1', 'client', view, 1, { start: 0, end: 900 });
  made.peaks('s1', 'server', view, 1, { start: 0, end: 900 });
  await look('s2', 'client', view, 1, { start: 0, end: 900 });
  expect(asked).toHaveLength(1);
  await asked[0]?.answer(20);
  expect(changes()).toBe(1);
  const found = await Promise.all([
    look('s1', 'client', view, 1, { start: 0, end: 900 }),
    look('s1', 'server', view, 1, { start: 0, end: 900 }),
    look('s2', 'client', view, 1, { start: 0, end: 900 }),
  ]);
  expect(found.map(([peaks]) => [peaks?.max.length, peaks?.max[0], peaks?.max.at(-1)])).toEqual([
    [TILE_BUCKETS, 20, 20],
    [TILE_BUCKETS, 21, 21],
    [TILE_BUCKETS, 22, 22],
  ]);
});

it('more places than a question may hold are several questions', async () => {
  const { made, asked } = tiles();
  for (let n = 0; n <= MOST_PLACES; n++) made.peaks(`s${n}`, 'client', view, 1, { start: 0, end: 900 });
  await Promise.resolve();
  expect(asked.map(({ places }) => places.length)).toEqual([MOST_PLACES, 1]);
});

it('a tile that new audio falls into is asked for again, and the old one shown until then', async () => {
  const { made, look, asked, pass } = tiles();
  await look('s1', 'client', view, 1, { start: 0, end: 900 });
  await asked[0]?.answer(7);
  pass(1000);
  made.invalidate('s1', 'server', { start: 0, end: 10 });
  made.invalidate('s10', 'client', { start: 0, end: 10 });
  made.invalidate('s1', 'client', { start: 5000, end: 5100 });
  await look('s1', 'client', view, 1, { start: 0, end: 900 });
  expect(asked).toHaveLength(1);
  made.invalidate('s1', 'client', { start: 900, end: 1000 });
  expect((await look('s1', 'client', view, 1, { start: 0, end: 1000 }))[0]?.max[0]).toBe(7);
  expect(asked).toHaveLength(2);
  await asked[1]?.answer(9);
  expect((await look('s1', 'client', view, 1, { start: 0, end: 1000 }))[0]?.max[0]).toBe(9);
});

it('tiles that grow without end are asked for a few times a second, all together, and their last state is not forgotten', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  try {
    const { made, look, asked, changes, pass } = tiles();
    const both = async () => {
      made.peaks('s1', 'client', view, 1, { start: 0, end: 900 });
      await look('s2', 'client', view, 1, { start: 0, end: 900 });
    };
    const grow = () => ['s1', 's2'].forEach((s) => made.invalidate(s, 'client', { start: 800, end: 900 }));
    const answer = async (at: number) => {
      const answered = asked[at]?.answer(7);
      await vi.advanceTimersByTimeAsync(0);
      await answered;
    };
    await both();
    await answer(0);
    grow();
    await both();
    expect(asked.map(({ places }) => places.length)).toEqual([2, 2]);
    await answer(1);
    for (let n = 0; n < 10; n++) {
      pass(10);
      grow();
      await both();
    }
    expect(asked).toHaveLength(2);
    const before = changes();
    pass(150);
    await vi.advanceTimersByTimeAsync(250);
    expect(changes()).toBe(before + 1);
    await both();
    expect(asked.map(({ places }) => places.length)).toEqual([2, 2, 2]);
  } finally {
    vi.useRealTimers();
  }
});

it('a tile nobody has seen yet does not wait for those that are asked for again', async () => {
  const { made, look, asked } = tiles();
  await look('s1', 'client', view, 1, { start: 0, end: 900 });
  await asked[0]?.answer(7);
  made.invalidate('s1', 'client', { start: 0, end: 900 });
  await look('s1', 'client', view, 1, { start: 0, end: 900 });
  await look('s2', 'client', view, 1, { start: 0, end: 900 });
  expect(asked.map(({ places }) => places.map(({ session }) => session))).toEqual([['s1'], ['s1'], ['s2']]);
});

it('while the fine is on its way the coarse is shown, cut to its place', async () => {
  const { look, asked } = tiles();
  await look('s1', 'client', { start: 0, end: 2000 }, 2, { start: 0, end: 2000 });
  await asked[0]?.answer(5);
  const [shown] = await look('s1', 'client', view, 1, { start: 0, end: 2000 });
  expect(shown).toMatchObject({ startMs: 0, endMs: 1024 });
  expect(shown?.max).toHaveLength(512);
});

it('a failure leaves the lane without a waveform and does not ask without end', async () => {
  const { look, asked } = tiles();
  await look('s1', 'client', view, 1, { start: 0, end: 900 });
  await asked[0]?.fail();
  expect(await look('s1', 'client', view, 1, { start: 0, end: 900 })).toEqual([]);
  expect(asked).toHaveLength(1);
});
