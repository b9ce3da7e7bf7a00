import { describe, expect, it } from 'vitest';
import { formatBytes, formatMs } from '../../../src/analysis/format';
import { formatBytes as onScreen } from '../../../webview/logic/format';

describe('numbers for people', () => {
  it.each([
    [0, '0 ms'],
    [999.4, '999 ms'],
    [999.5, '1.0 s'],
    [3249, '3.2 s'],
  ])('%d ms are %s', (ms, text) => expect(formatMs(ms)).toBe(text));

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [12_345, '12.3 kB'],
    [99_949, '99.9 kB'],
    [99_950, '100 kB'],
    [999_950, '1.0 MB'],
    [2_000_000_000, '2.0 GB'],
  ])('%d bytes are %s, as in the list beside them', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
    expect(onScreen(bytes)).toBe(text);
  });
});
