import { describe, expect, it } from 'vitest';
import { messageLine } from '../../../src/trace/line';
import { parseLine } from '../../../src/trace/parseLine';
import { REPLACEMENT } from '../../../src/trace/redact';

const KEY = 'sk-proj-abcDEF0123456789_-xyz';
const STORED = 'a stored key';

/** The line of a message, as it would stand in the file. */
function lineOf(text: string, binary = false): string {
  const data = Buffer.from(text);
  const message = { session: 's1', t: 1, sent: 2, from: 'client', data, bytes: data.length, binary } as const;
  const { head, body, tail } = messageLine(
    1,
    1,
    2,
    { ...message, injected: false, replaces: undefined, fate: undefined, rule: undefined },
    [STORED],
  );
  return `${head}${body?.toString() ?? ''}${tail}`;
}

describe('the head of a line', () => {
  const hostile: [why: string, event: Record<string, unknown>, head: Record<string, unknown>][] = [
    ['a key as type', { type: KEY, response_id: 'resp_1' }, { type: REPLACEMENT, response: 'resp_1' }],
    ['a key as item_id', { type: 'x', item_id: 'ek_0123456789abcdef' }, { type: 'x', item: REPLACEMENT }],
    [
      'a key as the id of an item',
      { type: 'x', item: { id: `${KEY} or so` } },
      { type: 'x', item: `${REPLACEMENT} or so` },
    ],
    ['the stored key as call_id', { type: 'x', call_id: STORED }, { type: 'x', call: REPLACEMENT }],
    ['a key as response id', { response: { id: KEY } }, { response: REPLACEMENT }],
  ];
  it.each(hostile)('does not tell %s that its body hides', (_why, event, expected) => {
    for (const text of [JSON.stringify(event), JSON.stringify(event, null, 1)]) {
      const line = lineOf(text);
      for (const secret of [KEY, 'ek_0123456789abcdef', STORED]) expect(line).not.toContain(secret);
      const parsed = parseLine(Buffer.from(line.trimEnd()));
      expect(parsed).toMatchObject({ kind: 'event', head: { ...expected, bytes: Buffer.byteLength(text) } });
    }
  });

  it('is short whatever was replaced, and says so', () => {
    const line = lineOf(JSON.stringify(Array.from({ length: 50_000 }, () => KEY)));
    expect(line.indexOf(',"event":')).toBeLessThan(1000);
    expect(parseLine(Buffer.from(line.trimEnd()))).toMatchObject({ head: { redacted: [''] } });
  });

  it('keeps type and ids of a message beside a secret', () => {
    const line = lineOf(JSON.stringify({ type: 'response.create', response_id: 'resp_1', note: KEY }));
    expect(parseLine(Buffer.from(line.trimEnd()))).toMatchObject({
      head: { type: 'response.create', response: 'resp_1', redacted: ['/note'] },
    });
  });
});

it('a message that cannot be looked at is one line that can be read, and holds nothing of it', () => {
  const deep = `{"type":"x","headers":{"h":"hidden-value"},"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
  const line = lineOf(deep);
  expect(line).not.toContain('hidden-value');
  expect(JSON.parse(line)).toMatchObject({ bytes: deep.length, redacted: [''], event: REPLACEMENT });
});
