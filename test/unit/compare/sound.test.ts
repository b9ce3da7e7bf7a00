import { describe, expect, it } from 'vitest';
import { decodeBytes } from '../../../src/audio/decode';
import { toALaw, toMuLaw } from '../../../src/audio/encode';
import { compareTraces } from '../../../src/compare/compare';
import type { SoundPair } from '../../../src/compare/model';
import { SoundPrint, soundsAlike } from '../../../src/compare/sound';
import { soundText } from '../../../src/compare/wording';
import { speak } from '../../../src/simulator/voice';
import { made, type Said } from './made';

const RATE = 24_000;
const ONE = speak('Good morning, how can I help you today? We have tea, milk and rain.', 'marin', 1);
const OTHER = speak('The weather in Bergen is foggy, at ten degrees, and the wind is low.', 'marin', 1);

/** In pieces of so many samples. */
function print(samples: Int16Array, rate = RATE, piece = 960): SoundPrint {
  const made = new SoundPrint();
  for (let at = 0; at < samples.length; at += piece) made.add(samples.subarray(at, at + piece), rate);
  return made;
}
/** As a telephone carries it: the mean of every three samples, at 8 kHz. */
function telephone(samples: Int16Array, toByte: (sample: number) => number): Uint8Array {
  return Uint8Array.from({ length: Math.floor(samples.length / 3) }, (_, n) =>
    toByte(Math.round((samples[3 * n]! + samples[3 * n + 1]! + samples[3 * n + 2]!) / 3)),
  );
}
function later(samples: Int16Array, ms: number): Int16Array {
  const out = new Int16Array(samples.length + (ms * RATE) / 1000);
  out.set(samples, (ms * RATE) / 1000);
  return out;
}
const quieter = (samples: Int16Array) => samples.map((sample) => Math.round(sample / 10));

describe('two sounds', () => {
  it.each<[string, SoundPrint]>([
    ['cut into other pieces', print(ONE, RATE, 333)],
    ['in mu-law at 8 kHz', print(decodeBytes(telephone(ONE, toMuLaw), { codec: 'mulaw', rate: 8000 }), 8000)],
    ['in A-law at 8 kHz', print(decodeBytes(telephone(ONE, toALaw), { codec: 'alaw', rate: 8000 }), 8000)],
    ['a tenth as strong', print(quieter(ONE))],
    ['after 90 ms of silence', print(later(ONE, 90))],
    ['only its first second', print(ONE.subarray(0, RATE))],
  ])('are the same: %s', (_what, other) => {
    expect(soundsAlike(print(ONE), other)).toBe(true);
    expect(soundsAlike(other, print(ONE))).toBe(true);
  });

  it.each<[string, SoundPrint]>([
    ['other words', print(OTHER)],
    ['silence', print(new Int16Array(ONE.length))],
    ['the same words backwards', print(Int16Array.from(ONE).reverse())],
    ['after half a second', print(later(ONE, 500))],
    ['next to nothing', print(ONE.subarray(0, 100))],
    ['nothing', print(new Int16Array(0))],
  ])('are not the same: %s', (_what, other) => {
    expect(soundsAlike(print(ONE), other)).toBe(false);
    expect(soundsAlike(other, print(ONE))).toBe(false);
  });

  it('are both silent', () => {
    expect(soundsAlike(print(new Int16Array(9000)), print(new Int16Array(3000).fill(3)))).toBe(true);
  });

  it('keep half an hour at most', () => {
    const long = new SoundPrint();
    const second = new Int16Array(8000);
    for (let n = 0; n < 1801; n++) long.add(second, 8000);
    expect(long.isFull).toBe(true);
    expect(long.frames).toBe(90_000);
  });
});

describe('two traces', () => {
  const pcm = (samples: Int16Array, piece: number): Said[] => {
    const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
    return pieces(bytes, piece);
  };
  const pieces = (bytes: Buffer, piece: number): Said[] =>
    Array.from({ length: Math.ceil(bytes.length / piece) }, (_, n): Said => [
      '>',
      {
        type: 'input_audio_buffer.append',
        audio: bytes.subarray(n * piece, (n + 1) * piece).toString('base64'),
      },
    ]);
  const format = (type: string): Said => [
    '<',
    { type: 'session.created', session: { type: 'realtime', audio: { input: { format: { type } } } } },
  ];
  async function sound(a: Said[], b: Said[], ignore?: readonly 'sound'[]): Promise<[SoundPair | null, string]> {
    const { sessions } = await compareTraces(await made(a), await made(b), { ignore });
    const [pair] = sessions[0]!.events.filter(({ a, b }) => a?.audioMs && b?.audioMs);
    return [pair!.sound, pair!.status];
  }
  const told = async (a: Said[], b: Said[]) => soundText((await sound(a, b))[0]!);

  it('are told by what is heard in them', async () => {
    const voice = pcm(ONE, 9600);
    expect(await sound(voice, pcm(ONE, 1001))).toMatchObject([{ kind: 'bytes', louder: null }, 'same']);
    expect(await told(voice, pcm(ONE, 1000))).toBe('same sound');
    expect(await told(voice, pcm(quieter(ONE), 9600))).toBe('same sound, 20 dB quieter');
    expect(await told(voice, pcm(later(OTHER, 40).subarray(0, ONE.length), 9600))).toMatch(/^other sound, as long/);
    expect(await told(voice, pcm(ONE.subarray(0, ONE.length - 0.8 * RATE), 9600))).toMatch(
      /^same sound, shorter by 800 ms/,
    );
  });

  it('spoke in other codecs', async () => {
    const a = [format('audio/pcm'), ...pcm(ONE, 9600)];
    const b = [format('audio/pcmu'), ...pieces(Buffer.from(telephone(ONE, toMuLaw)), 160)];
    expect(await sound(a, b)).toMatchObject([{ kind: 'same' }, 'same']);
  });

  it('differ where one is longer, unless sound is left out', async () => {
    const [a, b] = [pcm(ONE, 9600), pcm(later(OTHER, 1800), 9600)];
    expect(await sound(a, b)).toMatchObject([{ kind: 'other' }, 'changed']);
    expect(await sound(a, b, ['sound'])).toMatchObject([{ kind: 'other' }, 'same']);
    expect(await told(a, b)).toMatch(/^other sound, longer by \d\.\d s/);
  });
});
