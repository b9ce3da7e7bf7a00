import { describe, expect, it } from 'vitest';
import { prettyJson } from '../../../src/extension/prettyJson';

describe('JSON for reading', () => {
  it('is laid out as JSON.stringify lays it out', () => {
    const value = { a: [1, 'two', [], {}, { b: null }], c: { d: true, e: [[false]] }, f: 'a "quoted" \\ text' };
    expect(prettyJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2) + '\n');
    expect(prettyJson(JSON.stringify(value, null, 7))).toBe(JSON.stringify(value, null, 2) + '\n');
  });

  it('keeps what parsing would lose: number spelling, key order, double keys, escapes', () => {
    const text = '{"2":1.50,"1":12345678901234567890,"1":"\\u0041\\/"}';
    expect(prettyJson(text)).toBe('{\n  "2": 1.50,\n  "1": 12345678901234567890,\n  "1": "\\u0041\\/"\n}\n');
  });

  it('takes a large body in one piece', () => {
    const value = { delta: 'A'.repeat(4_000_000), list: Array.from({ length: 50_000 }, (_, i) => ({ i })) };
    expect(JSON.parse(prettyJson(JSON.stringify(value)))).toEqual(value);
  });
});
