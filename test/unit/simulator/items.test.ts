import { describe, expect, it } from 'vitest';
import type { Json, ServerEvent } from '../../../src/simulator/wire';
import { Script, audioOf, errorOf, only } from './script';
import { silence, speech } from './speech';

const text = (words: string): Json => ({ type: 'input_text', text: words });
const put = (item: Json, more: Json = {}): Json => ({ type: 'conversation.item.create', item, ...more });
const doneOf = (events: readonly ServerEvent[]): Json => only(events, 'response.done').at(-1)?.['response'] as Json;
const sound = Buffer.alloc(48 * 300, 7).toString('base64');

/** The nine kinds of item, each as a client may put it in; some need another item before them. */
const KINDS: [string, Json, ...Json[]][] = [
  ['a user message', { type: 'message', role: 'user', content: [text('Hi')] }],
  ['a system message', { type: 'message', role: 'system', content: [text('Be kind.')] }],
  ['an assistant message', { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Yes?' }] }],
  ['a function call', { type: 'function_call', name: 'f', call_id: 'call_1', arguments: '{}' }],
  [
    'a function’s output',
    { type: 'function_call_output', call_id: 'call_1', output: '7' },
    { type: 'function_call', name: 'f', call_id: 'call_1', arguments: '{}' },
  ],
  ['a list of MCP tools', { type: 'mcp_list_tools', server_label: 'docs', tools: [] }],
  ['an MCP call', { type: 'mcp_call', server_label: 'docs', name: 'x', arguments: '{}', output: 'y' }],
  ['a request for approval', { type: 'mcp_approval_request', server_label: 'docs', name: 'x', arguments: '{}' }],
  [
    'an approval',
    { type: 'mcp_approval_response', approval_request_id: 'ask', approve: true },
    { type: 'mcp_approval_request', id: 'ask', server_label: 'docs', name: 'x', arguments: '{}' },
  ],
];

describe('an item', () => {
  it.each(KINDS)('that is %s is put in, looked at and deleted', (_name, item, ...before) => {
    const script = new Script();
    for (const one of before) script.send(put(one));
    const [added, done] = script.send(put({ id: 'mine', ...item }));
    expect([added?.type, done?.type]).toEqual(['conversation.item.added', 'conversation.item.done']);
    expect(added?.['item']).toMatchObject({ id: 'mine', ...item });
    const [retrieved] = script.send({ type: 'conversation.item.retrieve', item_id: 'mine' });
    expect(retrieved).toMatchObject({ type: 'conversation.item.retrieved', item: { id: 'mine', ...item } });
    const [deleted] = script.send({ type: 'conversation.item.delete', item_id: 'mine' });
    expect(deleted).toMatchObject({ type: 'conversation.item.deleted', item_id: 'mine' });
    expect(errorOf(script.send({ type: 'conversation.item.retrieve', item_id: 'mine' }))['code']).toBe(
      'item_retrieve_invalid_item_id',
    );
  });

  it('of sound is put in with it, and looked at with the same sound, in the session’s format', () => {
    const script = new Script();
    script.update({ audio: { input: { format: { type: 'audio/pcmu' } } } });
    const audio = Buffer.alloc(800, 0x9f).toString('base64');
    script.send(put({ id: 'mine', type: 'message', role: 'user', content: [{ type: 'input_audio', audio }] }));
    const [retrieved] = script.send({ type: 'conversation.item.retrieve', item_id: 'mine' });
    expect((retrieved?.['item'] as Json)['content']).toEqual([{ type: 'input_audio', transcript: null, audio }]);
  });

  it('at the root comes before all others, and a later one after the last', () => {
    const script = new Script();
    const before = (item: string, previous?: string): unknown =>
      script.send(
        put(
          { id: item, type: 'message', role: 'user', content: [text('Hi')] },
          previous ? { previous_item_id: previous } : {},
        ),
      )[0]?.['previous_item_id'];
    expect([before('a'), before('b', 'root'), before('c'), before('d', 'b')]).toEqual([null, null, 'a', 'b']);
  });
});

describe('a response out of band', () => {
  it('reads only the items given to it: references and new ones, sound included', () => {
    const script = new Script();
    script.update({ audio: { input: { turn_detection: null } } });
    script.send(put({ id: 'first', type: 'message', role: 'user', content: [text('The sea')] }));
    script.send(put({ id: 'other', type: 'message', role: 'user', content: [text('The hills')] }));
    const aside = { conversation: 'none', output_modalities: ['text'] };
    const said = (input: Json[]): string => JSON.stringify(doneOf(script.respond({ ...aside, input }))['output']);
    expect(said([{ type: 'item_reference', id: 'first' }])).toContain('The sea');
    expect(said([{ type: 'message', role: 'user', content: [text('The wind')] }])).toContain('The wind');
    expect(said([])).not.toMatch(/The (sea|hills)/);
    const heard = [{ type: 'message', role: 'user', content: [{ type: 'input_audio', audio: sound }] }];
    const spoken = script.respond({ conversation: 'none', input: heard });
    expect(audioOf(spoken).toString('base64')).toBe(sound);
    expect(doneOf(spoken)).toMatchObject({ usage: { input_token_details: { audio_tokens: 3 } } });
    // The conversation is what it was.
    expect(only(script.respond({ output_modalities: ['text'] }), 'conversation.item.added')[0]).toMatchObject({
      previous_item_id: 'other',
    });
  });

  it('cannot refer to what is not there, and then does not begin', () => {
    const input = [{ type: 'item_reference', id: 'nobody' }];
    const events = new Script().respond({ conversation: 'none', input });
    expect(errorOf(events)).toMatchObject({ code: 'item_reference_invalid_item_id', param: 'response.input' });
    expect(only(events, 'response.created')).toEqual([]);
  });
});

describe('when nobody speaks', () => {
  it('the timeout tells which silence it was, the user says nothing, and the model asks', () => {
    const script = new Script();
    const turns = { type: 'server_vad', idle_timeout_ms: 6000 };
    script.update({ output_modalities: ['text'], audio: { input: { turn_detection: turns } } });
    script.say('Hello');
    script.send({ type: 'response.create' });
    script.hear(silence(8000));
    const types = script.all.map(({ event }) => event.type).filter((type) => /timeout|committed|created$/.test(type));
    expect(types.slice(0, 5)).toEqual([
      'session.created',
      'response.created',
      'input_audio_buffer.timeout_triggered',
      'input_audio_buffer.committed',
      'response.created',
    ]);
    const timeout = script.all.find(({ event }) => event.type === 'input_audio_buffer.timeout_triggered')?.event;
    expect(Number(timeout?.['audio_end_ms']) - Number(timeout?.['audio_start_ms'])).toBe(6000);
    const committed = script.all.find(({ event }) => event.type === 'input_audio_buffer.committed')?.event;
    expect(committed?.['item_id']).toBe(timeout?.['item_id']);
  });

  it.each([4999, 30_001])('%i ms are no timeout one may ask for', (idle_timeout_ms) => {
    const turn_detection = { type: 'server_vad', idle_timeout_ms };
    expect(errorOf(new Script().update({ audio: { input: { turn_detection } } }))['param']).toBe(
      'session.audio.input.turn_detection.idle_timeout_ms',
    );
  });
});

describe('speech over an answer', () => {
  it('ends it as turn_detected, is answered itself, and the client may cut what was not heard', () => {
    const script = new Script();
    script.say('Tell me a long story about the sea, with many words in it, so that there is time to cut in.');
    script.send({ type: 'response.create' });
    script.wait(400);
    const heard = script.hear(Buffer.concat([speech('Stop that now, please.'), silence(600)]));
    const events = [...heard, ...script.wait(30_000)];
    const [cancelled, answered] = only(events, 'response.done').map((event) => event['response'] as Json);
    expect(cancelled).toMatchObject({
      status: 'cancelled',
      status_details: { type: 'cancelled', reason: 'turn_detected' },
      output: [{ status: 'incomplete' }],
    });
    expect(answered).toMatchObject({ status: 'completed' });
    const item_id = (cancelled?.['output'] as Json[])[0]?.['id'];
    const [truncated] = script.send({
      type: 'conversation.item.truncate',
      item_id,
      content_index: 0,
      audio_end_ms: 100,
    });
    expect(truncated).toMatchObject({ type: 'conversation.item.truncated', item_id, audio_end_ms: 100 });
  });

  it('leaves of an answer cut while it is made what was kept of it, though the rest is made and sent', () => {
    const script = new Script();
    script.say('Tell me a long story about the sea, with many words in it, so that there is time to cut in.');
    script.send({ type: 'response.create' });
    const begun = script.wait(700);
    const item_id = only(begun, 'response.output_item.added').map((event) => (event['item'] as Json)['id'])[0];
    script.send({ type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms: 100 });
    const rest = script.wait(30_000);
    expect(only(rest, 'response.output_audio.delta').length).toBeGreaterThan(3);
    expect(only(rest, 'response.output_audio_transcript.done')[0]?.['transcript']).toMatch(/story/);
    const [retrieved] = script.send({ type: 'conversation.item.retrieve', item_id });
    const [part] = (retrieved?.['item'] as Json)['content'] as Json[];
    expect(part).toEqual({ type: 'output_audio', audio: expect.any(String) as string });
    expect(Buffer.from(String(part?.['audio']), 'base64').length / 48).toBe(100);
  });
});
