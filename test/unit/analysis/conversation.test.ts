import { describe, expect, it } from 'vitest';
import { Analysis } from '../../../src/analysis/analysis';
import { Conversation } from '../../../src/analysis/conversation/conversation';
import { MOST_TEXT } from '../../../src/analysis/conversation/model';
import { traced } from './wire';

type Json = Record<string, unknown>;

/** A session written by hand; rows count from 0, an event each 10 ms. */
class Talk {
  readonly conversation = new Conversation('s1');
  readonly #analysis = new Analysis();
  #row = 0;

  server(event: Json): this {
    return this.#add('server', event);
  }
  client(event: Json): this {
    return this.#add('client', event);
  }
  #add(from: 'client' | 'server', event: Json): this {
    const row = this.#row++;
    const one = traced(row, row * 10, from, event);
    this.conversation.event(one, this.#analysis.event(one));
    return this;
  }
  get entries() {
    return this.conversation.slice(0, 1000);
  }
  /** Kinds and first texts, in order. */
  get told() {
    return this.entries.map(({ kind, parts, response }) => `${kind} ${parts[0]?.text || response}`.trim());
  }
}

const message = (id: string, role: string, text: string) => ({
  id,
  type: 'message',
  role,
  status: 'completed',
  content: [{ type: role === 'assistant' ? 'output_text' : 'input_text', text }],
});
const answer = (talk: Talk, response: string, id: string, previous: string | null, text: string) =>
  talk
    .server({ type: 'response.created', response: { id: response, conversation_id: 'conv' } })
    .server({
      type: 'response.output_item.added',
      response_id: response,
      item: { id, type: 'message', role: 'assistant', status: 'in_progress', content: [] },
    })
    .server({
      type: 'conversation.item.added',
      previous_item_id: previous,
      item: { id, type: 'message', role: 'assistant', status: 'in_progress', content: [] },
    })
    .server({ type: 'response.output_text.done', response_id: response, item_id: id, content_index: 0, text })
    .server({ type: 'response.done', response: { id: response, status: 'completed', output: [] } });

describe('the conversation', () => {
  it('has the items in the server’s order, and the end of a response after its items', () => {
    const talk = new Talk()
      .client({ type: 'conversation.item.create', item: message('u1', 'user', 'Hello') })
      .server({ type: 'conversation.item.added', previous_item_id: null, item: message('u1', 'user', 'Hello') });
    answer(talk, 'r1', 'a1', 'u1', 'Hi');
    // It was inserted before the answer, afterwards.
    talk
      .client({ type: 'conversation.item.create', previous_item_id: 'u1', item: message('u2', 'user', 'Between') })
      .server({ type: 'conversation.item.added', previous_item_id: 'u1', item: message('u2', 'user', 'Between') });
    expect(talk.told).toEqual(['message Hello', 'message Between', 'message Hi', 'response r1']);
    // And this one at the very beginning, as it was asked for.
    talk
      .client({ type: 'conversation.item.create', previous_item_id: 'root', item: message('s', 'system', 'Be kind') })
      .server({ type: 'conversation.item.added', previous_item_id: null, item: message('s', 'system', 'Be kind') });
    expect(talk.told[0]).toBe('message Be kind');
  });

  it('follows what the user says from the first sound to a transcript that is late', () => {
    const talk = new Talk()
      .server({
        type: 'session.created',
        session: { type: 'realtime', audio: { input: { transcription: { model: 'whisper-1' } } } },
      })
      .server({ type: 'input_audio_buffer.speech_started', item_id: 'u1', audio_start_ms: 0 });
    expect(talk.entries).toMatchObject([{ kind: 'message', role: 'user', status: 'speaking', row: 1 }]);
    talk
      .server({ type: 'input_audio_buffer.speech_stopped', item_id: 'u1', audio_end_ms: 500 })
      .server({ type: 'input_audio_buffer.committed', item_id: 'u1', previous_item_id: null });
    expect(talk.entries[0]).toMatchObject({ status: 'completed', transcript: { state: 'pending', lateMs: null } });
    answer(talk, 'r1', 'a1', 'u1', 'Yes');
    talk.server({
      type: 'conversation.item.input_audio_transcription.completed',
      item_id: 'u1',
      content_index: 0,
      transcript: 'Do you hear me?',
    });
    expect(talk.entries[0]).toMatchObject({
      transcript: { state: 'done', lateMs: 60, row: 9 },
      parts: [{ kind: 'audio', text: 'Do you hear me?' }],
    });
    expect(talk.told).toEqual(['message Do you hear me?', 'message Yes', 'response r1']);
  });

  it('says that a transcript failed, and why, and who spoke where the model tells', () => {
    const talk = new Talk()
      .server({ type: 'input_audio_buffer.committed', item_id: 'u1', previous_item_id: null })
      .server({
        type: 'conversation.item.input_audio_transcription.segment',
        item_id: 'u1',
        text: 'Good morning',
        speaker: 'A',
      })
      .server({
        type: 'conversation.item.input_audio_transcription.failed',
        item_id: 'u1',
        error: { code: 'audio_unintelligible', message: 'No words.' },
      });
    expect(talk.entries[0]?.transcript).toMatchObject({
      state: 'failed',
      message: 'audio_unintelligible: No words.',
      segments: [{ speaker: 'A', text: 'Good morning' }],
    });
  });

  it('leads from a tool call to its output and back, with the time between', () => {
    const call = {
      id: 'f1',
      type: 'function_call',
      call_id: 'c1',
      name: 'get_weather',
      arguments: '{"city":"Lisbon"}',
    };
    const talk = new Talk()
      .server({ type: 'response.created', response: { id: 'r1' } })
      .server({ type: 'response.output_item.added', response_id: 'r1', item: { ...call, arguments: '' } })
      .server({
        type: 'response.function_call_arguments.done',
        response_id: 'r1',
        item_id: 'f1',
        call_id: 'c1',
        arguments: call.arguments,
      })
      .server({ type: 'response.done', response: { id: 'r1', status: 'completed', output: [call] } })
      .client({
        type: 'conversation.item.create',
        item: { type: 'function_call_output', call_id: 'c1', output: '{"celsius":24}' },
      });
    const [made, , output] = talk.entries;
    expect(made).toMatchObject({
      kind: 'call',
      name: 'get_weather',
      arguments: call.arguments,
      roundMs: 20,
      otherRow: 4,
    });
    expect(output).toMatchObject({
      kind: 'output',
      name: 'get_weather',
      output: '{"celsius":24}',
      roundMs: 20,
      otherRow: 1,
      status: 'sent',
    });
    talk.server({
      type: 'error',
      error: { code: 'invalid_tool_call_id', message: 'Not found', param: null, event_id: null },
    });
    expect(output).toMatchObject({ status: 'refused', detail: 'invalid_tool_call_id: Not found' });
  });

  it('tells of a response that was asked for and refused', () => {
    const talk = new Talk()
      .client({ type: 'response.create', event_id: 'wanted' })
      .server({ type: 'error', error: { code: 'invalid_value', message: 'No video', event_id: 'wanted' } })
      .client({ type: 'response.cancel', event_id: 'other' })
      .server({ type: 'error', error: { code: 'response_cancel_not_active', message: 'None', event_id: 'other' } });
    expect(talk.entries).toMatchObject([
      { kind: 'response', role: 'assistant', status: 'refused', detail: 'invalid_value: No video', row: 0, lastRow: 1 },
    ]);
  });

  it('refuses a second item of an id that is taken, not the first, and takes one that is sent again after a refusal', () => {
    const create = (text: string) => ({
      type: 'conversation.item.create',
      event_id: text,
      item: message('m1', 'user', text),
    });
    const error = { code: 'item_create_invalid', message: 'No', param: null };
    const added = { type: 'conversation.item.added', previous_item_id: null, item: message('m1', 'user', 'again') };
    const talk = new Talk()
      .client(create('wrong'))
      .server({ type: 'error', error: { ...error, event_id: 'wrong' } })
      .client(create('again'))
      .server(added)
      .client(create('third'))
      .server({ type: 'error', error: { ...error, event_id: 'third' } });
    expect(talk.entries).toMatchObject([
      { status: 'completed', detail: '', parts: [{ text: 'again' }] },
      { status: 'refused', detail: 'item_create_invalid: No', parts: [{ text: 'third' }] },
    ]);
  });

  it('marks what stays outside, what was cancelled, cut and deleted', () => {
    const talk = new Talk()
      .client({ type: 'response.create', response: { conversation: 'none' } })
      .server({ type: 'response.created', response: { id: 'r1', conversation_id: null } })
      .server({
        type: 'response.output_item.added',
        response_id: 'r1',
        item: { id: 'a1', type: 'message', role: 'assistant', content: [] },
      })
      .server({ type: 'conversation.item.truncated', item_id: 'a1', content_index: 0, audio_end_ms: 700 })
      .server({ type: 'conversation.item.deleted', item_id: 'a1' })
      .server({
        type: 'response.done',
        response: { id: 'r1', status: 'cancelled', status_details: { reason: 'turn_detected' } },
      });
    expect(talk.entries).toMatchObject([
      { kind: 'message', aside: true, truncatedMs: 700, deleted: true },
      { kind: 'response', aside: true, status: 'cancelled', detail: 'turn detected' },
    ]);
  });

  it('keeps rows of words on their way until an event has all of them', () => {
    const talk = new Talk()
      .server({ type: 'response.created', response: { id: 'r1' } })
      .server({ type: 'response.output_item.added', response_id: 'r1', item: { id: 'a1', type: 'message' } })
      .server({ type: 'response.output_text.delta', response_id: 'r1', item_id: 'a1', delta: 'Hel' })
      .server({ type: 'response.output_text.delta', response_id: 'r1', item_id: 'a1', delta: 'lo' });
    const [entry] = talk.entries;
    expect(entry && talk.conversation.live(entry)).toEqual({ into: 'text', rows: [2, 3] });
    talk.server({
      type: 'response.output_text.done',
      response_id: 'r1',
      item_id: 'a1',
      content_index: 0,
      text: 'Hello',
    });
    expect(entry && talk.conversation.live(entry)).toBeUndefined();
    expect(talk.told[0]).toBe('message Hello');
  });

  it('finds the entry of an event by its ids', () => {
    const talk = new Talk();
    answer(talk, 'r1', 'a1', null, 'Hi');
    const none = { row: 99, item: '', response: '', call: '' };
    expect(talk.conversation.placeOf({ ...none, item: 'a1' })).toBe(0);
    expect(talk.conversation.placeOf({ ...none, response: 'r1' })).toBe(1);
    expect(talk.conversation.placeOf(none)).toBe(-1);
  });

  it('cuts what is too long, counts what is missing, and never keeps a picture', () => {
    const talk = new Talk().client({
      type: 'conversation.item.create',
      item: {
        id: 'u1',
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'x'.repeat(MOST_TEXT + 5) },
          { type: 'input_image', image_url: `data:image/png;base64,${'A'.repeat(400)}` },
        ],
      },
    });
    expect(talk.entries[0]?.parts).toMatchObject([
      { kind: 'text', cut: 5 },
      { kind: 'image', text: '', bytes: 300 },
    ]);
  });

  it('stands whatever is malformed', () => {
    const talk = new Talk();
    for (const item of [null, 5, 'x', [], {}, { id: 7 }, { id: 'a', content: [null, 3, { type: [] }] }])
      for (const type of ['conversation.item.added', 'response.output_item.done', 'conversation.item.done'])
        talk
          .server({ type, item, response_id: 4, previous_item_id: {} })
          .client({ type: 'conversation.item.create', item });
    talk.server({ type: 'response.done', response: { id: 'r', output: [null, { id: '__proto__' }] } });
    expect(talk.entries.length).toBeGreaterThan(0);
  });
});
