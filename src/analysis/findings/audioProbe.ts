/**
 * What a piece of audio is like, for the rule that listens for a wrong codec. Sound is smooth: one sample is near the next.
 * Bytes read in the wrong format are noise, where neighbours have nothing to do with each other.
 */
import { decodeBytes } from '../../audio/decode';
import type { AudioFormat } from '../../audio/format';
import type { AudioProbe, Roughness } from './audioReading';

const CONTAINERS: [bytes: string, name: string][] = [
  ['RIFF', 'WAV'],
  ['OggS', 'Ogg'],
  ['ID3', 'MP3'],
  ['fLaC', 'FLAC'],
  ['\x1aE\xdf\xa3', 'WebM'],
];

/** Looks at bytes of audio that the session takes for `declared`. Costs a few passes over them. */
export function probeAudio(
  bytes: Uint8Array,
  declared: AudioFormat,
  place: Pick<AudioProbe, 'row' | 't' | 'session' | 'from' | 'ms'>,
): AudioProbe {
  const heard = decodeBytes(bytes, declared);
  const first = String.fromCharCode(...bytes.subarray(0, 4));
  const own = roughness(heard);
  let crossings = 0;
  for (let at = 1; at < heard.length; at++) if ((heard[at] ?? 0) < 0 !== (heard[at - 1] ?? 0) < 0) crossings++;
  const other = (codec: AudioFormat['codec']): Roughness =>
    codec === declared.codec ? own : roughness(decodeBytes(bytes, { codec, rate: 8000 }));
  return {
    ...place,
    declared: declared.codec,
    rms: Math.sqrt(own.energy / Math.max(1, own.samples)),
    zeroCrossings: crossings / Math.max(1, heard.length - 1),
    readings: {
      pcm16: other('pcm16'),
      mulaw: other('mulaw'),
      alaw: other('alaw'),
      'big-endian pcm16': roughness(swapped(bytes)),
      float32: asFloats(bytes),
    },
    container: CONTAINERS.find(([magic]) => first.startsWith(magic))?.[1] ?? '',
  };
}

function roughness(samples: ArrayLike<number>): Roughness {
  let [squares, sum, steps] = [0, 0, 0];
  for (let at = 0; at < samples.length; at++) {
    const value = samples[at] ?? 0;
    squares += value * value;
    sum += value;
    if (at > 0) steps += (value - (samples[at - 1] ?? 0)) ** 2;
  }
  const energy = Math.max(0, squares - (sum * sum) / Math.max(1, samples.length));
  return { energy, steps, samples: samples.length };
}

function swapped(bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(bytes.length >> 1);
  for (let at = 0; at < samples.length; at++) samples[at] = ((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0);
  return samples;
}

/** Web Audio's own samples: all within -1 to 1. Any other bytes hold huge numbers or none at all somewhere. */
function asFloats(bytes: Uint8Array): Roughness | undefined {
  if (bytes.length < 64 || bytes.length % 4 !== 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const samples = new Float64Array(bytes.length / 4);
  for (let at = 0; at < samples.length; at++) {
    const value = view.getFloat32(at * 4, true);
    if (!(Math.abs(value) <= 1.01)) return undefined;
    // Numbers below the least a sound card tells apart come of other data.
    if (value !== 0 && Math.abs(value) < 1e-7) return undefined;
    samples[at] = value * 32_768;
  }
  return roughness(samples);
}
