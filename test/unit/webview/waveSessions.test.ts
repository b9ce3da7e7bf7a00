import { expect, it } from 'vitest';
import { TestLane } from './columns';
import { mostWaveSessions, waveSessions } from '../../../webview/timeline/waveSessions';

const lane = (session: string, start: number, ms: number) => {
  const audio = new TestLane();
  for (const half of [0, 1]) audio.add(half, start + (half * ms) / 2, ms / 2, '', '');
  return { session, audio };
};
const view = { start: 1000, end: 2000 };

it('every session whose audio is in view has its waveform, the first as well as the last', () => {
  const lanes = Array.from({ length: 9 }, (_, n) => lane(`s${n}`, 1000 + n * 100, 80));
  expect(waveSessions(lanes, view, 1)).toEqual({ shown: lanes.map(({ session }) => session), left: 0 });
});

it('sessions before and after the view take nobody a place', () => {
  const lanes = [lane('before', 0, 900), lane('in', 500, 5000), lane('after', 2000, 900)];
  expect(waveSessions(lanes, view, 1)).toEqual({ shown: ['in'], left: 0 });
});

it('audio too narrow to be told from a block is left to the block', () => {
  const lanes = [lane('narrow', 1500, 20), lane('wide', 1500, 40)];
  expect(waveSessions(lanes, view, 10)).toEqual({ shown: ['wide'], left: 0 });
});

it('of too many the widest are drawn, and the rest is counted', () => {
  const many = Array.from({ length: mostWaveSessions + 5 }, (_, n) => lane(`s${n}`, 1000, 100 + n));
  const { shown, left } = waveSessions(many, view, 1);
  expect(left).toBe(5);
  expect(shown).toHaveLength(mostWaveSessions);
  expect(shown).not.toContain('s4');
  expect(shown).toContain('s5');
});
