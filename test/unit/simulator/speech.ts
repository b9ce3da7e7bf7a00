import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import wavefile from 'wavefile';

/** A spoken sentence as PCM16, 24 kHz mono (48 bytes a millisecond), from the system's espeak-ng. */
export function speech(sentence: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'speech-'));
  try {
    const file = join(folder, 'said.wav');
    execFileSync('espeak-ng', ['-v', 'en', '-w', file, sentence]);
    const wav = new wavefile.WaveFile(readFileSync(file));
    wav.toSampleRate(24_000);
    const samples = Int16Array.from(wav.getSamples(false, Int16Array) as unknown as Int16Array);
    return Buffer.from(samples.buffer);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Silence of that many milliseconds. */
export function silence(ms: number): Buffer {
  return Buffer.alloc(ms * 48);
}

/** Mean loudness in dB below full scale; -100 for digital silence. */
export function loudness(pcm: Uint8Array): number {
  const samples = new Int16Array(pcm.buffer.slice(pcm.byteOffset, pcm.byteOffset + (pcm.length & ~1)));
  const sum = samples.reduce((total, sample) => total + sample * sample, 0);
  const rms = Math.sqrt(sum / Math.max(1, samples.length)) / 32_768;
  return rms < 1e-5 ? -100 : 20 * Math.log10(rms);
}
