import { expect, it } from 'vitest';
import { formatSweep, whyIncomplete } from '../../../src/cli/replayText';
import type { ReplayReport } from '../../../src/cli/replayReport';
import { resultOf, type Ending } from '../../../src/replay/client/result';
import type { SweepRow } from '../../../src/replay/client/sweep';
import { sweepTable } from '../../../src/replay/client/sweepTable';

const report = (
  overlay: string,
  problems: string[],
  notCome: string[] = [],
  ending: Ending = { kind: 'completed' },
): ReplayReport => ({
  ...resultOf({
    ...{ ending, outcomes: [], refusals: [], problems, notCome },
    ...{ filledMs: 0, durationMs: 0, pausedMs: 0, byHand: 0 },
  }),
  ...{ file: 'a', session: 's1', trace: `${overlay}.jsonl`, timingMode: 'gated' as const, speed: 1, overlay },
});

it('what differs in a run of a sweep is told once, under that run', () => {
  const text = formatSweep([], [report('one', ['#7 did not come']), report('two', [])]);
  expect(text.match(/#7 did not come/g)).toHaveLength(1);
  expect(text.indexOf('#7')).toBeGreaterThan(text.indexOf('one: '));
  expect(text.indexOf('#7')).toBeLessThan(text.indexOf('two: '));
});

it('a sweep in which something did not come, or was not waited for to the end, says which run and what', () => {
  const stalled: Ending = {
    kind: 'stalled',
    frame: '#9',
    type: 'response.create',
    waitedFor: ['#7: done', '#8: done'],
  };
  const reports = [report('one', []), report('two', [], ['#5: answered']), report('three', [], [], stalled)];
  expect(reports.map(({ notCome }) => notCome.length)).toEqual([0, 1, 2]);
  expect(reports[1]?.message).toMatch(/did not come: #5: answered\.$/);
  expect(whyIncomplete(reports)).toBe(
    '2 of 3 runs did not go as the recording did. two: 1 did not come, #5: answered. three: ended as stalled; 2 did not come, #7: done, #8: done.',
  );
  expect(whyIncomplete(reports.slice(0, 1))).toBeUndefined();
});

it('the table of a sweep counts what was not sent and what did not come', () => {
  const row: SweepRow = {
    ...{
      name: 'eager',
      trace: 't',
      ending: 'completed',
      turns: 1,
      responses: {},
      toAnswer: undefined,
      silence: undefined,
    },
    ...{ endpointing: undefined, inputAudioMs: 0, heardAudioMs: 0, tokens: 0, usd: 0, refused: 0, findings: 0 },
    ...{ skipped: 3, notCome: 5 },
  };
  const [titles = '', cells = ''] = sweepTable([row], (text) => text);
  const under = (title: string): string =>
    cells
      .slice(0, titles.indexOf(title) + title.length)
      .split(' ')
      .at(-1) ?? '';
  expect([under('not sent'), under('did not come')]).toEqual(['3', '5']);
});
