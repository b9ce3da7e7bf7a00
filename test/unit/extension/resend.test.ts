import { describe, expect, it } from 'vitest';
import { fillSecrets } from '../../../src/extension/resend';
import { redactEvent } from '../../../src/trace/redact';

const sent =
  '{ "type": "session.update",  "session": {"tools":[{"type":"mcp","authorization":"Bearer abcdefgh12345","headers":{"x-a/b~c":"s3cret\\"q"}}], "n": 1.0e2} }';
const recorded = redactEvent(sent)!;

describe('resending a recorded event', () => {
  it('gives the text as it was sent once every secret is back', () => {
    expect(recorded.redacted).toHaveLength(2);
    const secrets = {
      '/session/tools/0/authorization': 'Bearer abcdefgh12345',
      '/session/tools/0/headers/x-a~1b~0c': 's3cret"q',
    };
    expect(fillSecrets(recorded.text, secrets)).toBe(sent);
  });

  it('is refused while a value is missing or empty, and says which', () => {
    const one = { '/session/tools/0/authorization': 'Bearer abcdefgh12345', '/session/tools/0/headers/x-a~1b~0c': '' };
    expect(() => fillSecrets(recorded.text, one)).toThrow(/real value of \/session\/tools\/0\/headers/);
    expect(() => fillSecrets(recorded.text, {})).toThrow(/authorization/);
  });

  it('is refused when the value given is the replacement itself', () => {
    const same = Object.fromEntries(recorded.redacted.map((pointer) => [pointer, '[redacted]']));
    expect(() => fillSecrets(recorded.text, same)).toThrow(/without its secrets/);
  });

  it('keeps what stands around the replaced part of a string', () => {
    const filled = fillSecrets('{"a":"key sk-, [redacted]!"}', { '/a': '$& \\ "x"' });
    expect(JSON.parse(filled)).toEqual({ a: 'key sk-, $& \\ "x"!' });
  });

  it('leaves text without a replacement alone, JSON or not', () => {
    for (const text of ['{"a": 1.0}', 'no json', '']) expect(fillSecrets(text, { '/a': 'x' })).toBe(text);
  });

  it('fills text that is no JSON as a whole', () => {
    expect(fillSecrets('{"a": [redacted]', { '': '7' })).toBe('{"a": 7');
    expect(() => fillSecrets('{"a": [redacted]', {})).toThrow(/this text/);
  });
});
