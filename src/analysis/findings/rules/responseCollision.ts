/** Two responses wanted at once: the service runs one in the conversation and refuses the other. */
import { formatMs } from '../../format';
import { asText, dig } from '../../json';
import { errorKind } from '../errorKind';
import { refusalRows } from '../lostUpdate';
import type { Rule } from '../rule';

export const responseCollision: Rule = {
  rule: 'response-collision',
  looksFor: 'a response.create while another response runs, and which of them won',
  create: (facts, report) => ({
    event({ type, from, row, t, event }) {
      if (type !== 'error' || from !== 'server' || errorKind(event.error, facts.refused) !== 'collision') return;
      const named = /resp_[A-Za-z0-9]+/.exec(asText(dig(event.error, 'message')).slice(0, 1000))?.[0] ?? '';
      const winner = facts.responses.get(named) ?? facts.active();
      const byServer = winner !== undefined && winner.askedRow === undefined;
      const who =
        winner === undefined ? 'another response' : byServer ? 'turn detection' : 'an earlier response.create';
      const rows = [...refusalRows(row, facts), ...(winner ? [winner.row] : [])];
      const before = winner && facts.refused ? facts.refused.t - winner.t : undefined;
      const when =
        before === undefined
          ? ''
          : before >= 0
            ? ` It was sent ${formatMs(before)} after that one had begun.`
            : ` It was sent ${formatMs(-before)} before that one was announced, so the two crossed on the wire.`;
      report.add(
        who,
        { t, rows },
        {
          severity: 'error',
          title: `response.create lost against ${who === 'turn detection' ? 'the response that turn detection began' : who}`,
          explanation: `One response can run in the conversation at a time. The one that runs${winner ? ` (${winner.id})` : ''} was begun by ${who}; the response.create was refused and brings no answer.${when}`,
          advice: byServer
            ? 'Turn detection answers each turn by itself. Leave out response.create after speech, or set turn_detection.create_response to false and ask for every response.'
            : 'Send response.create after the response.done of the one before, once for all tool outputs of a response, or cancel the running one first.',
        },
      );
    },
  }),
};
