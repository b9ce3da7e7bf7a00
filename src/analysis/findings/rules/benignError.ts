/** Errors that a correct app gets too, because an answer ended while its cancel was on the way. */
import { errorKind } from '../errorKind';
import { refusalRows } from '../lostUpdate';
import type { Rule } from '../rule';

export const benignError: Rule = {
  rule: 'benign-error',
  looksFor: 'errors that mean nothing and must not end the app',
  create: (facts, report) => ({
    event({ type, from, row, t, event }) {
      if (type !== 'error' || from !== 'server' || errorKind(event.error, facts.refused) !== 'nothing to cancel')
        return;
      report.add(
        '',
        { t, rows: refusalRows(row, facts) },
        {
          severity: 'info',
          title: `A response.cancel came when nothing was running`,
          explanation:
            'The response had ended before the cancel arrived, or there was none. Nothing was lost and the session goes on.',
          advice:
            'Ignore the code response_cancel_not_active. An app that stops at every error event stops here for nothing.',
        },
      );
    },
  }),
};
