import fc from 'fast-check';
import { expect, it } from 'vitest';
import { climb } from '../../../src/expect/ladder';
import type { CheckedEvent } from '../../../src/expect/match';
import type { LadderStep } from '../../../src/expect/written';

// An exact ladder is a regular expression over types: the engine's own says what is right. One letter is one event.
const steps = fc.array(
  fc.record({
    event: fc.constantFrom('a', 'b', '*'),
    times: fc.option(
      fc.oneof(
        fc.nat(3),
        fc.tuple(fc.nat(2), fc.nat(2)).map(([min, more]) => ({ min, max: min + more })),
        fc.nat(2).map((min) => ({ min })),
      ),
      { nil: undefined },
    ),
  }),
  { minLength: 1, maxLength: 5 },
);
const letters = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 });

const asEvents = (types: readonly string[]): CheckedEvent[] =>
  types.map((type, index) => ({ seq: index + 1, from: 'server', type, body: undefined }));
const asSteps = (list: { event: string; times: LadderStep['times'] | undefined }[]): LadderStep[] =>
  list.map(({ event, times }) => ({ event, ...(times === undefined ? {} : { times }) }));

function expression(list: readonly LadderStep[]): string {
  return list
    .map(({ event, times }) => {
      const letter = event === '*' ? '.' : event;
      if (times === undefined) return letter;
      if (typeof times === 'number') return `${letter}{${times}}`;
      return `${letter}{${times.min ?? 0},${times.max ?? ''}}`;
    })
    .join('');
}

it('an exact ladder says what the same regular expression says', () => {
  fc.assert(
    fc.property(steps, letters, (written, types) => {
      const list = asSteps(written);
      const { done } = climb({ steps: list, exact: true }, asEvents(types));
      expect(done).toBe(new RegExp(`^${expression(list)}$`).test(types.join('')));
    }),
    { numRuns: 2000 },
  );
});

it('a ladder in order says what a subsequence says, where nothing is counted', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', '*'), { minLength: 1, maxLength: 5 }), letters, (written, types) => {
      const { done } = climb({ steps: written }, asEvents(types));
      const pattern = written.map((event) => (event === '*' ? '.' : event)).join('.*');
      expect(done).toBe(new RegExp(pattern).test(types.join('')));
    }),
    { numRuns: 1000 },
  );
});

it('who fails is told a place, and what would have been right there', () => {
  fc.assert(
    fc.property(steps, letters, fc.boolean(), (written, types, exact) => {
      const list = asSteps(written);
      const { done, step, expected, event, diff } = climb({ steps: list, exact }, asEvents(types));
      if (done) return;
      expect(step).toBeLessThanOrEqual(list.length);
      expect(expected.length > 0 || event !== undefined).toBe(true);
      expect(diff.length).toBeGreaterThan(0);
    }),
    { numRuns: 1000 },
  );
});

it('takes time that grows with the events, not with the ways to take them', () => {
  const events = asEvents(Array.from({ length: 20_000 }, (_, index) => (index % 2 === 0 ? 'a' : 'b')));
  const many = Array.from({ length: 40 }, () => ({ event: '*', times: { min: 0 } }));
  expect(climb({ steps: [...many, 'c'], exact: true }, events).done).toBe(false);
});
