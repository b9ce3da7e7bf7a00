import { describe, expect, it } from 'vitest';
import { speak } from '../../../src/simulator/voice';

function bandEnergy(samples: Int16Array, fromHz: number, toHz: number): number {
  let energy = 0;
  for (let hz = fromHz; hz < toHz; hz += 50) {
    // Goertzel: the strength of one frequency.
    const turn = 2 * Math.cos((2 * Math.PI * hz) / 24_000);
    let [a, b] = [0, 0];
    for (const sample of samples) [a, b] = [sample + turn * a - b, a];
    energy += a * a + b * b - turn * a * b;
  }
  return energy;
}

describe('the built-in voice', () => {
  const words = 'This is the embedded simulator.';

  it('takes as long as the words do, at the speed asked for', () => {
    const usual = speak(words, 'alloy', 1).length / 24_000;
    expect(usual).toBeGreaterThan(1);
    expect(usual).toBeLessThan(4);
    expect(speak(words, 'alloy', 0.5).length / 24_000 / usual).toBeCloseTo(2, 1);
    expect(speak(`${words} ${words}`, 'alloy', 1).length / 24_000).toBeGreaterThan(usual * 1.9);
    expect(speak('word '.repeat(1000), 'alloy', 1).length / 24_000).toBe(30);
    expect(speak('', 'alloy', 1)).toHaveLength(0);
  });

  it('is the same for the same words, another for another voice, and never clipped', () => {
    const samples = speak(words, 'alloy', 1);
    expect(speak(words, 'alloy', 1)).toEqual(samples);
    expect(speak(words, 'marin', 1)).not.toEqual(samples);
    expect(samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)).toBe(14_000);
  });

  it('sounds like vowels: an "i" is bright where an "o" is dark', () => {
    const share = (letter: string): number => {
      const samples = speak(`${letter} ${letter} ${letter}`, 'alloy', 0.5);
      return bandEnergy(samples, 2000, 2600) / bandEnergy(samples, 400, 1000);
    };
    expect(share('i')).toBeGreaterThan(share('o') * 10);
  });
});
