/** Sounds for the sample client: one made in code that behaves like a voice, or a WAV file's own. */
import { resample } from '../audio/clip';

/** Vowels as the frequencies (Hz) of their first two resonances. */
const VOWELS: readonly (readonly [number, number])[] = [
  [730, 1090],
  [530, 1840],
  [270, 2290],
  [570, 840],
  [300, 870],
];

/**
 * 16-bit little-endian mono samples of `seconds` of syllables: a pulse train of a speaking pitch through two moving
 * resonances, with short gaps. Not speech, but loud, voiced and uneven as speech is, so that voice detection and
 * waveforms have something real to show. `variant` changes melody and vowels.
 */
export function voiceLikeSound(rate: number, seconds: number, variant: number): Buffer {
  const count = Math.round(rate * seconds);
  const sound = new Float64Array(count);
  const syllable = 0.19;
  let phase = 0;
  const memory = [
    [0, 0],
    [0, 0],
  ];
  for (let i = 0; i < count; i += 1) {
    const time = i / rate;
    const index = Math.floor(time / syllable);
    const within = (time % syllable) / syllable;
    const pitch = 118 + 14 * ((variant * 5) % 4) + 22 * Math.sin(time * 4.1 + variant) - 12 * (time / seconds);
    phase += pitch / rate;
    const pulse = phase >= 1 ? 1 : 0;
    if (pulse) phase -= 1;
    const vowel = VOWELS[(index * 2 + variant) % VOWELS.length] ?? [500, 1500];
    let value = 0;
    for (const [band, frequency] of vowel.entries()) {
      const state = memory[band];
      if (!state) continue;
      const radius = Math.exp((-Math.PI * (band === 0 ? 90 : 120)) / rate);
      const [last = 0, before = 0] = state;
      const next = pulse + 2 * radius * Math.cos((2 * Math.PI * frequency) / rate) * last - radius * radius * before;
      state[0] = next;
      state[1] = last;
      value += next * (band === 0 ? 1 : 0.6);
    }
    sound[i] = value * Math.sin(Math.PI * Math.min(1, within * 1.15)) ** 0.6;
  }
  const loudest = sound.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
  const bytes = Buffer.alloc(count * 2);
  for (let i = 0; i < count; i += 1) bytes.writeInt16LE(Math.round(((sound[i] ?? 0) / loudest) * 0.6 * 32767), i * 2);
  return bytes;
}

/**
 * The samples of a WAV file (16-bit PCM, any rate, any channels: the first is taken) at `rate`, by linear
 * interpolation. Throws with what is wrong when it is another kind of file.
 */
export function pcmFromWav(file: Buffer, rate: number): Buffer {
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE')
    throw new Error('The audio file is not a WAV file.');
  let format: { channels: number; rate: number } | undefined;
  for (let at = 12; at + 8 <= file.length;) {
    const name = file.toString('latin1', at, at + 4);
    const size = file.readUInt32LE(at + 4);
    const body = at + 8;
    if (name === 'fmt ') {
      if (file.readUInt16LE(body) !== 1 || file.readUInt16LE(body + 14) !== 16)
        throw new Error('The WAV file is not 16-bit PCM.');
      format = { channels: file.readUInt16LE(body + 2), rate: file.readUInt32LE(body + 4) };
    } else if (name === 'data' && format) {
      const samples = firstChannel(file.subarray(body, Math.min(body + size, file.length)), format.channels);
      return littleEndian(resample(samples, format.rate, rate));
    }
    // Chunks are padded to an even length.
    at = body + size + (size % 2);
  }
  throw new Error('The WAV file holds no audio.');
}

/** One channel of interleaved 16-bit little-endian samples. */
function firstChannel(data: Buffer, channels: number): Int16Array {
  const frame = channels * 2;
  return Int16Array.from({ length: Math.floor(data.length / frame) }, (_, i) => data.readInt16LE(i * frame));
}

function littleEndian(samples: Int16Array): Buffer {
  const bytes = Buffer.alloc(samples.length * 2);
  for (const [i, sample] of samples.entries()) bytes.writeInt16LE(sample, i * 2);
  return bytes;
}
