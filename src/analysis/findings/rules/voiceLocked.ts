/** The voice cannot change once the model has spoken, and the rest of the update goes with it. */
import { errorKind } from '../errorKind';
import { lostWords, refusalRows } from '../lostUpdate';
import type { Rule } from '../rule';

export const voiceLocked: Rule = {
  rule: 'voice-locked',
  looksFor: 'an update refused because the model has spoken and its voice is fixed',
  create: (facts, report) => ({
    event({ type, from, row, t, event }) {
      if (type !== 'error' || from !== 'server' || errorKind(event.error, facts.refused) !== 'voice') return;
      report.add(
        '',
        { t, rows: refusalRows(row, facts) },
        {
          severity: 'error',
          title: `The voice cannot change after the model has spoken`,
          explanation: `The conversation holds audio of the model, so its voice is fixed for the rest of the session. ${lostWords(facts)}`,
          advice:
            'Set the voice before the first answer, or open a new session for another voice. Leave the voice out of later updates.',
        },
      );
    },
  }),
};
