import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, eventTemplate, validateEvent } from '../../../src/protocol';
import type { Scenario } from '../../../src/simulator/scenario';
import type { Json } from '../../../src/simulator/wire';
import { schemaProblems } from './eventSchema';
import { disorder } from './order';
import { Script } from './script';

const templates = CATALOGUE.filter((info) => info.from === 'client').map(
  (info) => JSON.parse(eventTemplate(info.type, 'client') ?? '{}') as Json,
);
const tone = Buffer.from(Int16Array.from({ length: 7200 }, (_, at) => 9000 * Math.sin(at / 12)).buffer).toString(
  'base64',
);
const quiet = Buffer.alloc(14_400).toString('base64');
const message = (part: Json): Json => ({ type: 'message', role: 'user', content: [part] });

/** Something an item id is to stand in for: the nth item so far. */
interface Step {
  event: Json | string;
  item: number;
  waitMs: number;
}

const sensible = fc.constantFrom<Json>(
  { type: 'input_audio_buffer.append', audio: tone },
  { type: 'input_audio_buffer.append', audio: quiet },
  { type: 'input_audio_buffer.commit' },
  { type: 'input_audio_buffer.clear' },
  { type: 'response.create' },
  { type: 'response.create', response: { conversation: 'none', metadata: { a: 'b' }, output_modalities: ['text'] } },
  { type: 'response.create', response: { max_output_tokens: 3 } },
  { type: 'response.create', response: { prompt: { id: 'p', variables: { a: 'b' } } } },
  { type: 'output_audio_buffer.clear' },
  { type: 'conversation.item.create', item: message({ type: 'input_text', text: 'Please look it up: lookup' }) },
  { type: 'response.create', response: { tool_choice: 'required' } },
  { type: 'response.cancel' },
  { type: 'conversation.item.create', item: message({ type: 'input_text', text: 'What is the weather in Oslo?' }) },
  { type: 'conversation.item.create', item: message({ type: 'input_text', text: 'simulate server_error' }) },
  { type: 'conversation.item.truncate', item_id: '', content_index: 0, audio_end_ms: 100 },
  { type: 'conversation.item.delete', item_id: '' },
  { type: 'conversation.item.retrieve', item_id: '' },
  { type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection: null } } } },
  {
    type: 'session.update',
    session: {
      type: 'realtime',
      tools: [
        {
          type: 'function',
          name: 'get_weather',
          parameters: { type: 'object', properties: { city: { type: 'string' } } },
        },
        { type: 'mcp', server_label: 'docs', server_url: 'https://x.example', require_approval: 'never' },
      ],
      audio: {
        input: { turn_detection: { type: 'server_vad', idle_timeout_ms: 5000 }, transcription: { model: 'whisper-1' } },
      },
    },
  },
  {
    type: 'session.update',
    session: {
      type: 'realtime',
      include: ['item.input_audio_transcription.logprobs'],
      tools: [{ type: 'mcp', server_label: 'docs', require_approval: 'never', allowed_tools: ['lookup'] }],
      audio: {
        input: {
          turn_detection: { type: 'semantic_vad', eagerness: 'high' },
          transcription: { model: 'gpt-4o-transcribe-diarize' },
        },
      },
    },
  },
);

const step: fc.Arbitrary<Step> = fc.record({
  event: fc.oneof(
    { weight: 12, arbitrary: sensible },
    { weight: 3, arbitrary: fc.constantFrom(...templates) },
    { weight: 1, arbitrary: fc.json() },
    {
      weight: 1,
      arbitrary: fc.dictionary(fc.string(), fc.jsonValue()).map((rest) => ({ ...rest, type: 'session.update' })),
    },
  ),
  item: fc.nat(20),
  waitMs: fc.constantFrom(0, 0, 5, 60, 400, 3000, 12_000),
});

const scenario: fc.Arbitrary<Scenario> = fc.constantFrom<Scenario>(
  {},
  { dialect: 'legacy' },
  { dialect: 'azure', obfuscation: false },
  { turns: [{ answer: [{ output: [{ say: 'On and on' }], status: 'held' }, { error: 'server_error' }, 'Words.'] }] },
  {
    turns: [
      {
        answer: {
          output: [{ say: 'a b' }, { call: 'f' }],
          order: ['open 0', 'open 1', 'say 1', 'close 1', 'say 0 x9'],
        },
      },
    ],
  },
  { mcp: { docs: { tools: [{ name: 'lookup', error: 'No.' }] } }, prompts: { p: { instructions: '{{a}}' } } },
  {
    turns: [
      {
        answer: {
          output: [
            { say: 'I look' },
            { mcpCall: 'lookup', server: 'docs', output: 'x' },
            { mcpCall: 'lookup', server: 'docs', approval: true },
          ],
        },
      },
    ],
  },
  { transcripts: [null, { transcript: '', error: { message: 'no' } }], caller: [{ atMs: 100, speaksMs: 700 }] },
);

describe('any sequence of client events', () => {
  it('ends no session, keeps the order of each response, fits the published schema, and mints no id twice', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), scenario, fc.nat(), fc.boolean(), (steps, given, seed, joined) => {
        const script = new Script({ seed, scenario: given, joined });
        for (const { event, item, waitMs } of steps) {
          const ids = script.all.flatMap(({ event: one }) =>
            typeof one['item_id'] === 'string' ? [one['item_id']] : [],
          );
          const aimed =
            typeof event === 'object' && event['item_id'] === '' && ids.length > 0
              ? { ...event, item_id: ids[item % ids.length] }
              : event;
          script.send(aimed);
          script.wait(waitMs);
        }
        // Nobody speaks any more, and silence is not answered.
        const input = { turn_detection: null };
        script.send({ type: 'session.update', session: { type: 'realtime', audio: { input } } });
        script.wait(60_000);
        // What goes on until it is cancelled is cancelled, beside the conversation by its id.
        for (let tries = 0; tries < 3; tries += 1) {
          for (const id of openIn(script)) script.send({ type: 'response.cancel', response_id: id });
          script.wait(60_000);
        }
        check(script);
      }),
      { numRuns: 80 },
    );
  });
});

function openIn(script: Script): unknown[] {
  const ids = (type: string): unknown[] =>
    script.all.flatMap(({ event }) => (event.type === type ? [(event['response'] as Json)['id']] : []));
  const done = new Set(ids('response.done'));
  return ids('response.created').filter((id) => !done.has(id));
}

/** Shapes of deltas that the schema has been asked about. */
const known = new Set<string>();

function check(script: Script): void {
  const open = new Set<unknown>();
  const begun = new Set<unknown>();
  const events = new Set<string>();
  const items = new Set<unknown>();
  expect(disorder(script.all.map(({ event }) => event))).toEqual([]);
  for (const { event } of script.all) {
    // One delta is like another.
    const shape = `${event.type} ${Object.keys(event).join()}`;
    if (!event.type.endsWith('.delta') || !known.has(shape)) expect(schemaProblems(event, 'server')).toEqual([]);
    known.add(shape);
    const problems = validateEvent(JSON.stringify(event), 'server').filter(({ severity }) => severity !== 'note');
    expect(problems, event.type).toEqual([]);
    expect(event.event_id, event.type).toBeDefined();
    expect(events.has(event.event_id!), `event ${event.event_id} twice`).toBe(false);
    events.add(event.event_id!);
    const id = (event['response'] as Json | undefined)?.['id'];
    if (event.type === 'response.created') {
      expect(begun.has(id), 'a response twice').toBe(false);
      begun.add(id);
      open.add(id);
    }
    if (event.type === 'response.done') expect(open.delete(id), 'a response done that was not open').toBe(true);
    if (event.type === 'conversation.item.added') {
      const item = (event['item'] as Json)['id'];
      expect(items.has(item), `item ${String(item)} twice`).toBe(false);
      items.add(item);
    }
    const error = event['error'] as Json | undefined;
    if (event.type === 'error') expect(error?.['type'], JSON.stringify(error)).toBe('invalid_request_error');
  }
  expect(open.size, 'responses never done').toBe(0);
  expect(script.closed).toBeUndefined();
}
