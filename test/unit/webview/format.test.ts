import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatClock,
  formatCount,
  formatDelta,
  formatDuration,
  formatPosition,
  shortenMiddle,
} from '../../../webview/logic/format';

describe('durations carry a unit and stay short', () => {
  it.each([
    [0, '0 ms'],
    [0.056, '0.06 ms'],
    [12.34, '12.3 ms'],
    [480, '480 ms'],
    [999.6, '1.000 s'],
    [2104, '2.104 s'],
    [59_999.7, '1:00.000'],
    [62_104, '1:02.104'],
    [3_723_100, '1:02:03.1'],
    [-12.34, '-12.3 ms'],
    [NaN, ''],
  ])('%d ms is "%s"', (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe('positions line up in a column', () => {
  it.each([
    [0, '0.000 s'],
    [412.4, '0.412 s'],
    [62_104, '1:02.104'],
    [3_723_100, '1:02:03.100'],
  ])('%d ms is "%s"', (ms, text) => expect(formatPosition(ms)).toBe(text));
});

it('a delta says its sign', () => {
  expect(formatDelta(12)).toBe('+12.0 ms');
  expect(formatDelta(-3)).toBe('-3.00 ms');
  expect(formatDelta(NaN)).toBe('');
});

describe('bytes are in SI units', () => {
  it.each([
    [0, '0 B'],
    [412, '412 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [12_345, '12.3 kB'],
    [999_950, '1.0 MB'],
    [15_728_640, '15.7 MB'],
    [123_456_789_000, '123 GB'],
  ])('%d is "%s"', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

it('counts have separators and playback time has tenths', () => {
  expect(formatCount(1_234_567)).toBe('1,234,567');
  expect(formatClock(63.24)).toBe('1:03.2');
  expect(formatClock(59.96)).toBe('1:00.0');
});

it('ids lose their middle, never more than asked', () => {
  expect(shortenMiddle('resp_short', 16)).toBe('resp_short');
  expect(shortenMiddle('resp_CdEfGhIjKlMnOpQr', 11)).toBe('resp_…nOpQr');
  expect(shortenMiddle('resp_CdEfGhIjKlMnOpQr', 8)).toHaveLength(8);
});
