import { describe, expect, it } from 'vitest';
import { CODE_FORMS, codeOf, targetOf, type CodeForm, type RecordedRow } from '../../../src/codegen';
import { readPayload, wireText } from '../../../src/protocol/payloadFile';
import { expandVariables } from '../../../src/protocol/payloadVariables';
import { HOSTILE_OBJECT } from './hostile';

const event = (from: 'client' | 'server', type: string, more: object = {}): RecordedRow => ({
  kind: 'event',
  from,
  type,
  text: JSON.stringify({ type, ...more }),
});
const target = targetOf('wss://api.openai.com/v1/realtime?model=gpt-realtime-mini');
/** A turn as it is recorded. */
const TURN = [
  event('server', 'session.created'),
  event('client', 'session.update', { session: { type: 'realtime', n: 1 } }),
  event('server', 'session.updated'),
  event('client', 'conversation.item.create', { item: {} }),
  event('server', 'conversation.item.added'),
  event('server', 'conversation.item.done'),
  event('client', 'response.create'),
  event('server', 'response.created'),
  event('server', 'response.output_text.delta', { delta: 'x' }),
  event('server', 'response.done'),
  event('server', 'rate_limits.updated'),
];

describe('a payload file made of a recording', () => {
  const stepsOf = (rows: RecordedRow[]) => {
    const { steps, problems } = readPayload(codeOf('payload', rows, target));
    expect(problems).toEqual([]);
    return steps.map((step) =>
      step.kind === 'event' ? `${step.to} ${step.type}` : step.kind === 'wait' ? `wait ${step.wait}` : 'delay',
    );
  };

  it('sends what the client sent, each when what came before it had come', () => {
    expect(stepsOf(TURN)).toEqual([
      'server session.update',
      'wait session.updated',
      'server conversation.item.create',
      'wait conversation.item.done',
      'server response.create',
      'wait response.done',
    ]);
  });

  it('of one event is that event, of the server’s alone what the client gets', () => {
    expect(stepsOf([TURN[6]!])).toEqual(['server response.create']);
    expect(stepsOf([TURN[2]!, TURN[9]!])).toEqual(['client session.updated', 'client response.done']);
  });

  it('says exactly what was recorded, also where that looks like a variable', () => {
    const text = codeOf('payload', [event('client', 'x.y', { a: HOSTILE_OBJECT, b: '${env:HOME} $${x}' })], target);
    const [step] = readPayload(text).steps;
    if (step?.kind !== 'event') throw new Error('no event');
    expect(step.variables).toEqual([]);
    const filled = wireText(expandVariables(step.json, () => 'filled'));
    expect(JSON.parse(filled)).toEqual({ type: 'x.y', a: HOSTILE_OBJECT, b: '${env:HOME} $${x}' });
  });

  it('asks the environment for what the recording does not hold', () => {
    const tools = [{ authorization: 'Bearer [redacted]', headers: { 'X-Api-Key': '[redacted]' } }];
    const text = codeOf('payload', [event('client', 'session.update', { session: { tools } })], target);
    const [step] = readPayload(text).steps;
    expect(step?.kind === 'event' && step.variables.map((variable) => variable.text)).toEqual([
      '${env:AUTHORIZATION}',
      '${env:X_API_KEY}',
    ]);
    expect(text).toContain('"Bearer ${env:AUTHORIZATION}"');
  });
});

describe('code', () => {
  it('is the event itself, laid out or on lines of their own', () => {
    expect(codeOf('json', [TURN[1]!], target)).toBe(
      '{\n  "type": "session.update",\n  "session": {\n    "type": "realtime",\n    "n": 1\n  }\n}\n',
    );
    expect(JSON.parse(codeOf('json', TURN, target))).toHaveLength(TURN.length);
    const lines = codeOf('fixture', TURN, target).trimEnd().split('\n');
    expect(lines).toHaveLength(TURN.length);
    expect(JSON.parse(lines[2]!)).toEqual({ direction: 'server', event: { type: 'session.updated' } });
  });

  it('keeps numbers as they are spelled, and of repeated names the last', () => {
    const text = '{"type":"response.create","a":1.50,"b":1,"b":12345678901234567890}';
    const code = codeOf('python', [{ kind: 'event', from: 'client', type: 'response.create', text }], target);
    expect(code).toContain('{"type": "response.create", "a": 1.50, "b": 12345678901234567890}');
  });

  it('reads from the environment what was not recorded, and says so', () => {
    const update = event('client', 'session.update', { session: { tools: [{ authorization: 'Bearer [redacted]' }] } });
    expect(codeOf('openai', [update], target)).toContain("'Bearer ' + env('AUTHORIZATION')");
    expect(codeOf('python', [update], target)).toContain('"Bearer " + os.environ["AUTHORIZATION"]');
    expect(codeOf('curl', [update], target)).toContain('Bearer \'"$AUTHORIZATION"\'');
    for (const form of ['openai', 'python'] as const)
      expect(codeOf(form, [update], target)).toMatch(/AUTHORIZATION: not recorded/);
  });

  it.each<[CodeForm, RecordedRow[], RegExp]>([
    ['openai', [], /Select events first/],
    ['openai', [TURN[0]!, TURN[2]!], /The server sent all of these/],
    ['fixture', [{ kind: 'event', from: 'client', type: '', text: 'oops' }], /not valid JSON/],
    ['python', [{ kind: 'event', from: 'client', type: '', text: '{' }], /not valid JSON/],
    ['payload', [{ kind: 'event', from: 'client', type: '', text: '[1]' }], /no JSON object/],
    ['curl', [{ kind: 'http', method: 'POST', path: '/realtime/calls', body: 'v=0' }], /not JSON/],
  ])('says why there is no %s of some rows', (form, rows, message) => {
    expect(() => codeOf(form, rows, target)).toThrow(message);
  });

  it('says so where an event is nested too deeply', () => {
    const text = `{"type":"response.create","a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    for (const { id } of CODE_FORMS)
      expect(() => codeOf(id, [{ kind: 'event', from: 'client', type: 'response.create', text }], target)).toThrow(
        /nested too deeply/,
      );
  });

  it('goes where the session went', () => {
    expect(codeOf('openai', TURN, target)).toContain("{ model: 'gpt-realtime-mini' }");
    const written = targetOf('wss://x/v1/realtime?intent=transcription');
    expect(codeOf('python', TURN, written)).toContain('extra_query={"intent": "transcription"}');
    expect(() => codeOf('agents', TURN, written)).toThrow(/no transcription sessions/);
    expect(targetOf('wss://x/openai/realtime?deployment=mine')).toEqual({ model: 'mine' });
    expect(targetOf("wss://x/v1/realtime?model=';process.exit()//")).toEqual({ model: "';process.exit()//" });
    expect(codeOf('openai', TURN, targetOf("wss://x/v1/realtime?model=';process.exit()//"))).toContain(
      "{ model: '\\';process.exit()//' }",
    );
  });
});
