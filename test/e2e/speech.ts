/** Real speech for tests: espeak-ng says a sentence, resampled to what the Realtime API takes. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import wavefile from 'wavefile';
import { findEspeak } from '../../scripts/lib/system.mjs';

/** Writes `text`, spoken, to a file of 16-bit little-endian mono samples at 24 kHz, and returns its path. */
export async function speak(text: string, folder: string): Promise<string> {
  const espeak = findEspeak();
  if (!espeak) throw new Error('espeak-ng is missing; "node scripts/setup.mjs espeak" gets it.');
  const spoken = join(folder, 'speech.wav');
  await promisify(execFile)(espeak, ['-w', spoken, text]);
  const wav = new wavefile.WaveFile(await readFile(spoken));
  wav.toSampleRate(24_000);
  wav.toBitDepth('16');
  const samples = wav.getSamples(false, Int16Array) as unknown as Int16Array;
  const file = join(folder, 'speech.pcm');
  await writeFile(file, Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength));
  return file;
}
