/** Any other error of the server: nobody else explains it, so its own words are shown with what it refused. */
import { dig } from '../../json';
import { errorKind } from '../errorKind';
import { refusalRows } from '../lostUpdate';
import type { Rule } from '../rule';
import { serverSays, plain } from '../text';

const ADVICE: Readonly<Record<string, string>> = {
  invalid_api_key: 'Check the key: it may be mistyped, revoked, or of another project.',
  invalid_model: 'Check the model in the address; not every model can be used in real time.',
  missing_model: 'Add ?model=NAME to the address.',
  unknown_parameter: 'Leave the field out, or look up its present name and place.',
  missing_required_parameter: 'Add the field.',
  invalid_json: 'Send one JSON object in each WebSocket message.',
  rate_limit_exceeded: 'Wait as long as the message says, and look at rate_limits.updated before the next response.',
  insufficient_quota: 'Check plan and billing of the project the key belongs to.',
  server_error: 'Try again; if it keeps happening, report it with the session’s id.',
};

export const refusedEvent: Rule = {
  rule: 'refused-event',
  looksFor: 'errors of the server that no other rule explains',
  create: (facts, report) => ({
    event({ type, from, row, t, event, origin }) {
      if (type !== 'error' || from !== 'server' || errorKind(event.error, facts.refused) !== 'other') return;
      const code = plain(dig(event.error, 'code'), 60) || plain(dig(event.error, 'type'), 60);
      const what = facts.refused?.type ?? '';
      const param = plain(dig(event.error, 'param'), 80);
      const rows = refusalRows(row, facts);
      if (origin === 'inspector') {
        report.add(
          `inspector ${what} ${code} ${param}`,
          { t, rows },
          {
            severity: 'warning',
            title: `${what ? `${what} refused` : 'Error sent'} by the inspector${code ? `: ${code}` : ''}`,
            explanation: `A rule, or a person, sent this error in the server’s name. ${serverSays(event.error, 'It says')}`,
            advice: 'It shows what the app does with such an error. Switch the rule off to hear the server itself.',
          },
        );
        return;
      }
      report.add(
        `${what} ${code} ${param}`,
        { t, rows },
        {
          severity: 'error',
          title: `${what ? `${what} refused` : 'Error of the server'}${code ? `: ${code}` : ''}`,
          explanation: `${serverSays(event.error)}${what ? ` What was asked for with ${what} did not happen; the session goes on.` : ''}`,
          advice:
            (Object.hasOwn(ADVICE, code) ? ADVICE[code] : undefined) ??
            (param
              ? `Look at ${param} in the refused event.`
              : 'Look at the refused event; the composer shows what is wrong with it.'),
        },
      );
    },
  }),
};
