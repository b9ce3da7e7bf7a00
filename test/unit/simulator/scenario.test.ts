import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeWav } from '../../../src/audio/wav';
import { DEFAULT_SCENARIO } from '../../../src/simulator/defaultScenario';
import type { Scenario } from '../../../src/simulator/scenario';
import { parseScenario, readScenario } from '../../../src/simulator/scenarioFile';
import { FAILURES } from '../../../src/simulator/texts';
import type { Json, ServerEvent } from '../../../src/simulator/wire';
import { Script, audioOf, ladder, only } from './script';
import { silence, speech } from './speech';

const fixtures = fileURLToPath(new URL('../../fixtures/simulator/', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'scenario-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** 200 ms of a tone at another rate than the session's. */
const beep = Int16Array.from({ length: 3200 }, (_, index) => Math.round(9000 * Math.sin(index / 4)));
let scenario: Scenario;
beforeAll(async () => {
  copyFileSync(path.join(fixtures, 'everything.scenario.jsonc'), path.join(folder, 'everything.scenario.jsonc'));
  writeFileSync(path.join(folder, 'beep.wav'), encodeWav(beep, 16_000));
  scenario = await readScenario(path.join(folder, 'everything.scenario.jsonc'));
});

function written(): Script {
  const script = new Script({ scenario });
  script.update({ output_modalities: ['text'] });
  return script;
}

function answerTo(script: Script, words: string): ServerEvent[] {
  script.say(words);
  return script.respond();
}

const textOf = (events: readonly ServerEvent[]): unknown => only(events, 'response.output_text.done')[0]?.['text'];
const doneOf = (events: readonly ServerEvent[]): Json => only(events, 'response.done')[0]?.['response'] as Json;

describe('a scenario file', () => {
  it('answers by the words of the user, and by the call that was just answered', () => {
    const script = written();
    const call = only(answerTo(script, 'Tell me the WEATHER'), 'response.function_call_arguments.done')[0];
    expect(call).toMatchObject({ name: 'get_weather', arguments: '{"city":"Oslo"}' });
    const output = { type: 'function_call_output', call_id: call?.['call_id'], output: 'fog' };
    // The words of the user still hold "weather", and that turn is listed first.
    script.send({ type: 'conversation.item.create', item: output });
    expect(textOf(script.respond())).toBe('It is foggy.');
  });

  it('answers to a regular expression, one answer after another and the last again', () => {
    const script = new Script({ scenario: { turns: [{ when: { text: '/^\\d+$/' }, answer: ['One.', 'Two.'] }] } });
    script.update({ output_modalities: ['text'] });
    expect([1, 2, 3].map((number) => textOf(answerTo(script, String(number))))).toEqual(['One.', 'Two.', 'Two.']);
    expect(textOf(answerTo(script, 'x1'))).toMatch(/x1/);
  });

  it('answers by the instructions of one response', () => {
    const script = written();
    script.say('Hello');
    expect(textOf(script.respond({ instructions: 'Be a Pirate.' }))).toBe('Arr!');
  });

  it('answers by the length of what was said, with the sound of a WAV file at the session’s rate', () => {
    const script = new Script({ scenario });
    const events = [
      ...script.hear(Buffer.concat([speech('What do you think of this?'), silence(800)])),
      ...script.wait(9000),
    ];
    expect(only(events, 'response.output_audio_transcript.done')[0]?.['transcript']).toBe('I heard you.');
    const sound = audioOf(events);
    expect(sound.length / 48).toBe(200);
    // Sample 1500 at 24 kHz lies at sample 1000 of the file.
    expect(sound.readInt16LE(3000)).toBe(beep[1000]);
  });

  it('fails by the number of the response, and in the words of the live service', () => {
    const script = written();
    answerTo(script, 'a');
    answerTo(script, 'b');
    expect(doneOf(answerTo(script, 'c'))).toMatchObject({
      status: 'failed',
      status_details: { type: 'failed', error: { code: 'insufficient_quota' } },
    });
  });

  it('refuses with an error and no response', () => {
    const events = answerTo(written(), 'refuse me');
    expect(ladder(events)).toEqual(['error']);
    expect(events[0]?.['error']).toEqual({
      type: 'invalid_request_error',
      code: 'mine',
      message: 'No.',
      param: null,
      event_id: null,
    });
  });

  it('waits as long as it says before it begins', () => {
    const script = written();
    script.say('slow');
    script.send({ type: 'response.create' });
    expect(script.wait(3999)).toEqual([]);
    expect(script.wait(1)[0]?.type).toBe('response.output_item.added');
  });

  it('ends by the content filter, with its item incomplete', () => {
    const done = doneOf(answerTo(written(), 'filter'));
    expect(done).toMatchObject({
      status: 'incomplete',
      status_details: { type: 'incomplete', reason: 'content_filter' },
      output: [{ status: 'incomplete', content: [{ text: 'I must' }] }],
    });
  });

  it('drops the socket, or lets the session expire, after an answer', () => {
    const dropped = written();
    answerTo(dropped, 'drop');
    expect(dropped.closed).toEqual({ code: 1006, reason: '' });
    const expired = written();
    const events = answerTo(expired, 'expire');
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { code: 'session_expired' } });
    expect(expired.closed?.code).toBe(1001);
  });

  it('calls tools of an MCP server, one well, one badly, and asks before a third', () => {
    const events = answerTo(written(), 'search');
    const types = ladder(events).filter((type) => type.includes('mcp') || type.endsWith('item.done'));
    expect(types).toEqual([
      'response.mcp_call_arguments.delta',
      'response.mcp_call_arguments.done',
      'response.mcp_call.in_progress',
      'response.mcp_call.completed',
      'conversation.item.done',
      'response.output_item.done',
      'response.mcp_call_arguments.done',
      'response.mcp_call.in_progress',
      'response.mcp_call.failed',
      'conversation.item.done',
      'response.output_item.done',
      'response.mcp_call_arguments.done',
      'conversation.item.done',
      'response.output_item.done',
    ]);
    expect(doneOf(events)['output']).toMatchObject([
      { type: 'mcp_call', server_label: 'docs', name: 'find', arguments: '{"q":"x"}', output: 'found', error: null },
      { type: 'mcp_call', output: null, error: { message: 'gone' } },
      { type: 'mcp_approval_request', name: 'buy' },
    ]);
  });

  it('answers the second of a kind of client event with an error', () => {
    const script = written();
    const types = [1, 2, 3].map(() => script.send({ type: 'input_audio_buffer.clear', event_id: 'e' })[0]);
    expect(types.map((event) => event?.type)).toEqual([
      'input_audio_buffer.cleared',
      'error',
      'input_audio_buffer.cleared',
    ]);
    expect(types[1]?.['error']).toMatchObject({ code: 'busy', event_id: 'e' });
  });

  it('may be written in YAML', async () => {
    const read = await readScenario(path.join(fixtures, 'same.scenario.yaml'));
    expect(read.turns?.[0]).toEqual(scenario.turns?.[0]);
    const script = new Script({ scenario: read });
    script.update({ output_modalities: ['text'] });
    expect(textOf(answerTo(script, 'Hi'))).toBe('Hello from YAML.');
  });
});

describe('the scenario that stands where none is given', () => {
  it.each(Object.entries(FAILURES))(
    'fails with %s when asked to, and says what the live service says',
    (name, failure) => {
      const script = new Script({ scenario: DEFAULT_SCENARIO });
      const error = (doneOf(answerTo(script, `simulate ${name}`))['status_details'] as Json)['error'] as Json;
      expect(error).toMatchObject({ type: failure.type, code: failure.code });
      expect(error['message']).not.toMatch(/\{|\}/);
      expect(String(doneOf(answerTo(script, 'And now?'))['status'])).toBe('completed');
    },
  );
});

describe('a scenario with something wrong in it', () => {
  it.each<[string, string, string, number, number, RegExp]>([
    [
      'a field nobody knows',
      'a.jsonc',
      '{\n  "turns": [\n    { "anwser": "x" }\n  ]\n}',
      3,
      7,
      /^Unknown field "anwser"\.$/,
    ],
    ['a missing field', 'a.jsonc', '{"turns":[\n {"when":{}}\n]}', 2, 2, /"answer"/],
    ['a value of the wrong type', 'a.jsonc', '{\n"turns": 3}', 2, 10, /type/i],
    [
      'a misspelt item',
      'a.jsonc',
      '{"turns":[{"answer":{"output":[\n{"sya":"x"}]}}]}',
      2,
      2,
      /^Unknown field "sya"\.$/,
    ],
    [
      'a transcript that is words only',
      'a.jsonc',
      '{"transcripts":[\n"Hello"]}',
      2,
      1,
      /^This is a string; it must be null or an object such as \{"transcript": "\.\.\."\}\.$/,
    ],
    [
      'an item that is words only',
      'a.jsonc',
      '{"turns":[{"answer":{"output":[\n"Hello"]}}]}',
      2,
      1,
      /^This is a string; it must be an object such as \{"say": "\.\.\."\}.* or an object such as/,
    ],
    [
      'an answer that is no answer',
      'a.jsonc',
      '{"turns":[{"answer":\n5}]}',
      2,
      1,
      /^This is a number; it must be a string, an object or an array\.$/,
    ],
    ['no JSON', 'a.jsonc', '{\n  "turns": [}', 2, 13, /./],
    ['nothing', 'a.jsonc', '', 1, 1, /empty/],
    ['nothing but a remark', 'a.jsonc', '// later\n', 1, 1, /empty/],
    ['what is no text', 'a.jsonc', '\u0000\u0001', 1, 1, /^Invalid symbol\.$/],
    ['a bad expression', 'a.jsonc', '{"turns":[\n{"when":{"text":"/(/"},"answer":"x"}]}', 2, 17, /regular expression/i],
    ['a step for no item', 'a.jsonc', '{"turns":[{"answer":{"output":[],\n"order":["open 0"]}}]}', 2, 10, /no item 0/],
    ['a step of no kind', 'a.jsonc', '{"turns":[{"answer":{"output":[],\n"order":["shut 0"]}}]}', 2, 10, /none of/],
    [
      'a sound elsewhere',
      'a.jsonc',
      '{"turns":[{"answer":{"output":[{"say":"x","audio":{\n"file":"../../secret.wav"}}]}}]}',
      2,
      8,
      /beside|folder/,
    ],
    ['an unknown failure', 'a.jsonc', '{"turns":[{"answer":{\n"error":"nope"}}]}', 2, 9, /./],
    [
      'a field nobody knows in YAML',
      'a.yaml',
      'turns:\n  - answer: x\n    wehn: {}\n',
      3,
      5,
      /^Unknown field "wehn"\.$/,
    ],
    ['no YAML', 'a.yml', 'turns: [\n  - }\n', 2, 3, /./],
    [
      'a value of the wrong type in YAML',
      'a.yaml',
      'turns:\n  - when: { turn: first }\n    answer: x\n',
      2,
      19,
      /type/i,
    ],
    [
      'nesting without end',
      'a.jsonc',
      `{"session":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`,
      1,
      1,
      /too deeply/,
    ],
    ['half of a character', 'a.jsonc', '{"turns":[{"answer":{"\\ud800":1}}]}', 1, 1, /half of a character/],
    ['an alias of what it is in', 'a.yaml', 'session: &a\n  b: *a\n', 1, 1, /alias/],
    ['no number', 'a.yaml', 'turns:\n  - answer: {output: [], delayMs: .inf}\n', 2, 35, /type/i],
    ['no key of a telephone', 'a.jsonc', '{"caller":[{"atMs":1,\n"presses":"x"}]}', 2, 11, /telephone/],
  ])('%s is told with its place', (_name, file, text, line, column, message) => {
    const { scenario: none, problems } = parseScenario(text, file);
    expect(none).toBeUndefined();
    expect(problems[0]).toMatchObject({ line, column });
    expect(problems[0]?.message).toMatch(message);
  });

  it('nested without end in YAML is told as that', () => {
    const text = `session: {a: ${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    const { scenario: none, problems } = parseScenario(text, 'a.yaml');
    expect(none).toBeUndefined();
    expect(problems[0]?.message).toMatch(/too deeply/);
  });

  it('is told with file, line and column by the command', async () => {
    const file = path.join(folder, 'bad.scenario.jsonc');
    writeFileSync(file, '{\n  "nope": 1\n}');
    await expect(readScenario(file)).rejects.toThrow(`${file}:2:3: Unknown field "nope".`);
    await expect(readScenario(path.join(folder, 'none.jsonc'))).rejects.toThrow(/cannot be read/);
  });

  it('is told when its sound is no WAV file', async () => {
    const file = path.join(folder, 'sound.scenario.jsonc');
    writeFileSync(path.join(folder, 'not.wav'), 'RIFF nothing');
    writeFileSync(file, '{"turns":[{"answer":{"output":[{"say":"x","audio":{"file":"not.wav"}}]}}]}');
    await expect(readScenario(file)).rejects.toThrow(/not\.wav cannot be used: it is no WAV file/);
  });
});

it('a step that says more pieces than there are ends with the last of them', () => {
  const order = ['open 0', 'say 0 x999999999999', 'close 0'];
  const script = new Script({ scenario: { turns: [{ answer: { output: [{ say: 'Hi there' }], order } }] } });
  script.update({ output_modalities: ['text'] });
  expect(only(script.respond(), 'response.output_text.done')).toMatchObject([{ text: 'Hi there' }]);
});

it('the schema names every field that a scenario has, and documents it', () => {
  const text = readFileSync(
    fileURLToPath(new URL('../../../media/schema/scenario.schema.json', import.meta.url)),
    'utf8',
  );
  const { properties } = JSON.parse(text) as { properties: Record<string, { description?: string; enum?: string[] }> };
  const { $schema: _schema, ...fields } = properties;
  for (const [name, field] of Object.entries(fields)) expect(field.description ?? field.enum, name).toBeDefined();
});

it('a scenario made for a newer server takes fields and words nobody has heard of, and shows them', () => {
  const script = new Script({ scenario: { unknownFields: 'accept' } });
  const audio = { input: { turn_detection: { type: 'psychic_vad', depth: 3 } } };
  const [updated] = script.update({ brand_new: { a: 1 }, audio });
  expect(updated).toMatchObject({ type: 'session.updated', session: { brand_new: { a: 1 } } });
  expect(new Script().update({ brand_new: 1 })[0]?.type).toBe('error');
});
