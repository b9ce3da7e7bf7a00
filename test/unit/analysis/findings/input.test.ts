import { describe, expect, it } from 'vitest';
import { probeAudio } from '../../../../src/analysis/findings/audioProbe';
import { Analysis } from '../../../../src/analysis/analysis';
import type { TracedEvent } from '../../../../src/analysis/model';
import type { AudioFormat } from '../../../../src/audio/format';
import { fromPcm } from '../../../../src/simulator/codec';
import { speech } from '../../simulator/speech';
import { appends, committed, created, diagnose, error, titles, traced, wellFormed, type Line } from './session';

describe('input-rate', () => {
  /** 100 ms of sound a time, of which the session thinks it is `ms`. */
  const sent = (ms: number, seconds = 6, every = 0.1): Line[] => appends(1, 1 + seconds, every, ms);
  const table: [what: string, ms: number, named: string][] = [
    ['8 kHz PCM in a 24 kHz session', 100 / 3, '16-bit PCM at 8 kHz'],
    ['16 kHz PCM in a 24 kHz session', 200 / 3, '16-bit PCM at 16 kHz'],
    ['G.711 in a 24 kHz session', 100 / 6, 'G.711 at 8 kHz'],
    ['44.1 kHz PCM in a 24 kHz session', 183.75, '16-bit PCM at 44.1 kHz'],
    ['48 kHz PCM in a 24 kHz session', 200, '16-bit PCM at 48 kHz, or in stereo or as 32-bit floats at 24 kHz'],
  ];
  it.each(table)('is found: %s', (_, ms, named) => {
    const found = diagnose([created(), ...sent(ms)]);
    expect(titles(found)).toEqual([
      `error input-rate: The appended audio looks like ${named}, not what the session takes it for`,
    ]);
    expect(wellFormed(found)).toEqual([]);
  });
  it('gives the bytes a second, and by how much it is off', () => {
    const [found] = diagnose([created(), ...sent(100 / 3)]);
    expect(found?.explanation).toContain(
      '16,000 bytes came a second; the session’s format has 48,000. It is heard 3.0 times too fast',
    );
  });
  it('measures against G.711 where the session has it', () => {
    const format = { audio: { input: { format: { type: 'audio/pcmu' } } } };
    expect(diagnose([created(0, format), ...sent(100)])).toEqual([]);
    // 4,800 bytes of PCM each 100 ms are 600 ms of G.711.
    expect(titles(diagnose([created(0, format), ...sent(600)]))[0]).toContain('16-bit PCM at 24 kHz');
  });
  it('is not said of audio in step with the clock, a little early or late, or in pauses', () => {
    expect(diagnose([created(), ...sent(100)])).toEqual([]);
    expect(diagnose([created(), ...sent(93)])).toEqual([]);
    const talk = [1, 4, 7, 10, 13, 16].flatMap((at) => appends(at, at + 1, 0.1, 100));
    expect(diagnose([created(), ...talk])).toEqual([]);
  });
  it('is not said of what was held at a breakpoint and let go at once, with the rest behind it in step', () => {
    const analysis = new Analysis();
    let row = 0;
    const take = (line: Line, more: Partial<TracedEvent> = {}) => analysis.event({ ...traced(row++, line), ...more });
    take(created());
    for (const line of sent(100, 3)) take(line);
    const held = appends(4, 10, 0.1, 100).map((line) => {
      take(line, { fate: 'held' });
      return row - 1;
    });
    held.forEach((replaces, nth) => take([10 + nth / 1000, '>', 'input_audio_buffer.append', 100], { replaces }));
    for (const line of appends(10.1, 16, 0.1, 100)) {
      take(line);
      expect(titles(analysis.findings.all())).toEqual([]);
    }
  });
  it('is not said of a file sent as fast as it goes, nor of a second of anything', () => {
    expect(diagnose([created(), ...sent(100, 2, 0.002)])).toEqual([]);
    expect(diagnose([created(), ...sent(33, 1.5)])).toEqual([]);
  });
});

describe('input-codec', () => {
  const said = speech(
    'Hello there, could you please tell me what the weather is like in Oslo today? And will it be any better tomorrow in Bergen?',
  );
  const samples = new Int16Array(said.buffer, said.byteOffset, said.length >> 1);
  const bytesOf = (samples: Int16Array | Float32Array): Uint8Array => new Uint8Array(samples.buffer);
  const g711 = (format: 'audio/pcmu' | 'audio/pcma'): Uint8Array => fromPcm(said, format);
  const PCM: AudioFormat = { codec: 'pcm16', rate: 24_000 };

  function listen(bytes: Uint8Array, format: AudioFormat) {
    const analysis = new Analysis();
    const { findings } = analysis;
    const piece = 4800;
    for (let at = 0; at < bytes.length; at += piece) {
      const place = { row: at / piece, t: at / 48, session: 's1', from: 'client' as const, ms: 100 };
      findings.audio(probeAudio(bytes.slice(at, at + piece), format, place));
    }
    expect(wellFormed(findings.all())).toEqual([]);
    return findings.all().map(({ severity, title }) => `${severity} ${title}`);
  }

  it('listens to what the client sent until it has heard a second of sound, and to no answers', () => {
    const { findings } = new Analysis();
    const at = { row: 0, t: 0, session: 's1', from: 'client' as const };
    const hear = (bytes: Uint8Array, ms: number) => findings.audio(probeAudio(bytes, PCM, { ...at, ms }));
    const listens = () => (['client', 'server'] as const).map((from) => findings.listens('s1', from));
    expect(listens()).toEqual([true, false]);
    hear(new Uint8Array(48_000), 5000);
    hear(said.subarray(0, 96_000), 900);
    expect(listens()).toEqual([true, false]);
    hear(said.subarray(0, 96_000), 200);
    expect(listens()).toEqual([false, false]);
    expect(findings.listens('s2', 'client')).toBe(true);
  });

  const noise = (): Uint8Array => {
    let seed = 1;
    return Uint8Array.from({ length: 96_000 }, () => (seed = (seed * 48_271) % 2_147_483_647) >> 8);
  };
  const floats = Float32Array.from(samples, (value) => value / 32_768);
  const swapped = Uint8Array.from(said).map((_, at, all) => all[at ^ 1] ?? 0);
  const wrong: [what: string, bytes: () => Uint8Array, format: AudioFormat, title: string][] = [
    [
      'mu-law taken for PCM',
      () => g711('audio/pcmu'),
      PCM,
      'error The appended audio is G.711 mu-law, the session takes it for 16-bit little-endian PCM',
    ],
    [
      'A-law taken for PCM',
      () => g711('audio/pcma'),
      PCM,
      'error The appended audio is G.711 A-law, the session takes it for 16-bit little-endian PCM',
    ],
    [
      'PCM taken for mu-law',
      () => said,
      { codec: 'mulaw', rate: 8000 },
      'error The appended audio is 16-bit little-endian PCM, the session takes it for G.711 mu-law',
    ],
    [
      'big-endian PCM',
      () => swapped,
      PCM,
      'error The appended audio is 16-bit big-endian PCM, the session takes it for 16-bit little-endian PCM',
    ],
    [
      'floats taken for PCM',
      () => bytesOf(floats),
      PCM,
      'error The appended audio is 32-bit floating point samples, the session takes it for 16-bit little-endian PCM',
    ],
    ['compressed audio', noise, PCM, 'warning The appended audio sounds like noise'],
    [
      'a WAV file',
      () => Buffer.concat([Buffer.from('RIFF....WAVEfmt '), said]),
      PCM,
      'warning The appended audio begins with a WAV header',
    ],
    [
      'an Ogg file',
      () => Buffer.concat([Buffer.from('OggS'), noise()]),
      PCM,
      'error The appended audio begins with the head of a file (Ogg)',
    ],
  ];
  it.each(wrong)('is found: %s', (_, bytes, format, title) => expect(listen(bytes(), format)).toEqual([title]));

  const right: [what: string, bytes: () => Uint8Array, format: AudioFormat][] = [
    ['PCM', () => said, PCM],
    ['PCM at a wrong rate, which is the other rule’s', () => bytesOf(samples.filter((_, at) => at % 3 === 0)), PCM],
    ['mu-law in a session that has it', () => g711('audio/pcmu'), { codec: 'mulaw', rate: 8000 }],
    ['A-law in a session that has it', () => g711('audio/pcma'), { codec: 'alaw', rate: 8000 }],
    ['speech ten times as quiet', () => bytesOf(samples.map((value) => value / 10)), PCM],
    ['silence', () => new Uint8Array(96_000), PCM],
    [
      'a hiss that is hardly heard',
      () => bytesOf(Int16Array.from({ length: 48_000 }, (_, at) => ((at * 7919) % 101) - 50)),
      PCM,
    ],
    ['pieces of no sample', () => new Uint8Array(1), PCM],
  ];
  it.each(right)('is not said of %s', (_, bytes, format) => expect(listen(bytes(), format)).toEqual([]));
});

describe('small-commit', () => {
  const commit: Line = [2, '>', 'input_audio_buffer.commit', {}];
  const refusal = (ms: string) =>
    error(2.1, {
      code: 'input_audio_buffer_commit_empty',
      message: `Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has ${ms}ms of audio.`,
    });
  it('is found for an empty buffer, with the reason turn detection gives', () => {
    const found = diagnose([created(), commit, refusal('0.00')]);
    expect(titles(found)).toEqual(['warning small-commit: Commit of an empty buffer']);
    expect(found[0]?.explanation).toContain('Turn detection is on');
    expect(found[0]?.rows).toEqual([2, 1]);
  });
  it('is found for less than 100 ms, where the client commits itself', () => {
    const found = diagnose([
      created(0, { audio: { input: { turn_detection: null } } }),
      ...appends(1, 1.1, 0.1, 60),
      commit,
      refusal('60.00'),
    ]);
    expect(titles(found)).toEqual(['error small-commit: Commit of 60 ms of audio']);
    expect(found[0]?.explanation).not.toContain('Turn detection');
  });
  it('is not said of a commit that was taken', () => {
    expect(diagnose([created(), ...appends(1, 2, 0.1, 100), commit, committed(2.1, 'u1')])).toEqual([]);
  });
});
