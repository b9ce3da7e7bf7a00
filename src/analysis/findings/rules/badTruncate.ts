/** Cuts beyond the audio there is, and cuts at 0 though the user has heard something. */
import { formatMs } from '../../format';
import { asNumber, asText, dig } from '../../json';
import { Recent } from '../../recent';
import { errorKind } from '../errorKind';
import { refusalRows } from '../lostUpdate';
import type { Rule } from '../rule';
import { serverSays } from '../text';

/** Less than this may well be a cut at the first sound. */
const HEARD_MS = 500;
/** So soon after an interruption a cut is about what it interrupted, ms. */
const RECENT_MS = 5000;

export const badTruncate: Rule = {
  rule: 'bad-truncate',
  looksFor: 'conversation.item.truncate beyond the audio, of no spoken answer, or at 0',
  create(facts, report) {
    const asked = new Recent<number, { ms: number | undefined; item: string }>(32);
    return {
      event({ type, from, row, t, item, event }) {
        if (type === 'conversation.item.truncate' && from === 'client') {
          const ms = asNumber(event.audio_end_ms);
          asked.set(row, { ms, item });
          // This cut stops the playback, or turn detection did shortly before.
          const playing = facts.playback.playingAt(t);
          const cut = playing ? { playing, t } : facts.playback.lastCut;
          if (ms !== 0 || !cut || cut.playing.playback.item !== item || t - cut.t > RECENT_MS) return;
          const played = cut.playing.heardMs;
          if (played < HEARD_MS) return;
          report.add(
            'zero',
            { t, rows: [row] },
            {
              severity: 'warning',
              title: `An answer was cut at 0 ms though it was being heard`,
              explanation: `About ${formatMs(played)} of the answer had been played when it was cut at 0: its whole transcript leaves the conversation, and the model does not know that it said anything.`,
              advice: 'Send as audio_end_ms what was played of this item (content part), not of the current chunk.',
            },
            played,
          );
          return;
        }
        if (type !== 'error' || from !== 'server' || errorKind(event.error, facts.refused) !== 'truncate') return;
        const cut = facts.refused ? asked.get(facts.refused.row) : undefined;
        const told = /of (\d+(?:\.\d+)?) ?ms is already shorter than/.exec(
          asText(dig(event.error, 'message')).slice(0, 500),
        );
        const length = told?.[1] !== undefined ? Number(told[1]) : cut && facts.playback.of(cut.item)?.generatedMs;
        const beyond = cut?.ms !== undefined && length !== undefined && cut.ms > length;
        report.add(
          beyond ? 'beyond' : 'refused',
          { t, rows: refusalRows(row, facts) },
          {
            severity: 'warning',
            title: `${beyond ? `A cut at ${formatMs(cut.ms ?? 0)}, but the answer has ${formatMs(length)} of audio` : 'A truncation was refused'}`,
            explanation: beyond
              ? `The cut lies ${formatMs((cut.ms ?? 0) - length)} beyond the end, so it was refused: the model believes that all of the answer was heard.`
              : `${serverSays(event.error)} Nothing was cut, so the model believes that all of it was heard.`,
            advice: beyond
              ? 'Count what was played from the first sample of this item, and never send more than the audio received for it.'
              : 'Truncate only spoken messages of the model, by the id of the item that was playing.',
          },
          beyond ? (cut.ms ?? 0) - length : 0,
        );
      },
    };
  },
};
