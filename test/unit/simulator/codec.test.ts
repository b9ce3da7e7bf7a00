import wavefile from 'wavefile';
import { describe, expect, it } from 'vitest';
import { fromPcm, samplesOf, toPcm } from '../../../src/simulator/codec';

const { WaveFile } = wavefile;
const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);

/** What an independent library makes of every byte of the law, as 16-bit samples. */
function theirs(law: 'mu' | 'a'): number[] {
  const wav = new WaveFile();
  wav.fromScratch(1, 8000, law === 'mu' ? '8m' : '8a', every);
  if (law === 'mu') wav.fromMuLaw();
  else wav.fromALaw();
  return [...(wav.getSamples(false, Int16Array) as unknown as Int16Array)];
}

describe('G.711', () => {
  it.each([
    ['audio/pcmu', 'mu'],
    ['audio/pcma', 'a'],
  ] as const)('%s is read as another library reads it, three samples for one', (format, law) => {
    const ours = samplesOf(toPcm(every, format)).filter((_, index) => index % 3 === 2);
    expect([...ours]).toEqual(theirs(law));
  });

  it.each(['audio/pcmu', 'audio/pcma'] as const)('%s comes back as it was', (format) => {
    const held = Int16Array.from(
      [...samplesOf(toPcm(every, format))].map((_, index, all) => all[index - (index % 3) + 2] ?? 0),
    );
    const back = fromPcm(new Uint8Array(held.buffer), format);
    // Mu-law has two zeros; the negative one is read as zero and written as the positive one.
    const wanted = [...every].map((byte) => (format === 'audio/pcmu' && byte === 0x7f ? 0xff : byte));
    expect([...back]).toEqual(wanted);
  });

  it('never runs over at full scale', () => {
    for (const format of ['audio/pcmu', 'audio/pcma'] as const) {
      const loud = Int16Array.from([32_767, 32_767, 32_767, -32_768, -32_768, -32_768]);
      const [up, down] = samplesOf(toPcm(fromPcm(new Uint8Array(loud.buffer), format), format)).filter(
        (_, at) => at % 3 === 2,
      );
      expect(up, format).toBeGreaterThan(31_000);
      expect(down, format).toBeLessThan(-31_000);
    }
  });
});

describe('PCM', () => {
  it('passes as it is, without half a sample at the end', () => {
    expect([...toPcm(Uint8Array.from([1, 2, 3]), 'audio/pcm')]).toEqual([1, 2]);
    expect([...samplesOf(Buffer.from([0, 1, 2, 3, 4]).subarray(1))]).toEqual([513, 1027]);
  });
});
