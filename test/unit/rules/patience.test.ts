import { describe, expect, it } from 'vitest';
import { patientTest, SlowExpressionError } from '../../../src/rules/patience';

describe('an expression that people wrote', () => {
  const long = 'a'.repeat(5000);

  it.each<[string, string, boolean]>([
    ['rate.?limit', `${long} Rate limit`, true],
    ['"i":(3|5|8)\\b', `${long}"i":3`, true],
    ['(a|b)+c', `${'ab'.repeat(3000)}c`, true],
    ['(a|b)+c', 'ab'.repeat(100), false],
    ['^(?=.*x)(?!.*y)', `${long}x`, true],
    ['(.)\\1z', `${long}z`, true],
    ['', '', true],
  ])('/%s/ is tried as it is, guarded or not', (source, text, found) => {
    expect(patientTest(new RegExp(source, 'i'), text)).toBe(found);
  });

  it.each([
    ['(a+)+b', 'a'.repeat(60)],
    ['(a|a)*b', 'a'.repeat(60)],
    ['(?:(?:a{1,50}){1,50}){1,50}b', 'a'.repeat(3000)],
    [`${'(a|a)'.repeat(40)}b`, 'a'.repeat(45)],
    ['.*.*.*.*b', long],
    ['(?=(a+)+b)', 'a'.repeat(60)],
    ['(a*)*\\1b', 'a'.repeat(60)],
  ])('/%s/ is stopped', (source, text) => {
    expect(() => patientTest(new RegExp(source, 'i'), text)).toThrow(SlowExpressionError);
    // What comes after it is not touched.
    expect(patientTest(/(a|b)+c/, 'abc')).toBe(true);
  });
});
