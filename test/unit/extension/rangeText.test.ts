import { describe, expect, it } from 'vitest';
import { formatPosition } from '../../../src/analysis/format';
import { timeOf, whyNotFrom, whyNotUntil } from '../../../src/extension/rangeText';

const goes = { from: 1000, to: 62_104.3 };

describe('a range as people write it', () => {
  it.each([
    ['12.5', 12_500],
    ['1:02.5', 62_500],
    ['1:00:02.5', 3_602_500],
    [' 3 ', 3000],
    ['', undefined],
    ['-1', undefined],
    ['soon', undefined],
  ])('has times: %s', (text, ms) => expect(timeOf(text)).toBe(ms));

  it.each([412, 62_104, 3_723_004])('has the times that the screen shows: %d ms', (ms) =>
    expect(timeOf(formatPosition(ms))).toBeCloseTo(ms),
  );

  it('begins in the trace', () => {
    expect(whyNotFrom('', goes)).toBeUndefined();
    expect(whyNotFrom(formatPosition(goes.to), goes)).toBeUndefined();
    expect(whyNotFrom('1:02.2', goes)).toContain('ends at 1:02.104');
    expect(whyNotFrom('soon', goes)).toContain('minutes and seconds');
  });

  it('ends behind its beginning', () => {
    expect(whyNotUntil('', 5000, goes)).toBeUndefined();
    expect(whyNotUntil('9:00', 5000, goes)).toBeUndefined();
    expect(whyNotUntil('4', 5000, goes)).toContain('before the beginning of the range, 5.000 s');
    expect(whyNotUntil('0.5', undefined, goes)).toContain('begins at 1.000 s');
    expect(whyNotUntil('4;', undefined, goes)).toContain('minutes and seconds');
  });
});
