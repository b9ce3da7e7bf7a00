/** The whole of a session.update is refused for one bad field; the app goes on with other instructions and no tools. */
import { BETA_SESSION_FIELDS } from '../../../protocol/shapes';
import { dig } from '../../json';
import { errorKind } from '../errorKind';
import type { SessionFacts } from '../facts';
import { lostWords, refusalRows } from '../lostUpdate';
import type { Rule } from '../rule';
import { listed, serverSays, plain } from '../text';

export const refusedUpdate: Rule = {
  rule: 'refused-update',
  looksFor: 'a session.update that the server refused, and what was lost with it',
  create: (facts, report) => ({
    event({ type, from, row, t, event }) {
      if (type !== 'error' || from !== 'server' || errorKind(event.error, facts.refused) !== 'update') return;
      const param = plain(dig(event.error, 'param'), 80);
      report.add(
        param || plain(dig(event.error, 'code')),
        { t, rows: refusalRows(row, facts) },
        {
          severity: 'error',
          title: `session.update refused${param ? ` because of ${param}` : ''}`,
          explanation: `${serverSays(event.error)} ${lostWords(facts)}`,
          advice: `${correction(param, facts)} and send the update again. Wait for session.updated before relying on it.`,
        },
      );
    },
  }),
};

/** Flat fields of the beta interface are by far the most frequent reason. */
function correction(param: string, facts: SessionFacts): string {
  const update = facts.refused ? facts.updates.get(facts.refused.row) : undefined;
  const moved = Object.keys(facts.speaksBeta() ? {} : (update ?? {})).flatMap((name) => {
    const now = Object.hasOwn(BETA_SESSION_FIELDS, name) ? BETA_SESSION_FIELDS[name] : undefined;
    return now === undefined ? [] : [now === '' ? `leave out ${name} (it is gone)` : `write ${now} for ${name}`];
  });
  if (moved.length > 0) return `These are fields of the beta interface: ${listed(moved)}`;
  return param ? `Correct or leave out ${param}` : 'Correct the field';
}
