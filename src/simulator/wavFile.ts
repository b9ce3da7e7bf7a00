/** WAV files for the simulator's voice. */
import { readFile } from 'node:fs/promises';
import { whyUnreadable } from '../trace/unreadable';

const RATE = 24_000;
/** Longest sound taken, in seconds: a response of the live service is never longer. */
const MOST_SECONDS = 600;

/** The sound of a 16-bit PCM WAV file as PCM16, 24 kHz, mono. Rejects with a message for people. */
export async function readWav(file: string): Promise<Int16Array> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new Error(`The sound ${file} cannot be read: ${whyUnreadable(cause)}.`, { cause });
  }
  const wrong = (why: string): Error => new Error(`The sound ${file} cannot be used: ${why}.`);
  if (bytes.length < 12 || bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE') {
    throw wrong('it is no WAV file');
  }
  let [channels, rate, bits, coding] = [0, 0, 0, 0];
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    const body = bytes.subarray(at + 8, at + 8 + size);
    if (name === 'fmt ' && body.length >= 16) {
      [coding, channels, rate, bits] = [
        body.readUInt16LE(0),
        body.readUInt16LE(2),
        body.readUInt32LE(4),
        body.readUInt16LE(14),
      ];
    } else if (name === 'data') {
      // 0xfffe: the extensible form, PCM as well when it has 16 bits.
      if ((coding !== 1 && coding !== 0xfffe) || bits !== 16) throw wrong('it must be 16-bit PCM');
      if (channels < 1 || rate < 1000) throw wrong('its header makes no sense');
      return resampled(body, channels, rate);
    }
    at += 8 + size + (size % 2);
  }
  throw wrong('it has no sound in it');
}

/** The mean of the channels, with straight lines between samples. */
function resampled(body: Buffer, channels: number, rate: number): Int16Array {
  const frames = Math.floor(body.length / (2 * channels));
  const mono = new Float32Array(frames);
  for (let frame = 0; frame < frames; frame += 1) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1) sum += body.readInt16LE((frame * channels + channel) * 2);
    mono[frame] = sum / channels;
  }
  const length = Math.min(Math.floor((frames * RATE) / rate), MOST_SECONDS * RATE);
  return Int16Array.from({ length }, (_, index) => {
    const at = (index * rate) / RATE;
    const before = mono[Math.floor(at)] ?? 0;
    const after = mono[Math.min(frames - 1, Math.floor(at) + 1)] ?? before;
    return Math.round(before + (after - before) * (at - Math.floor(at)));
  });
}
