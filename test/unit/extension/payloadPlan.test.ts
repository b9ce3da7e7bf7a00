import { describe, expect, it, onTestFinished } from 'vitest';
import { openDocument } from '../../../src/document/client';
import { ComposeRuns } from '../../../src/extension/composeRun';
import { planOf, prepareEvent, readEnvironment, variablesIn, wantedBy } from '../../../src/extension/payloadPlan';
import { TraceModel } from '../../../src/extension/traceModel';
import { advance, NEW_SESSION, type SessionState } from '../../../src/protocol';
import { readPayload } from '../../../src/protocol/payloadFile';
import { dist } from '../fidelity/bed';
import { linesOf, runEngine } from '../proxy/runningEngine';

const stepsOf = (value: unknown) => readPayload(typeof value === 'string' ? value : JSON.stringify(value)).steps;
const none = { env: new Map<string, string>(), inputs: new Map<string, string>() };
const noState = () => Promise.resolve(NEW_SESSION);

describe('what a payload wants to know', () => {
  it('is asked once each, with the first default there is', () => {
    const steps = stepsOf([
      { type: 'x', a: '${env:A} ${input:City}' },
      { type: 'x', a: ['${env:B}', '${env:A}', '${input:City=Oslo}', '${input:Day}'] },
    ]);
    expect(wantedBy(variablesIn(steps))).toEqual({
      env: ['A', 'B'],
      inputs: [
        { question: 'City', usual: 'Oslo' },
        { question: 'Day', usual: '' },
      ],
    });
  });

  it('of the environment is secret by its length or its name, and named when it is missing', () => {
    const environment = { CITY: 'Oslo', LONG: 'a long value', API_KEY: 'abcd', PIN_TOKEN: '12' };
    const { values, secrets } = readEnvironment(['CITY', 'LONG', 'API_KEY'], environment, true);
    expect([...values.values()]).toEqual(['Oslo', 'a long value', 'abcd']);
    expect(secrets).toEqual(['a long value', 'abcd']);
    expect(() => readEnvironment(['CITY', 'NO_ONE', 'NOBODY'], environment, true)).toThrow(
      /\$\{env:NO_ONE\}, \$\{env:NOBODY\} have no value/,
    );
    expect(() => readEnvironment(['PIN_TOKEN'], environment, true)).toThrow(/too short to be kept out/);
  });

  it('of the environment is refused where the workspace is not trusted, before anything of it is read', () => {
    const read: string[] = [];
    const environment = new Proxy({ API_KEY: 'sk-1234' } as Record<string, string>, {
      get: (values, name) => (read.push(String(name)), values[String(name)]),
    });
    expect(() => readEnvironment(['API_KEY'], environment, false)).toThrow(
      /not trusted, so \$\{env:API_KEY\} is not read/,
    );
    expect(read).toEqual([]);
    expect(readEnvironment([], environment, false)).toEqual({ values: new Map(), secrets: [] });
  });
});

describe('an event to send', () => {
  const state = (more: Partial<SessionState>) => () => Promise.resolve({ ...NEW_SESSION, ...more });
  const items = [
    { id: 'item_1', type: 'function_call', item: { call_id: 'call_1' }, audioMs: 0, response: 'resp_1' },
    { id: 'item_2', type: 'message', item: {}, audioMs: 0 },
  ];

  it('has the values of its session in it', async () => {
    const text = JSON.stringify({ type: 'x', ids: ['${lastItemId}', '${lastResponseId}', '${lastCallId}'] });
    expect(JSON.parse(await prepareEvent(text, none, state({ items, lastResponse: 'resp_1' })))).toEqual({
      type: 'x',
      ids: ['item_2', 'resp_1', 'call_1'],
    });
  });

  it('knows the newest response when it has ended and its item is deleted', async () => {
    const passed: [string, object][] = [
      ['response.created', { response: { id: 'resp_1', conversation_id: 'conv_1' } }],
      ['response.done', { response: { id: 'resp_1', status: 'completed', output: [] } }],
      ['conversation.item.deleted', { item_id: 'item_1' }],
    ];
    const now = passed.reduce((before, [type, more]) => advance(before, { type, ...more }, 'server'), NEW_SESSION);
    expect(await prepareEvent('{"id":"${lastResponseId}"}', none, state(now))).toBe('{"id":"resp_1"}');
  });

  it('is not sent while one of them has no value, which is named', async () => {
    for (const name of ['lastItemId', 'lastResponseId', 'lastCallId'])
      await expect(prepareEvent(`{"type":"x","id":"\${${name}}"}`, none, noState)).rejects.toThrow(
        `\${${name}} has no value`,
      );
    await expect(prepareEvent('{"type":"x","id":"${env:A}"}', none, noState)).rejects.toThrow('${env:A} has no value');
  });
});

it('a file goes out step by step, its variables filled in when it is their turn', async () => {
  const engine = await runEngine('', { upstream: { kind: 'simulator' }, simulation: { speed: 50 } });
  const session = await engine.newSession({ model: 'gpt-realtime' });
  const model = new TraceModel(engine.file, dist, () => Promise.resolve(openDocument));
  onTestFinished(() => model.close());
  engine.on('recorded', () => void model.follow());
  await model.follow();
  const runs = new ComposeRuns(() => undefined);
  const steps = stepsOf(`[ // asks, answers, takes back
    { "type": "conversation.item.create", "item": { "type": "message", "role": "user",
      "content": [{ "type": "input_text", "text": "\${input:Words} $\${x} \${env:CITY}" }] } },
    { "wait": "conversation.item.done" },
    { "type": "response.create", "response": { "output_modalities": ["text"] } },
    { "wait": "response.done", "timeoutMs": 20000 },
    { "to": "client", "event": { "type": "made.up", "of": "\${lastResponseId}" } },
    { "type": "conversation.item.delete", "item_id": "\${lastItemId}" },
  ]`);
  const values = { env: new Map([['CITY', 'O"slo']]), inputs: new Map([['Words', 'Hello']]) };
  const id = runs.start(planOf(session, steps), {
    model,
    send: (...message) => engine.inject(...message),
    prepare: (text) =>
      prepareEvent(text, values, async () => {
        await model.follow();
        return (await (await model.document()).sessionState(session)).state;
      }),
  });
  const run = () => runs.all.find((one) => one.id === id);
  await expect.poll(() => run()?.state, { timeout: 20_000 }).toBe('done');
  // What was sent is on its way to the file for a moment longer.
  const sentLines = () => linesOf(engine.file).filter(({ origin }) => origin === 'inspector');
  await expect.poll(() => sentLines().length, { timeout: 20_000 }).toBe(4);
  const lines = linesOf(engine.file);
  const response = lines.find(({ type }) => type === 'response.done')?.event as {
    response: { id: string; output: { id: string }[] };
  };
  const sent = sentLines().map(({ from, event }) => [from, event]);
  expect(sent).toMatchObject([
    ['client', { item: { content: [{ text: 'Hello ${x} O"slo' }] } }],
    ['client', { type: 'response.create' }],
    ['server', { type: 'made.up', of: response.response.id }],
    ['client', { item_id: response.response.output[0]?.id }],
  ]);
  await expect
    .poll(() => run()?.events.map(({ answer }) => answer.kind))
    .toEqual(['taken', 'taken', 'waiting', 'taken']);
});
