import { describe, expect, it } from 'vitest';
import { advance, NEW_SESSION, type SessionState } from '../../../src/protocol';
import { proposalsAt } from '../../../webview/logic/completions';

/** Proposals where `|` stands. */
function at(marked: string, as: 'client' | 'server' = 'client', state?: SessionState) {
  const offset = marked.indexOf('|');
  return proposalsAt(marked.replace('|', ''), offset, as, state);
}
const labels = (marked: string, as: 'client' | 'server' = 'client', state?: SessionState) =>
  at(marked, as, state)?.list.map(({ label }) => label) ?? [];

describe('while an event is written', () => {
  it('its type comes first, and is one of those its end sends', () => {
    expect(labels('{|}')).toEqual(['type']);
    expect(labels('{"|"}')).toEqual(['type']);
    const types = labels('{"type": "|"}');
    expect(types).toContain('session.update');
    expect(types).not.toContain('session.updated');
    expect(labels('{"type": |}', 'server')).toContain('session.updated');
    expect(types.indexOf('session.update')).toBeLessThan(types.indexOf('transcription_session.update'));
  });
  it('the fields of the place are proposed, without those that are there already', () => {
    const fields = labels('{"type":"session.update","session":{"type":"realtime","instructions":"x","|"}}');
    expect(fields).toEqual(expect.arrayContaining(['audio', 'tools', 'output_modalities']));
    expect(fields).not.toContain('instructions');
    expect(fields).not.toContain('type');
    // The one that is being written is there, and may be written on.
    expect(labels('{"type":"session.update","session":{"type":"realtime","instru|ctions":"x"}}')).toContain(
      'instructions',
    );
  });
  it('what is required and not there yet comes first, then what people write most', () => {
    const session = labels('{"type":"session.update","session":{|}}');
    expect(session.slice(0, 4)).toEqual(['type', 'instructions', 'audio', 'output_modalities']);
    expect(session.indexOf('include')).toBeGreaterThan(session.indexOf('tools'));
    expect(labels('{"type":"session.update",|}')[0]).toBe('session');
    const tool = labels('{"type":"session.update","session":{"type":"realtime","tools":[{"type":"function",|}]}}');
    expect(tool.slice(0, 3)).toEqual(['name', 'description', 'parameters']);
  });
  it('unions are followed, also before the session’s type is written', () => {
    expect(
      labels('{"type":"session.update","session":{"audio":{"input":{"turn_detection":{"type":"semantic_vad",|}}}}}'),
    ).toContain('eagerness');
    expect(
      labels('{"type":"session.update","session":{"audio":{"input":{"turn_detection":{"type":"server_vad",|}}}}}'),
    ).toContain('threshold');
    expect(
      labels('{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{|}]}}'),
    ).toContain('text');
  });
  it('a value that tells the members of a union apart may be any of them, whatever stands there', () => {
    expect(
      labels('{"type":"session.update","session":{"audio":{"input":{"turn_detection":{"type":"|server_vad"}}}}}'),
    ).toEqual(expect.arrayContaining(['server_vad', 'semantic_vad']));
    expect(labels('{"type":"conversation.item.create","item":{"type":"message|"}}')).toContain('function_call_output');
  });
  it('values are those of the schema, in lists too, each once', () => {
    expect(labels('{"type":"session.update","session":{"type":"realtime","output_modalities":[|]}}')).toEqual([
      'text',
      'audio',
    ]);
    expect(labels('{"type":"session.update","session":{"type":"realtime","output_modalities":["text", "|"]}}')).toEqual(
      ['audio'],
    );
    expect(labels('{"type":"session.update","session":{"type":"realtime","parallel_tool_calls": |}}')).toEqual([
      'true',
      'false',
    ]);
  });
  it('what is inserted is whole, with the cursor where one goes on', () => {
    const found = at('{"type":"session.update","session":{"type":"realtime",|}}');
    const inserts = Object.fromEntries((found?.list ?? []).map((one) => [one.label, [one.insert, one.cursor]]));
    expect(inserts['instructions']).toEqual(['"instructions": ""', 17]);
    expect(inserts['audio']).toEqual(['"audio": {}', 10]);
    expect(inserts['tools']).toEqual(['"tools": []', 10]);
    // The value is there: only the name is written.
    const renamed = at('{"type":"session.update","session":{"type":"realtime","ins|": "x"}}');
    expect(renamed?.list.find((one) => one.label === 'instructions')?.insert).toBe('"instructions"');
  });
  it('the token under the cursor is replaced with its quotes, and a missing comma is found', () => {
    const text = '{\n  "type": "session.update"\n  "se|"\n}';
    const found = at(text);
    expect(found).toMatchObject({ from: text.indexOf('"se|'), to: text.indexOf('"se|') + 4, commaAt: 28 });
    expect(at('{"type":"session.update","|"}')?.commaAt).toBe(-1);
  });
  it('an empty text may become any event of its end, filled in; so may the beginning of a name', () => {
    const found = at('|');
    const update = found?.list.find(({ label }) => label === 'session.update');
    expect(JSON.parse(update?.insert ?? '')).toMatchObject({ type: 'session.update', session: { type: 'realtime' } });
    expect(at('respon|', 'server')).toMatchObject({ from: 0, to: 6, typedFrom: 0 });
    expect(labels('|', 'server')).toContain('response.done');
  });
  it('usual values stand where the schema is open: voices of the model, models, numbers', () => {
    const open = '{"type":"session.update","session":{"type":"realtime","audio":';
    expect(labels(`${open}{"output":{"voice":"|"}}}}`)).toEqual(expect.arrayContaining(['marin', 'alloy', 'verse']));
    expect(labels(`${open}{"input":{"transcription":{"model":"|"}}}}}`)).toContain('gpt-4o-transcribe');
    const detection = `${open}{"input":{"turn_detection":{"type":"server_vad","silence_duration_ms":|}}}}}`;
    expect(at(detection)?.list).toMatchObject([{ insert: '200' }, { insert: '500' }, { insert: '800' }]);
    expect(labels(`${open}{"input":{"turn_detection":|}}}}`)).toContain('null');
    expect(at(`${open}{"output":{|}}}}`)?.list.find(({ label }) => label === 'voice')).toMatchObject({ goesOn: true });
    const preview = advance(
      NEW_SESSION,
      { type: 'session.created', session: { type: 'realtime', model: 'gpt-4o-realtime-preview' } },
      'server',
    );
    expect(labels(`${open}{"output":{"voice":"|"}}}}`, 'client', preview)).not.toContain('marin');
  });
  it('a list of steps holds events, waits and pauses', () => {
    expect(labels('[{|}]')).toEqual(['type', 'wait', 'delayMs']);
    expect(labels('[{"type":"response.create"},{"wait":"|"}]')).toContain('response.done');
    expect(labels('[{"wait":"response.done",|}]')).toEqual(['timeoutMs']);
    expect(labels('[{"type":"session.update","session":{"|"}}]')).toContain('instructions');
    expect(labels('[{"type":"|"}]')).toContain('session.update');
  });
  it('nothing is proposed behind a finished value, in no event, and in text without end', () => {
    expect(at('{"type":"response.create"|}')).toBeUndefined();
    expect(at('{"type":"no.such.event","x|"}')).toBeUndefined();
    expect(at(`${'['.repeat(50_000)}|`)).toBeUndefined();
  });
});

describe('ids of the session', () => {
  const item = (id: string, more: object) => ({ type: 'conversation.item.added', item: { id, ...more } });
  const state = [
    { type: 'session.created', session: { type: 'realtime' } },
    item('item_a', { type: 'message', role: 'user', content: [] }),
    item('item_b', { type: 'function_call', call_id: 'call_b', name: 'get_weather', arguments: '{}' }),
    { type: 'response.created', response: { id: 'resp_c', conversation_id: 'conv_1' } },
  ].reduce((before: SessionState, event) => advance(before, event, 'server'), NEW_SESSION);

  it('are proposed where one is wanted, newest first', () => {
    expect(labels('{"type":"conversation.item.delete","item_id":"|"}', 'client', state)).toEqual(['item_b', 'item_a']);
    expect(labels('{"type":"response.cancel","response_id":|}', 'client', state)).toEqual(['resp_c']);
    const output = '{"type":"conversation.item.create","item":{"type":"function_call_output","call_id":"|"}}';
    expect(at(output, 'client', state)?.list).toMatchObject([{ label: 'call_b', detail: 'get_weather, waits' }]);
    expect(labels('{"type":"conversation.item.create","previous_item_id":"|"}', 'client', state)).toContain('root');
  });
  it('say what they are of, and only what can be cut is proposed to be', () => {
    const answer = item('item_d', {
      type: 'message',
      role: 'assistant',
      content: [{ type: 'output_text', text: 'Fog.' }],
    });
    const ended = { type: 'response.output_item.done', response_id: 'resp_old', item: { id: 'item_d' } };
    const now = [answer, ended].reduce((before: SessionState, event) => advance(before, event, 'server'), state);
    expect(labels('{"type":"conversation.item.truncate","item_id":"|"}', 'client', now)).toEqual(['item_d']);
    expect(at('{"type":"conversation.item.delete","item_id":"|"}', 'client', now)?.list[0]).toMatchObject({
      detail: 'message, assistant, Fog.',
    });
    expect(labels('{"type":"response.cancel","response_id":"|"}', 'client', now)).toEqual(['resp_c', 'resp_old']);
  });
  it('of a voice say that it is fixed once the model has spoken', () => {
    const config = { type: 'realtime', audio: { output: { voice: 'sage' } } };
    const delta = { type: 'response.output_audio.delta', item_id: 'item_a', delta: 'AAAA' };
    const spoken = [{ type: 'session.created', session: config }, delta].reduce(
      (before: SessionState, event) => advance(before, event, 'server'),
      NEW_SESSION,
    );
    const voices = at('{"type":"session.update","session":{"audio":{"output":{"voice":"|"}}}}', 'client', spoken)?.list;
    expect(voices?.[0]).toMatchObject({ label: 'sage', detail: 'in effect, and fixed' });
    expect(voices?.[1]).toMatchObject({ detail: 'refused: the model has spoken' });
  });
  it('are not made up without one', () => {
    expect(labels('{"type":"conversation.item.delete","item_id":"|"}')).toEqual([]);
  });
});
