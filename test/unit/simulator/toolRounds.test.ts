import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../../src/simulator/scenario';
import { parseScenario } from '../../../src/simulator/scenarioFile';
import type { Json, ServerEvent } from '../../../src/simulator/wire';
import { Script, only } from './script';
import { silence, speech } from './speech';

const root = new URL('../../../', import.meta.url);
const textAt = (path: string): string => readFileSync(fileURLToPath(new URL(path, root)), 'utf8');

/** The example of the documentation: the indented block that begins with a brace. */
function documented(): string {
  const block = /^ {4}\{\n(?: {4}.*\n)+? {4}\}\n/m.exec(textAt('docs/simulator.md'))?.[0];
  if (block === undefined) throw new Error('docs/simulator.md shows no scenario');
  return block;
}

const tools = ['get_weather', 'get_time'].map((name) => ({
  type: 'function',
  name,
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
}));

/** A client in letters, with two functions. */
function client(scenario?: Scenario): Script {
  const script = new Script(scenario ? { scenario } : {});
  script.update({ output_modalities: ['text'], tools });
  return script;
}

const callsIn = (events: readonly ServerEvent[]): ServerEvent[] =>
  only(events, 'response.function_call_arguments.done');
const textIn = (events: readonly ServerEvent[]): string =>
  only(events, 'response.output_text.done')
    .map(({ text }) => String(text))
    .join('|');

function output(script: Script, callId: unknown, words: string): void {
  const item = { type: 'function_call_output', call_id: callId, output: words };
  script.send({ type: 'conversation.item.create', item });
}

/** What apps do: outputs of all calls, then `response.create`, until an answer without a call comes. Returns its words. */
function toTheEnd(script: Script, first: readonly ServerEvent[]): { rounds: number; text: string } {
  let events = first;
  for (let rounds = 0; rounds < 10; rounds += 1) {
    const calls = callsIn(events);
    if (calls.length === 0) return { rounds, text: textIn(events) };
    for (const call of calls) output(script, call['call_id'], '{"sky":"fog"}');
    events = script.respond();
  }
  throw new Error('The tool is called without end');
}

describe('a scenario as it is shipped', () => {
  it.each<[string, string, string]>([
    ['the new file in JSON', textAt('media/scenario/starter.scenario.jsonc'), 'a.scenario.jsonc'],
    ['the new file in YAML', textAt('media/scenario/starter.scenario.yaml'), 'a.scenario.yaml'],
    ['the example of the documentation', documented(), 'a.scenario.jsonc'],
    ['the example of the documentation as YAML', documented(), 'a.scenario.yaml'],
  ])('%s goes through one round with its tool and asks again for a new question only', (_name, text, file) => {
    const { scenario, problems } = parseScenario(text, file);
    expect(problems).toEqual([]);
    const script = client(scenario);
    script.say('What is the weather?');
    const asked = script.respond();
    expect(callsIn(asked)).toMatchObject([{ name: 'get_weather', arguments: '{"city":"Oslo"}' }]);
    expect(toTheEnd(script, asked)).toEqual({ rounds: 1, text: 'It is foggy in Oslo.' });
    script.say('And the weather tomorrow?');
    expect(callsIn(script.respond())).toHaveLength(1);
  });
});

describe('a turn by the words or the audio of the user', () => {
  const call = { output: [{ call: 'get_weather' }] };

  it('is over once the output of a tool has come in, whatever comes beside it', () => {
    const script = client({ turns: [{ when: { text: '/.*/' }, answer: call }, { answer: 'Told.' }] });
    script.say('Hello');
    const [made] = callsIn(script.respond());
    output(script, made?.['call_id'], 'fog');
    const content = [{ type: 'input_text', text: 'Be brief.' }];
    script.send({ type: 'conversation.item.create', item: { type: 'message', role: 'system', content } });
    expect(textIn(script.respond())).toBe('Told.');
    // An answer has been given, and nothing new came in.
    expect(textIn(script.respond())).toBe('Told.');
  });

  it('of so many ms does not call for the output of its tool again', () => {
    const script = new Script({ scenario: { turns: [{ when: { audioMs: { min: 500 } }, answer: call }] } });
    script.update({ output_modalities: ['text'], tools });
    const heard = [...script.hear(Buffer.concat([speech('What is it like?'), silence(800)])), ...script.wait(9000)];
    expect(callsIn(heard)).toHaveLength(1);
    const { rounds, text } = toTheEnd(script, heard);
    expect(rounds).toBe(1);
    expect(text).toContain('fog');
  });

  it('matches again when the user speaks after the output', () => {
    const script = client({ turns: [{ when: { text: 'weather' }, answer: call }] });
    script.say('weather');
    const [made] = callsIn(script.respond());
    output(script, made?.['call_id'], 'fog');
    script.say('No, the weather in Bergen!');
    expect(callsIn(script.respond())).toHaveLength(1);
  });

  it('that asks an MCP server is not asked for again by what came of it', () => {
    const mcpCall = { mcpCall: 'find', server: 'docs', output: 'found it' };
    const turns = [{ when: { text: 'search' }, answer: { output: [mcpCall] } }];
    const script = client({ turns });
    script.say('search');
    script.respond();
    expect(textIn(script.respond())).toContain('found it');
    const followed = client({ turns: [...turns, { when: { afterCall: 'find' }, answer: 'Here it is.' }] });
    followed.say('search');
    followed.respond();
    expect(textIn(followed.respond())).toBe('Here it is.');
  });

  it('that asks for approval makes the call once it is given', () => {
    const asks = { mcpCall: 'buy', server: 'docs', approval: true as const };
    const script = client({ turns: [{ when: { text: 'buy' }, answer: { output: [asks] } }] });
    script.say('buy one');
    const [request] = only(script.respond(), 'response.done');
    const [item] = (request?.['response'] as Json)['output'] as Json[];
    const answer = { type: 'mcp_approval_response', approval_request_id: item?.['id'], approve: true };
    script.send({ type: 'conversation.item.create', item: answer });
    expect(only(script.wait(60_000), 'response.mcp_call.completed')).toHaveLength(1);
  });
});

it('the output of one call among several is found by the name of its function', () => {
  const script = client({
    turns: [
      { when: { text: 'both' }, answer: { output: [{ call: 'get_weather' }, { call: 'get_time' }] } },
      { when: { afterCall: 'get_weather' }, answer: 'Both are there.' },
    ],
  });
  script.say('both');
  expect(toTheEnd(script, script.respond())).toEqual({ rounds: 1, text: 'Both are there.' });
});

it('the default conversation tells what came of a call, also when instructions come in after it', () => {
  const script = client();
  script.say('What is the weather? Use get_weather.');
  const asked = script.respond();
  expect(callsIn(asked)).toHaveLength(1);
  output(script, callsIn(asked)[0]?.['call_id'], 'thick fog');
  const content = [{ type: 'input_text', text: 'Be brief.' }];
  script.send({ type: 'conversation.item.create', item: { type: 'message', role: 'system', content } });
  expect(textIn(script.respond())).toContain('thick fog');
});
