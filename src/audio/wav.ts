/** A complete WAV file (RIFF, PCM, 16 bit, mono) of those samples. */
export function encodeWav(samples: Int16Array, rate: number): Uint8Array {
  const bytes = samples.length * 2;
  const file = new Uint8Array(44 + bytes);
  const view = new DataView(file.buffer);
  const tag = (at: number, name: string) => {
    for (let i = 0; i < 4; i++) file[at + i] = name.charCodeAt(i);
  };
  tag(0, 'RIFF');
  view.setUint32(4, 36 + bytes, true);
  tag(8, 'WAVE');
  tag(12, 'fmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  tag(36, 'data');
  view.setUint32(40, bytes, true);
  for (let i = 0; i < samples.length; i++) view.setInt16(44 + i * 2, samples[i] as number, true);
  return file;
}
