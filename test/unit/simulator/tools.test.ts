import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/simulator/wire';
import { Script, errorOf, ladder, only } from './script';

const weather = {
  type: 'function',
  name: 'get_weather',
  description: 'Weather in a city.',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' }, unit: { enum: ['celsius', 'fahrenheit'] }, days: { type: 'integer' } },
    required: ['city', 'unit', 'days'],
  },
};

function asking(question: string, more: Json = {}): { script: Script; call: Json | undefined; events: Json[] } {
  const script = new Script();
  script.update({ output_modalities: ['text'], tools: [weather], ...more });
  script.say(question);
  const events = script.respond();
  const done = only(events, 'response.function_call_arguments.done')[0];
  return { script, call: done, events };
}

describe('a function call', () => {
  it('is made when the user’s words name the tool, with arguments from their words', () => {
    const { call, events } = asking('What is the weather in New York for 3 days in fahrenheit?');
    expect(ladder(events)).toEqual([
      'response.created',
      'response.output_item.added',
      'conversation.item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'conversation.item.done',
      'response.output_item.done',
      'response.done',
      'rate_limits.updated',
    ]);
    expect(call?.['name']).toBe('get_weather');
    expect(JSON.parse(String(call?.['arguments']))).toEqual({ city: 'New York', unit: 'fahrenheit', days: 3 });
    const deltas = events.filter((event) => event['type'] === 'response.function_call_arguments.delta');
    expect(deltas.map((event) => event['delta']).join('')).toBe(call?.['arguments']);
  });

  it('is not made when nobody asked, or when tools are off', () => {
    expect(asking('Good morning').call).toBeUndefined();
    expect(asking('Get me something').call).toBeUndefined();
    expect(asking('What is the weather in Oslo?', { tool_choice: 'none' }).call).toBeUndefined();
  });

  it('is made whatever was said when it is required', () => {
    expect(asking('Good morning', { tool_choice: 'required' }).call?.['name']).toBe('get_weather');
    const choice = { tool_choice: { type: 'function', name: 'get_weather' } };
    expect(asking('Good morning', choice).call?.['name']).toBe('get_weather');
  });

  it('is followed by an answer once its output is there, even with calls required', () => {
    const { script, call } = asking('Weather in Oslo?', { tool_choice: 'required' });
    const item = { type: 'function_call_output', call_id: call?.['call_id'], output: '12 degrees and fog' };
    const [added, done] = script.send({ type: 'conversation.item.create', item });
    expect([added?.type, done?.type]).toEqual(['conversation.item.added', 'conversation.item.done']);
    expect(added?.['item']).not.toHaveProperty('status');
    const events = script.respond();
    expect(only(events, 'response.output_text.done')[0]?.['text']).toBe(
      'The tool get_weather answered: 12 degrees and fog',
    );
  });

  it('that nobody made cannot be answered', () => {
    const item = { type: 'function_call_output', call_id: 'call_x', output: '' };
    expect(errorOf(new Script().send({ type: 'conversation.item.create', item }))).toMatchObject({
      code: 'invalid_tool_call_id',
      message: "Tool call ID 'call_x' not found in conversation.",
    });
  });

  it('is one of several where the model may call several, and the only one where it may not', () => {
    const tools = ['get_weather', 'get_traffic'].map((name) => ({ type: 'function', name }));
    const called = (model: string, more: Json = {}): unknown[] => {
      const script = new Script({ model });
      const [updated] = script.update({ tools, reasoning: { effort: 'low' }, ...more });
      expect(updated?.['session']).toMatchObject({ reasoning: { effort: 'low' }, ...more });
      script.say('How are weather and traffic?');
      return only(script.respond(), 'response.function_call_arguments.done').map(({ name }) => name);
    };
    expect(called('gpt-realtime-2.1')).toEqual(['get_weather', 'get_traffic']);
    expect(called('gpt-realtime-2.1', { parallel_tool_calls: false })).toEqual(['get_weather']);
    expect(called('gpt-realtime')).toEqual(['get_weather']);
  });

  it('is made again in the same response only under other ids, and each can be answered', () => {
    const tools = ['get_weather', 'get_traffic'].map((name) => ({ type: 'function', name }));
    const script = new Script({ model: 'gpt-realtime-2.1' });
    script.update({ tools, output_modalities: ['text'] });
    script.say('How are weather and traffic?');
    const calls = only(script.respond(), 'response.function_call_arguments.done');
    expect(new Set(calls.map((call) => call['call_id'])).size).toBe(2);
    for (const { call_id } of calls) {
      script.send({
        type: 'conversation.item.create',
        item: { type: 'function_call_output', call_id, output: 'fine' },
      });
    }
    expect(only(script.respond(), 'response.output_text.done')[0]?.['text']).toBe(
      'The tool get_weather answered: fine The tool get_traffic answered: fine',
    );
  });

  it('survives schemas that are odd, deep or missing', () => {
    const deep = { type: 'object', properties: {} as Json };
    deep.properties['self'] = deep;
    const flat = JSON.parse(JSON.stringify({ ...deep, properties: { a: { type: ['string', 'null'] } } })) as Json;
    for (const parameters of [flat, {}, { type: 'array' }, { anyOf: [{ type: 'object' }] }, null]) {
      const script = new Script();
      script.update({ tools: [{ type: 'function', name: 'go', parameters }], tool_choice: 'required' });
      const done = only(script.respond(), 'response.function_call_arguments.done')[0];
      expect(JSON.parse(String(done?.['arguments']))).toBeTypeOf('object');
    }
  });
});
