import { describe, expect, it } from 'vitest';
import {
  appends,
  begun,
  committed,
  created,
  diagnose,
  done,
  error,
  of,
  said,
  speech,
  started,
  stopped,
  titles,
  wellFormed,
  type Line,
} from './session';

const tick = (at: number): Line => [at, '<', 'rate_limits.updated'];
const truncate = (at: number, item: string, ms: number): Line => [
  at,
  '>',
  'conversation.item.truncate',
  { item_id: item, content_index: 0, audio_end_ms: ms },
];
/** An answer of six seconds, sent in two, from 10 s on. */
const answer = [begun(10, 'r1'), speech(10.2, 3000, 'a1', 'r1'), speech(11, 3000, 'a1', 'r1'), done(11.1, 'r1')];

describe('failed-response', () => {
  const failed = done(2, 'r1', 'failed', {
    output: [],
    status_details: {
      type: 'failed',
      error: { type: 'x', code: 'rate_limit_exceeded', message: 'Rate limit reached.' },
    },
  });
  it('is found when a response failed, for which there is no error event', () => {
    const found = diagnose([created(), begun(1, 'r1'), failed]);
    expect(titles(found)).toEqual(['error failed-response: 1 response failed: rate_limit_exceeded']);
    expect(found[0]?.explanation).toContain('The server says: Rate limit reached. Nothing was said to the user.');
    expect(found[0]?.rows).toEqual([2, 1]);
  });
  it('is found when an answer was cut off', () => {
    const cut = done(2, 'r1', 'incomplete', { max_output_tokens: 50, status_details: { reason: 'max_output_tokens' } });
    const [found] = diagnose([created(), begun(1, 'r1'), cut]);
    expect(found).toMatchObject({ severity: 'warning', title: '1 response cut off: max output tokens' });
    expect(found?.explanation).toContain('It is 50 tokens. Part of the answer was given before.');
  });
  it('is info when speech cancelled it before it said anything', () => {
    const silent = done(2, 'r1', 'cancelled', { output: [], status_details: { reason: 'turn_detected' } });
    const found = diagnose([created(), begun(1, 'r1'), silent, begun(3, 'r1'), silent]);
    expect(titles(found)).toEqual(['info failed-response: 2 responses cancelled before anything was said, by speech']);
  });
  it('is not said of answers that completed, or were interrupted while speaking', () => {
    const interrupted = done(4, 'r2', 'cancelled', {
      output: [said('Well')],
      status_details: { reason: 'turn_detected' },
    });
    expect(diagnose([created(), begun(1, 'r1'), done(2, 'r1'), begun(3, 'r2'), interrupted])).toEqual([]);
  });
});

describe('cancel-burst', () => {
  const cancelled = (at: number, id: string) =>
    done(at, id, 'cancelled', { output: [said('Well')], status_details: { reason: 'turn_detected' } });
  it('is found when three answers are cancelled in two seconds', () => {
    const found = diagnose([created(), cancelled(1, 'r1'), cancelled(1.8, 'r2'), cancelled(2.7, 'r3')]);
    expect(titles(found)).toEqual(['warning cancel-burst: 3 answers cancelled by turn detection within 2.0 s']);
    expect(found[0]?.explanation).toContain('In 1.7 s, 3 responses');
    expect(found[0]?.explanation).toContain('silence_duration_ms is 200');
    expect(found[0]?.rows).toEqual([1, 2, 3]);
  });
  it('is not said of three in a minute', () => {
    expect(diagnose([created(), cancelled(1, 'r1'), cancelled(20, 'r2'), cancelled(40, 'r3')])).toEqual([]);
  });
});

describe('speech-without-stop', () => {
  it('is found when the client stops sending audio', () => {
    const lines = [created(), ...appends(0.1, 3, 0.1, 100), started(2, 'u1'), ...appends(3, 4, 0.1, 100), tick(9.2)];
    const [found] = diagnose(lines);
    expect(found?.title).toBe('Speech never stops because no more audio is sent');
    expect(found?.explanation).toContain('no audio has been appended for 5.3 s');
  });
  it('is found after half a minute of speech, and taken back when it stops', () => {
    const lines = [created(), started(2, 'u1'), ...appends(2, 33, 0.1, 100)];
    expect(titles(diagnose(lines))).toEqual(['warning speech-without-stop: Speech goes on for more than 30 s']);
    expect(diagnose([...lines, stopped(34, 'u1'), committed(34, 'u1'), tick(40)])).toEqual([]);
  });
  it('stays when the next speech begins without it', () => {
    const lines = [created(), started(2, 'u1'), ...appends(2, 33, 0.1, 100), started(33, 'u2'), stopped(34, 'u2')];
    expect(of('speech-without-stop', diagnose(lines))).toHaveLength(1);
  });
  it('is not said of turns that end', () => {
    const lines = [
      created(),
      ...appends(0, 5, 0.1, 100),
      started(2, 'u1'),
      stopped(4, 'u1'),
      committed(4, 'u1'),
      tick(90),
    ];
    expect(diagnose(lines, { at: 95 })).toEqual([]);
  });
});

describe('echo', () => {
  const words = (at: number, item: string, transcript: string): Line => [
    at,
    '<',
    'response.output_audio_transcript.done',
    { item_id: item, transcript },
  ];
  const heard = (at: number, item: string, transcript: string): Line => [
    at,
    '<',
    'conversation.item.input_audio_transcription.completed',
    { item_id: item, transcript },
  ];

  it('is found when the user "says" the words of the answer that plays, in either order', () => {
    const late = [created(), ...answer, words(11, 'a1', 'The weather in Oslo is foggy today.'), started(13, 'u1')];
    const [found] = of('echo', diagnose([...late, heard(15, 'u1', 'weather in Oslo is foggy')]));
    expect(found?.explanation).toContain('written down as "weather in Oslo is foggy"');
    const early = [created(), ...answer, started(13, 'u1'), heard(14, 'u1', 'The weather in Oslo')];
    expect(of('echo', diagnose([...early, words(15, 'a1', 'The weather in Oslo is foggy today.')]))).toHaveLength(1);
  });
  it('is found when speech follows the first sound at once, three times in a row', () => {
    const lines = [created()];
    for (const [n, at] of [10, 20, 30].entries())
      lines.push(
        begun(at, `r${n}`),
        speech(at + 0.2, 4000, `a${n}`, `r${n}`),
        started(at + 0.6, `u${n}`),
        stopped(at + 1, `u${n}`),
      );
    const [found] = of('echo', diagnose(lines));
    expect(found?.title).toBe('Speech starts right after the model begins to speak, 3 times in a row');
    expect(found?.explanation).toContain('interrupted 400 ms to 400 ms after');
    expect(found?.rows).toHaveLength(3);
  });
  it('is not said of fast interruptions with answers between them that were heard out', () => {
    const lines = [created()];
    for (const [n, at] of [10, 30, 50, 70].entries())
      lines.push(
        begun(at, `r${n}`),
        speech(at + 0.2, 4000, `a${n}`, `r${n}`),
        started(at + 0.6, `u${n}`),
        truncate(at + 0.7, `a${n}`, 400),
        stopped(at + 1, `u${n}`),
        begun(at + 10, `s${n}`),
        speech(at + 10.2, 1000, `b${n}`, `s${n}`),
      );
    expect(of('echo', diagnose(lines))).toEqual([]);
  });
  it('is not said of a user who interrupts with words of their own, or speaks in silence', () => {
    const lines = [
      created(),
      ...answer,
      words(11, 'a1', 'The weather in Oslo is foggy today.'),
      started(13, 'u1'),
      truncate(13, 'a1', 2800),
    ];
    expect(diagnose([...lines, heard(15, 'u1', 'Stop, what about Bergen?')])).toEqual([]);
    const repeat = [
      created(),
      ...answer,
      words(11, 'a1', 'The weather in Oslo'),
      started(20, 'u1'),
      heard(22, 'u1', 'The weather in Oslo'),
    ];
    expect(diagnose(repeat)).toEqual([]);
  });
});

describe('missing-truncate', () => {
  it('is found when seconds of the answer were unheard and nothing was cut', () => {
    const found = of('missing-truncate', diagnose([created(), ...answer, started(12.2, 'u1'), tick(16)]));
    // Where the user interrupted, not where it was found out.
    expect(found[0]?.t).toBe(12_200);
    expect(titles(found)).toEqual([
      'warning missing-truncate: Interrupted with 4.0 s of audio unheard, and not truncated',
    ]);
    expect(found[0]?.rows).toEqual([5, 2]);
  });
  it('is told with the worst of several times: its title, time and rows are of one of them', () => {
    const again = (at: number, n: number, s: number): Line[] => [
      begun(at, `r${n}`),
      speech(at, 6000, `a${n}`, `r${n}`),
      done(at + 0.1, `r${n}`),
      started(at + s, `u${n}`),
      tick(at + 9),
    ];
    const [found] = of(
      'missing-truncate',
      diagnose([created(), ...again(10, 1, 4), ...again(20, 2, 2), ...again(30, 3, 3)]),
    );
    expect(found).toMatchObject({
      title: 'Interrupted with 4.0 s of audio unheard, and not truncated (3 times)',
      t: 22_000,
      times: 3,
      rows: [9, 7, 4, 2, 14, 12],
      rowCount: 6,
      occurrences: [
        { t: 14_000, seq: 4 },
        { t: 22_000, seq: 9 },
        { t: 33_000, seq: 14 },
      ],
    });
    expect(found?.explanation).toContain('while 4.0 s of the answer had not been played');
    expect(found?.explanation).toContain(
      'It happened 3 times; this is the one at 22.000 s. The others: 14.000 s and 33.000 s.',
    );
  });
  it('keeps the first 50 times, the worst among them, and counts the others', () => {
    const lines = [created()];
    for (let n = 1; n <= 60; n++)
      lines.push(
        begun(n * 20, `r${n}`),
        speech(n * 20, 6000, `a${n}`, `r${n}`),
        started(n * 20 + (n === 58 ? 1 : 3), `u${n}`),
        tick(n * 20 + 9),
      );
    const [found] = of('missing-truncate', diagnose(lines));
    expect(found).toMatchObject({ t: 1_161_000, times: 60 });
    expect(found?.occurrences).toHaveLength(50);
    expect(found?.explanation).toMatch(
      /The others: 23\.000 s, 43\.000 s, 1:03\.000, 1:23\.000, 1:43\.000 and 54 more times\.$/,
    );
    expect(wellFormed(found ? [found] : [])).toEqual([]);
  });
  it('is not said when the client truncates, or the server does', () => {
    const lines = [created(), ...answer, started(12.2, 'u1')];
    expect(diagnose([...lines, truncate(12.4, 'a1', 2000), tick(16)])).toEqual([]);
    expect(
      diagnose([...lines, [12.4, '<', 'conversation.item.truncated', { item_id: 'a1', audio_end_ms: 2000 }], tick(16)]),
    ).toEqual([]);
  });
  it('is not said at the end of an answer, or where speech is not to interrupt', () => {
    expect(diagnose([created(), ...answer, started(15.9, 'u1'), tick(19)])).toEqual([]);
    const off = { audio: { input: { turn_detection: { type: 'server_vad', interrupt_response: false } } } };
    expect(diagnose([created(0, off), ...answer, started(12.2, 'u1'), tick(16)])).toEqual([]);
  });
});

describe('bad-truncate', () => {
  const refusal = error(12.6, {
    code: 'invalid_value',
    message: 'Audio content of 6000ms is already shorter than 9000ms',
  });
  it('is found beyond the end of the audio, with both lengths', () => {
    const [found] = of(
      'bad-truncate',
      diagnose([created(), ...answer, started(12.2, 'u1'), truncate(12.4, 'a1', 9000), refusal]),
    );
    expect(found?.title).toBe('A cut at 9.0 s, but the answer has 6.0 s of audio');
    expect(found?.explanation).toContain('3.0 s beyond the end');
    expect(found?.rows).toEqual([7, 6]);
  });
  it('is found at 0 though the answer was heard', () => {
    const [found] = of('bad-truncate', diagnose([created(), ...answer, started(12.2, 'u1'), truncate(12.4, 'a1', 0)]));
    expect(found?.title).toBe('An answer was cut at 0 ms though it was being heard');
    expect(found?.explanation).toContain('About 2.0 s of the answer had been played');
  });
  it('is found for an item that cannot be cut', () => {
    const other = error(12.6, {
      code: 'unsupported_content_type',
      message: 'Only model output audio messages can be truncated',
    });
    expect(of('bad-truncate', diagnose([created(), truncate(12.4, 'u1', 10), other]))[0]?.title).toBe(
      'A truncation was refused',
    );
  });
  it('is not said of a cut within the audio, or at 0 before the first sound', () => {
    expect(diagnose([created(), ...answer, started(12.2, 'u1'), truncate(12.4, 'a1', 2000)])).toEqual([]);
    expect(
      diagnose([
        created(),
        begun(10, 'r1'),
        speech(10.2, 900, 'a1', 'r1'),
        started(10.4, 'u1'),
        truncate(10.4, 'a1', 0),
      ]),
    ).toEqual([]);
  });
});

describe('late-transcript', () => {
  const transcript = (at: number, item: string): Line => [
    at,
    '<',
    'conversation.item.input_audio_transcription.completed',
    { item_id: item, transcript: 'Hello' },
  ];
  it('is found when it comes after the answer', () => {
    const found = diagnose([created(), committed(9.9, 'u1'), ...answer, transcript(12, 'u1')]);
    expect(titles(found)).toEqual(['info late-transcript: 1 transcript of the user came after the answer']);
    expect(found[0]?.explanation).toContain('came 900 ms after the response.done');
  });
  it('is not said when it comes while the answer is made', () => {
    expect(
      diagnose([created(), committed(9.9, 'u1'), ...answer.slice(0, 3), transcript(11, 'u1'), done(11.1, 'r1')]),
    ).toEqual([]);
  });
});

describe('slow-first-audio', () => {
  const turns = (delays: number[]): Line[] =>
    delays.flatMap((delay, n) => [
      started(n * 20, `u${n}`),
      stopped(n * 20 + 2, `u${n}`),
      committed(n * 20 + 2, `u${n}`),
      speech(n * 20 + 2 + delay, 500, `a${n}`, `r${n}`),
    ]);
  it('is found when the slowest twentieth takes over two seconds', () => {
    const found = diagnose([created(), ...turns([0.5, 0.6, 0.7, 0.8, 2.6])]);
    expect(titles(found)).toEqual(['info slow-first-audio: First audio takes 2.6 s at the 95th percentile']);
    expect(found[0]?.explanation).toContain('half had their first audio within 700 ms of speech_stopped');
    expect(found[0]?.rows).toEqual([18, 20]);
  });
  it('is found for a single answer that nobody would wait for', () => {
    const found = diagnose([created(), ...turns([0.5, 6.2])]);
    expect(titles(found)).toEqual(['warning slow-first-audio: First audio took 6.2 s']);
  });
  it('is told of the longest of several silences, also where they are few among many fast answers', () => {
    const [found] = diagnose([created(), ...turns([4, ...Array.from({ length: 45 }, () => 0.5), 5, 3.5])]);
    expect(found).toMatchObject({
      severity: 'warning',
      title: 'First audio took 5.0 s (3 times)',
      t: 922_000,
      times: 3,
    });
    expect(found?.explanation).toMatch(
      /For 5\.0 s after .*the one at 15:22\.000\. The others: 2\.000 s and 15:42\.000\.$/,
    );
    expect(found?.occurrences.map(({ t }) => t)).toEqual([2000, 922_000, 942_000]);
    // Where the silence began, and the sound that ended it.
    expect(found?.rows.slice(0, 2)).toEqual([186, 188]);
  });
  it('says who the silence went by with', () => {
    const slow = (at: number, more: Record<string, unknown> = {}): Line[] => [
      created(0, more),
      started(0, 'u1'),
      stopped(2, 'u1'),
      committed(2, 'u1'),
      begun(at, 'r1'),
      speech(7, 500, 'a1', 'r1'),
    ];
    const [model] = diagnose(slow(2.001));
    expect(model?.explanation).toContain('The time is the model’s: response.created came 1 ms after speech_stopped');
    expect(model?.advice).toContain('turn detection do not shorten this');
    expect(model?.rows).toEqual([2, 4, 5]);
    const [server] = diagnose(slow(6.5));
    expect(server?.explanation).toContain('before the response began, not in the model');
    const asked: Line[] = slow(6.5);
    asked.splice(4, 0, [6.4, '>', 'response.create']);
    const off = { audio: { input: { turn_detection: { type: 'server_vad', create_response: false } } } };
    asked[0] = created(0, off);
    const [app] = diagnose(asked);
    expect(app?.explanation).toContain('The app asked late: response.created came 4.5 s after speech_stopped');
    expect(app?.advice).toContain('Send response.create as soon as');
  });
  it('is not said of fast answers, few turns, or when a tool was called in between', () => {
    expect(diagnose([created(), ...turns([0.5, 0.6, 0.7, 0.8, 1.9])])).toEqual([]);
    expect(diagnose([created(), ...turns([2.9, 2.9, 2.9, 2.9])])).toEqual([]);
    const tool: Line = [102.5, '<', 'response.function_call_arguments.done', { call_id: 'c1' }];
    expect(
      diagnose([created(), ...turns([0.5, 0.5, 0.5, 0.5, 0.5]), stopped(102, 'u'), tool, speech(108, 500, 'a', 'r')]),
    ).toEqual([]);
  });
});

it('every finding here reads well', () => {
  const found = diagnose([
    created(),
    ...answer,
    started(12.2, 'u1'),
    truncate(12.4, 'a1', 0),
    truncate(12.5, 'a1', 99_000),
    error(12.6, { message: 'Audio content of 6000ms is already shorter than 99000ms' }),
    truncate(12.7, 'nobody', 5),
    error(12.8, { code: 'item_truncate_invalid_item_id' }),
    done(13, 'r4', 'failed'),
    done(13, 'r4', 'incomplete'),
    done(13, 'r4', 'incomplete', { status_details: { reason: 'content_filter' } }),
    done(13, 'r4', 'cancelled', { output: 5 }),
    tick(90),
  ]);
  expect(found.length).toBe(7);
  expect(wellFormed(found)).toEqual([]);
});
