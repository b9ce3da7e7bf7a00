import { describe, expect, it } from 'vitest';
import { advance, NEW_SESSION, type SessionState } from '../../../src/protocol';
import { askedConfig, beginningOf } from '../../../src/protocol/state/beginning';
import { Script } from '../simulator/script';

type Event = Record<string, unknown>;

/** Sends events to the simulator, each with the time it is given; gives what the session came to and what the server said. */
function talked(events: readonly (readonly [event: Event, ms: number])[]): { state: SessionState; said: Event[] } {
  const script = new Script();
  let state = NEW_SESSION;
  const said: Event[] = [];
  const hear = () => {
    for (const { event } of script.all.splice(0)) {
      said.push(event as Event);
      state = advance(state, event as Event, 'server');
    }
  };
  for (const [event, ms] of events) {
    hear();
    state = advance(state, event, 'client');
    script.send(event as never);
    script.wait(ms);
    hear();
  }
  return { state, said };
}

const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const configured = {
  type: 'session.update',
  session: {
    type: 'realtime',
    instructions: 'Be brief.',
    tools: [{ type: 'function', name: 'get_weather', parameters }],
    audio: { input: { turn_detection: null } },
  },
};
const message = (role: string, text: string) => ({
  type: 'conversation.item.create',
  item: { type: 'message', role, content: [{ type: role === 'assistant' ? 'output_text' : 'input_text', text }] },
});
const respond = (modality: string) => ({ type: 'response.create', response: { output_modalities: [modality] } });

describe('the beginning of a session that goes on from another', () => {
  it('makes the server have the same configuration and the same items, under their ids', () => {
    const before = talked([
      [configured, 100],
      [message('system', 'The user is at sea.'), 100],
      [message('user', 'Hello there'), 100],
      [respond('text'), 30_000],
      [message('user', 'And aloud?'), 100],
      [respond('audio'), 60_000],
      [
        {
          type: 'conversation.item.create',
          item: { type: 'function_call', call_id: 'call_1', name: 'get_weather', arguments: '{"city":"Kiel"}' },
        },
        100,
      ],
      [
        {
          type: 'conversation.item.create',
          item: { type: 'function_call_output', call_id: 'call_1', output: '{"wind":7}' },
        },
        100,
      ],
    ]);
    const { events, lost } = beginningOf(before.state);
    expect(lost).toEqual([]);
    const after = talked(events.map((event) => [event, 50] as const));
    expect(after.said.filter(({ type }) => type === 'error')).toEqual([]);
    expect(after.state.items.map(({ id, type }) => [id, type])).toEqual(
      before.state.items.map(({ id, type }) => [id, type]),
    );
    expect(after.state.items).toHaveLength(7);
    expect(askedConfig(after.state.config ?? {})).toEqual(askedConfig(before.state.config ?? {}));
    // What was said aloud goes as words.
    const [aloud] = before.state.items.filter(({ audioMs }) => audioMs > 0);
    const again = after.state.items.find(({ id }) => id === aloud?.id)?.item as { content: Event[] };
    expect(again.content).toEqual([
      { type: 'output_text', text: (aloud?.item as { content: Event[] }).content[0]?.['transcript'] },
    ]);
  });

  it('takes up what was asked of the configuration and not answered yet', () => {
    const { state } = talked([[configured, 100]]);
    const asked = advance(state, { type: 'session.update', session: { instructions: 'Be long.' } }, 'client');
    expect(beginningOf(asked).events[0]).toMatchObject({ session: { instructions: 'Be long.', tools: [{}] } });
  });

  it('says what the new session will not have', () => {
    const { state } = talked([
      [configured, 100],
      [{ type: 'input_audio_buffer.append', audio: Buffer.alloc(48_000).toString('base64') }, 10],
      [{ type: 'input_audio_buffer.commit' }, 100],
      [{ type: 'input_audio_buffer.append', audio: Buffer.alloc(24_000).toString('base64') }, 10],
      [respond('audio'), 300],
    ]);
    const [spoken, ...rest] = beginningOf(state).lost;
    expect(spoken).toMatch(/^message item_\w+: what was said is not known in words$/);
    expect(rest.slice(-2)).toEqual([
      'the rest of the answer that was under way',
      '0.5 s of sound that was sent and no item yet',
    ]);
    expect(beginningOf(NEW_SESSION)).toEqual({
      events: [],
      lost: ['the configuration, which the trace does not tell'],
    });
  });
});
