import { describe, expect, it } from 'vitest';
import {
  base64Bytes,
  childrenOf,
  compactJson,
  indentJson,
  isAudioString,
  looksLikeBase64,
  readTree,
} from '../../../webview/logic/jsonText';

const odd = '{"n":12345678901234567890,"a":1.0,"a":2e0,"s":"x \\u0041 {\\" }","e":{},"l":[1, 2]}';

describe('text stays to the letter', () => {
  it('when laid out and put back on one line', () => {
    expect(compactJson(indentJson(odd))).toBe(odd.replace(' 2]', '2]'));
    expect(indentJson(odd)).toContain('12345678901234567890');
  });
  it('when it is not JSON at all', () => {
    expect(indentJson('{ not json')).toBe('{ not json');
    expect(compactJson('{ not json')).toBe('{ not json');
  });
});

it('a tree shows numbers as written and both of two equal keys', () => {
  const root = readTree(odd);
  if (root === undefined) throw new Error('no tree');
  const lines = childrenOf(root, odd).map(({ key, kind, value, size }) => [key, kind, value, size]);
  expect(lines).toEqual([
    ['n', 'number', '12345678901234567890', 0],
    ['a', 'number', '1.0', 0],
    ['a', 'number', '2e0', 0],
    ['s', 'string', 'x A {" }', 0],
    ['e', 'object', '', 0],
    ['l', 'array', '', 2],
  ]);
  expect(readTree('nope')).toBeUndefined();
});

it('paths are JSON pointers, also of odd keys', () => {
  const text = '{"a/b":{"c~d":[true]}}';
  const root = readTree(text);
  if (root === undefined) throw new Error('no tree');
  const [first] = childrenOf(root, text);
  if (first === undefined) throw new Error('no child');
  const [second] = childrenOf(first, text);
  expect(second?.path).toBe('/a~1b/c~0d');
});

it('text nested deeper than any stack gives no tree instead of a crash', () => {
  expect(readTree('['.repeat(200_000) + ']'.repeat(200_000))).toBeUndefined();
});

it('audio is told from words by key and look', () => {
  const samples = 'QUJD'.repeat(100);
  const text = JSON.stringify({ audio: samples, delta: 'hello '.repeat(40), transcript: samples });
  const root = readTree(text);
  if (root === undefined) throw new Error('no tree');
  expect(childrenOf(root, text).map(isAudioString)).toEqual([true, false, false]);
  expect(base64Bytes(samples)).toBe(300);
  expect(base64Bytes('QUI=')).toBe(2);
  expect(looksLikeBase64('short')).toBe(false);
});
