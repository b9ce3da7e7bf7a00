import { expect, it } from 'vitest';
import { formatSweep } from '../../../src/cli/replayText';
import { resultOf } from '../../../src/replay/client/result';

it('what differs in a run of a sweep is told once, under that run', () => {
  const report = (overlay: string, problems: string[]) => ({
    ...resultOf({
      ending: { kind: 'completed' },
      outcomes: [],
      refusals: [],
      problems,
      filledMs: 0,
      durationMs: 0,
      pausedMs: 0,
      byHand: 0,
    }),
    ...{ file: 'a', session: 's1', trace: `${overlay}.jsonl`, timingMode: 'gated' as const, speed: 1, overlay },
  });
  const text = formatSweep([], [report('one', ['#7 did not come']), report('two', [])]);
  expect(text.match(/#7 did not come/g)).toHaveLength(1);
  expect(text.indexOf('#7')).toBeGreaterThan(text.indexOf('one: '));
  expect(text.indexOf('#7')).toBeLessThan(text.indexOf('two: '));
});
