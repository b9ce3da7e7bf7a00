import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';
import { startServer, type RunningServer } from '../../../src/simulator/server';
import { LISTED_TYPES } from '../../../src/simulator/shapes';
import type { Json, ServerEvent } from '../../../src/simulator/wire';
import { Script, errorOf, only } from './script';
import { silence } from './speech';

const create = (item: Json): Json => ({ type: 'conversation.item.create', item });
const user = (id?: string): Json =>
  create({ ...(id ? { id } : {}), type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] });
const session = (fields: Json): Json => ({ type: 'session.update', session: { type: 'realtime', ...fields } });
const input = (fields: Json): Json => session({ audio: { input: fields } });
const cut = (item_id: unknown, audio_end_ms: number): Json => ({
  type: 'conversation.item.truncate',
  item_id,
  content_index: 0,
  audio_end_ms,
});
const listed = `${LISTED_TYPES.slice(0, -1)
  .map((type) => `'${type}'`)
  .join(', ')}, and 'response.cancel'`;

/** A session in which the model has spoken, and the id of what it said. */
function answered(): { script: Script; id: string } {
  const script = new Script();
  const item = only(script.respond(), 'conversation.item.done')[0]?.['item'] as Json;
  return { script, id: String(item['id']) };
}

interface Row {
  name: string;
  /** What is sent last, to a fresh session or to that one. */
  cause: (script: Script) => ServerEvent[];
  code: string | null;
  param: string | null;
  message: string | RegExp;
}

const row = (
  name: string,
  sent: Json | string | Uint8Array,
  code: string | null,
  param: string | null,
  message: string | RegExp,
): Row => ({ name, cause: (script) => script.send(sent), code, param, message });

/** Every error that answers a client event, as the live service was seen to say it. */
const CATALOGUE: Row[] = [
  row(
    'an unknown type',
    { type: 'nope' },
    'invalid_value',
    'type',
    `Invalid value: 'nope'. Supported values are: ${listed}.`,
  ),
  row('no type', {}, 'invalid_event', null, "The 'type' field is missing."),
  row(
    'a binary message',
    new Uint8Array([123, 125]),
    'invalid_event',
    null,
    'Expected a text WebSocket message; binary frames are not supported.',
  ),
  row('no JSON', '{', 'invalid_json', null, /^Invalid event: failed to parse JSON value\. .+/),
  row(
    'an unknown field',
    session({ bogus_field: 1 }),
    'unknown_parameter',
    'session.bogus_field',
    "Unknown parameter: 'session.bogus_field'.",
  ),
  row(
    'no type of session',
    { type: 'session.update', session: {} },
    'missing_required_parameter',
    'session.type',
    "Missing required parameter: 'session.type'.",
  ),
  row(
    'an assistant’s audio put back',
    create({ type: 'message', role: 'assistant', content: [{ type: 'output_audio', transcript: 'Hi' }] }),
    'missing_required_parameter',
    'item.content[0].text',
    "Missing required parameter: 'item.content[0].text'.",
  ),
  row(
    'a format of the beta',
    input({ format: 'pcm16' }),
    'invalid_type',
    'session.audio.input.format',
    "Invalid type for 'session.audio.input.format': expected an object, but got a string instead.",
  ),
  row(
    'too low a rate',
    input({ format: { type: 'audio/pcm', rate: 16_000 } }),
    'integer_below_min_value',
    'session.audio.input.format.rate',
    "Invalid 'session.audio.input.format.rate': integer below minimum value. Expected a value >= 24000, but got 16000 instead.",
  ),
  row(
    'both modalities',
    session({ output_modalities: ['audio', 'text'] }),
    'invalid_value',
    'session.output_modalities',
    "Invalid modalities: ['audio', 'text']. Supported combinations are: ['text'] and ['audio'].",
  ),
  row(
    'an unknown delay',
    input({ transcription: { model: 'gpt-realtime-whisper', delay: 'bogus' } }),
    'invalid_value',
    'session.audio.input.transcription.delay',
    "Invalid value: 'bogus'. Supported values are: 'minimal', 'low', 'medium', 'high', and 'xhigh'.",
  ),
  row(
    'an update for another kind of session',
    { type: 'session.update', session: { type: 'transcription' } },
    'invalid_value',
    'session.type',
    'Passing a transcription session update event to a realtime session is not allowed.',
  ),
  {
    name: 'another voice after the model has spoken',
    cause: () => answered().script.update({ audio: { output: { voice: 'cedar' } } }),
    code: 'cannot_update_voice',
    param: null,
    message: "Cannot update a conversation's voice if assistant audio is present.",
  },
  row(
    'a commit of nothing',
    { type: 'input_audio_buffer.commit' },
    'input_audio_buffer_commit_empty',
    null,
    'Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has 0.00ms of audio.',
  ),
  {
    name: 'a commit of too little',
    cause: (script) => {
      script.send({ type: 'input_audio_buffer.append', audio: silence(99).toString('base64') });
      return script.send({ type: 'input_audio_buffer.commit' });
    },
    code: 'input_audio_buffer_commit_empty',
    param: null,
    message: /but buffer only has 99\.00ms of audio\.$/,
  },
  row(
    'empty audio',
    { type: 'input_audio_buffer.append', audio: '' },
    'invalid_value',
    'audio',
    "Invalid 'audio'. Expected base64-encoded audio bytes (mono PCM16 at 24kHz) but got empty bytes.",
  ),
  row(
    'more than 15 MiB of audio',
    { type: 'input_audio_buffer.append', audio: Buffer.alloc(15 * 1024 * 1024 + 1).toString('base64') },
    'string_above_max_length',
    'audio',
    "Invalid 'audio': audio too long. Expected at most 15728640 bytes, but got 15728641 instead.",
  ),
  {
    name: 'a second response',
    cause: (script) => {
      script.send({ type: 'response.create' });
      return script.send({ type: 'response.create' });
    },
    code: 'conversation_already_has_active_response',
    param: null,
    message:
      /^Conversation already has an active response in progress: resp_\w{21}\. Wait until the response is finished before creating a new one\.$/,
  },
  row(
    'cancelling nothing',
    { type: 'response.cancel' },
    'response_cancel_not_active',
    null,
    'Cancellation failed: no active response found',
  ),
  row(
    'deleting an unknown item',
    { type: 'conversation.item.delete', item_id: 'yo' },
    'item_delete_invalid_item_id',
    null,
    "Error deleting item: the item with id 'yo' does not exist.",
  ),
  row(
    'retrieving an unknown item',
    { type: 'conversation.item.retrieve', item_id: 'yo' },
    'item_retrieve_invalid_item_id',
    null,
    "Error retrieving item: the item with id 'yo' does not exist.",
  ),
  row(
    'truncating an unknown item',
    cut('yo', 0),
    'item_truncate_invalid_item_id',
    null,
    "Error truncating item: the item with id 'yo' does not exist.",
  ),
  {
    name: 'truncating beyond what there is',
    cause: () => {
      const { script, id } = answered();
      script.send(cut(id, 1000));
      return script.send(cut(id, 57_340));
    },
    code: 'invalid_value',
    param: null,
    message: 'Audio content of 1000ms is already shorter than 57340ms',
  },
  {
    name: 'truncating what the user said',
    cause: (script) => {
      script.send(user('mine'));
      return script.send(cut('mine', 0));
    },
    code: 'unsupported_content_type',
    param: null,
    message: 'Only model output audio messages can be truncated',
  },
  row(
    'the output of an unknown call',
    create({ type: 'function_call_output', call_id: 'call_x', output: '' }),
    'invalid_tool_call_id',
    null,
    "Tool call ID 'call_x' not found in conversation.",
  ),
  row(
    'a call id of other characters',
    create({ type: 'function_call_output', call_id: 'call 1', output: '' }),
    'invalid_value',
    'item.call_id',
    "Invalid 'item.call_id': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
  ),
  row(
    'an item id of 33 characters',
    user('x'.repeat(33)),
    'string_above_max_length',
    'item.id',
    "Invalid 'item.id': string too long. Expected a string with maximum length 32, but got a string with length 33 instead.",
  ),
  row(
    'an event of calls',
    { type: 'output_audio_buffer.clear' },
    'invalid_value',
    'type',
    `Invalid value: 'output_audio_buffer.clear'. Supported values are: ${listed}.`,
  ),
  row(
    'an event of translations',
    { type: 'session.close' },
    'invalid_value',
    'type',
    "The event 'session.close' is not supported in realtime sessions.",
  ),
];

describe('every error of the catalogue', () => {
  it.each(CATALOGUE)('$name', ({ cause, code, param, message }) => {
    const script = new Script();
    const error = errorOf(cause(script));
    expect(Object.keys(error)).toEqual(['type', 'code', 'message', 'param', 'event_id']);
    expect(error).toMatchObject({ type: 'invalid_request_error', code, param, event_id: null });
    if (typeof message === 'string') expect(error['message']).toBe(message);
    else expect(error['message']).toMatch(message);
    // It is never the end of the session.
    expect(script.closed).toBeUndefined();
    expect(script.send(user())[0]?.type).toBe('conversation.item.added');
  });

  it('takes an item id of 32 characters, and audio of exactly 15 MiB', () => {
    const script = new Script();
    script.update({ audio: { input: { turn_detection: null } } });
    expect(script.send(user('x'.repeat(32)))[0]?.type).toBe('conversation.item.added');
    const audio = Buffer.alloc(15 * 1024 * 1024).toString('base64');
    expect(script.send({ type: 'input_audio_buffer.append', audio })).toEqual([]);
  });

  it('session_expired: says so and closes', () => {
    const script = new Script();
    expect(errorOf(script.wait(3_600_000))).toEqual({
      type: 'invalid_request_error',
      code: 'session_expired',
      message: 'Your session hit the maximum duration of 60 minutes.',
      param: null,
      event_id: null,
    });
    expect(script.closed).toEqual({ code: 1001, reason: 'session_expired' });
  });

  it('comes late where the scenario says so: after what was sent next was answered', () => {
    const error = { code: 'late', message: 'Too late.' };
    const script = new Script({ scenario: { refusals: [{ on: 'input_audio_buffer.clear', error, afterMs: 1000 }] } });
    expect(script.send({ type: 'input_audio_buffer.clear', event_id: 'mine' })).toEqual([]);
    expect(script.send(user())[0]?.type).toBe('conversation.item.added');
    expect(script.wait(999)).toEqual([]);
    expect(errorOf(script.wait(1))).toMatchObject({ ...error, event_id: 'mine' });
  });
});

const LIMIT =
  /^Rate limit reached for gpt-realtime in organization \S+ on requests per day \(RPD\): Limit 1000, Used 1000, Requested 1\. Please try again in 1m26\.4s\. Visit https:\/\/platform\.openai\.com\/account\/rate-limits to learn more\.$/;
const FAILED: [string, string, string | null, RegExp][] = [
  ['rate_limit_exceeded', 'invalid_request_error', 'rate_limit_exceeded', LIMIT],
  ['inference_rate_limit_exceeded', 'invalid_request_error', 'inference_rate_limit_exceeded', LIMIT],
  ['insufficient_quota', 'insufficient_quota', 'insufficient_quota', /^You exceeded your current quota, /],
  [
    'server_error',
    'server_error',
    null,
    /^The server had an error while processing your request\. Sorry about that! .*\(include session ID in your message: sess_\w{21}\)\. We recommend you retry your request\.$/,
  ],
];

describe('a response that fails', () => {
  it.each(FAILED)('with %s says why in response.done, and the next one is made', (error, type, code, message) => {
    const script = new Script({
      scenario: { turns: [{ when: { turn: 1 }, answer: { error: error as 'server_error' } }] },
    });
    const events = script.respond();
    expect(only(events, 'error')).toEqual([]);
    expect(only(events, 'response.done')[0]?.['response']).toMatchObject({
      status: 'failed',
      status_details: { type: 'failed', error: { type, code, message: expect.stringMatching(message) as string } },
      output: [],
    });
    expect(only(script.respond(), 'response.done')[0]?.['response']).toMatchObject({ status: 'completed' });
  });

  it.each(['content_filter', 'max_output_tokens'])('halfway for %s is incomplete and keeps what was said', (reason) => {
    const answer = { output: [{ say: 'I should not' }], status: 'incomplete' as const, reason };
    const script = new Script({ scenario: { turns: [{ answer }] } });
    expect(only(script.respond({ output_modalities: ['text'] }), 'response.done')[0]?.['response']).toMatchObject({
      status: 'incomplete',
      status_details: { type: 'incomplete', reason },
      output: [{ status: 'incomplete', content: [{ text: 'I should not' }] }],
    });
  });

  it('in transcription names the item, as Azure says that the model is no deployment', () => {
    const script = new Script({ scenario: { dialect: 'azure' } });
    script.update({ audio: { input: { turn_detection: null, transcription: { model: 'nope' } } } });
    script.send({ type: 'input_audio_buffer.append', audio: silence(500).toString('base64') });
    const [committed] = script.send({ type: 'input_audio_buffer.commit' });
    const id = String(committed?.['item_id']);
    expect(script.wait(5000)).toMatchObject([
      {
        type: 'conversation.item.input_audio_transcription.failed',
        item_id: id,
        content_index: 0,
        error: {
          type: 'server_error',
          code: 'DeploymentNotFound',
          message: `Input transcription failed for item '${id}'.`,
          param: null,
        },
      },
    ]);
  });
});

describe('every failure of the handshake', () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer({ host: '127.0.0.1', port: 0, seed: 1, scenario: { requireKey: true } });
  });
  afterAll(() => server.stop());

  const key = (value: string): ClientOptions => ({ headers: { authorization: `Bearer ${value}` } });
  const beta = { headers: { authorization: 'Bearer sk-any', 'OpenAI-Beta': 'realtime=v1' } };
  it.each<[string, string, ClientOptions, number, string | null, string]>([
    [
      'a wrong key',
      '?model=gpt-realtime',
      key('sk-invalid-000AAAA'),
      3000,
      'invalid_api_key',
      'Incorrect API key provided: sk-inva***AAAA. You can find your API key at https://platform.openai.com/account/api-keys.',
    ],
    ['no key', '?model=gpt-realtime', {}, 3000, null, 'Missing bearer or basic authentication in header'],
    [
      'an unknown model',
      '?model=gpt-nope',
      key('sk-any'),
      4000,
      'invalid_model',
      'Model "gpt-nope" is not supported in realtime mode. See https://platform.openai.com/docs/models for a list of supported models.',
    ],
    [
      'no model',
      '',
      key('sk-any'),
      4000,
      'missing_model',
      'You must provide a model parameter, for example wss://api.openai.com/v1/realtime?model=gpt-realtime-1.5',
    ],
    [
      'the beta header',
      '?model=gpt-realtime',
      beta,
      4000,
      'beta_api_shape_disabled',
      'The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA API.',
    ],
  ])('%s: let in, told why, and closed', async (_name, query, options, code, error, message) => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/realtime${query}`, options);
    const messages: Json[] = [];
    socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as Json));
    const [upgraded] = (await once(socket, 'upgrade')) as [{ statusCode: number }];
    expect(upgraded.statusCode).toBe(101);
    const [closed, reason] = (await once(socket, 'close')) as [number, Buffer];
    expect(messages).toMatchObject([
      { type: 'error', error: { type: 'invalid_request_error', code: error, message, param: null, event_id: null } },
    ]);
    expect([closed, reason.toString()]).toEqual([code, ['invalid_request_error', ...(error ? [error] : [])].join('.')]);
  });

  it('a call nobody knows: 404 instead of a session', async () => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/realtime?call_id=unknown`, key('sk-any'));
    socket.on('error', () => undefined);
    const [, response] = (await once(socket, 'unexpected-response')) as [
      unknown,
      AsyncIterable<Buffer> & { statusCode: number },
    ];
    const body: Buffer[] = [];
    for await (const chunk of response) body.push(chunk);
    expect(response.statusCode).toBe(404);
    expect(JSON.parse(Buffer.concat(body).toString())).toEqual({
      error: {
        message: 'No session found for the provided call_id',
        type: 'invalid_request_error',
        param: null,
        code: 'call_id_not_found',
      },
    });
  });
});
