import { expect, it } from 'vitest';
import { sweepAmount, sweepWarning, type SweepRun } from '../../../src/extension/replayText';
import type { Ending } from '../../../src/replay/client/result';

const run = (name: string, ending: Ending, message: string, notCome: string[] = []): SweepRun => ({
  ...{ name, ending, message, notCome, trace: `${name}.jsonl`, skipped: [], problems: [] },
});
const whole = run('server', { kind: 'completed' }, 'The replay is complete.');
const stopped = run('semantic', { kind: 'stopped' }, 'The replay was stopped.');
const refused = run('other', { kind: 'refused', status: 401, message: '' }, 'The upstream refused the session.');

it('whoever stops a sweep is told how far it was, and is not warned of it', () => {
  expect(sweepAmount([stopped], 2, true)).toBe('stopped after 0 of 2 runs');
  expect(sweepAmount([whole, stopped], 3, true)).toBe('stopped after 1 of 3 runs');
  expect(sweepWarning([stopped], 2)).toBeUndefined();
  expect(sweepWarning([whole, stopped], 3)).toBeUndefined();
});

it('what is wrong with runs that were not stopped is told, of as many as were asked for', () => {
  expect(sweepAmount([whole, refused], 2, false)).toBe('2 runs');
  expect(sweepWarning([whole], 1)).toBeUndefined();
  expect(sweepWarning([refused, stopped], 3)).toBe(
    '1 of 3 runs is not complete. other: The upstream refused the session.',
  );
  const lacking = run('late', { kind: 'completed' }, 'The replay is complete, but this did not come: #5: answered.', [
    '#5: answered',
  ]);
  expect(sweepWarning([refused, lacking], 2)).toMatch(/^2 of 2 runs are not complete\. other: /);
});
