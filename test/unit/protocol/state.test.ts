import { describe, expect, it } from 'vitest';
import { bytesPerMs, mergeSession } from '../../../src/protocol/state/merge';
import {
  NEW_SESSION,
  advance,
  committableMs,
  expectedConfig,
  generatedMs,
  type SessionState,
} from '../../../src/protocol/state/session';
import type { Side } from '../../../src/protocol/side';

type Json = Record<string, unknown>;

const config = {
  type: 'realtime',
  object: 'realtime.session',
  id: 'sess_1',
  model: 'gpt-realtime',
  instructions: 'Be kind.',
  tools: [{ type: 'function', name: 'a' }],
  audio: {
    input: {
      format: { type: 'audio/pcm', rate: 24000 },
      transcription: null,
      turn_detection: { type: 'server_vad', threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 200 },
    },
    output: { format: { type: 'audio/pcm', rate: 24000 }, voice: 'marin', speed: 1 },
  },
};

/** `> type` from the client, `< type` from the server, with further fields. */
function play(events: [string, Json?][], from: SessionState = NEW_SESSION): SessionState {
  return events.reduce((state, [line, fields = {}]) => {
    const side: Side = line.startsWith('>') ? 'client' : 'server';
    return advance(state, { type: line.slice(2), ...fields }, side);
  }, from);
}

const created: [string, Json] = ['< session.created', { session: config }];
/** That many ms of PCM16 at 24 kHz. */
const audio = (ms: number): string => Buffer.alloc(ms * 48).toString('base64');
const append = (ms: number): [string, Json] => ['> input_audio_buffer.append', { audio: audio(ms) }];
const message = (id: string, role = 'user', content: Json[] = []): Json => ({ id, type: 'message', role, content });
const added = (id: string, previous?: string | null, item: Json = message(id)): [string, Json] => [
  '< conversation.item.added',
  { item, ...(previous === undefined ? {} : { previous_item_id: previous }) },
];
const order = (state: SessionState): string[] => state.items.map((item) => item.id);

describe('an update to the session', () => {
  it('changes only what is present, at any depth', () => {
    const merged = mergeSession(config, { type: 'realtime', audio: { output: { voice: 'cedar' } } });
    expect(merged).toEqual({
      ...config,
      audio: { ...config.audio, output: { ...config.audio.output, voice: 'cedar' } },
    });
  });

  it('clears with null, an empty text and an empty list', () => {
    const merged = mergeSession(config, { instructions: '', tools: [], audio: { input: { turn_detection: null } } });
    expect(merged).toMatchObject({ instructions: '', tools: [], audio: { input: { turn_detection: null } } });
    expect(merged).toMatchObject({ audio: { input: { format: { rate: 24000 } } } });
  });

  it('replaces lists, and merges a partial turn detection of the same kind', () => {
    const tools = [{ type: 'function', name: 'b' }];
    expect(mergeSession(config, { tools }).tools).toEqual(tools);
    const update = { audio: { input: { turn_detection: { type: 'server_vad', threshold: 0.8 } } } };
    expect(mergeSession(config, update)).toMatchObject({
      audio: { input: { turn_detection: { threshold: 0.8, silence_duration_ms: 200 } } },
    });
  });

  it('to another kind of turn detection starts from the defaults of that kind', () => {
    const semantic = mergeSession(config, {
      audio: { input: { turn_detection: { type: 'semantic_vad' } } },
    }) as typeof config;
    expect(semantic.audio.input.turn_detection).toEqual({
      type: 'semantic_vad',
      eagerness: 'auto',
      create_response: true,
      interrupt_response: true,
    });
    const back = { audio: { input: { turn_detection: { type: 'server_vad', threshold: 0.9 } } } };
    const newer = mergeSession({ ...semantic, model: 'gpt-realtime-2.1' }, back) as typeof config;
    expect(newer.audio.input.turn_detection).toMatchObject({ threshold: 0.9, silence_duration_ms: 500 });
    expect(newer.audio.input.turn_detection).not.toHaveProperty('eagerness');
  });

  it('to another format drops the rate of the old one, and a new transcription model its language', () => {
    const ulaw = mergeSession(config, { audio: { input: { format: { type: 'audio/pcmu' } } } }) as typeof config;
    expect(ulaw.audio.input.format).toEqual({ type: 'audio/pcmu' });
    const german = mergeSession(config, {
      audio: { input: { transcription: { model: 'whisper-1', language: 'de' } } },
    });
    const other = mergeSession(german, { audio: { input: { transcription: { model: 'gpt-4o-transcribe' } } } });
    expect(other).toMatchObject({ audio: { input: { transcription: { language: null } } } });
  });

  it('cannot change what is the server’s, nor the objects it was given', () => {
    const before = structuredClone(config);
    const merged = mergeSession(config, { type: 'transcription', model: 'other', id: 'x', audio: { output: {} } });
    expect(merged).toMatchObject({ type: 'realtime', model: 'gpt-realtime', id: 'sess_1' });
    expect(config).toEqual(before);
  });

  it('with a hostile name changes no prototype', () => {
    const merged = mergeSession(config, JSON.parse('{"__proto__":{"polluted":1}}') as Json);
    expect(Object.keys(merged)).toContain('__proto__');
    expect(({} as Json)['polluted']).toBeUndefined();
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
  });
});

describe('the configuration of a session', () => {
  it('is what the server last said, with what is on its way beside it', () => {
    const sent = play([created, ['> session.update', { session: { instructions: 'Be brief.' } }]]);
    expect(sent.config).toMatchObject({ instructions: 'Be kind.' });
    expect(expectedConfig(sent)).toMatchObject({ instructions: 'Be brief.', model: 'gpt-realtime' });
    const session = { ...config, instructions: 'Be brief.', truncation: 'auto' };
    const told = play([['< session.updated', { session }]], sent);
    expect(told.config).toBe(session);
    expect(told.updates).toEqual([]);
  });

  it('stays as it was when an update is refused: by event id, or by what the error is about', () => {
    const two = play([
      created,
      ['> session.update', { event_id: 'a', session: { instructions: 'A' } }],
      ['> session.update', { event_id: 'b', session: { instructions: 'B' } }],
    ]);
    const error = (fields: Json): [string, Json] => ['< error', { error: fields }];
    expect(expectedConfig(play([error({ event_id: 'b' })], two))).toMatchObject({ instructions: 'A' });
    const oldest = play([error({ event_id: null, param: 'session.audio.input.format' })], two);
    expect(oldest.updates.map((update) => update.eventId)).toEqual(['b']);
    expect(play([error({ event_id: null, code: 'response_cancel_not_active' })], two).updates).toHaveLength(2);
  });

  it('begins anew with another session, and keeps every state that was', () => {
    const first = play([created, added('item_1', null)]);
    const second = play([['< session.created', { session: { ...config, id: 'sess_2' } }]], first);
    expect(second.items).toEqual([]);
    expect(first.items).toHaveLength(1);
    expect(NEW_SESSION.items).toEqual([]);
  });

  it('tells the length of audio, flat or not', () => {
    expect(bytesPerMs(config, 'input')).toBe(48);
    expect(bytesPerMs({ audio: { output: { format: { type: 'audio/pcmu' } } } }, 'output')).toBe(8);
    expect(bytesPerMs({ input_audio_format: 'g711_alaw' }, 'input')).toBe(8);
    expect(bytesPerMs({ input_audio_format: 'pcm16', input_audio_sampling_rate: 16000 }, 'input')).toBe(32);
    expect(bytesPerMs(undefined, 'input')).toBe(48);
  });
});

describe('the conversation', () => {
  it('is in the order of `added`; the end of an item does not move it', () => {
    const state = play([
      created,
      added('a', null),
      added('b', 'a'),
      added('c', 'b'),
      ['< conversation.item.done', { item: { ...message('c'), status: 'completed' }, previous_item_id: null }],
      added('between', 'a'),
      added('first', null),
    ]);
    expect(order(state)).toEqual(['first', 'a', 'between', 'b', 'c']);
    expect(state.items.at(-1)?.item).toMatchObject({ status: 'completed' });
  });

  it('takes an item whose place is unknown at its end, and one that was only told at its end too', () => {
    const state = play([
      created,
      added('a', null),
      added('b', 'gone'),
      ['< conversation.item.done', { item: message('c') }],
    ]);
    expect(order(state)).toEqual(['a', 'b', 'c']);
  });

  it('knows the single event of the beta, and loses deleted items', () => {
    const beta: [string, Json] = ['< conversation.item.created', { item: message('b'), previous_item_id: 'a' }];
    expect(order(play([created, added('a', null), beta]))).toEqual(['a', 'b']);
    expect(order(play([created, added('a', null), beta, ['< conversation.item.deleted', { item_id: 'a' }]]))).toEqual([
      'b',
    ]);
  });

  it('keeps no audio bytes, but what was said in them', () => {
    const heard = message('a', 'user', [{ type: 'input_audio', transcript: null, audio: 'AAAA' }]);
    const transcribed: [string, Json] = [
      '< conversation.item.input_audio_transcription.completed',
      { item_id: 'a', content_index: 0, transcript: 'Hello' },
    ];
    const state = play([created, added('a', null, heard), transcribed]);
    const content = [{ type: 'input_audio', transcript: 'Hello' }];
    expect(state.items[0]?.item).toMatchObject({ content });
    expect(JSON.stringify(state.items)).not.toContain('AAAA');
    expect(play([['< conversation.item.done', { item: heard }]], state).items[0]?.item).toMatchObject({ content });
  });

  it('adds up the audio of each answer, and cuts it where it was truncated', () => {
    const delta = (item: string, ms: number): [string, Json] => [
      '< response.output_audio.delta',
      { item_id: item, delta: audio(ms) },
    ];
    const spoken = message('x', 'assistant', [{ type: 'output_audio', transcript: 'Hi there' }]);
    const speaking = play([created, added('x', null, message('x', 'assistant')), delta('x', 250), delta('x', 250)]);
    expect(generatedMs(speaking, 'x')).toBe(500);
    expect(speaking.spoken).toBe(true);
    const done = play(
      [
        ['< response.output_audio.done', { item_id: 'x' }],
        ['< conversation.item.done', { item: spoken }],
        delta('y', 100),
      ],
      speaking,
    );
    expect(generatedMs(done, 'x')).toBe(500);
    expect(generatedMs(done, 'y')).toBe(100);
    const cut = play([['< conversation.item.truncated', { item_id: 'x', content_index: 0, audio_end_ms: 320 }]], done);
    expect(cut.items[0]).toMatchObject({ truncatedMs: 320, audioMs: 500 });
    expect(JSON.stringify(cut.items[0]?.item)).not.toContain('Hi there');
  });
});

describe('the input buffer', () => {
  it('counts ms since the last commit or clear, also those still on their way', () => {
    const filled = play([created, append(60), append(60)]);
    expect(committableMs(filled)).toBe(120);
    const sent = play([['> input_audio_buffer.commit'], append(40)], filled);
    expect(committableMs(sent)).toBe(40);
    expect(sent.input.bufferedMs).toBe(160);
    const taken = play([['< input_audio_buffer.committed', { item_id: 'a' }]], sent);
    expect(taken.input).toMatchObject({ bufferedMs: 40, totalMs: 160, taken: [] });
    expect(play([['> input_audio_buffer.clear'], ['< input_audio_buffer.cleared']], taken).input.bufferedMs).toBe(0);
  });

  it('is as full as before when a commit is refused', () => {
    const error: [string, Json] = ['< error', { error: { code: 'input_audio_buffer_commit_empty', event_id: null } }];
    const state = play([created, append(50), ['> input_audio_buffer.commit'], error]);
    expect(committableMs(state)).toBe(50);
  });

  it('keeps what came after the end of speech that turn detection took', () => {
    const speech: [string, Json][] = [
      ['< input_audio_buffer.speech_started', { item_id: 'a', audio_start_ms: 100 }],
      ['< input_audio_buffer.speech_stopped', { item_id: 'a', audio_end_ms: 900 }],
    ];
    const before = play([created, append(1000), ...speech.slice(0, 1)]);
    expect(before.input.speaking).toBe(true);
    const after = play(
      [...speech.slice(1), ['< input_audio_buffer.committed', { item_id: 'a' }], added('a', null)],
      before,
    );
    expect(after.input).toMatchObject({ bufferedMs: 100, speaking: false });
    expect(after.items[0]?.audioMs).toBe(800);
  });
});

describe('responses and calls', () => {
  const begun = (id: string, conversation: string | null = 'conv'): [string, Json] => [
    '< response.created',
    { response: { id, conversation_id: conversation } },
  ];
  const done = (id: string): [string, Json] => ['< response.done', { response: { id } }];

  it('run from created to done, asked for or not, inside the conversation or beside it', () => {
    const state = play([
      created,
      begun('vad'),
      ['> response.create', { response: { conversation: 'none' } }],
      begun('aside', null),
    ]);
    expect(state.responses).toEqual([
      { id: 'vad', inConversation: true, asked: false },
      { id: 'aside', inConversation: false, asked: true },
    ]);
    expect(state.asked).toEqual([]);
    expect(play([done('vad'), done('aside')], state).responses).toEqual([]);
  });

  it('are no longer awaited once refused', () => {
    const error: [string, Json] = ['< error', { error: { code: 'conversation_already_has_active_response' } }];
    expect(play([created, begun('a'), ['> response.create'], error]).asked).toEqual([]);
  });

  const call = { id: 'item_c', type: 'function_call', name: 'f', call_id: 'call_1', arguments: '' };
  const calling: [string, Json][] = [
    created,
    begun('r'),
    ['< response.output_item.added', { response_id: 'r', item: { ...call, status: 'in_progress' } }],
    added('item_c', null, call),
  ];
  const finished: [string, Json] = ['< conversation.item.done', { item: { ...call, arguments: '{"a":1}' } }];

  it('a call waits until its output is sent, with its arguments when they are there', () => {
    const waiting = play([...calling, finished]);
    expect(waiting.calls).toEqual([{ call: 'call_1', name: 'f', arguments: '{"a":1}', item: 'item_c', response: 'r' }]);
    const output = { type: 'function_call_output', call_id: 'call_1', output: '2' };
    expect(play([['> conversation.item.create', { item: output }]], waiting).calls).toEqual([]);
    expect(play([added('o', 'item_c', { id: 'o', ...output })], waiting).calls).toEqual([]);
  });

  it('a call answered early does not wait again when its own end is told', () => {
    const output = { type: 'function_call_output', call_id: 'call_1', output: '2' };
    expect(play([...calling, ['> conversation.item.create', { item: output }], finished]).calls).toEqual([]);
  });
});

describe('an item on its way', () => {
  const call = (id: string): Json => ({
    id: `item_${id}`,
    type: 'function_call',
    name: 'f',
    call_id: id,
    arguments: '{}',
  });
  const waiting = play([created, added('item_c1', null, call('c1')), added('item_c2', 'item_c1', call('c2'))]);
  const output = (id: string, fields: Json = {}): [string, Json] => [
    '> conversation.item.create',
    { ...fields, item: { type: 'function_call_output', call_id: id, output: '1' } },
  ];
  const say = (text: string, fields: Json = {}): [string, Json] => [
    '> conversation.item.create',
    { ...fields, item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] } },
  ];
  const error = (fields: Json): [string, Json] => ['< error', { error: { event_id: null, param: null, ...fields } }];
  const calls = (state: SessionState): string[] => state.calls.map((one) => one.call);

  it('that is refused lets its call wait again, in its place, by the event id that the error names', () => {
    const sent = play([output('c1', { event_id: 'a' }), output('c2', { event_id: 'b' })], waiting);
    expect(calls(sent)).toEqual([]);
    const one = play([error({ event_id: 'a', code: 'whatever' })], sent);
    expect(calls(one)).toEqual(['c1']);
    expect(one.answered).toEqual(['c2']);
    const both = play([error({ event_id: 'b', code: 'whatever' })], one);
    expect(both.calls).toEqual(waiting.calls);
    expect(both.answered).toEqual([]);
    expect(play([error({ event_id: 'other', param: 'item.output' })], sent)).toEqual(sent);
  });

  it('is the one that the words of an error without an event id speak of', () => {
    const nope = play([output('c1'), output('call_nope')], waiting);
    expect(nope.answered).toEqual(['c1', 'call_nope']);
    const message = "Tool call ID 'call_nope' not found in conversation.";
    const told = play([error({ code: 'invalid_tool_call_id', message })], nope);
    expect(told.answered).toEqual(['c1']);
    expect(calls(told)).toEqual(['c2']);
    const long = play([say('Hi'), output('c1')], waiting);
    const refused = play([error({ code: 'invalid_value', param: 'item.content[0].type' })], long);
    expect(calls(refused)).toEqual(['c2']);
    expect(calls(play([error({ code: 'invalid_type', param: 'item.output' })], refused))).toEqual(['c1', 'c2']);
    const previous = play([error({ code: 'item_create_invalid_previous_item_id' })], play([output('c2')], waiting));
    expect(calls(previous)).toEqual(['c1', 'c2']);
  });

  it('is not undone by an error about anything else, nor once it is in the conversation', () => {
    const sent = play([output('c1')], waiting);
    for (const fields of [
      { code: 'unknown_parameter', param: 'session.bogus' },
      { code: 'item_delete_invalid_item_id' },
      { code: 'missing_required_parameter', param: 'item_id' },
      { code: 'response_cancel_not_active' },
      { code: 'invalid_tool_call_id', message: "Tool call ID 'c2' not found in conversation." },
    ])
      expect(calls(play([error(fields)], sent)), JSON.stringify(fields)).toEqual(['c2']);
    const item = { id: 'o', type: 'function_call_output', call_id: 'c1', output: '1', status: 'completed' };
    const taken = play([added('o', 'item_c2', item), error({ code: 'invalid_type', param: 'item.output' })], sent);
    expect(calls(taken)).toEqual(['c2']);
    expect(taken.creates).toEqual([]);
  });

  it('is no longer on its way once told, with an id of its own or without, and others’ items are not taken for it', () => {
    const own = play([['> conversation.item.create', { item: { ...message('mine'), content: [] } }]], waiting);
    expect(play([added('other', null)], own).creates).toHaveLength(1);
    expect(play([added('mine', null)], own).creates).toEqual([]);
    const text = [{ type: 'input_text', text: 'Hi' }];
    const spoken = [{ type: 'input_audio', transcript: null }];
    const two = play([say('Hi'), say('There')], waiting);
    const heard = play([added('u', null, message('u', 'user', spoken))], two);
    expect(heard.creates).toHaveLength(2);
    expect(play([added('t', null, message('t', 'user', text))], heard).creates).toHaveLength(1);
  });

  it('that answers a call a second time undoes nothing when it is refused', () => {
    const twice = play([output('c1', { event_id: 'a' }), output('c1', { event_id: 'b' })], waiting);
    expect(calls(play([error({ event_id: 'b' })], twice))).toEqual(['c2']);
  });

  it('keeps what its call has come to in the meantime', () => {
    const early = play([created, added('item_c1', null, { ...call('c1'), arguments: '' }), output('c1')]);
    const done: [string, Json] = ['< conversation.item.done', { item: call('c1') }];
    expect(play([done, error({ code: 'invalid_tool_call_id' })], early).calls).toMatchObject([{ arguments: '{}' }]);
  });
});

describe('what was sent beside items', () => {
  const error = (fields: Json): [string, Json] => ['< error', { error: fields }];

  it('is undone by the refusals that carry no parameter', () => {
    const update = play([created, ['> session.update', { session: { type: 'transcription' } }]]);
    const message = 'Passing a transcription session update event to a realtime session is not allowed.';
    expect(play([error({ code: 'invalid_value', param: null, message })], update).updates).toEqual([]);
    const asked = play([created, ['> response.create', { response: { input: [] } }]]);
    expect(play([error({ code: 'item_reference_invalid_item_id' })], asked).asked).toEqual([]);
    expect(play([error({ code: 'unknown_parameter', param: 'response.bogus' })], asked).asked).toEqual([]);
  });

  it('without an event id is meant first by an error without one', () => {
    const two = play([
      created,
      ['> session.update', { event_id: 'a', session: { instructions: 'A' } }],
      ['> session.update', { session: { instructions: 'B' } }],
    ]);
    const left = play([error({ event_id: null, param: 'session.bogus' })], two).updates;
    expect(left.map((update) => update.eventId)).toEqual(['a']);
  });

  it('and would delete, cut or cancel changes nothing before the server says so, so nothing of it needs undoing', () => {
    const state = play([created, added('x', null, message('x', 'assistant'))]);
    const after = play(
      [
        ['> conversation.item.delete', { item_id: 'x' }],
        ['> conversation.item.truncate', { item_id: 'x', content_index: 0, audio_end_ms: 5 }],
        ['> response.cancel'],
        error({ code: 'item_delete_invalid_item_id' }),
      ],
      state,
    );
    expect(after).toEqual(state);
  });
});

describe('what is malformed', () => {
  it('changes nothing and does no harm', () => {
    const start = play([created, added('a', null)]);
    const types = [
      'session.updated',
      'error',
      'conversation.item.added',
      'conversation.item.done',
      'conversation.item.truncated',
      'response.created',
      'response.done',
      'response.output_audio.delta',
      'input_audio_buffer.speech_started',
      'input_audio_buffer.speech_stopped',
      'conversation.item.deleted',
      'response.output_item.done',
      'conversation.item.input_audio_transcription.completed',
      'session.created',
    ];
    for (const type of types) {
      for (const value of [null, 7, 'x', [], {}, { id: 5, content: 'x', call_id: null }]) {
        const event = { item: value, session: value, response: value, error: value, item_id: value, delta: value };
        const state = play([[`< ${type}`, event]], start);
        if (type !== 'session.created') expect(order(state), type).toEqual(['a']);
      }
    }
  });
});
