/** Commits of nothing, or of less than the 100 ms the service wants. */
import { asText, dig } from '../../json';
import { errorKind } from '../errorKind';
import { refusalRows } from '../lostUpdate';
import type { Rule } from '../rule';
import { formatMs } from '../../format';

export const smallCommit: Rule = {
  rule: 'small-commit',
  looksFor: 'an input_audio_buffer.commit with less than 100 ms of audio',
  create: (facts, report) => ({
    event({ type, from, row, t, event }) {
      if (type !== 'error' || from !== 'server' || errorKind(event.error, facts.refused) !== 'commit') return;
      const told = Number(/only has ([0-9.]+) ?ms/.exec(asText(dig(event.error, 'message')).slice(0, 500))?.[1] ?? NaN);
      const counted = facts.refused ? facts.commits.get(facts.refused.row) : undefined;
      const ms = Number.isFinite(told) ? told : (counted ?? 0);
      const byServer = facts.turnDetection() !== undefined;
      report.add(
        '',
        { t, rows: refusalRows(row, facts) },
        {
          severity: byServer ? 'warning' : 'error',
          title: `Commit of ${ms < 1 ? 'an empty buffer' : `${formatMs(ms)} of audio`}`,
          explanation: `At least 100 ms must have been appended since the last commit or clear; the buffer held ${formatMs(ms)}. No message was made of it.${byServer ? ' Turn detection is on: the server commits at the end of speech by itself and leaves the buffer empty.' : ''}`,
          advice: byServer
            ? 'Leave commits to turn detection, or set turn_detection to null and commit yourself.'
            : 'Commit only after appending at least 100 ms of audio in the session’s format. If more was sent, the format may be wrong.',
        },
      );
    },
  }),
};
