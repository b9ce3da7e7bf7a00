/** Between the session's audio formats and what the simulator works on: PCM16, 24 kHz, mono. G.711 has 8000 samples a second. */
import { decodeBytes } from '../audio/decode';
import { toALaw, toMuLaw } from '../audio/encode';
import { refusal } from './wire';

/** A format's name as in the session's configuration. */
export type FormatName = 'audio/pcm' | 'audio/pcmu' | 'audio/pcma';

/** Largest audio in one event, in bytes. */
const MAX_APPEND = 15 * 1024 * 1024;

/** Bytes of base64 audio. Throws a `Refusal` when there is nothing, too much, or something else. */
export function decodeBase64(audio: string, param: string): Buffer {
  if (audio === '') throw refusal('audioEmpty', { path: param }, param);
  if (audio.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(audio)) {
    throw refusal('audioInvalid', { path: param }, param);
  }
  const bytes = Buffer.from(audio, 'base64');
  if (bytes.length > MAX_APPEND) {
    throw refusal('audioTooLong', { path: param, limit: MAX_APPEND, value: bytes.length }, param);
  }
  return bytes;
}

/** PCM16 at 24 kHz from bytes of that format; an odd last byte of PCM is left out. */
export function toPcm(bytes: Uint8Array, format: FormatName): Uint8Array {
  if (format === 'audio/pcm') return bytes.subarray(0, bytes.length & ~1);
  const values = decodeBytes(bytes, { codec: format === 'audio/pcmu' ? 'mulaw' : 'alaw', rate: 8000 });
  const out = Buffer.alloc(values.length * 6);
  let before = values[0] ?? 0;
  values.forEach((value, index) => {
    for (const third of [1, 2, 3]) {
      out.writeInt16LE(Math.round(before + ((value - before) * third) / 3), index * 6 + (third - 1) * 2);
    }
    before = value;
  });
  return out;
}

/** Bytes of that format from PCM16 at 24 kHz. */
export function fromPcm(pcm: Uint8Array, format: FormatName): Buffer {
  const view = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.length);
  if (format === 'audio/pcm') return view;
  const compress = format === 'audio/pcmu' ? toMuLaw : toALaw;
  const out = Buffer.alloc(Math.floor(pcm.length / 6));
  for (let index = 0; index < out.length; index += 1) {
    const sum = view.readInt16LE(index * 6) + view.readInt16LE(index * 6 + 2) + view.readInt16LE(index * 6 + 4);
    out[index] = compress(Math.round(sum / 3));
  }
  return out;
}

/** A view of PCM bytes as samples; copies when they do not lie at an even address. */
export function samplesOf(pcm: Uint8Array): Int16Array {
  const aligned = pcm.byteOffset % 2 === 0 ? pcm : Uint8Array.from(pcm);
  return new Int16Array(aligned.buffer, aligned.byteOffset, aligned.length >> 1);
}
