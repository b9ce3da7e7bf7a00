import { afterEach, expect, it } from 'vitest';
import { heardSilence } from '../../../src/replay/client/heardSilence';
import { sweepRow } from '../../../src/replay/client/sweep';
import { cleanUp } from '../fidelity/bed';
import { silence, speech } from '../simulator/speech';
import { linesOf, Tape, written } from './taped';

afterEach(cleanUp);

const spoken = speech('What do you think about it?');

/** How long after the voice the server answers, with this turn detection. */
function taped(detection: object, before = silence(300)): string {
  const tape = new Tape();
  tape.send({
    type: 'session.update',
    session: { type: 'realtime', audio: { input: { turn_detection: detection } } },
  });
  tape.hear(Buffer.concat([before, spoken, silence(6000)]));
  tape.wait(3000);
  return tape.file();
}

/** When the first sound of the answer came, and when the voice of `spoken` had ended in a stream that began `beforeMs` earlier, ms. */
function byHand(file: string, beforeMs: number): number {
  const events = linesOf(file).filter(({ kind }) => kind === 'event');
  const first = events.find(({ event }) => event?.['type'] === 'input_audio_buffer.append');
  const answer = events.find(({ event }) => event?.['type'] === 'response.output_audio.delta');
  let samples = spoken.length / 2;
  while (samples > 0 && Math.abs(spoken.readInt16LE(2 * samples - 2)) < 300) samples--;
  return (answer?.t ?? NaN) - ((first?.t ?? NaN) - 100 + beforeMs + samples / 24);
}

it('is what the user waits in silence, though both servers call their end of speech prompt', async () => {
  const quick = taped({ type: 'server_vad', silence_duration_ms: 300 });
  const slow = taped({ type: 'server_vad', silence_duration_ms: 3300 });
  const [one, other] = [await heardSilence(quick, 's1'), await heardSilence(slow, undefined)];
  expect(one?.count).toBe(1);
  expect(Math.abs((one?.p50 ?? NaN) - byHand(quick, 300))).toBeLessThan(40);
  expect(Math.abs((other?.p50 ?? NaN) - (one?.p50 ?? NaN) - 3000)).toBeLessThan(120);
  const rows = [await sweepRow('quick', quick, undefined), await sweepRow('slow', slow, undefined)];
  // What the sweep had told until then: no difference.
  expect(Math.abs((rows[0]?.endpointing?.p50 ?? NaN) - (rows[1]?.endpointing?.p50 ?? NaN))).toBeLessThan(200);
  expect(rows.map((row) => row.silence?.p50)).toEqual([one?.p50, other?.p50]);
});

it('takes neither the noise of a room nor a click for a voice', async () => {
  const clean = taped({ type: 'server_vad', silence_duration_ms: 2000 });
  const told = await heardSilence(clean, 's1');
  // The same session with a hum under all of it, and a click one second after the voice.
  let clock = 0;
  const clickAt = (300 + spoken.length / 48 + 1000) * 24;
  const noisy = linesOf(clean).map((line) => {
    if (line.event?.['type'] !== 'input_audio_buffer.append') return JSON.stringify(line);
    const samples = new Int16Array(new Uint8Array(Buffer.from(String(line.event['audio']), 'base64')).buffer);
    for (const [index, sample] of samples.entries()) {
      const click = clock >= clickAt && clock < clickAt + 240 ? 20_000 : 0;
      const hum = 450 * Math.sin(clock++ / 20);
      samples[index] = Math.max(-32_768, Math.min(32_767, sample + hum + click));
    }
    return JSON.stringify({ ...line, event: { ...line.event, audio: Buffer.from(samples.buffer).toString('base64') } });
  });
  const heard = await heardSilence(written(`${noisy.join('\n')}\n`), 's1');
  expect(Math.abs((heard?.p50 ?? NaN) - (told?.p50 ?? NaN))).toBeLessThan(100);
});

it('is not told where nobody spoke or nothing answered', async () => {
  const tape = new Tape();
  tape.hear(silence(1000));
  expect(await heardSilence(tape.file(), undefined)).toBeUndefined();
});
