/** WAV files: RIFF, PCM, 16 bit. */

/** Bytes before the samples. */
export const WAV_HEADER_BYTES = 44;
/** Most bytes of samples: sizes in a WAV have 32 bits. */
export const MOST_WAV_BYTES = 0xffff_ffff - WAV_HEADER_BYTES;

/** The beginning of a file with so many samples of each channel. */
export function wavHeader(frames: number, rate: number, channels: 1 | 2): Uint8Array {
  const bytes = frames * 2 * channels;
  const header = new Uint8Array(WAV_HEADER_BYTES);
  const view = new DataView(header.buffer);
  const tag = (at: number, name: string) => {
    for (let i = 0; i < 4; i++) header[at + i] = name.charCodeAt(i);
  };
  tag(0, 'RIFF');
  view.setUint32(4, 36 + bytes, true);
  tag(8, 'WAVE');
  tag(12, 'fmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2 * channels, true);
  view.setUint16(32, 2 * channels, true);
  view.setUint16(34, 16, true);
  tag(36, 'data');
  view.setUint32(40, bytes, true);
  return header;
}

/** Samples as they stand in the file: little endian, of two channels in turns. */
export function wavSamples(left: Int16Array, right?: Int16Array): Uint8Array {
  const channels = right ? 2 : 1;
  const data = new Uint8Array(left.length * 2 * channels);
  const view = new DataView(data.buffer);
  for (let i = 0; i < left.length; i++) {
    view.setInt16(i * 2 * channels, left[i] as number, true);
    if (right) view.setInt16(i * 4 + 2, right[i] ?? 0, true);
  }
  return data;
}

/** A complete mono file of those samples. */
export function encodeWav(samples: Int16Array, rate: number): Uint8Array {
  const file = new Uint8Array(WAV_HEADER_BYTES + samples.length * 2);
  file.set(wavHeader(samples.length, rate, 1));
  file.set(wavSamples(samples), WAV_HEADER_BYTES);
  return file;
}
