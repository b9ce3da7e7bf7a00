/** Sound made worse on purpose. Its length stays, so that whoever counts milliseconds counts the same. */
import type { AudioFormat } from '../audio/format';
import { decodeBytes } from '../audio/decode';
import { toALaw, toMuLaw } from '../audio/encode';
import type { Random } from '../protocol/random';

/**
 * `silence` and `noise` change each 20 ms with the chance `rate`, from 0 to 1; `level` is the noise's, dB below full scale.
 * `loss` leaves gaps out that come in runs, as on real networks; `rate` is the share of the sound that is lost.
 */
export type AudioFault =
  { with: 'silence'; rate: number } | { with: 'noise'; rate: number; level: number } | { with: 'loss'; rate: number };

/** What one stream of sound must remember between its pieces: whether a run of losses goes on. */
export interface FaultState {
  lost: boolean;
}

const FRAME_MS = 20;
/** Frames in a run of losses, on average: 60 ms. */
const RUN = 3;

/** The silent byte of each codec. */
const SILENT = { pcm16: 0, mulaw: 0xff, alaw: 0xd5 } as const;

/** Base64 of the worse sound, as long as it was; undefined when nothing was changed, or it is no base64. */
export function corruptBase64(
  base64: string,
  format: AudioFormat,
  fault: AudioFault,
  random: Random,
  state: FaultState,
): string | undefined {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length === 0 || bytes.toString('base64') !== base64) return undefined;
  return corrupt(bytes, format, fault, random, state) ? bytes.toString('base64') : undefined;
}

/** Changes the bytes in place; true when it changed any. */
function corrupt(bytes: Buffer, format: AudioFormat, fault: AudioFault, random: Random, state: FaultState): boolean {
  const width = format.codec === 'pcm16' ? 2 : 1;
  const frame = Math.max(1, Math.round((format.rate * FRAME_MS) / 1000)) * width;
  // Half a sample at the end stays.
  const end = bytes.length - (bytes.length % width);
  let any = false;
  for (let at = 0; at < end; at += frame) {
    if (!hits(fault, random, state)) continue;
    any = true;
    const part = bytes.subarray(at, Math.min(at + frame, end));
    if (fault.with === 'noise') addNoise(part, format, fault.level, random);
    else part.fill(SILENT[format.codec]);
  }
  return any;
}

/** Losses are a Markov chain of two states (Gilbert), whose share of lost frames is `rate`. */
function hits(fault: AudioFault, random: Random, state: FaultState): boolean {
  if (fault.with !== 'loss' || fault.rate >= 1) return random.next() < fault.rate;
  if (fault.rate <= 0) return false;
  const end = 1 / RUN;
  // Above 3/4 runs must be longer than RUN for the share to be reached.
  const begin = Math.min(1, (fault.rate * end) / (1 - fault.rate));
  const goesOn = 1 - (begin * (1 - fault.rate)) / fault.rate;
  state.lost = random.next() < (state.lost ? goesOn : begin);
  return state.lost;
}

function addNoise(part: Buffer, format: AudioFormat, level: number, random: Random): void {
  // Evenly spread numbers have the power of a third of their largest.
  const size = 32_768 * 10 ** (level / 20) * Math.sqrt(3);
  const noisy = (sample: number) =>
    Math.max(-32_768, Math.min(32_767, Math.round(sample + (random.next() * 2 - 1) * size)));
  if (format.codec === 'pcm16') {
    for (let at = 0; at + 1 < part.length; at += 2) part.writeInt16LE(noisy(part.readInt16LE(at)), at);
    return;
  }
  const encode = format.codec === 'mulaw' ? toMuLaw : toALaw;
  decodeBytes(part, format).forEach((sample, index) => {
    part[index] = encode(noisy(sample));
  });
}
