import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startServer } from '../../../src/simulator/server';
import type { Json, ServerEvent } from '../../../src/simulator/wire';
import { Script, errorOf, ladder, only } from './script';
import { silence, speech } from './speech';

const docs = { type: 'mcp', server_label: 'docs', server_url: 'https://docs.example/mcp' };
const mcp = { docs: { tools: [{ name: 'lookup_word', inputSchema: { type: 'object' }, output: 'A bird.' }] } };
const doneOf = (events: readonly ServerEvent[]): Json => only(events, 'response.done').at(-1)?.['response'] as Json;
const written = (script: Script): ServerEvent[] => script.update({ output_modalities: ['text'] });

describe('an MCP server', () => {
  it('lists its tools when the session names it, once', () => {
    const script = new Script({ scenario: { mcp } });
    const events = [...script.update({ tools: [docs] }), ...script.wait(1000)];
    expect(ladder(events)).toEqual([
      'session.updated',
      'mcp_list_tools.in_progress',
      'conversation.item.added',
      'conversation.item.done',
      'mcp_list_tools.completed',
    ]);
    expect(only(events, 'conversation.item.done')[0]?.['item']).toMatchObject({
      type: 'mcp_list_tools',
      server_label: 'docs',
      tools: [{ name: 'lookup_word', input_schema: { type: 'object' } }],
    });
    expect([...script.update({ tools: [docs] }), ...script.wait(1000)]).toHaveLength(1);
  });

  it('fails to list them when its script says so', () => {
    const script = new Script({ scenario: { mcp: { docs: { fails: true } } } });
    script.update({ tools: [docs] });
    expect(script.wait(1000).at(-1)?.type).toBe('mcp_list_tools.failed');
  });

  it('is asked only after the user approves, and then called, and its answer told', () => {
    const script = new Script({ scenario: { mcp } });
    script.update({ tools: [docs], output_modalities: ['text'] });
    script.wait(1000);
    script.say('Please look the word up: lookup word heron');
    const request = (doneOf(script.respond())['output'] as Json[])[0];
    expect(request).toMatchObject({ type: 'mcp_approval_request', name: 'lookup_word', server_label: 'docs' });
    const answer = { type: 'mcp_approval_response', approval_request_id: request?.['id'], approve: true };
    script.send({ type: 'conversation.item.create', item: answer });
    const [call] = doneOf(script.respond())['output'] as Json[];
    expect(call).toMatchObject({ type: 'mcp_call', output: 'A bird.', approval_request_id: request?.['id'] });
    const [told] = doneOf(script.respond())['output'] as Json[];
    expect(told?.['content']).toMatchObject([{ text: 'The tool lookup_word answered: A bird.' }]);
  });

  it('is called by itself after the approval, unless the client asks for the response', () => {
    for (const asks of [true, false]) {
      const script = new Script({ scenario: { mcp } });
      script.update({ tools: [docs], output_modalities: ['text'] });
      script.say('lookup word heron');
      const approval_request_id = (doneOf(script.respond())['output'] as Json[])[0]?.['id'];
      const item = { type: 'mcp_approval_response', approval_request_id, approve: true };
      script.send({ type: 'conversation.item.create', item });
      if (asks) script.send({ type: 'response.create' });
      const done = only(script.wait(60_000), 'response.done');
      expect(done).toMatchObject([{ response: { output: [{ type: 'mcp_call', output: 'A bird.' }] } }]);
    }
  });

  it('is left alone when the user declines, and an answer to no request is refused', () => {
    const script = new Script({ scenario: { mcp } });
    script.update({ tools: [docs], output_modalities: ['text'] });
    script.say('lookup word heron');
    const id = (doneOf(script.respond())['output'] as Json[])[0]?.['id'];
    const answer = (approval_request_id: unknown): ServerEvent[] =>
      script.send({
        type: 'conversation.item.create',
        item: { type: 'mcp_approval_response', approval_request_id, approve: false },
      });
    expect(errorOf(answer('nobody'))['message']).toMatch(/not found/);
    answer(id);
    const output = doneOf(script.respond())['output'] as Json[];
    expect(output.map((item) => item['type'])).toEqual(['message']);
  });
});

describe('an image', () => {
  const shown = (detail: string, url: string): { events: ServerEvent[]; script: Script } => {
    const script = new Script();
    written(script);
    const content = [{ type: 'input_image', image_url: url, detail }];
    const item = { type: 'message', role: 'user', content };
    return { events: script.send({ type: 'conversation.item.create', item }), script };
  };
  /** The first bytes of a PNG file of that size. */
  const png = (width: number, height: number): string => {
    const head = Buffer.alloc(33);
    head.write('89504e470d0a1a0a0000000d49484452', 'hex');
    head.writeUInt32BE(width, 16);
    head.writeUInt32BE(height, 20);
    return `data:image/png;base64,${head.toString('base64')}`;
  };

  it.each([
    ['low', png(4000, 4000), 65],
    ['high', png(512, 512), 65 + 129],
    ['high', png(1024, 512), 65 + 2 * 129],
    ['auto', png(4096, 4096), 65 + 4 * 129],
  ])('in detail %s costs tokens by its size', (detail, url, tokens) => {
    const { script } = shown(detail, url);
    const usage = doneOf(script.respond())['usage'] as Json;
    expect((usage['input_token_details'] as Json)['image_tokens']).toBe(tokens);
  });

  it('that is none is refused, with the place', () => {
    expect(errorOf(shown('auto', 'file:///etc/passwd').events)).toMatchObject({ param: 'item.content[0].image_url' });
  });
});

describe('input transcription', () => {
  const heard = (transcription: Json, more: Json = {}): ServerEvent[] => {
    const script = new Script();
    script.update({ audio: { input: { transcription } }, ...more });
    return [...script.hear(Buffer.concat([speech('Hello, who is there?'), silence(700)])), ...script.wait(5000)];
  };
  const prefix = 'conversation.item.input_audio_transcription';

  it('says how sure it is of each piece only when asked to', () => {
    const include = ['item.input_audio_transcription.logprobs'];
    const [delta] = only(heard({ model: 'gpt-4o-transcribe' }, { include }), `${prefix}.delta`);
    expect(delta?.['logprobs']).toEqual([
      {
        token: delta?.['delta'],
        logprob: expect.any(Number) as number,
        bytes: [...Buffer.from(String(delta?.['delta']))],
      },
    ]);
    expect(only(heard({ model: 'gpt-4o-transcribe' }), `${prefix}.completed`)[0]).not.toHaveProperty('logprobs');
  });

  it('tells speakers apart with a model that does', () => {
    const [segment] = only(heard({ model: 'gpt-4o-transcribe-diarize' }), `${prefix}.segment`);
    expect(segment).toMatchObject({ speaker: 'A', start: 0, content_index: 0 });
    expect(Number(segment?.['end'])).toBeGreaterThan(1);
  });
});

describe('the retired names', () => {
  it('are spoken beside the new ones under the legacy dialect only', () => {
    const script = new Script({ scenario: { dialect: 'legacy' } });
    expect(script.all.map(({ event }) => event.type)).toEqual(['session.created', 'conversation.created']);
    expect(script.say('Hi').map(({ type }) => type)).toEqual([
      'conversation.item.added',
      'conversation.item.created',
      'conversation.item.done',
    ]);
    expect(new Script().say('Hi').map(({ type }) => type)).not.toContain('conversation.item.created');
  });

  it('configure a transcription session', () => {
    const script = new Script({ kind: 'transcription', scenario: { dialect: 'legacy' } });
    const session = { input_audio_format: 'g711_ulaw', input_audio_transcription: { model: 'whisper-1' } };
    const events = script.send({ type: 'transcription_session.update', session });
    expect(events.map(({ type }) => type)).toEqual(['session.updated', 'transcription_session.updated']);
    expect(events[0]?.['session']).toMatchObject({
      audio: { input: { format: { type: 'audio/pcmu' }, transcription: { model: 'whisper-1' } } },
    });
    expect(events[1]?.['session']).toMatchObject(session);
    const plain = new Script({ kind: 'transcription' });
    expect(errorOf(plain.send({ type: 'transcription_session.update', session }))['code']).toBe('invalid_value');
  });
});

describe('items', () => {
  it.each<[string, Json]>([
    ['mcp_list_tools', { server_label: 'docs', tools: [] }],
    ['mcp_call', { server_label: 'docs', name: 'x', arguments: '{}', output: 'y' }],
    ['mcp_approval_request', { server_label: 'docs', name: 'x', arguments: '{}' }],
    ['function_call', { name: 'f', arguments: '{}', call_id: 'call_1' }],
  ])('of type %s can be put back into a conversation, at its beginning too', (type, fields) => {
    const script = new Script();
    script.say('Hi');
    const added = script.send({
      type: 'conversation.item.create',
      previous_item_id: 'root',
      item: { type, id: 'mine', ...fields },
    });
    expect(added.map((event) => event.type)).toEqual(['conversation.item.added', 'conversation.item.done']);
    expect(added[0]).toMatchObject({ previous_item_id: null, item: { id: 'mine', type, ...fields } });
  });
});

describe('a call', () => {
  it('tells when its sound begins and ends instead of sending it', () => {
    const script = new Script({ joined: true });
    script.say('Hello');
    const events = script.respond();
    expect(only(events, 'response.output_audio.delta')).toEqual([]);
    const [started] = only(events, 'output_audio_buffer.started');
    const { id } = doneOf(events);
    expect(started).toMatchObject({ response_id: id, event_id: expect.stringMatching(/^[0-9a-f]{16}$/) as string });
    const types = events.map(({ type }) => type);
    expect(types.indexOf('output_audio_buffer.stopped')).toBeGreaterThan(types.indexOf('response.done'));
  });

  it('is cut off by its caller, and the conversation keeps what was heard', () => {
    const scenario = { turns: [{ answer: 'A long answer. '.repeat(20) }], caller: [{ atMs: 3000, speaksMs: 900 }] };
    const script = new Script({ joined: true, scenario });
    script.send({ type: 'response.create' });
    const events = script.wait(4500);
    const types = ladder(events);
    const from = types.indexOf('input_audio_buffer.speech_started');
    const after = types.slice(from).filter((type) => /speech_started|cleared|done$|truncated/.test(type));
    expect(after.slice(0, 2)).toEqual(['input_audio_buffer.speech_started', 'output_audio_buffer.cleared']);
    expect(after).toContain('conversation.item.truncated');
    const truncated = only(events, 'conversation.item.truncated')[0];
    expect(Number(truncated?.['audio_end_ms'])).toBeGreaterThan(2000);
    expect(Number(truncated?.['audio_end_ms'])).toBeLessThan(3500);
  });

  it('has its keys heard', () => {
    const script = new Script({ joined: true, scenario: { caller: [{ atMs: 500, presses: '5' }] } });
    // As published, the one event without an id.
    const [pressed] = script.wait(600);
    expect(pressed).toEqual({
      type: 'input_audio_buffer.dtmf_event_received',
      event: '5',
      received_at: expect.any(Number) as number,
    });
  });

  it('is silenced by its client, which nobody else may ask for', () => {
    const script = new Script({ joined: true });
    script.say('Hello');
    script.send({ type: 'response.create' });
    script.wait(1000);
    const types = script.send({ type: 'output_audio_buffer.clear' }).map(({ type }) => type);
    expect(types[0]).toBe('output_audio_buffer.cleared');
    expect(errorOf(new Script().send({ type: 'output_audio_buffer.clear' }))['code']).toBe('invalid_value');
  });

  it('is made over HTTP, refuses its media plainly, is seen through side bands, and hung up', async () => {
    const server = await startServer({ host: '127.0.0.1', port: 0, seed: 1 });
    const form = new FormData();
    form.set(
      'sdp',
      'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=sendrecv\r\n',
    );
    form.set('session', JSON.stringify({ type: 'realtime', model: 'gpt-realtime-2.1', instructions: 'Be brief.' }));
    const made = await fetch(`${server.url}/realtime/calls`, { method: 'POST', body: form });
    expect(made.status).toBe(201);
    const place = made.headers.get('location') ?? '';
    expect(place).toMatch(/^\/v1\/realtime\/calls\/rtc_u2_[0-9A-Za-z]{21}$/);
    expect(await made.text()).toMatch(/no media flows[^]*m=audio 0 UDP/);

    const id = place.split('/').at(-1) ?? '';
    const band = new WebSocket(`${server.url.replace('http', 'ws')}/realtime?call_id=${id}`);
    await once(band, 'open');
    band.send(JSON.stringify({ type: 'session.update', session: { type: 'realtime', tool_choice: 'none' } }));
    const [data] = (await once(band, 'message')) as [Buffer];
    const update = JSON.parse(data.toString()) as Json;
    expect(update).toMatchObject({
      type: 'session.updated',
      session: { instructions: 'Be brief.', tool_choice: 'none' },
    });

    const act = (verb: string, body = ''): Promise<Response> =>
      fetch(`${server.url}/realtime/calls/${id}/${verb}`, { method: 'POST', body });
    expect((await act('accept', '{"type":"realtime","bogus":1}')).status).toBe(400);
    expect((await act('refer')).status).toBe(400);
    const closed = once(band, 'close') as Promise<[number]>;
    expect((await act('hangup')).status).toBe(200);
    expect((await closed)[0]).toBe(1000);
    expect((await act('hangup')).status).toBe(404);
    const empty = await fetch(`${server.url}/realtime/calls`, { method: 'POST', body: 'hello' });
    expect(empty.status).toBe(400);
    await server.stop();
  });
});
