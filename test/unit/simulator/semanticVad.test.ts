import { describe, expect, it } from 'vitest';
import { semanticSilence } from '../../../src/audio/vad';
import type { Json } from '../../../src/simulator/wire';
import { Script, only } from './script';
import { silence, speech } from './speech';

const RATE = 24;
/** A voice of so many ms that ends `fallDb` softer than it began; half of its length falls. */
function voice(ms: number, fallDb: number): Buffer {
  const samples = Int16Array.from({ length: ms * RATE }, (_, at) => {
    const part = Math.max(0, (at / (ms * RATE) - 0.5) * 2);
    return 9000 * 10 ** ((-fallDb * part) / 20) * Math.sin(at / 12);
  });
  return Buffer.from(samples.buffer);
}

/** Silence after the voice until the server says that speech has stopped, ms; undefined when it does not within 9 s. */
function waited(said: Buffer, turns: Json): number | undefined {
  const script = new Script();
  const [updated] = script.update({ audio: { input: { turn_detection: { type: 'semantic_vad', ...turns } } } });
  expect(updated?.type).toBe('session.updated');
  const events = script.hear(Buffer.concat([silence(500), said, silence(9000)]));
  const [stopped] = only(events, 'input_audio_buffer.speech_stopped');
  return stopped ? Number(stopped['audio_end_ms']) - 500 - said.length / 48 : undefined;
}

const MOST: [string, number][] = [
  ['low', 8000],
  ['medium', 4000],
  ['auto', 4000],
  ['high', 2000],
];

describe('semantic turn detection', () => {
  it.each(MOST)('of eagerness %s waits nearly %i ms after a short word that does not fall', (eagerness, most) => {
    const waitedMs = waited(voice(200, 0), { eagerness }) ?? 0;
    expect(waitedMs).toBeGreaterThan(most * 0.9);
    expect(waitedMs).toBeLessThanOrEqual(most + 20);
  });

  it.each(MOST)(
    'of eagerness %s waits an eighth of %i ms after a long utterance that trails off',
    (eagerness, most) => {
      // What is too soft to be heard is silence already: less is left of the waiting.
      const waitedMs = waited(voice(5000, 26), { eagerness }) ?? Infinity;
      expect(waitedMs).toBeLessThan(most * 0.2);
      expect(waitedMs).toBeGreaterThan(most * 0.05);
    },
  );

  it('left to itself is auto', () => {
    expect(waited(voice(200, 0), {})).toBe(waited(voice(200, 0), { eagerness: 'auto' }));
  });

  it('waits the less, the longer and the more falling an utterance was', () => {
    const lengths = [100, 500, 1000, 2000, 3000, 6000].map((ms) => semanticSilence(4000, ms, 3));
    const falls = [-5, 0, 3, 6, 9, 20].map((db) => semanticSilence(4000, 1000, db));
    for (const row of [lengths, falls]) expect(row).toEqual([...row].sort((one, other) => other - one));
    expect(semanticSilence(4000, 0, 0)).toBe(4000);
    expect(semanticSilence(4000, 10_000, 30)).toBe(500);
  });

  it('does not end a turn in a pause that server_vad takes for its end', () => {
    const said = [voice(400, 0), silence(700), voice(400, 0), silence(9000)];
    const turnsOf = (turns: Json): number => {
      const script = new Script();
      script.update({ audio: { input: { turn_detection: { create_response: false, ...turns } } } });
      return only(script.hear(Buffer.concat(said)), 'input_audio_buffer.committed').length;
    };
    expect(turnsOf({ type: 'server_vad' })).toBe(2);
    expect(turnsOf({ type: 'semantic_vad', eagerness: 'high' })).toBe(1);
  });

  it('ends a spoken sentence sooner than it would wait at most, and answers it', () => {
    const script = new Script();
    script.update({ audio: { input: { turn_detection: { type: 'semantic_vad', eagerness: 'medium' } } } });
    const said = speech('I would like to know when the next train to the coast leaves.');
    const events = [...script.hear(Buffer.concat([silence(300), said, silence(3500)])), ...script.wait(30_000)];
    expect(only(events, 'input_audio_buffer.committed')).toHaveLength(1);
    expect(only(events, 'response.done')).toHaveLength(1);
  });
});
