import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blankComments, isPayloadList, readPayload, wireText } from '../../../src/protocol/payloadFile';
import { escapeVariables, expandVariables, type VariableName } from '../../../src/protocol/payloadVariables';

/** What is wrong with a file, each problem with the piece of text it stands at. */
const wrong = (text: string) =>
  readPayload(text).problems.map(({ offset, length, message }) => [text.slice(offset, offset + length), message]);
const kinds = (text: string) => readPayload(text).steps.map(({ kind }) => kind);

describe('a payload file', () => {
  it('is one event, sent to the server as it is written', () => {
    const { steps, problems, isList } = readPayload('{ "type": "response.create", "n": 1.50 }');
    expect([problems, isList, steps.length]).toEqual([[], false, 1]);
    const [step] = steps;
    if (step?.kind !== 'event') throw new Error('not an event');
    expect([step.to, step.type, wireText(step.json)]).toEqual([
      'server',
      'response.create',
      '{"type":"response.create","n":1.50}',
    ]);
  });

  it('is a list of events, waits, pauses, and events for the client', () => {
    const text = `[ // hello
      { "type": "response.create", },
      { "wait": "response.done", "timeoutMs": 10000 },
      { "wait": "type:response.* -error" },
      { "delayMs": 500 },
      { "to": "client", "event": { "type": "error", "error": {} } }, /* end */
    ]`;
    const { steps, problems, isList } = readPayload(text);
    expect([problems, isList]).toEqual([[], true]);
    expect(steps.map(({ kind }) => kind)).toEqual(['event', 'wait', 'wait', 'delay', 'event']);
    expect(steps[1]).toMatchObject({ wait: 'response.done', timeoutMs: 10_000 });
    expect(steps[2]).toMatchObject({ wait: 'type:response.* -error', timeoutMs: 30_000 });
    expect(steps[4]).toMatchObject({ to: 'client', type: 'error' });
    expect(isPayloadList(text)).toBe(true);
    expect(isPayloadList('// [\n{}')).toBe(false);
  });

  it('takes an event with a field called wait for an event', () => {
    expect(kinds('{"type":"response.create","wait":"x"}')).toEqual(['event']);
  });

  it.each([
    ['', '', /empty/],
    ['// nothing', '/', /empty/],
    ['[]', '[]', /nothing to send/],
    ['{"type": }', '}', /not valid JSON: value expected/],
    ['[ 1 ]', '1', /A step is an event/],
    ['[{"wait": ""}]', '""', /type of an event/],
    ['[{"wait": 5}]', '5', /type of an event/],
    ['[{"wait": "response.doen"}]', '"response.doen"', /Did you mean "response.done"/],
    ['[{"wait": "response.done", "timeoutMs": -1}]', '-1', /milliseconds/],
    ['[{"wait": "response.done", "timeout": 1}]', '"timeout"', /Did you mean "timeoutMs"/],
    ['[{"delayMs": "1s"}]', '"1s"', /milliseconds/],
    ['[{"delayMs": 1, "wait": "error"}]', '"delayMs"', /nothing that this step knows/],
    ['{"to": "robot", "event": {}}', '"robot"', /"server" \(as the client\)/],
    ['{"to": "client", "event": []}', '[]', /"event" is an event/],
    ['{"type": "x", "a": "${lastItem}"}', '"${lastItem}"', /no variable.*lastItemId/],
    ['{"type": "x", "a": "${env:1 2}"}', '"${env:1 2}"', /names no environment variable/],
    ['{"type": "x", "a": "${input:}"}', '"${input:}"', /no question/],
  ])('says at its place what is wrong with %s', (text, place, message) => {
    const [first] = wrong(text);
    expect(first?.[0]).toBe(place);
    expect(first?.[1]).toMatch(message);
  });

  it('says so when it is nested too deeply, or has too many steps', () => {
    expect(wrong('['.repeat(200_000))[0]?.[1]).toMatch(/too deeply|not valid/);
    expect(wrong(`[${'{"delayMs":1},'.repeat(2001)}]`)[0]?.[1]).toMatch(/at most 2000/);
  });

  it('keeps every place when comments and trailing commas go', () => {
    const text = '{ // "a",\n "b": "/* no */ // no ,}", /* x */ "c": [1, 2,], }';
    const blanked = blankComments(text);
    expect(blanked.length).toBe(text.length);
    expect(JSON.parse(blanked)).toEqual({ b: '/* no */ // no ,}', c: [1, 2] });
    expect(blanked.indexOf('"c"')).toBe(text.indexOf('"c"'));
  });

  it('never loses a character of any JSON on its way out', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 2, '\t'), (json, indent) => {
        const text = JSON.stringify(JSON.parse(json), null, indent);
        expect(wireText(blankComments(text))).toBe(JSON.stringify(JSON.parse(json)));
        readPayload(text);
      }),
    );
  });
});

describe('variables', () => {
  const values: Record<string, string> = { CITY: 'Os"lo\n\u2028${env:CITY}', lastItemId: 'item_1', City: 'Bergen' };
  const value = (variable: VariableName) =>
    values[variable.kind === 'input' ? variable.question : variable.name] ?? 'none';

  it('are told with what they ask for', () => {
    const [step] = readPayload(
      '{"type":"x","a":["${env:CITY} and ${input:City = Oslo}"],"b":"$${no} ${lastItemId}"}',
    ).steps;
    if (step?.kind !== 'event') throw new Error('not an event');
    expect(step.variables).toMatchObject([
      { kind: 'env', name: 'CITY' },
      { kind: 'input', question: 'City', usual: ' Oslo' },
      { kind: 'session', name: 'lastItemId' },
    ]);
  });

  it('are filled in inside strings only, once, whatever characters their values have', () => {
    const json = '{"type": "x", "${env:CITY}": "in ${env:CITY}", "n": 1.0, "id": "${lastItemId}", "code": "`$${a}`"}';
    const filled = expandVariables(json, value);
    expect(JSON.parse(filled)).toEqual({
      type: 'x',
      '${env:CITY}': 'in Os"lo\n\u2028${env:CITY}',
      n: 1,
      id: 'item_1',
      code: '`${a}`',
    });
    expect(filled).toContain('"n": 1.0');
  });

  it('leave text that only looks like one as it was, once it is escaped', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('$', '{', '}', 'env:A', '\\', '"', 'x')), (parts) => {
        const json = JSON.stringify({ type: 'x', a: parts.join('') });
        const fail = () => {
          throw new Error('a variable was found');
        };
        expect(JSON.parse(expandVariables(escapeVariables(json), fail))).toEqual(JSON.parse(json));
      }),
    );
  });
});
