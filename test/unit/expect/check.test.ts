import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkTrace } from '../../../src/expect/checkTrace';
import { formatCheck, formatFailure } from '../../../src/expect/reportText';
import type { CheckReport } from '../../../src/expect/results';
import type { Expectations } from '../../../src/expect/written';
import { UnreadableFileError } from '../../../src/trace/unreadable';
import { scratch } from '../rewrite/traces';
import { silence, speech } from '../simulator/speech';
import { simulatedTrace, weatherSession } from './simulatedTrace';

let folder: string;
let remove: () => Promise<void>;
let weather: string;
let spoken: string;
beforeAll(async () => {
  ({ folder, remove } = await scratch());
  weather = simulatedTrace(path.join(folder, 'weather.realtime.jsonl'), weatherSession);
  spoken = simulatedTrace(path.join(folder, 'spoken.realtime.jsonl'), (begin) => {
    for (let session = 0; session < 2; session += 1) {
      const told = begin({ scenario: { turns: [{ answer: 'I hear you.' }] } });
      told.update({ audio: { input: { transcription: { model: 'whisper-1' } } } });
      told.hear(Buffer.concat([silence(500), speech('Good morning, is the lamp lit?'), silence(1500)]));
      told.wait(20_000);
      told.close(session === 0 ? 1000 : 4000, session === 0 ? 'client' : 'server', 'too late');
    }
  });
});
afterAll(() => remove());

const check = (expectations: Expectations, trace = weather): Promise<CheckReport> => checkTrace(trace, expectations);
async function failures(expectations: Expectations, trace = weather): Promise<CheckReport['results']> {
  return (await check(expectations, trace)).results.filter(({ passed }) => !passed);
}
async function holds(expectations: Expectations, trace = weather): Promise<void> {
  const report = await check(expectations, trace);
  expect(report.passed, formatCheck(report)).toBe(true);
  expect(report.results.length).toBeGreaterThan(0);
}

describe('a ladder', () => {
  it('is climbed in order, with others in between', () =>
    holds({
      ladder: [
        'session.created',
        'session.update',
        'session.updated',
        'response.create',
        'response.function_call_*.done',
        'response.done',
      ],
    }));

  it('may leave steps out, repeat them, and name several types', () =>
    holds({
      ladder: [
        'session.created',
        'conversation.created?',
        'response.function_call_arguments.delta+',
        { event: ['response.output_text.done', 'response.output_audio.done'] },
        { event: 'response.done', where: { response: { status: 'completed' } } },
      ],
    }));

  it('is exact where it says so: every event has a step', () =>
    holds({
      ladder: {
        exact: true,
        from: 'client',
        steps: [
          'session.update',
          'conversation.item.create',
          'response.create',
          { event: 'conversation.item.create', where: { item: { type: 'function_call_output' } } },
          'response.create',
          { event: ['conversation.item.create', 'response.create'], times: 2 },
        ],
      },
    }));

  it('says which step did not come, and what came instead', async () => {
    const [failure] = await failures({
      ladder: { exact: true, from: 'client', steps: ['session.update', 'response.create', '...'] },
    });
    expect(failure).toMatchObject({
      check: 'ladder',
      path: 'ladder.steps[1]',
      expected: 'response.create',
      actual: expect.stringMatching(/^#\d+ > conversation\.item\.create$/),
      where: { session: 's1' },
    });
    expect(failure?.diff.slice(0, 3)).toEqual([
      expect.stringMatching(/^ {2}#\d+ > session\.update$/),
      '- response.create',
      '- anything',
    ]);
  });

  it('says where the session ended before a step came', async () => {
    const [failure] = await failures({ ladder: ['session.created', 'response.done', 'response.cancel', 'error'] });
    expect(failure).toMatchObject({ path: 'ladder[2]', expected: 'response.cancel' });
    // The gap is behind the last step that was found, which may be far before the end.
    expect(failure?.actual).toMatch(/^it did not come after #\d+ < response\.done before the end of the session$/);
    expect(failure?.where.seq).toBe(Number(/#(\d+)/.exec(failure?.actual ?? '')?.[1]));
    const [early] = await failures({ ladder: ['session.created', '...', 'response.cancel'] });
    expect(early?.actual).toMatch(/ after #\d+ < session\.created /);
  });

  it('counts what it is told to count', async () => {
    await holds({ ladder: ['session.created', { event: 'response.done', times: 3 }] });
    const [more] = await failures({ ladder: ['session.created', { event: 'response.done', times: 2 }] });
    expect(more?.actual).toMatch(/response\.done/);
    const [less] = await failures({ ladder: ['session.created', { event: 'response.done', times: { min: 4 } }] });
    expect(less?.expected).toBe('response.done (at least 4 times)');
  });

  it('fails at a third event of a kind that may come once', async () => {
    const [failure] = await failures({ never: ['response.function_call_arguments.*'] });
    expect(failure).toMatchObject({ check: 'never', expected: 'none', path: 'never[0]' });
    expect(failure?.diff[0]).toMatch(/^\+ #\d+ < response\.function_call_arguments/);
    await holds({ never: ['error', { event: 'response.done', where: { response: { status: 'failed' } } }] });
  });
});

describe('words', () => {
  it('are looked for in a turn, by words, expressions and lists', () =>
    holds({
      turns: 2,
      transcripts: [
        { turn: 1, user: 'weather in london', assistant: ['FOGGY', '/\\b12 degrees\\b/'] },
        { turn: -1, assistant: { equals: 'You are welcome.', not: 'fog' } },
        { user: 'thank you' },
      ],
    }));

  it('are told beside those that were expected', async () => {
    const [failure] = await failures({ transcripts: [{ turn: 1, assistant: 'sunny' }] });
    expect(failure).toMatchObject({
      what: 'Words of the assistant in turn 1',
      path: 'transcripts[0].assistant',
      expected: '"sunny"',
      actual: '"It is foggy and 12 degrees in London."',
      where: { session: 's1', turn: 1 },
    });
    const [nowhere] = await failures({ transcripts: [{ assistant: 'sunny' }] });
    expect(nowhere?.diff).toHaveLength(3);
    const [missing] = await failures({ transcripts: [{ turn: 9, user: 'x' }] });
    expect(missing?.actual).toBe('there are 2 turns');
    const [only] = await failures({ sessionCount: 2, transcripts: [{ turn: 9, user: 'x' }] }, spoken);
    expect(only?.actual).toBe('there is 1 turn');
  });

  it('of speech are those of its transcription', () =>
    holds({ sessionCount: 2, turns: 1, transcripts: [{ turn: 1, user: '/./', assistant: 'i hear you' }] }, spoken));
});

describe('calls of tools', () => {
  it('are found by a part of their arguments and output', () =>
    holds({
      tools: {
        calls: [{ name: 'get_weather', arguments: { city: '/^lon/i' }, output: { sky: 'fog' }, turn: 1, times: 1 }],
        only: true,
        inOrder: true,
      },
    }));

  it('that differ are shown with what differs', async () => {
    const [failure] = await failures({ tools: [{ name: 'get_weather', arguments: { city: 'Paris', unit: 'C' } }] });
    expect(failure).toMatchObject({ check: 'tools', expected: 'at least once', where: { session: 's1', turn: 1 } });
    expect(failure?.diff.slice(1)).toEqual(['- city: "Paris"', '+ city: "London"']);
  });

  it('that are not expected fail where there must be no other', async () => {
    const failed = await failures({ tools: { calls: [], only: true } });
    expect(failed.map(({ path: place }) => place)).toEqual(['tools.only']);
    expect(failed[0]?.diff[0]).toContain('get_weather({"city":"London","unit":"C"}) in turn 1');
  });
});

describe('sums', () => {
  it('have budgets', async () => {
    await holds({ latency: { createToText: { p95: 60_000, count: 2 } }, cost: { atMost: 1 }, findings: 'warning' });
    const failed = await failures({ latency: { createToText: { p95: 0, count: 50 }, speechToAudio: { p50: 1 } } });
    expect(failed.map(({ path: place }) => place)).toEqual([
      'latency.createToText.p95',
      'latency.createToText.count',
      'latency.speechToAudio.p50',
    ]);
    expect(failed[0]?.actual).toMatch(/^[\d.]+ ms of \d values$/);
    expect(failed[2]?.actual).toBe('it was never measured');
    const [cost] = await failures({ cost: { atMost: 0 } });
    expect(cost?.actual).toMatch(/^\$0\.\d+$/);
  });

  it('are those of one session where that is asked', async () => {
    const all = await check({ latency: { speechToAudio: { max: 60_000, count: 2 } } }, spoken);
    expect(all.passed, formatCheck(all)).toBe(true);
    const failed = await failures(
      { sessions: [{ latency: { speechToAudio: { count: 2 } } }, { close: { code: 4000 } }, { turns: 1 }] },
      spoken,
    );
    expect(failed.map(({ path: place }) => place)).toEqual(['sessions[0].latency.speechToAudio.count', 'sessions[2]']);
  });

  it('count findings by severity, but for those excepted', async () => {
    const failed = await failures({ findings: 'none' }, spoken);
    expect(failed.map(({ actual }) => actual).join('\n')).toMatch(/^error|warning|info: [\w-]+: /);
    const rules = [...new Set(failed.map(({ actual }) => actual.split(': ')[1] ?? ''))];
    await holds({ findings: { atMost: 'none', except: rules } }, spoken);
  });
});

/** Of everything that can be asked: what holds, what does not, and where that is told to be. */
const ASKED: [name: string, right: Expectations, wrong: Expectations, told: RegExp][] = [
  ['sessions', { sessionCount: 2 }, { sessionCount: { min: 3 } }, /sessionCount\n.*at least 3\n.*2$/],
  ['turns', { turns: 1 }, { turns: 2 }, /\(session s1\)\n.*turns\n.*2\n.*1$/],
  [
    'ladder',
    { ladder: ['session.created', 'response.done'] },
    { ladder: ['response.done', 'session.created'] },
    /\(session s1, event #\d+\)\n.*ladder\[1\]\n/,
  ],
  [
    'never',
    { never: ['error'] },
    { never: ['response.done'] },
    /\(session s1, event #\d+\)\n.*never\[0\]\n.*none\n.*1 event\n/,
  ],
  [
    'words',
    { transcripts: [{ turn: 1, assistant: '/^I hear/' }] },
    { transcripts: [{ turn: 1, assistant: '/sun$/' }] },
    /\(session s1, turn 1\)\n.*transcripts\[0\]\.assistant\n.*\/sun\$\/\n.*"I hear you\."\n/,
  ],
  [
    'tools',
    { tools: { calls: [], only: true } },
    { tools: [{ name: 'get_weather' }] },
    /\(session s1\)\n.*tools\[0\]\n.*\n.*no tool was called/,
  ],
  [
    'latency',
    { latency: { speechToAudio: { p95: 60_000 } } },
    { latency: { speechToAudio: { p95: 1 } } },
    /Speech end to first audio \(speechToAudio\), p95 \(session s\d, turn 1\)\n.*speechToAudio\.p95\n.*at most 1 ms\n.* ms of 2 values$/,
  ],
  [
    'findings',
    { findings: 'error' },
    { findings: 'none' },
    /\(session s\d(?:, event #\d+)?\)\n.*findings\n.*none\n.*(?:info|warning|error): [\w-]+: /,
  ],
  ['cost', { cost: { atMost: 1 } }, { cost: { atMost: 0.000001 } }, /Cost\n.*cost\n.*at most \$0\.000001\n.*\$0\.\d+$/],
  [
    'close',
    { sessions: [{ close: { by: 'client' } }] },
    { close: { by: 'server' } },
    /\(session s1\)\n.*close\n.*by the server\n.*code 1000, by the client/,
  ],
];

it.each(ASKED)('%s: what is so holds, what is not is told with its place', async (_name, right, wrong, told) => {
  await holds(right, spoken);
  const [failure] = await failures(wrong, spoken);
  const text = formatFailure(failure as CheckReport['results'][number]).join('\n');
  expect(text).toMatch(/^FAIL {2}\S.*\n {6}expectation: \S.*\n {6}expected: {4}\S.*\n {6}came: {8}\S/);
  expect(text.split('\n        ')[0] + (text.includes('\n        ') ? '\n' : '')).toMatch(told);
});

it('an end is judged by code, side and reason', async () => {
  await holds(
    { sessions: [{ close: { code: [1000, 1001], by: 'client' } }, { close: { code: 4000, reason: 'late' } }] },
    spoken,
  );
  const [failure] = await failures({ close: { code: 1000 } }, spoken);
  expect(failure).toMatchObject({ expected: 'code 1000', where: { session: 's2' } });
  expect(failure?.actual).toBe('code 4000, by the server, reason "too late"');
});

it('an expression without an end is told of, and ended', async () => {
  const endless = simulatedTrace(path.join(folder, 'endless.realtime.jsonl'), (begin) => {
    const told = begin();
    told.update({ output_modalities: ['text'] });
    told.ask(`${'a'.repeat(60)}!`);
    told.close();
  });
  const slow: Expectations[] = [
    { transcripts: [{ turn: 1, user: '/^(a+)+$/' }] },
    { never: [{ event: 'conversation.item.create', where: { item: { content: [{ text: '/^(a+)+$/' }] } } }] },
  ];
  for (const expectations of slow)
    await expect(check(expectations, endless)).rejects.toThrow(/^The expression \/\^\(a\+\)\+\$\/ took longer than/);
  await expect(check(slow[0] as Expectations, endless)).rejects.toBeInstanceOf(UnreadableFileError);
});

it('a trace that cannot be read is no failed expectation', async () => {
  await expect(check({ turns: 1 }, path.join(folder, 'nothing.jsonl'))).rejects.toThrow(UnreadableFileError);
});
