import { describe, expect, it } from 'vitest';
import { decodeBytes } from '../../../src/audio/decode';
import { DEFAULT_FORMAT, type AudioFormat } from '../../../src/audio/format';
import type { RuleSession } from '../../../src/rules/model';
import { message, rulesOf, sentText } from './passing';

const FORMATS: [name: string, session: unknown, format: AudioFormat, silence: number][] = [
  ['PCM16', { audio: { input: { format: { type: 'audio/pcm', rate: 24000 } } } }, DEFAULT_FORMAT, 0],
  ['mu-law', { audio: { input: { format: { type: 'audio/pcmu' } } } }, { codec: 'mulaw', rate: 8000 }, 0xff],
  ['A-law', { audio: { input: { format: { type: 'audio/pcma' } } } }, { codec: 'alaw', rate: 8000 }, 0xd5],
  ['mu-law of the beta', { input_audio_format: 'g711_ulaw' }, { codec: 'mulaw', rate: 8000 }, 0xff],
];
const append = (bytes: Uint8Array) =>
  message('client', { type: 'input_audio_buffer.append', event_id: 'e', audio: Buffer.from(bytes).toString('base64') });
const loud = (length: number) => Buffer.from(Array.from({ length }, (_, index) => 16 + (index % 90)));

/** The bytes that go on, as they were when nothing was changed. */
function heard(session: RuleSession, bytes: Uint8Array): Buffer {
  const text = sentText(session.message(append(bytes)));
  if (text === undefined) return Buffer.from(bytes);
  const event = JSON.parse(text) as { type: string; event_id: string; audio: string };
  expect([event.type, event.event_id]).toEqual(['input_audio_buffer.append', 'e']);
  return Buffer.from(event.audio, 'base64');
}

describe.each(FORMATS)('audio in %s', (_name, session, format, silence) => {
  const started = (corruptAudio: unknown, seed = 1) => {
    const one = rulesOf([{ match: 'from:client', corruptAudio }]).session('s1', { seed });
    expect(one.message(message('server', { type: 'session.updated', session }))).toBeUndefined();
    return one;
  };
  const second = format.codec === 'pcm16' ? format.rate * 2 : format.rate;

  it('is muted with its own silence, and keeps its length', () => {
    const bytes = loud(second);
    const muted = heard(started('silence'), bytes);
    expect(muted.length).toBe(bytes.length);
    expect(muted.every((byte) => byte === silence)).toBe(true);
    expect(Math.max(...decodeBytes(muted, format).map(Math.abs))).toBeLessThan(10);
  });

  it('loses about the share asked for, in pieces of 20 ms that come in runs', () => {
    const one = started({ with: 'loss', rate: 0.2 });
    const frame = second / 50;
    const lost: boolean[] = [];
    for (let nth = 0; nth < 60; nth += 1) {
      const after = heard(one, loud(second));
      expect(after.length).toBe(second);
      for (let at = 0; at < second; at += frame)
        lost.push(after.subarray(at, at + frame).every((byte) => byte === silence));
    }
    const share = lost.filter(Boolean).length / lost.length;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.25);
    const runs = lost.filter((is, index) => is && !lost[index - 1]).length;
    expect(lost.filter(Boolean).length / runs).toBeGreaterThan(2);
  });

  it('gets noise of the level asked for', () => {
    const quiet = Buffer.alloc(second, silence);
    const noisy = decodeBytes(heard(started({ with: 'noise', level: -20 }), quiet), format);
    const power = Math.sqrt(noisy.reduce((sum, sample) => sum + sample * sample, 0) / noisy.length);
    const level = 20 * Math.log10(power / 32_768);
    expect(level).toBeGreaterThan(-21.5);
    expect(level).toBeLessThan(-18.5);
  });
});

describe('audio', () => {
  it('of a response is in the format it was asked for in', () => {
    const one = rulesOf([{ corruptAudio: 'silence' }]).session('s1', { seed: 1 });
    const audio = { output: { format: { type: 'audio/pcmu' } } };
    one.message(message('server', { type: 'response.created', response: { id: 'r2', audio } }));
    const delta = (response_id: string) => {
      const event = { type: 'response.output_audio.delta', response_id, delta: loud(320).toString('base64') };
      return Buffer.from(JSON.parse(sentText(one.message(message('server', event)))!).delta as string, 'base64')[0];
    };
    expect([delta('r1'), delta('r2')]).toEqual([0, 0xff]);
  });

  it('keeps its format for the next rule set, which came too late to hear of it', () => {
    const before = rulesOf([{ corruptAudio: 'silence' }]).session('s1', { seed: 1 });
    before.message(message('server', { type: 'session.created', session: FORMATS[1]![1] }));
    const { formats } = before;
    const after = rulesOf([{ corruptAudio: 'silence' }]).session('s1', { seed: 1, formats });
    expect(heard(after, loud(160))[0]).toBe(0xff);
  });

  it('half a sample at the end stays, and what is no base64 is left alone', () => {
    const one = rulesOf([{ corruptAudio: 'silence' }]).session('s1', { seed: 1 });
    expect([...heard(one, Buffer.of(1, 2, 3))]).toEqual([0, 0, 3]);
    for (const audio of ['%%%', '', 'AAA', 7, null])
      expect(one.message(message('client', { type: 'input_audio_buffer.append', audio }))).toBeUndefined();
    expect(one.message(message('client', { type: 'session.update', audio: 'AAAA' }))).toBeUndefined();
  });
});
