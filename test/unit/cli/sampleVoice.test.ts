import { expect, test } from 'vitest';
import wavefile from 'wavefile';
import { pcmFromWav, voiceLikeSound } from '../../../src/cli/sampleVoice';

const samplesOf = (pcm: Buffer) => Array.from({ length: pcm.length / 2 }, (_, i) => pcm.readInt16LE(i * 2));
const wavOf = (channels: number, rate: number, depth: string, samples: number[] | number[][]) => {
  const wav = new wavefile.WaveFile();
  wav.fromScratch(channels, rate, depth, samples);
  return Buffer.from(wav.toBuffer());
};

test('the built-in voice is as long as asked, loud, never clipped, and has pauses as speech has', () => {
  const samples = samplesOf(voiceLikeSound(24_000, 2, 1));
  expect(samples).toHaveLength(48_000);
  const loudest = Math.max(...samples.map(Math.abs));
  expect(loudest).toBeGreaterThan(15_000);
  expect(loudest).toBeLessThan(32_767);
  const tenths = Array.from({ length: 100 }, (_, i) =>
    Math.sqrt(samples.slice(i * 480, (i + 1) * 480).reduce((sum, sample) => sum + sample * sample, 0) / 480),
  );
  expect(Math.max(...tenths)).toBeGreaterThan(Math.min(...tenths) * 5);
});

test('variants of the built-in voice differ, and the same variant is the same', () => {
  expect(voiceLikeSound(24_000, 0.5, 1)).toEqual(voiceLikeSound(24_000, 0.5, 1));
  expect(voiceLikeSound(24_000, 0.5, 1)).not.toEqual(voiceLikeSound(24_000, 0.5, 2));
});

test('a WAV file of the wanted rate comes back sample for sample', () => {
  const samples = [0, 1, -1, 32_767, -32_768, 1234];
  expect(samplesOf(pcmFromWav(wavOf(1, 24_000, '16', samples), 24_000))).toEqual(samples);
});

test('of a stereo file the first channel is taken', () => {
  const file = wavOf(2, 24_000, '16', [
    [10, 20, 30],
    [-1, -2, -3],
  ]);
  expect(samplesOf(pcmFromWav(file, 24_000))).toEqual([10, 20, 30]);
});

test('a file of another rate is brought to the wanted one, its course kept', () => {
  const ramp = Array.from({ length: 800 }, (_, i) => i * 10);
  const samples = samplesOf(pcmFromWav(wavOf(1, 8_000, '16', ramp), 24_000));
  expect(samples).toHaveLength(2400);
  expect(samples.slice(0, 4)).toEqual([0, 3, 7, 10]);
  expect(samples[1200]).toBe(4000);
});

test('an unknown chunk of odd length before the audio is stepped over', () => {
  const wav = new wavefile.WaveFile(wavOf(1, 24_000, '16', [5, 6, 7]));
  const file = Buffer.from(wav.toBuffer());
  const odd = Buffer.from([...Buffer.from('note'), 3, 0, 0, 0, 1, 2, 3, 0]);
  const data = file.indexOf('data');
  const longer = Buffer.concat([file.subarray(0, data), odd, file.subarray(data)]);
  expect(samplesOf(pcmFromWav(longer, 24_000))).toEqual([5, 6, 7]);
});

test.each([
  ['no WAV file', () => Buffer.from('ID3 something else entirely'), 'not a WAV file'],
  ['32-bit samples', () => wavOf(1, 24_000, '32', [1, 2]), 'not 16-bit PCM'],
  ['a file cut off before its audio', () => wavOf(1, 24_000, '16', [1, 2]).subarray(0, 36), 'holds no audio'],
])('%s is refused in words', (_name, file, words) => {
  expect(() => pcmFromWav(file(), 24_000)).toThrow(words);
});
