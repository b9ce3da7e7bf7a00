import fc from 'fast-check';
import { expect, it } from 'vitest';
import { OpenSteps } from '../../../src/replay/server/openSteps';
import type { ClientStep } from '../../../src/replay/server/script';

function stepOf(index: number, type: string, optional = false): ClientStep {
  const nothing = { text: undefined, event: undefined, redacted: [], sound: undefined };
  return { index, seq: index, type, at: 0, optional, ...nothing };
}

it('says of any steps, whichever of them have come, what is due and what a message may be', () => {
  const kinds = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.boolean()), { maxLength: 30 });
  fc.assert(
    fc.property(kinds, fc.array(fc.nat(29), { maxLength: 40 }), (all, come) => {
      const steps = all.map(([type, optional], index) => stepOf(index, type, optional));
      const open = new OpenSteps(steps);
      const left = new Set(steps);
      for (const index of [undefined, ...come]) {
        const step = index === undefined ? undefined : steps[index];
        if (step) open.close(step);
        if (step) left.delete(step);
        const due = [...left].find(({ optional }) => !optional);
        expect(open.due).toBe(due);
        for (const type of ['a', 'b', 'c', 'x'])
          expect([...open.candidates(type)]).toEqual(
            [...left].filter((one) => one === due || one.optional || one.type === type),
          );
      }
    }),
  );
});

it('looks at one step for a message that comes in its order, and at few for any other, of 100,000', () => {
  const steps = Array.from({ length: 100_000 }, (_, index) => stepOf(index, 'conversation.item.create'));
  const open = new OpenSteps(steps);
  let looks = 0;
  for (const step of steps) {
    for (const one of open.candidates(step.type)) {
      looks += 1;
      if (one === step) break;
    }
    open.close(step);
  }
  expect(looks).toBe(steps.length);
  expect([...new OpenSteps(steps).candidates('conversation.item.create')].length).toBeLessThan(1000);
});
