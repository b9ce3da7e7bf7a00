import { expect, it } from 'vitest';
import type { Finding } from '../../../src/analysis/model';
import { hasFindings } from '../../../webview/logic/foundRows';

const on = (...rows: number[]) => ({ rows }) as unknown as Finding;

it('a run has a finding when one rests on a row between its ends, and its ends count', () => {
  const findings = [on(40, 7), on(1000)];
  expect(hasFindings(findings, 8, 39)).toBe(false);
  expect(hasFindings(findings, 7, 7)).toBe(true);
  expect(hasFindings(findings, 30, 40)).toBe(true);
  expect(hasFindings(findings, 41, 5000)).toBe(true);
  expect(hasFindings(findings, 1001, 5000)).toBe(false);
  expect(hasFindings([], 0, 5000)).toBe(false);
});
