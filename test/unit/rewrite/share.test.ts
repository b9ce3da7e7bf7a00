import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyShapes } from '../../../src/rewrite/keyShapes';
import { MASKS, type Mask } from '../../../src/rewrite/mask';
import { share } from '../../../src/rewrite/share';
import { generator, linesOf, problemsOf, Recording, scratch, valuesOf } from './traces';

let folder = '';
let remove: () => Promise<void>;
let trace = '';
const loud = Buffer.from(Array.from({ length: 480 }, (_, n) => n % 256)).toString('base64');
const pcmu = { type: 'audio/pcmu' };

beforeAll(async () => {
  ({ folder, remove } = await scratch());
  const recording = new Recording(path.join(folder, 'talk.realtime.jsonl'));
  recording.open('s1', 0, { headers: { 'user-agent': 'app/1' } });
  recording.say('s1', 1, '<', {
    type: 'session.created',
    session: {
      model: 'gpt-realtime',
      instructions: 'Never say Rosebud.',
      audio: {
        input: { format: pcmu, transcription: { prompt: 'Names: Xanadu' } },
        output: { format: { type: 'audio/pcm', rate: 24000 } },
      },
      tools: [{ type: 'function', name: 'find_sledge', description: 'Finds sledges' }],
      prompt: { id: 'pmpt_1', variables: { city: 'Colorado' } },
    },
  });
  recording.say('s1', 2, '>', { type: 'input_audio_buffer.append', audio: loud });
  recording.say(
    's1',
    3,
    '>',
    `{"type":"conversation.item.create",  "n":1.0, "item":{"type":"message","role":"user","content":[{"type":"input_text","text":"Where is Rosebud, 42?"},{"type":"input_image","image_url":"data:image/png;base64,AAAA"},{"type":"input_audio","audio":"${loud}","transcript":"Rosebud"}]}}`,
  );
  recording.say('s1', 4, '>', {
    type: 'conversation.item.create',
    item: { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'Rosebud is secret' }] },
  });
  recording.say('s1', 5, '<', { type: 'response.output_audio.delta', delta: loud });
  recording.say('s1', 6, '<', { type: 'response.output_audio_transcript.delta', delta: 'Rosebud' });
  recording.say('s1', 7, '<', { type: 'response.output_text.delta', delta: 'Rosebud' });
  recording.say('s1', 8, '<', { type: 'response.function_call_arguments.delta', delta: '{"who":"Rosebud"' });
  recording.say('s1', 9, '<', {
    type: 'response.function_call_arguments.done',
    arguments: '{"who":"Rosebud","n":7,"ok":true,"deep":"{\\"x\\":\\"Rosebud\\"}"}',
  });
  recording.say('s1', 10, '>', {
    type: 'conversation.item.create',
    item: { type: 'function_call_output', call_id: 'call_1', output: 'Rosebud is a sledge' },
  });
  recording.say('s1', 11, '<', {
    type: 'conversation.item.input_audio_transcription.completed',
    transcript: 'Rosebud',
    logprobs: [{ token: 'Rosebud', logprob: -0.1, bytes: [82, 111] }],
  });
  recording.say('s1', 12, '<', {
    type: 'response.done',
    response: {
      id: 'resp_1',
      output: [
        { type: 'message', role: 'assistant', content: [{ type: 'output_audio', transcript: 'Rosebud' }] },
        { type: 'mcp_call', arguments: '{}', output: 'Rosebud', error: null },
      ],
    },
  });
  recording.say('s1', 13, '>', 'Rosebud, but\nno JSON');
  recording.say('s1', 14, '>', Buffer.from('Rosebud'));
  recording.record({
    kind: 'http',
    t: 15,
    start: 14,
    method: 'POST',
    url: '/v1/realtime/client_secrets',
    status: 200,
    requestHeaders: {},
    responseHeaders: {},
    requestBody: '{"session":{"instructions":"Rosebud"}}',
  });
  recording.close('s1', 16);
  trace = recording.end();
});
afterAll(() => remove());

let copies = 0;
async function shared(...masks: Mask[]) {
  const out = path.join(folder, `copy${(copies += 1)}.realtime.jsonl`);
  return { out, ...(await share(trace, out, { generator, masks })) };
}

describe('a trace to hand on', () => {
  it('holds none of what was chosen, keeps every line, and can be read', async () => {
    const { out, report } = await shared(...MASKS);
    const text = await readFile(out, 'utf8');
    expect(text).not.toMatch(/Rosebud|Xanadu|Colorado/);
    expect(text).not.toContain(loud);
    expect(text).not.toContain(Buffer.from('Rosebud').toString('base64'));
    expect(await linesOf(out)).toHaveLength((await linesOf(trace)).length);
    expect(await problemsOf(out)).toEqual([]);
    expect(report.opaque).toBe(2);
    expect(report.found.audio).toEqual({ values: 3, size: 3 * 480 });
  });
  it('keeps shape and the rest of each message as they were', async () => {
    const { out } = await shared(...MASKS);
    const lines = await linesOf(out);
    expect(lines[3]).toContain('"event":{"type":"conversation.item.create",  "n":1.0, "item":');
    const values = await valuesOf(out);
    expect(values[3]?.event.item.content[0].text).toBe('xxxxx xx xxxxxxx, 00?');
    expect(values[3]?.redacted).toContain('/item/content/0/text');
    expect(values[3]).toMatchObject({ seq: 3, t: 3, type: 'conversation.item.create' });
    expect(JSON.parse(values[9]?.event.arguments as string)).toEqual({
      who: 'xxxxxxx',
      n: 0,
      ok: true,
      deep: '{"x":"xxxxxxx"}',
    });
    expect(values[11]?.event.logprobs).toEqual([{ token: 'xxxxxxx', logprob: -0.1, bytes: [] }]);
    expect(values[12]?.event.response.output[1]).toEqual({
      type: 'mcp_call',
      arguments: '{}',
      output: 'xxxxxxx',
      error: null,
    });
  });
  it('puts silence of the same length in the place of sound, in the codec of its side', async () => {
    const values = await valuesOf((await shared('audio')).out);
    expect(Buffer.from(values[2]?.event.audio as string, 'base64')).toEqual(Buffer.alloc(480, 0xff));
    expect(Buffer.from(values[5]?.event.delta as string, 'base64')).toEqual(Buffer.alloc(480, 0));
  });
  it.each(MASKS.filter((mask) => mask !== 'audio' && mask !== 'images'))('takes out %s alone', async (mask) => {
    const { out } = await shared(mask);
    const [before, after] = [await valuesOf(trace), await valuesOf(out)];
    const changed = after.flatMap((line, at) => (JSON.stringify(line) === JSON.stringify(before[at]) ? [] : [at]));
    // Those that are no JSON go whole, whatever is chosen.
    const whole = [13, 14];
    const expected = {
      instructions: [1, 4, ...whole, 15],
      transcripts: [3, 6, 7, 11, 12, ...whole],
      notes: [...whole],
      arguments: [8, 9, 10, 12, ...whole],
    };
    expect(changed).toEqual(expected[mask as keyof typeof expected]);
  });
  it('is the trace byte for byte where nothing is chosen, and says what stays', async () => {
    const { out, report } = await shared();
    expect(await linesOf(out)).toEqual(await linesOf(trace));
    expect(report.stays.map(({ what }) => what)).toEqual(expect.arrayContaining(['addresses', 'headers', 'models']));
    expect(report.stays.find(({ what }) => what === 'headers')?.examples).toContain('user-agent: app/1');
  });
  it('writes nothing for a preview', async () => {
    const { made, report } = await share(trace, undefined, { generator, masks: MASKS });
    expect(made).toEqual([]);
    expect(report.masked).toEqual([...MASKS]);
  });
  it('points at what has the shape of a key, also where nobody thought of one', async () => {
    const recording = new Recording(path.join(folder, 'keys.realtime.jsonl'));
    recording.open('s1', 0);
    recording.say('s1', 1, '>', { type: 'x', note: 'mail jane.doe@example.com' });
    const key = ['ghp', 'x'.repeat(36)].join('_');
    recording.say('s1', 2, '>', { type: 'x', [key]: true });
    const instructions = 'Call:\n+4930123456789 or write to\njane.doe@example.com';
    recording.say('s1', 3, '>', { type: 'session.update', session: { type: 'realtime', instructions } });
    const file = recording.end();
    const { report } = await share(file, undefined, { generator, masks: [] });
    expect(report.suspects).toEqual([
      { line: 3, seq: 1, shape: 'e-mail address' },
      { line: 4, seq: 2, shape: 'GitHub token' },
      { line: 5, seq: 3, shape: 'e-mail address' },
      { line: 5, seq: 3, shape: 'telephone number' },
    ]);
    // What is masked is no such thing any more.
    const masked = await share(file, undefined, { generator, masks: ['instructions'] });
    expect(masked.report.suspects.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(JSON.stringify(report)).not.toContain(key);
  });
});

describe('shapes of keys', () => {
  const key = (...parts: string[]) => parts.join('');
  it.each([
    [key('sk-', 'proj-', 'a1'.repeat(12)), 'OpenAI key'],
    [key('ek_', '0a'.repeat(12)), 'ephemeral key'],
    [key('AKIA', 'A'.repeat(16)), 'AWS access key'],
    [key('eyJ', 'a'.repeat(12), '.eyJ', 'b'.repeat(12), '.', 'c'.repeat(8)), 'JSON Web Token'],
    ['https://me:hunter22@example.com/', 'password in a URL'],
    ['sip:+15551234567', 'telephone number'],
    ['my number is 555 123 4567.', 'telephone number'],
    ['call (555) 123-4567', 'telephone number'],
    ['+49 30 1234567', 'telephone number'],
    ['030 1234567', 'telephone number'],
    ['555.123.4567', 'telephone number'],
    ['+49.30.1234567', 'telephone number'],
    [key('-----BEGIN RSA ', 'PRIVATE KEY-----'), 'private key'],
  ])('%s', (text, shape) => expect(keyShapes(`before ${text} after`)).toContain(shape));
  it.each([
    '[redacted]',
    'Bearer [redacted]',
    'task-force-one',
    'item_ABCDEFabcdef0123456789',
    '2026-11-20T21:00:00.000Z',
    'on 2026-11-20, 2026-11-21',
    '127.0.0.1, 192.168.100.200',
    '1000 2000 3000, 100 200 300, version 100 200 3000',
    '+150%, +100 points, +1 000 000',
    'item 0123-4567, a1b2-0123-4567',
    'xxxx@xxxxxxx.xxx',
    'xx xxxxxx xx 000 000 0000',
    '0000 000000',
    '@openai/agents',
  ])('not %s', (text) => expect(keyShapes(text)).toEqual([]));
});
