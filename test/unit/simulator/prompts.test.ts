import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../../src/simulator/scenario';
import { parseScenario } from '../../../src/simulator/scenarioFile';
import type { Json } from '../../../src/simulator/wire';
import { Script, errorOf, only } from './script';

const scenario: Scenario = {
  prompts: {
    pmpt_guide: {
      version: '2',
      instructions: 'You guide through {{ city }}, {{place}} first. {{unknown}} stays.',
      tools: [{ type: 'function', name: 'find_museum' }],
    },
  },
};
const prompt = {
  id: 'pmpt_guide',
  version: '2',
  variables: { city: 'Oslo', place: { type: 'input_text', text: 'the harbour' } },
};
const told = 'You guide through Oslo, the harbour first. {{unknown}} stays.';

describe('a stored prompt', () => {
  it('is echoed, and its instructions and tools are the session’s from then on', () => {
    const script = new Script({ scenario });
    const [updated] = script.update({ prompt });
    expect(updated?.['session']).toMatchObject({ prompt, instructions: told, tools: [{ name: 'find_museum' }] });
    script.say('Is there a museum?');
    expect(only(script.respond(), 'response.function_call_arguments.done')[0]?.['name']).toBe('find_museum');
  });

  it('gives way to what the update says itself', () => {
    const [updated] = new Script({ scenario }).update({ prompt, instructions: 'Mine.', tools: [] });
    expect(updated?.['session']).toMatchObject({ prompt, instructions: 'Mine.', tools: [] });
  });

  it('may be for one response only', () => {
    const turns = [{ when: { instructions: 'harbour first' }, answer: 'As stored.' }];
    const script = new Script({ scenario: { ...scenario, turns } });
    const done = only(script.respond({ prompt, output_modalities: ['text'] }), 'response.output_text.done')[0];
    expect(done?.['text']).toBe('As stored.');
    expect(script.update({})[0]?.['session']).toMatchObject({ prompt: null, tools: [] });
  });

  it('that nobody stored is refused with the whole update, or the response', () => {
    const script = new Script({ scenario });
    const message = "Prompt with id 'pmpt_none' not found.";
    expect(errorOf(script.update({ prompt: { id: 'pmpt_none' }, instructions: 'Mine.' }))).toMatchObject({
      type: 'invalid_request_error',
      code: null,
      param: null,
      message,
    });
    expect(errorOf(script.send({ type: 'response.create', response: { prompt: { id: 'pmpt_none' } } }))).toMatchObject({
      message,
    });
    expect(errorOf(script.update({ prompt: { ...prompt, version: '7' } }))['message']).toBe(
      "Prompt with id 'pmpt_guide' and version '7' not found.",
    );
    expect(script.update({})[0]?.['session']).toMatchObject({ prompt: null });
  });

  it('of any id is taken and echoed where no scenario stores any, and cleared with null', () => {
    const script = new Script();
    const any = { id: 'pmpt_any', version: '1', variables: { name: 'Ada' } };
    expect(script.update({ prompt: any })[0]?.['session']).toMatchObject({ prompt: any });
    expect(script.update({ prompt: null })[0]?.['session']).toMatchObject({ prompt: null });
  });

  it.each<[string, Json, string, string]>([
    ['without an id', { version: '1' }, 'missing_required_parameter', 'session.prompt.id'],
    ['with more than it may have', { id: 'a', text: 'x' }, 'unknown_parameter', 'session.prompt.text'],
  ])('%s is refused', (_name, given, code, param) => {
    expect(errorOf(new Script().update({ prompt: given }))).toMatchObject({ code, param });
  });

  it('may stand in a scenario file', () => {
    const text = '{ "prompts": { "a": { "instructions": "Hi {{name}}", "version": "1", "tools": [] } } }';
    expect(parseScenario(text, 'a.scenario.jsonc').problems).toEqual([]);
    expect(parseScenario('{ "prompts": { "a": { "text": "" } } }', 'a.jsonc').problems).toHaveLength(1);
  });
});
