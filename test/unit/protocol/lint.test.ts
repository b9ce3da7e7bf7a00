import { describe, expect, it } from 'vitest';
import { lintEvent, lintHandshake } from '../../../src/protocol/lint';
import { NEW_SESSION, advance, type SessionState } from '../../../src/protocol/state/session';
import type { Side } from '../../../src/protocol/side';
import { validateEvent } from '../../../src/protocol/validate';
import type { Problem } from '../../../src/protocol/validate/report';
import { rewriteToGa } from '../../../src/protocol/validate/fix';

type Json = Record<string, unknown>;

const pcm = { type: 'audio/pcm', rate: 24000 };
const session = {
  type: 'realtime',
  model: 'gpt-realtime',
  audio: { input: { format: pcm, turn_detection: null }, output: { format: pcm, voice: 'marin' } },
};
const audio = (bytes: number): string => Buffer.alloc(bytes).toString('base64');

function after(...events: [Side, Json][]): SessionState {
  const created: [Side, Json] = ['server', { type: 'session.created', session }];
  return [created, ...events].reduce((state, [from, event]) => advance(state, event, from), NEW_SESSION);
}
const lint = (event: Json, state = after()): Problem[] => lintEvent(JSON.stringify(event), 'client', state);
const brief = (problems: Problem[]): string[] => problems.map(({ severity, path }) => `${severity} ${path}`);
const first = (problems: Problem[]): string => problems[0]?.message ?? '';
/** The event after the first problem's fix. */
const fixed = (problems: Problem[]): unknown => JSON.parse(problems.find((one) => one.fix)?.fix?.text ?? 'null');

const item = (id: string, fields: Json): [Side, Json] => [
  'server',
  { type: 'conversation.item.added', item: { id, type: 'message', role: 'assistant', content: [], ...fields } },
];
const speech = (id: string, ms: number): [Side, Json] => [
  'server',
  { type: 'response.output_audio.delta', item_id: id, delta: audio(ms * 48) },
];
const append = (ms: number): [Side, Json] => ['client', { type: 'input_audio_buffer.append', audio: audio(ms * 48) }];
const running: [Side, Json] = [
  'server',
  { type: 'response.created', response: { id: 'resp_1', conversation_id: 'c' } },
];

describe('an unknown field', () => {
  const events = [
    { type: 'session.update', session: { type: 'realtime', audio: { output: { pitch: 2 } } } },
    { type: 'response.create', response: { colour: 'red' } },
    {
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi', mood: 'good' }] },
    },
  ];

  it('of a session, response or item is a warning where the service is known to refuse all of it', () => {
    expect(events.flatMap((event) => brief(lint(event)))).toEqual([
      'warning /session/audio/output/pitch',
      'warning /response/colour',
      'warning /item/content/0/mood',
    ]);
    expect(events.map((event) => /refuses the whole (\w+)/.exec(first(lint(event)))?.[1])).toEqual([
      'update',
      'response',
      'item',
    ]);
  });

  it('is one before the session is known too, since it is most likely OpenAI’s', () => {
    expect(brief(lint(events[0] ?? {}, NEW_SESSION))).toEqual(['warning /session/audio/output/pitch']);
  });

  it('is a note where the server is none that is known, none at another server, and a note in what the server sends', () => {
    const event = events[0] ?? {};
    const stranger = advance(NEW_SESSION, { type: 'session.created', session: { model: 'mine' } }, 'server');
    expect(brief(lint(event, stranger))).toEqual(['note /session/audio/output/pitch']);
    const xai: SessionState = { ...after(), dialect: 'xai' };
    expect(brief(lint(event, xai))).toEqual([]);
    const updated = { type: 'session.updated', event_id: 'e', session: { ...session, novelty: { a: 1 } } };
    expect(brief(lintEvent(JSON.stringify(updated), 'server', after()))).toEqual(['note /session/novelty']);
  });

  it('of an update without its type is told as of the session it is for', () => {
    const transcription = advance(
      NEW_SESSION,
      { type: 'session.created', session: { type: 'transcription' } },
      'server',
    );
    const problems = lint({ type: 'session.update', session: { tools: [] } }, transcription);
    expect(brief(problems)).toEqual(['error /session', 'warning /session/tools']);
    expect(fixed(problems)).toMatchObject({ session: { type: 'transcription' } });
  });
});

describe('the beta interface', () => {
  const flat = {
    type: 'session.update',
    session: {
      modalities: ['text', 'audio'],
      voice: 'alloy',
      input_audio_format: 'g711_ulaw',
      output_audio_format: 'pcm16',
      input_audio_transcription: { model: 'whisper-1' },
      turn_detection: { type: 'none' },
      max_response_output_tokens: 'inf',
      temperature: 0.8,
      instructions: 'Hi',
    },
  };

  it('in a session update is flagged field by field, and rewritten in one go to what has no problem', () => {
    const problems = lint(flat);
    expect(problems.filter((problem) => problem.severity === 'warning')).toHaveLength(8);
    const rewritten =
      problems.find((problem) => problem.fix?.title === 'Rewrite for the current interface')?.fix?.text ?? '';
    expect(JSON.parse(rewritten)).toEqual({
      type: 'session.update',
      session: {
        type: 'realtime',
        instructions: 'Hi',
        output_modalities: ['audio'],
        audio: {
          output: { voice: 'alloy', format: { type: 'audio/pcm', rate: 24000 } },
          input: { format: { type: 'audio/pcmu' }, transcription: { model: 'whisper-1' }, turn_detection: null },
        },
        max_output_tokens: 'inf',
      },
    });
    expect(validateEvent(rewritten, 'client')).toEqual([]);
  });

  it('in a response, an item and a transcription session is rewritten too', () => {
    const response = lint({
      type: 'response.create',
      response: { modalities: ['text'], max_response_output_tokens: 9 },
    });
    expect(fixed(response)).toEqual({
      type: 'response.create',
      response: { output_modalities: ['text'], max_output_tokens: 9 },
    });
    const say = (role: string) => ({ type: 'message', role, content: [{ type: 'text', text: 'Hi' }] });
    const create = (role: string) => lint({ type: 'conversation.item.create', item: say(role) });
    expect(fixed(create('assistant'))).toMatchObject({ item: { content: [{ type: 'output_text' }] } });
    expect(fixed(create('user'))).toMatchObject({ item: { content: [{ type: 'input_text' }] } });
    const older = { input_audio_format: 'pcm16', input_audio_transcription: { model: 'whisper-1' } };
    const transcription = lint({ type: 'transcription_session.update', session: older });
    expect(fixed(transcription)).toMatchObject({ type: 'session.update', session: { type: 'transcription' } });
    expect(validateEvent(JSON.stringify(fixed(transcription)), 'client')).toEqual([]);
  });

  it('is not seen in an event of today, which a rewrite leaves alone', () => {
    const event = { type: 'session.update', session };
    expect(rewriteToGa(structuredClone(event))).toEqual(event);
    expect(lint({ type: 'session.update', session: { type: 'realtime', audio: session.audio } })).toEqual([]);
  });

  it('keeps what is current already when both forms are mixed', () => {
    const mixed = { type: 'realtime', voice: 'alloy', audio: { output: { voice: 'cedar', speed: 1.2 } } };
    expect(fixed(lint({ type: 'session.update', session: mixed }))).toMatchObject({
      session: { audio: { output: { voice: 'cedar', speed: 1.2 } } },
    });
  });

  it('in the handshake is told by its header', () => {
    const url = 'wss://api.openai.com/v1/realtime?model=gpt-realtime';
    expect(lintHandshake({ url, headers: { 'openai-beta': 'realtime=v1' } })[0]?.message).toContain('closes with 4000');
    expect(lintHandshake({ url, headers: { 'user-agent': 'x' } })).toEqual([]);
    expect(lintHandshake({ url: `${url}&intent=transcription` })[0]?.message).toContain('model and intent');
    expect(lintHandshake({ url: 'wss://a.openai.azure.com/openai/realtime?api-version=1' })[0]?.severity).toBe(
      'warning',
    );
  });

  it('is right on a server that speaks it', () => {
    const created = {
      type: 'session.created',
      session: { modalities: ['audio'], voice: { name: 'a', type: 'openai' } },
    };
    expect(lintEvent(JSON.stringify({ event_id: 'e', ...created }), 'server', NEW_SESSION)).toEqual([]);
    const live = advance(NEW_SESSION, created, 'server');
    expect(lint(flat, live)).toEqual([]);
  });
});

describe('a configuration', () => {
  const update = (fields: Json, state?: SessionState) => lint({ type: 'session.update', session: fields }, state);

  it('lacking its type gets one', () => {
    const problems = update({ instructions: 'Hi' });
    expect(brief(problems)).toEqual(['error /session']);
    expect(fixed(problems)).toEqual({ type: 'session.update', session: { type: 'realtime', instructions: 'Hi' } });
    expect(update({ type: 'realtime', instructions: 'Hi' })).toEqual([]);
  });

  it('with both modalities, a format in one word, or a low rate is set right', () => {
    expect(fixed(update({ type: 'realtime', output_modalities: ['text', 'audio'] }))).toMatchObject({
      session: { output_modalities: ['audio'] },
    });
    const format = (value: unknown) => update({ type: 'realtime', audio: { input: { format: value } } });
    expect(fixed(format('g711_alaw'))).toMatchObject({
      session: { audio: { input: { format: { type: 'audio/pcma' } } } },
    });
    expect(fixed(format({ type: 'audio/pcm', rate: 16000 }))).toMatchObject({
      session: { audio: { input: { format: { rate: 24000 } } } },
    });
    expect(format(pcm)).toEqual([]);
  });

  it('loses the fields of the other kind of turn detection', () => {
    const mixed = { type: 'semantic_vad', threshold: 0.5, silence_duration_ms: 300, eagerness: 'low' };
    const problems = update({ type: 'realtime', audio: { input: { turn_detection: mixed } } });
    expect(problems).toHaveLength(2);
    expect(fixed(problems)).toMatchObject({
      session: { audio: { input: { turn_detection: { type: 'semantic_vad', eagerness: 'low' } } } },
    });
    expect(validateEvent(problems[0]?.fix?.text ?? '', 'client')).toEqual([]);
  });

  it('may change the voice until the model has spoken, and name the same one ever after', () => {
    const voice = (name: string) => ({ type: 'realtime', audio: { output: { voice: name } } });
    const spoken = after(item('a', {}), speech('a', 100));
    expect(update(voice('cedar'))).toEqual([]);
    expect(update(voice('marin'), spoken)).toEqual([]);
    expect(brief(update(voice('cedar'), spoken))).toEqual(['error /session/audio/output/voice']);
  });

  it('is of the kind the session was opened as', () => {
    expect(brief(update({ type: 'transcription' }))).toEqual(['error /session/type']);
    expect(fixed(update({ type: 'transcription' }))).toEqual({ type: 'session.update', session: { type: 'realtime' } });
  });
});

describe('tools', () => {
  const tool = (fields: Json) => lint({ type: 'session.update', session: { type: 'realtime', tools: [fields] } });
  const taking = (parameters: unknown) => tool({ type: 'function', name: 'f', parameters });

  it('take parameters in JSON Schema', () => {
    const good = {
      type: 'object',
      properties: {
        city: { type: 'string', enum: ['Oslo'], pattern: '^O' },
        days: { type: ['integer', 'null'] },
        all: { anyOf: [{ type: 'boolean' }, { $ref: '#/$defs/x' }] },
        tags: { type: 'array', items: { type: 'string' } },
        type: { type: 'string' },
      },
      required: ['city'],
      additionalProperties: false,
      $defs: { x: true },
    };
    expect(taking(good)).toEqual([]);
    expect(taking({})).toEqual([]);
  });

  it.each([
    ['text of a schema', '{"type":"object"}', 'error /session/tools/0/parameters', /Write the schema itself/],
    [
      'another language’s word',
      { type: 'object', properties: { a: { type: 'int' } } },
      'error /session/tools/0/parameters/properties/a/type',
      /write "integer"/,
    ],
    ['no object', { type: 'string' }, 'error /session/tools/0/parameters/type', /"type": "object"/],
    ['a library’s object', { _def: {} }, 'error /session/tools/0/parameters', /turn it into JSON Schema/],
    [
      'required in a property',
      { type: 'object', properties: { a: { type: 'string', required: true } } },
      'error /session/tools/0/parameters/properties/a/required',
      /list of names/,
    ],
    [
      'an unknown name in required',
      { type: 'object', properties: {}, required: ['a'] },
      'warning /session/tools/0/parameters/required/0',
      /not among the properties/,
    ],
    [
      'properties in a list',
      { type: 'object', properties: [] },
      'error /session/tools/0/parameters/properties',
      /object of schemas/,
    ],
    [
      'a value for a schema',
      { type: 'object', properties: { a: 'string' } },
      'error /session/tools/0/parameters/properties/a',
      /A JSON Schema is an object/,
    ],
    [
      'a bad pattern',
      { type: 'object', properties: { a: { pattern: '(' } } },
      'warning /session/tools/0/parameters/properties/a/pattern',
      /regular expression/,
    ],
  ])('with %s are told so', (_, parameters, place, words) => {
    const problems = taking(parameters);
    expect(brief(problems)).toEqual([place]);
    expect(first(problems)).toMatch(words);
  });

  it('in the form of Chat Completions are rewritten', () => {
    const parameters = { type: 'object', properties: {} };
    const problems = tool({ type: 'function', function: { name: 'f', parameters, strict: true } });
    expect(brief(problems)).toEqual(['error /session/tools/0/function']);
    expect(fixed(problems)).toMatchObject({ session: { tools: [{ type: 'function', name: 'f', parameters }] } });
    expect(validateEvent(problems[0]?.fix?.text ?? '', 'client')).toEqual([]);
  });

  it('have names of their own, and the chosen one is among them', () => {
    const f = { type: 'function', name: 'f' };
    const update = (fields: Json) => brief(lint({ type: 'session.update', session: { type: 'realtime', ...fields } }));
    expect(update({ tools: [f, f] })).toEqual(['error /session/tools/1/name']);
    expect(update({ tools: [{ type: 'function', name: 'a b' }] })).toEqual(['error /session/tools/0/name']);
    expect(update({ tools: [f], tool_choice: { type: 'function', name: 'g' } })).toEqual([
      'error /session/tool_choice/name',
    ]);
    expect(update({ tools: [f], tool_choice: { type: 'function', name: 'f' } })).toEqual([]);
  });

  it('nested without end are let go', () => {
    let deep: Json = { type: 'nonsense' };
    for (let i = 0; i < 300; i += 1) deep = { type: 'object', properties: { a: deep } };
    expect(taking(deep)).toEqual([]);
  });
});

describe('audio', () => {
  const add = (text: string, state?: SessionState) => lint({ type: 'input_audio_buffer.append', audio: text }, state);

  it('keeps its samples only, out of a data URL and a WAV file', () => {
    const wav = Buffer.concat([
      Buffer.from('RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0', 'latin1'),
      Buffer.alloc(16),
      Buffer.from('data\x04\0\0\0', 'latin1'),
      Buffer.from([1, 2, 3, 4]),
    ]).toString('base64');
    const samples = { type: 'input_audio_buffer.append', audio: Buffer.from([1, 2, 3, 4]).toString('base64') };
    expect(fixed(add(wav))).toEqual(samples);
    expect(fixed(add(`data:audio/wav;base64,${wav}`))).toEqual(samples);
    expect(fixed(add(`data:audio/pcm;base64,${samples.audio}`))).toEqual(samples);
  });

  it('that is coded is told by its head', () => {
    const mp3 = add(Buffer.from('ID3\x04\0\0', 'latin1').toString('base64'));
    expect(first(mp3)).toContain('an MP3 file');
  });

  it('may be odd in length when the session takes G.711', () => {
    const ulaw = { ...session, audio: { input: { format: { type: 'audio/pcmu' } } } };
    const state = advance(NEW_SESSION, { type: 'session.created', session: ulaw }, 'server');
    expect(add(audio(161), state)).toEqual([]);
    expect(brief(add(audio(161)))).toEqual(['warning /audio']);
    expect(brief(add(''))).toEqual(['error /audio']);
  });

  it('is committed from 100 ms on', () => {
    const commit = { type: 'input_audio_buffer.commit' };
    expect(lint(commit, after(append(100)))).toEqual([]);
    const little = lint(commit, after(append(60)));
    expect(brief(little)).toEqual(['error ']);
    expect(first(little)).toContain('holds 60 ms of audio');
    expect(brief(lint(commit, after(append(500), ['client', commit])))).toEqual(['error ']);
  });

  it('is cut no later than it goes', () => {
    const cut = (end: number) => ({
      type: 'conversation.item.truncate',
      item_id: 'a',
      content_index: 0,
      audio_end_ms: end,
    });
    const state = after(item('a', {}), speech('a', 9250));
    expect(lint(cut(9250), state)).toEqual([]);
    const problems = lint(cut(57_340), state);
    expect(brief(problems)).toEqual(['error /audio_end_ms']);
    expect(first(problems)).toContain('9.25 s of audio, 48090 ms less');
    expect(fixed(problems)).toEqual(cut(9250));
    expect(brief(lint(cut(5), after()))).toEqual(['error /item_id']);
    expect(brief(lint(cut(5), after(item('a', { role: 'user' }))))).toEqual(['error /item_id']);
    // On a call no audio is in the events.
    expect(lint(cut(5000), after(item('a', {})))).toEqual([]);
  });
});

describe('calls, responses and items', () => {
  const call: [Side, Json] = item('c', { type: 'function_call', name: 'f', call_id: 'call_abc', arguments: '{}' });
  const output = (id: string) => ({
    type: 'conversation.item.create',
    item: { type: 'function_call_output', call_id: id, output: '1' },
  });

  it('an output belongs to a call of the conversation', () => {
    expect(lint(output('call_abc'), after(call))).toEqual([]);
    const problems = lint(output('call_xyz123'), after(call));
    expect(brief(problems)).toEqual(['error /item/call_id']);
    expect(first(problems)).toContain('Waiting: call_abc.');
    expect(fixed(problems)).toEqual(output('call_abc'));
    expect(first(lint(output('call_abc')))).toContain('No call waits');
    expect(brief(lint(output('call_abc'), after(call, ['client', output('call_abc')])))).toEqual([
      'warning /item/call_id',
    ]);
  });

  it('an output that was refused may be sent again', () => {
    const refused: [Side, Json] = [
      'server',
      { type: 'error', error: { code: 'invalid_tool_call_id', param: null, event_id: null } },
    ];
    const again = after(call, ['client', output('call_abc')], refused);
    expect(lint(output('call_abc'), again)).toEqual([]);
    const nope = after(call, ['client', output('call_nope')], refused);
    expect(first(lint(output('call_nope'), nope))).toContain('Waiting: call_abc.');
  });

  it('a response waits for the one that runs, unless it stays outside', () => {
    const create = { type: 'response.create' };
    expect(lint(create)).toEqual([]);
    const problems = lint(create, after(running));
    expect(brief(problems)).toEqual(['error /type']);
    expect(first(problems)).toContain('resp_1, begun by turn detection');
    expect(first(lint(create, after(['client', create], running)))).toContain('begun by a response.create');
    expect(lint({ ...create, response: { conversation: 'none' } }, after(running))).toEqual([]);
    expect(brief(lint(create, after(['client', create])))).toEqual(['warning /type']);
    const done: [Side, Json] = ['server', { type: 'response.done', response: { id: 'resp_1' } }];
    expect(lint(create, after(running, done))).toEqual([]);
  });

  it('a response before all calls are answered is noted', () => {
    expect(brief(lint({ type: 'response.create' }, after(call)))).toEqual(['note /type']);
    expect(lint({ type: 'response.create' }, after(call, ['client', output('call_abc')]))).toEqual([]);
  });

  it('a cancel with nothing to cancel is noted as harmless', () => {
    expect(brief(lint({ type: 'response.cancel' }))).toEqual(['note /type']);
    expect(lint({ type: 'response.cancel' }, after(running))).toEqual([]);
    expect(brief(lint({ type: 'response.cancel', response_id: 'resp_0' }, after(running)))).toEqual([
      'note /response_id',
    ]);
  });

  it('an item that is named is there, and one that is new is new', () => {
    const state = after(item('item_1', {}));
    expect(brief(lint({ type: 'conversation.item.delete', item_id: 'item_2' }, state))).toEqual(['error /item_id']);
    expect(lint({ type: 'conversation.item.delete', item_id: 'item_1' }, state)).toEqual([]);
    const say = { type: 'message', role: 'user', content: [] };
    const create = (fields: Json) => brief(lint({ type: 'conversation.item.create', item: say, ...fields }, state));
    expect(create({ previous_item_id: 'root' })).toEqual([]);
    expect(create({ previous_item_id: 'item_9' })).toEqual(['error /previous_item_id']);
    expect(create({ item: { ...say, id: 'item_1' } })).toEqual(['error /item/id']);
    const approval = { type: 'mcp_approval_response', approve: true, approval_request_id: 'q' };
    expect(create({ item: approval })).toEqual(['error /item/approval_request_id']);
  });
});

describe('lint without a session', () => {
  it('says no more than the plain check, since nothing is known', () => {
    for (const event of [{ type: 'input_audio_buffer.commit' }, { type: 'response.cancel' }, { type: 'nope' }]) {
      const text = JSON.stringify(event);
      expect(lintEvent(text, 'client', NEW_SESSION)).toEqual(validateEvent(text, 'client'));
    }
    expect(lintEvent('{', 'client', after())[0]?.severity).toBe('error');
  });
});
