import { describe, expect, it } from 'vitest';
import { LISTED_TYPES } from '../../../src/simulator/shapes';
import type { Json, ServerEvent } from '../../../src/simulator/wire';
import { Script, errorOf, only } from './script';
import { silence } from './speech';

const listed = `${LISTED_TYPES.slice(0, -1)
  .map((type) => `'${type}'`)
  .join(', ')}, and 'response.cancel'.`;
const append = (audio: unknown): Json => ({ type: 'input_audio_buffer.append', audio });
const update = (session: Json): Json => ({ type: 'session.update', session: { type: 'realtime', ...session } });
const create = (item: Json, more: Json = {}): Json => ({ type: 'conversation.item.create', item, ...more });
const message = (role: string, part: unknown): Json => create({ type: 'message', role, content: [part] });
const text = { type: 'input_text', text: 'Hi' };

/** What is sent, and the code, param and words of the error it gets. */
const REFUSED: [string, Json | string, string | null, string | null, string | RegExp][] = [
  [
    'an unknown type',
    { type: 'nope' },
    'invalid_value',
    'type',
    `Invalid value: 'nope'. Supported values are: ${listed}`,
  ],
  ['a type of WebRTC', { type: 'output_audio_buffer.clear' }, 'invalid_value', 'type', /^Invalid value/],
  ['a type every object has', { type: 'constructor' }, 'invalid_value', 'type', /^Invalid value/],
  ['no type', {}, 'invalid_event', null, "The 'type' field is missing."],
  ['no object', '[]', 'invalid_event', null, 'Invalid event: expected a JSON object.'],
  ['no JSON', '{"type":', 'invalid_json', null, /^Invalid event: failed to parse JSON value\. ./],
  ['an unknown field', { type: 'response.cancel', x: 1 }, 'unknown_parameter', 'x', "Unknown parameter: 'x'."],
  [
    'an update without the type of session',
    { type: 'session.update', session: {} },
    'missing_required_parameter',
    'session.type',
    "Missing required parameter: 'session.type'.",
  ],
  ['an update without a session', { type: 'session.update' }, 'missing_required_parameter', 'session', /'session'/],
  [
    'an unknown session field',
    update({ bogus_field: 1 }),
    'unknown_parameter',
    'session.bogus_field',
    "Unknown parameter: 'session.bogus_field'.",
  ],
  ['a field of the beta', update({ modalities: ['text'] }), 'unknown_parameter', 'session.modalities', /modalities/],
  [
    'a format as a string',
    update({ audio: { input: { format: 'pcm16' } } }),
    'invalid_type',
    'session.audio.input.format',
    "Invalid type for 'session.audio.input.format': expected an object, but got a string instead.",
  ],
  [
    'too low a rate',
    update({ audio: { input: { format: { type: 'audio/pcm', rate: 16_000 } } } }),
    'integer_below_min_value',
    'session.audio.input.format.rate',
    /Expected a value >= 24000/,
  ],
  [
    'both modalities',
    update({ output_modalities: ['audio', 'text'] }),
    'invalid_value',
    'session.output_modalities',
    "Invalid modalities: ['audio', 'text']. Supported combinations are: ['text'] and ['audio'].",
  ],
  [
    'an unknown delay',
    update({ audio: { input: { transcription: { model: 'whisper-1', delay: 'bogus' } } } }),
    'invalid_value',
    'session.audio.input.transcription.delay',
    "Invalid value: 'bogus'. Supported values are: 'minimal', 'low', 'medium', 'high', and 'xhigh'.",
  ],
  [
    'the other kind of session',
    { type: 'session.update', session: { type: 'transcription' } },
    'invalid_value',
    'session.type',
    'Passing a transcription session update event to a realtime session is not allowed.',
  ],
  [
    'an unknown kind of session',
    { type: 'session.update', session: { type: 'x' } },
    'invalid_value',
    'session.type',
    /'x'/,
  ],
  [
    'a tool without a name',
    update({ tools: [{ type: 'function' }] }),
    'missing_required_parameter',
    'session.tools[0].name',
    /name/,
  ],
  [
    'a tool with more than it may have',
    update({ tools: [{ type: 'function', name: 'a', meta: 1 }] }),
    'unknown_parameter',
    'session.tools[0].meta',
    /meta/,
  ],
  [
    'a commit of nothing',
    { type: 'input_audio_buffer.commit' },
    'input_audio_buffer_commit_empty',
    null,
    'Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has 0.00ms of audio.',
  ],
  [
    'empty audio',
    append(''),
    'invalid_value',
    'audio',
    /Expected base64-encoded audio bytes \(mono PCM16 at 24kHz\) but got empty bytes/,
  ],
  ['audio that is not base64', append('data:audio/wav;base64,AAAA'), 'invalid_value', 'audio', /invalid value/],
  ['audio that is no string', append(7), 'invalid_type', 'audio', /expected a string, but got an integer/],
  ['too much audio', append(silence(330_000).toString('base64')), 'string_above_max_length', 'audio', /too long/],
  [
    'a user message with assistant content',
    message('user', { type: 'output_text', text: '' }),
    'invalid_value',
    'item.content[0].type',
    /input_text/,
  ],
  [
    'assistant audio put back',
    message('assistant', { type: 'output_audio', transcript: 'Hi' }),
    'missing_required_parameter',
    'item.content[0].text',
    "Missing required parameter: 'item.content[0].text'.",
  ],
  [
    'a call id with a blank',
    create({ type: 'function_call_output', call_id: 'a b', output: '' }),
    'invalid_value',
    'item.call_id',
    /a-zA-Z0-9_-/,
  ],
  [
    'a place that does not exist',
    { ...message('user', text), previous_item_id: 'x' },
    'item_create_invalid_previous_item_id',
    null,
    /'x' does not exist/,
  ],
  [
    'deleting what is not there',
    { type: 'conversation.item.delete', item_id: 'yo' },
    'item_delete_invalid_item_id',
    null,
    "Error deleting item: the item with id 'yo' does not exist.",
  ],
  [
    'retrieving what is not there',
    { type: 'conversation.item.retrieve', item_id: 'yo' },
    'item_retrieve_invalid_item_id',
    null,
    /'yo'/,
  ],
  [
    'truncating what is not there',
    { type: 'conversation.item.truncate', item_id: 'yo', content_index: 0, audio_end_ms: 0 },
    'item_truncate_invalid_item_id',
    null,
    "Error truncating item: the item with id 'yo' does not exist.",
  ],
  [
    'truncating to before the start',
    { type: 'conversation.item.truncate', item_id: 'yo', content_index: 0, audio_end_ms: -1 },
    'integer_below_min_value',
    'audio_end_ms',
    />= 0/,
  ],
  [
    'cancelling nothing',
    { type: 'response.cancel' },
    'response_cancel_not_active',
    null,
    'Cancellation failed: no active response found',
  ],
];

describe('the simulator refuses', () => {
  it.each(REFUSED)('%s, and the session goes on', (_name, sent, code, param, words) => {
    const script = new Script();
    const error = errorOf(script.send(sent));
    expect(error).toMatchObject({ type: 'invalid_request_error', code, param, event_id: null });
    if (typeof words === 'string') expect(error['message']).toBe(words);
    else expect(error['message']).toMatch(words);
    expect(script.send(message('user', text))[0]?.type).toBe('conversation.item.added');
  });

  it('a binary message', () => {
    const error = errorOf(new Script().send(new Uint8Array([1, 2])));
    expect(error['message']).toBe('Expected a text WebSocket message; binary frames are not supported.');
  });

  it('and names the client’s event when it has an id', () => {
    expect(errorOf(new Script().send({ type: 'response.cancel', event_id: 'mine' }))['event_id']).toBe('mine');
  });

  it('a message nested without end, and lives on', () => {
    const script = new Script();
    const deep = `{"type":"response.create","response":{"metadata":{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}}}`;
    script.send(deep);
    expect(script.send(message('user', text))[0]?.type).toBe('conversation.item.added');
  });

  it('a second response while one runs, naming it', () => {
    const script = new Script();
    const [created] = script.send({ type: 'response.create' });
    const id = (created?.['response'] as Json)['id'];
    expect(errorOf(script.send({ type: 'response.create' }))).toMatchObject({
      code: 'conversation_already_has_active_response',
      message: `Conversation already has an active response in progress: ${String(id)}. Wait until the response is finished before creating a new one.`,
    });
  });

  it('another voice once it has spoken, but not the same one', () => {
    const script = new Script();
    expect(script.update({ audio: { output: { voice: 'cedar' } } })[0]?.type).toBe('session.updated');
    script.say('Hi');
    script.respond();
    expect(errorOf(script.update({ audio: { output: { voice: 'marin' } } }))['code']).toBe('cannot_update_voice');
    expect(script.update({ audio: { output: { voice: 'cedar' } } })[0]?.type).toBe('session.updated');
  });
});

describe('a session update', () => {
  const effective = (events: readonly ServerEvent[]): Json => only(events, 'session.updated')[0]?.['session'] as Json;

  it('that is refused changes nothing, also not what was right in it', () => {
    const script = new Script();
    script.update({ instructions: 'New', bogus: 1 });
    expect(effective(script.update({}))['instructions']).toMatch(/^Your knowledge cutoff/);
  });

  it('fills turn detection up with defaults and shows transcription in full', () => {
    const turns = { type: 'server_vad', create_response: false };
    const script = new Script();
    const transcription = { model: 'gpt-realtime-whisper', delay: 'low' };
    const input = { turn_detection: turns, transcription };
    expect(effective(script.update({ audio: { input } }))['audio']).toMatchObject({
      input: {
        turn_detection: {
          type: 'server_vad',
          threshold: 0.5,
          prefix_padding_ms: 300,
          silence_duration_ms: 200,
          idle_timeout_ms: null,
          create_response: false,
          interrupt_response: true,
        },
        transcription: { model: 'gpt-realtime-whisper', language: null, prompt: null },
      },
      output: { voice: 'alloy' },
    });
    expect(JSON.stringify(effective(script.update({})))).not.toContain('"delay"');
  });

  it('switches detection off with null and to semantic with its own defaults', () => {
    const script = new Script();
    expect(effective(script.update({ audio: { input: { turn_detection: null } } }))['audio']).toMatchObject({
      input: { turn_detection: null },
    });
    const semantic = { audio: { input: { turn_detection: { type: 'semantic_vad' } } } };
    expect(effective(script.update(semantic))['audio']).toMatchObject({
      input: { turn_detection: { eagerness: 'auto', interrupt_response: true } },
    });
  });

  it('cannot change the model, and an empty instruction brings the default back', () => {
    const script = new Script();
    const session = effective(script.update({ model: 'other', instructions: 'Short' }));
    expect(session).toMatchObject({ model: 'gpt-realtime', instructions: 'Short' });
    expect(effective(script.update({ instructions: '' }))['instructions']).toMatch(/^Your knowledge cutoff/);
  });
});

describe('items', () => {
  it('go where they are told to', () => {
    const script = new Script();
    const put = (id: string, previous?: string): unknown =>
      script.send(
        create({ id, type: 'message', role: 'user', content: [text] }, previous ? { previous_item_id: previous } : {}),
      )[0]?.['previous_item_id'];
    expect([put('a'), put('b'), put('c', 'a'), put('d', 'root'), put('e', 'c')]).toEqual([null, 'a', 'a', null, 'c']);
    expect(
      errorOf(script.send(create({ id: 'a', type: 'message', role: 'user', content: [text] })))['message'],
    ).toMatch(/already exists/);
    script.send({ type: 'conversation.item.delete', item_id: 'c' });
    expect(errorOf(script.send({ type: 'conversation.item.delete', item_id: 'c' }))['code']).toBe(
      'item_delete_invalid_item_id',
    );
  });

  it('hold the user’s audio, which is not shown but spoken back', () => {
    const script = new Script();
    const audio = Buffer.alloc(48_000, 3).toString('base64');
    const [added] = script.send(message('user', { type: 'input_audio', audio }));
    expect(added?.['item']).toMatchObject({ content: [{ type: 'input_audio', transcript: null }] });
    expect(JSON.stringify(added)).not.toContain(audio.slice(0, 64));
    const events = script.respond();
    expect(only(events, 'response.output_audio_transcript.done')[0]?.['transcript']).toContain('1.0 seconds');
  });

  it('spoken by the model can be cut to what was heard, not beyond what there is', () => {
    const script = new Script();
    script.say('Hello');
    const item = only(script.respond(), 'conversation.item.done')[0]?.['item'] as Json;
    const cut = (ms: number): ServerEvent[] =>
      script.send({ type: 'conversation.item.truncate', item_id: item['id'], content_index: 0, audio_end_ms: ms });
    expect(errorOf(cut(900_000))['message']).toMatch(/^Audio content of \d+ms is already shorter than 900000ms$/);
    expect(cut(1000)[0]).toMatchObject({ type: 'conversation.item.truncated', audio_end_ms: 1000 });
    expect(errorOf(cut(1001))['message']).toBe('Audio content of 1000ms is already shorter than 1001ms');
    const [retrieved] = script.send({ type: 'conversation.item.retrieve', item_id: item['id'] });
    const part = ((retrieved?.['item'] as Json)['content'] as Json[])[0];
    expect(part).not.toHaveProperty('transcript');
    expect(Buffer.from(String(part?.['audio']), 'base64')).toHaveLength(48_000);
  });

  it('of the user cannot be cut', () => {
    const script = new Script();
    const [added] = script.say('Hello');
    const id = (added?.['item'] as Json)['id'];
    const cut = { type: 'conversation.item.truncate', item_id: id, content_index: 0, audio_end_ms: 0 };
    expect(errorOf(script.send(cut))['message']).toBe('Only model output audio messages can be truncated');
  });
});

describe('cancelling', () => {
  it('closes what is open as incomplete and counts what was made', () => {
    const script = new Script();
    script.say('Hello');
    script.send({ type: 'response.create' });
    script.wait(500);
    const events = script.send({ type: 'response.cancel' });
    expect(events.map((event) => event.type)).toEqual([
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'conversation.item.done',
      'response.output_item.done',
      'response.done',
    ]);
    const done = events.at(-1)?.['response'] as Json;
    expect(done).toMatchObject({
      status: 'cancelled',
      status_details: { type: 'cancelled', reason: 'client_cancelled' },
      output: [{ status: 'incomplete' }],
    });
    expect(Number((done['usage'] as Json)['output_tokens'])).toBeGreaterThan(0);
    expect(script.wait(60_000).map((event) => event.type)).toEqual(['rate_limits.updated']);
  });

  it('before anything was made leaves no output and no usage', () => {
    const script = new Script();
    script.send({ type: 'response.create' });
    const [done] = script.send({ type: 'response.cancel' });
    expect(done?.['response']).toMatchObject({ status: 'cancelled', output: [], usage: { total_tokens: 0 } });
  });

  it('means the response that is named', () => {
    const script = new Script();
    const [created] = script.send({ type: 'response.create', response: { conversation: 'none' } });
    const id = (created?.['response'] as Json)['id'];
    expect(errorOf(script.send({ type: 'response.cancel' }))['code']).toBe('response_cancel_not_active');
    expect(script.send({ type: 'response.cancel', response_id: id }).at(-1)?.type).toBe('response.done');
  });
});
