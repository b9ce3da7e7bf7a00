import { expect, it } from 'vitest';
import { redactForm } from '../../../src/proxy/formBody';

const TYPE = 'multipart/form-data; charset=utf-8; boundary="a b+c"';
const form = (session: string): string =>
  `--a b+c\r\nContent-Disposition: form-data; name="sdp"\r\n\r\nv=0\r\na=x\r\n\r\n` +
  `--a b+c\r\nContent-Disposition: form-data; name="session"\r\nContent-Type: application/json\r\n\r\n${session}\r\n--a b+c--\r\n`;

it('a form loses what is secret by its place in a part of JSON, and nothing else', () => {
  const session = '{"tools":[{"headers":{"X-Any":"a\\"b c"},"authorization":"two words","server_label":"s"}]}';
  expect(redactForm(form(session), TYPE)).toEqual({
    text: form('{"tools":[{"headers":{"X-Any":"[redacted]"},"authorization":"[redacted]","server_label":"s"}]}'),
    redacted: [''],
  });
});

it('a form without secrets stays as it is', () => {
  expect(redactForm(form('{"instructions":"Be brief."}'), TYPE)).toBeUndefined();
});

it.each([
  ["a boundary that is not the form's", 'multipart/form-data; boundary=other'],
  ['no boundary', 'multipart/form-data'],
  ['another type', 'application/sdp'],
])('with %s, keys are still found by their shape, their name, or by being known', (_what, type) => {
  const text = form('{"a":"sk-0123456789","authorization":"Bearer abc","b":"known-secret"}');
  expect(redactForm(text, type, ['known-secret'])?.text).not.toMatch(/0123456789|abc|known-secret/);
});

it('a body of JSON says where its secrets stood', () => {
  expect(redactForm('{"a":{"authorization":"x"}}', 'application/json')?.redacted).toEqual(['/a/authorization']);
});
