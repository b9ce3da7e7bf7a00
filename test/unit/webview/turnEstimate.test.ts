import { describe, expect, it } from 'vitest';
import { estimateTurns, turnWords } from '../../../webview/logic/turnEstimate';

/** 24 kHz: silence, a tone of an amplitude (0 to 1), and silence, ms. */
function tone(before: number, long: number, after: number, amplitude = 0.3): Int16Array {
  const samples = new Int16Array((before + long + after) * 24);
  for (let at = before * 24; at < (before + long) * 24; at += 1)
    samples[at] = Math.round(Math.sin((at * 2 * Math.PI * 200) / 24_000) * amplitude * 32_767);
  return samples;
}
const server = (more: object = {}) => ({
  type: 'server_vad',
  threshold: 0.5,
  prefix_padding_ms: 200,
  silence_duration_ms: 300,
  ...more,
});

describe('an estimate of turns', () => {
  it('says where padding, sound and silence lie', () => {
    const { turns, lengthMs } = estimateTurns(tone(500, 600, 900), server());
    expect(turns).toEqual([{ start: 300, soundStart: 500, soundEnd: 1100, end: 1400, isOver: true }]);
    expect(lengthMs).toBe(2000);
  });

  it('changes with each parameter', () => {
    const twice = new Int16Array([...tone(500, 600, 400), ...tone(0, 600, 900)]);
    expect(estimateTurns(twice, server()).turns).toHaveLength(2);
    expect(estimateTurns(twice, server({ silence_duration_ms: 500 })).turns).toHaveLength(1);
    expect(estimateTurns(tone(500, 600, 900), server({ prefix_padding_ms: 0 })).turns[0]?.start).toBe(500);
    const soft = tone(500, 600, 900, 0.02);
    expect(estimateTurns(soft, server()).turns).toHaveLength(1);
    expect(turnWords(estimateTurns(soft, server({ threshold: 0.7 })))).toMatch(/^Nothing/);
  });

  it('has no end where the sound ends first, and does not mind what the values are', () => {
    const [turn] = estimateTurns(tone(500, 600, 100), server()).turns;
    expect(turn).toMatchObject({ isOver: false, end: 1200 });
    const odd = { type: 'server_vad', threshold: 'x', prefix_padding_ms: null, silence_duration_ms: {} };
    expect(estimateTurns(tone(500, 600, 900), odd).turns).toHaveLength(1);
    expect(estimateTurns(new Int16Array(3), server())).toMatchObject({ lengthMs: 0, turns: [] });
  });
});
