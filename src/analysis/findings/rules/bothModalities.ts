/** `["text", "audio"]` was the beta's way; GA takes one of the two (audio comes with its transcript). */
import { errorKind } from '../errorKind';
import { lostWords, refusalRows } from '../lostUpdate';
import type { Rule } from '../rule';
import { serverSays } from '../text';

export const bothModalities: Rule = {
  rule: 'both-modalities',
  looksFor: 'output modalities that cannot be combined',
  create: (facts, report) => ({
    event({ type, from, row, t, event }) {
      if (type !== 'error' || from !== 'server' || errorKind(event.error, facts.refused) !== 'modalities') return;
      const update = facts.refused?.type === 'session.update';
      report.add(
        update ? 'update' : 'response',
        { t, rows: refusalRows(row, facts) },
        {
          severity: 'error',
          title: `Text and audio cannot be asked for together`,
          explanation: `${serverSays(event.error)} ${update ? lostWords(facts) : 'No response was begun.'}`,
          advice: 'Write "output_modalities": ["audio"], which brings the transcript too, or ["text"].',
        },
      );
    },
  }),
};
