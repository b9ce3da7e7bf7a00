import { expect, it } from 'vitest';
import { resultOf, type Ending } from '../../../src/replay/client/result';

const refusal = { frame: '#3', code: 'invalid_type', message: 'turn_detection must be an object.' };
const stalled: Ending = { kind: 'stalled', frame: '#100', type: 'response.create', waitedFor: ['#9: answered'] };
const messageOf = (ending: Ending, refusals = [refusal]): string =>
  resultOf({ ending, refusals, outcomes: [], problems: [], filledMs: 0, durationMs: 0, pausedMs: 0, byHand: 0 })
    .message;

it('a refusal is told first as the likely cause where a replay could not go on', () => {
  expect(messageOf(stalled)).toMatch(
    /^The server refused #3, which is the likely cause: invalid_type: turn_detection must be an object\. #100 \(response\.create\) waited/,
  );
  expect(messageOf({ kind: 'closed early', code: 1000, reason: '', frame: '#8' }, [refusal, refusal])).toContain(
    'must be an object. It refused 1 more after that. The server ended the session before #8',
  );
});

it('nothing is blamed where nothing was refused, or where the replay is complete all the same', () => {
  expect(messageOf(stalled, [])).toMatch(/^#100 /);
  expect(messageOf({ kind: 'completed' })).toBe('The replay is complete.');
});
