/** From base64 to samples. Nothing here throws: what cannot be decoded is left out, and said. */
import { DEFAULT_FORMAT, type AudioFormat } from './format';

/** 16-bit mono samples, and what was wrong with their source ('' when nothing was). */
export interface Decoded {
  samples: Int16Array;
  problem: string;
}

/** Decodes base64 (plain or URL-safe) of audio in that format. */
export function decodeAudio(base64: string, format: AudioFormat = DEFAULT_FORMAT): Decoded {
  const bytes = Buffer.from(base64, 'base64');
  const problems: string[] = [];
  // Node drops what is not base64 without a word; the length betrays it.
  if (bytes.length !== base64Bytes(base64) || base64.replace(/={1,2}$/, '').length % 4 === 1)
    problems.push('it holds characters that are not base64');
  if (format.codec === 'pcm16' && bytes.length % 2 === 1) problems.push('its last sample is cut in half');
  if (bytes.length > 44 && bytes.readUInt32BE(0) === 0x52494646)
    problems.push('it begins with a WAV header, played as sound');
  return { samples: decodeBytes(bytes, format), problem: problems.join('; ') };
}

/** Decodes bytes of audio; half a sample at the end is left out. */
export function decodeBytes(bytes: Uint8Array, format: AudioFormat): Int16Array {
  if (format.codec === 'pcm16') return decodePcm16(bytes);
  const table = format.codec === 'mulaw' ? MU_LAW : A_LAW;
  const samples = new Int16Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) samples[i] = table[bytes[i] as number] as number;
  return samples;
}

/** Bytes that base64 text decodes to when every character of it counts. */
export function base64Bytes(base64: string): number {
  let length = base64.length;
  while (length > 0 && base64.charCodeAt(length - 1) === 0x3d && base64.length - length < 2) length--;
  return Math.floor((length * 3) / 4);
}

/** Whether this machine writes numbers as PCM16 does. */
export const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function decodePcm16(bytes: Uint8Array): Int16Array {
  const count = bytes.length >> 1;
  const samples = new Int16Array(count);
  if (LITTLE_ENDIAN) {
    new Uint8Array(samples.buffer).set(bytes.subarray(0, count * 2));
    return samples;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, count * 2);
  for (let i = 0; i < count; i++) samples[i] = view.getInt16(i * 2, true);
  return samples;
}

/** ITU-T G.711: a sign, three bits of exponent, four of mantissa; mu-law is stored inverted and biased by 33 (132 in 16 bits). */
const MU_LAW = Int16Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + 132) << ((bits >> 4) & 7)) - 132;
  return bits & 0x80 ? -magnitude : magnitude;
});

/** ITU-T G.711: A-law has every other bit inverted; its lowest segment is linear. */
const A_LAW = Int16Array.from({ length: 256 }, (_, code) => {
  const bits = code ^ 0x55;
  const exponent = (bits >> 4) & 7;
  const mantissa = ((bits & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 256) << (exponent - 1);
  return bits & 0x80 ? magnitude : -magnitude;
});
