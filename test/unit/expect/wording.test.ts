import { expect, it } from 'vitest';
import { checkFacts } from '../../../src/expect/check';
import type { SessionFacts, TraceFacts } from '../../../src/expect/facts';
import { formatCheck } from '../../../src/expect/reportText';
import type { Expectations } from '../../../src/expect/written';

const session: SessionFacts = {
  ...{ id: 's1', close: undefined, latencies: {}, findings: [], usd: null },
  events: [{ seq: 1, from: 'server', type: 'session.created', body: undefined }],
  turns: [{ number: 1, user: 'hello', assistant: 'good day' }],
  calls: [{ turn: 1, seq: 2, name: 'look_up', arguments: '{}', output: '{}' }],
};
const facts: TraceFacts = {
  ...{ file: 't', timed: true, problems: [], latencies: {}, findings: [], usd: null, unpriced: [] },
  sessions: [session],
};
const told = (expectations: Expectations): string => {
  const results = checkFacts(expectations, facts);
  const passed = results.every((one) => one.passed);
  return formatCheck({ trace: 't', expectations: 'e', passed, results, problems: [], warnings: [] });
};

it('one of a thing is told as one', () => {
  expect(told({ transcripts: [{ turn: 2, user: 'x' }] })).toContain('came:        there is 1 turn\n');
  expect(told({ transcripts: [{ user: 'x' }] })).toContain('none of 1 turn\n');
  expect(told({ ladder: ['session.created'] })).toContain(': 1 step\n');
  expect(told({ sessions: [{}, { turns: 1 }] })).toContain('came:        1 session\n');
});

it('how often is told in words', () => {
  const never = told({ tools: [{ name: 'other' }] });
  expect(never).toMatch(/expected: +at least once\n +came: +0 times\n/);
  expect(told({ tools: [{ name: 'look_up', times: 2 }] })).toMatch(/expected: +2 times\n +came: +once\n/);
  const step = { event: 'error', times: { min: 1 } };
  expect(told({ ladder: [step] })).toContain('error (at least once)');
});

it('so is the sum', () => {
  expect(told({ turns: 1 })).toContain('The one expectation holds.\n');
  expect(told({ turns: 2 })).toContain('The one expectation does not hold.\n');
  expect(told({ turns: 2, sessionCount: 1 })).toContain('1 of 2 expectations does not hold.\n');
});
