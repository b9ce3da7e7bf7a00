/** A session.update without `session.type`, which the beta interface had not and GA wants. */
import { errorKind } from '../errorKind';
import { lostWords, refusalRows } from '../lostUpdate';
import type { Rule } from '../rule';

export const sessionType: Rule = {
  rule: 'no-session-type',
  looksFor: 'a session.update refused because session.type is missing',
  create: (facts, report) => ({
    event({ type, from, row, t, event }) {
      if (type !== 'error' || from !== 'server' || errorKind(event.error, facts.refused) !== 'session type') return;
      report.add(
        '',
        { t, rows: refusalRows(row, facts) },
        {
          severity: 'error',
          title: `session.update refused: session.type is missing`,
          explanation: `Every update must say which kind of session it is for; the beta interface did not ask for it. ${lostWords(facts)}`,
          advice: 'Add "type": "realtime" (or "transcription") to the session of each session.update.',
        },
      );
    },
  }),
};
