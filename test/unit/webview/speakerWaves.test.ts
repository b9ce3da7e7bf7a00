import { expect, it } from 'vitest';
import type { Playback } from '../../../src/analysis/model';
import { TestLane } from './columns';
import { TimedIndex } from '../../../webview/state/timedIndex';
import { speakerLane } from '../../../webview/timeline/audioLanes';
import type { Picture, SessionPeaks } from '../../../webview/timeline/picture';
import { TimeScale } from '../../../webview/timeline/timeScale';

const played = (session: string, playsFrom: number): Playback => ({
  key: session,
  session,
  response: `resp_${session}`,
  item: `item_${session}`,
  arrivedFrom: playsFrom,
  arrivedTo: playsFrom + 100,
  playsFrom,
  playsTo: playsFrom + 400,
  generatedMs: 400,
  heardMs: 400,
  cutBy: 'none',
  cutRow: null,
  aheadMs: 0,
});
const peaksOf = (session: string): SessionPeaks => ({
  startMs: 0,
  endMs: 1000,
  min: new Int16Array(10).fill(-session.length),
  max: new Int16Array(10).fill(session.length),
  session,
});

it('answers of several sessions each have the waveform of their own session, all of them one after the other', () => {
  const playback = new TimedIndex<Playback>(({ playsFrom, playsTo }) => ({
    lane: '',
    start: playsFrom,
    end: playsTo,
  }));
  playback.put([played('a', 100), played('bb', 200), played('ccc', 300)]);
  const view = { start: 0, end: 1000 };
  const shapes: Picture['shapes'] = [];
  speakerLane(
    {
      input: {
        playback: playback.lane('', ''),
        audio: { client: new TestLane(), server: new TestLane() },
        peaks: { client: [], server: [peaksOf('a'), peaksOf('bb'), peaksOf('ccc')] },
        view,
        extent: view,
        width: 1050,
      },
      scale: new TimeScale(view, 50, 1000),
      shapes,
      bars: [],
    } as unknown as Picture,
    { name: 'speaker', label: '', title: '', group: 'output', y: 0, h: 40, folded: false },
  );
  const kinds = shapes.map(({ kind }) => kind);
  const waves = shapes.flatMap((shape) => (shape.kind === 'wave' ? [[shape.left, shape.max[0]]] : []));
  expect(waves).toEqual([
    [150, 1],
    [250, 2],
    [350, 3],
  ]);
  expect(kinds.lastIndexOf('wave') - kinds.indexOf('wave')).toBe(2);
});
