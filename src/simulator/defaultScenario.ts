/** What the simulator does when it is given no scenario: the default conversation, and each failure when asked for by name. */
import type { Scenario } from './scenario';
import { FAILURES, type FailureName } from './texts';

/** A user message of `simulate NAME` brings the failure of that name; anything else is talked about. */
export const DEFAULT_SCENARIO: Scenario = {
  turns: [
    ...(Object.keys(FAILURES) as FailureName[]).map((error) => ({
      when: { text: `/^simulate ${error}$/i` },
      answer: { error },
    })),
    {
      when: { text: '/^simulate content_filter$/i' },
      answer: { output: [{ say: 'I should not go on with' }], status: 'incomplete' as const, reason: 'content_filter' },
    },
    { when: { text: '/^simulate session_expired$/i' }, answer: { output: [{ say: 'Goodbye.' }], then: 'expire' } },
    { when: { text: '/^simulate drop$/i' }, answer: { output: [{ say: 'Goodbye.' }], then: 'drop' } },
    { answer: { output: [{ parrot: true }] } },
  ],
};
