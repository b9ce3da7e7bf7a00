import { describe, expect, it } from 'vitest';
import { decodeBytes } from '../../../src/audio/decode';
import { advance, NEW_SESSION } from '../../../src/protocol';
import { encodeSamples, inputFormat, tone } from '../../../webview/logic/composeAudio';

describe('sound that is sent from the composer', () => {
  const format = (audio: object) =>
    inputFormat(
      advance(NEW_SESSION, { type: 'session.created', session: { audio: { input: { format: audio } } } }, 'server'),
    );
  it('is encoded to the format that the session takes', () => {
    expect(inputFormat(undefined)).toEqual({ codec: 'pcm16', rate: 24_000 });
    expect(format({ type: 'audio/pcmu' })).toEqual({ codec: 'mulaw', rate: 8000 });
    for (const type of ['audio/pcm', 'audio/pcmu', 'audio/pcma']) {
      const target = format({ type });
      const samples = tone(440, 100, target.rate);
      const back = decodeBytes(encodeSamples(samples, target), target);
      expect(back).toHaveLength(samples.length);
      const worst = samples.reduce(
        (most, sample, at) => Math.max(most, Math.abs(sample - (back[at] ?? 0) / 32_767)),
        0,
      );
      expect(worst).toBeLessThan(target.codec === 'pcm16' ? 1e-4 : 0.02);
      expect(Math.max(...samples)).toBeGreaterThan(0.2);
    }
    expect(encodeSamples(Float32Array.of(9, -9), { codec: 'pcm16', rate: 24_000 })).toEqual(
      Uint8Array.of(0xff, 0x7f, 0x01, 0x80),
    );
    expect(Math.max(...tone(0, 50, 8000))).toBe(0);
  });
});
