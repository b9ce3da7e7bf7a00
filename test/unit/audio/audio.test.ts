import { describe, expect, it } from 'vitest';
import { WaveFile } from 'wavefile';
import { assembleClip, resample } from '../../../src/audio/clip';
import { base64Bytes, decodeAudio } from '../../../src/audio/decode';
import { bytesToMs, parseAudioFormat } from '../../../src/audio/format';
import { PeakBuckets, peaksOf } from '../../../src/audio/peaks';
import { encodeWav } from '../../../src/audio/wav';

const every = Uint8Array.from({ length: 256 }, (_, code) => code);
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

describe('decodeAudio', () => {
  it('reads 16-bit little-endian PCM', () => {
    const samples = Int16Array.from([0, 1, -1, 32767, -32768, 256]);
    expect(decodeAudio(base64(new Uint8Array(samples.buffer)))).toEqual({ samples, problem: '' });
  });

  it('decodes every mu-law code as wavefile does', () => {
    const wav = new WaveFile();
    wav.fromScratch(1, 8000, '8m', every);
    wav.fromMuLaw();
    const { samples } = decodeAudio(base64(every), { codec: 'mulaw', rate: 8000 });
    expect([...samples]).toEqual([...wav.getSamples(false, Int16Array)]);
  });

  it('decodes every A-law code as wavefile does', () => {
    const wav = new WaveFile();
    wav.fromScratch(1, 8000, '8a', every);
    wav.fromALaw();
    const { samples } = decodeAudio(base64(every), { codec: 'alaw', rate: 8000 });
    expect([...samples]).toEqual([...wav.getSamples(false, Int16Array)]);
  });

  it('leaves half a sample out, and says so', () => {
    const { samples, problem } = decodeAudio(base64(Uint8Array.of(1, 0, 2)));
    expect([...samples]).toEqual([1]);
    expect(problem).toMatch(/cut in half/);
  });

  it.each(['!!!!', 'AA AA', 'data:audio/wav;base64,AAAA', '\u{1f3a4}'])('reports %s instead of throwing', (text) => {
    expect(decodeAudio(text).problem).toMatch(/not base64/);
  });

  it('takes URL-safe base64, with and without padding, and nothing at all', () => {
    const bytes = Uint8Array.of(0xfb, 0xff);
    for (const text of ['+/8=', '-_8=', '-_8']) {
      expect(decodeAudio(text)).toEqual({ samples: new Int16Array(bytes.buffer), problem: '' });
    }
    expect(decodeAudio('')).toEqual({ samples: new Int16Array(0), problem: '' });
  });

  it('notices a WAV header among the samples', () => {
    expect(decodeAudio(base64(encodeWav(new Int16Array(10), 24_000))).problem).toMatch(/WAV header/);
  });
});

describe('base64Bytes', () => {
  it('counts what the text decodes to', () => {
    for (let length = 0; length < 20; length++) {
      expect(base64Bytes(Buffer.alloc(length).toString('base64'))).toBe(length);
      expect(base64Bytes(Buffer.alloc(length).toString('base64url'))).toBe(length);
    }
  });
});

describe('parseAudioFormat', () => {
  const cases: [value: unknown, expected: ReturnType<typeof parseAudioFormat>][] = [
    [
      { type: 'audio/pcm', rate: 24000 },
      { codec: 'pcm16', rate: 24000 },
    ],
    [
      { type: 'audio/pcm', rate: 16000 },
      { codec: 'pcm16', rate: 16000 },
    ],
    [
      { type: 'audio/pcm', rate: 0 },
      { codec: 'pcm16', rate: 24000 },
    ],
    [{ type: 'audio/pcmu' }, { codec: 'mulaw', rate: 8000 }],
    [{ type: 'audio/pcma' }, { codec: 'alaw', rate: 8000 }],
    ['pcm16', { codec: 'pcm16', rate: 24000 }],
    ['g711_ulaw', { codec: 'mulaw', rate: 8000 }],
    ['g711_alaw', { codec: 'alaw', rate: 8000 }],
    ['opus', undefined],
    [null, undefined],
  ];
  it.each(cases)('%j', (value, expected) => expect(parseAudioFormat(value)).toEqual(expected));

  it('gives the milliseconds of so many bytes', () => {
    expect(bytesToMs(48_000, { codec: 'pcm16', rate: 24_000 })).toBe(1000);
    expect(bytesToMs(8000, { codec: 'mulaw', rate: 8000 })).toBe(1000);
    expect(bytesToMs(3, { codec: 'pcm16', rate: 1000 })).toBe(1);
  });
});

describe('encodeWav', () => {
  it('writes a file that wavefile reads back sample for sample', () => {
    const samples = Int16Array.from({ length: 1001 }, (_, i) => Math.round(Math.sin(i / 5) * 30_000));
    const wav = new WaveFile(encodeWav(samples, 24_000));
    expect(wav.fmt).toMatchObject({
      audioFormat: 1,
      numChannels: 1,
      sampleRate: 24_000,
      bitsPerSample: 16,
      byteRate: 48_000,
    });
    expect([...wav.getSamples(false, Int16Array)]).toEqual([...samples]);
  });

  it('writes the very bytes wavefile would', () => {
    const wav = new WaveFile();
    wav.fromScratch(1, 8000, '16', [1, -2, 3]);
    expect(Buffer.from(encodeWav(Int16Array.of(1, -2, 3), 8000))).toEqual(Buffer.from(wav.toBuffer()));
  });
});

describe('peaks', () => {
  it('keeps the least and greatest sample of every 10 ms', () => {
    const samples = new Int16Array(600);
    samples[5] = 100;
    samples[239] = -7;
    samples[240] = -300;
    samples[599] = 9;
    expect([...peaksOf(samples, 24_000)]).toEqual([-7, 100, -300, 0, 0, 9]);
    expect(peaksOf(new Int16Array(0), 24_000)).toHaveLength(0);
    expect([...peaksOf(Int16Array.of(-5, -3), 8000)]).toEqual([-5, -3]);
  });

  it('covers all samples at rates that 10 ms do not divide', () => {
    const samples = Int16Array.from({ length: 11_025 }, (_, i) => i);
    const pairs = peaksOf(samples, 11_025);
    expect(pairs).toHaveLength(200);
    for (let peak = 1; peak < 100; peak++) expect(pairs[peak * 2]).toBe((pairs[peak * 2 - 1] as number) + 1);
    expect(pairs[199]).toBe(11_024);
  });

  it('fills buckets by time, leaves silence between at zero and what is outside out', () => {
    const buckets = new PeakBuckets(100, 200, 10);
    buckets.add(90, 115, -5, 5);
    buckets.add(110, 120, -1, 9);
    buckets.add(150, 160, 3, 4);
    buckets.add(195, 300, -2, -1);
    buckets.add(300, 310, -99, 99);
    expect([...buckets.min]).toEqual([-5, -5, 0, 0, 0, 3, 0, 0, 0, -2]);
    expect([...buckets.max]).toEqual([5, 9, 0, 0, 0, 4, 0, 0, 0, -1]);
  });

  it('has nothing to fill between equal times', () => {
    const buckets = new PeakBuckets(5, 5, 2);
    buckets.add(0, 10, -1, 1);
    expect([...buckets.max]).toEqual([0, 0]);
  });
});

describe('clips', () => {
  it('puts pieces where they stand, silence between, and adjoining ones without a seam', () => {
    const one = (...samples: number[]) => Int16Array.from(samples);
    const clip = assembleClip(
      [
        { startMs: 100, samples: one(1, 2, 3) },
        { startMs: 103.0004, samples: one(4) },
        { startMs: 110, samples: one(5) },
      ],
      100,
      1000,
    );
    expect([...clip]).toEqual([1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 5]);
  });

  it('brings another rate to the one asked for', () => {
    expect([...resample(Int16Array.of(0, 10, 20, 30), 1000, 2000)]).toEqual([0, 5, 10, 15, 20, 25, 30, 30]);
    expect(resample(new Int16Array(24_000), 24_000, 8000)).toHaveLength(8000);
    const same = Int16Array.of(1);
    expect(resample(same, 8000, 8000)).toBe(same);
  });
});
