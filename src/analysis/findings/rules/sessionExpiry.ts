/** A session lasts 60 minutes and then ends with everything in it. */
import { idTime } from '../../../protocol/ids';
import { asNumber, asText, dig } from '../../json';
import { errorKind } from '../errorKind';
import type { Rule } from '../rule';
import { serverSays } from '../text';

const HOUR_MS = 3_600_000;
/** Time enough to open the next session and bring the conversation along, ms. */
const SOON_MS = 5 * 60_000;

export const sessionExpiry: Rule = {
  rule: 'session-expiry',
  looksFor: 'a session near its 60 minutes, or ended by them',
  create(facts, report) {
    let began: { row: number; t: number; life: number } | undefined;
    let told = false;
    return {
      tick(t) {
        if (!began || told || t < began.t + began.life - SOON_MS) return;
        told = true;
        const minutes = Math.max(0, Math.round((began.t + began.life - t) / 60_000));
        report.put(
          'soon',
          { t, rows: [began.row] },
          {
            severity: 'warning',
            title: `The session ends by itself after ${Math.round(began.life / 60_000)} minutes`,
            explanation: `About ${minutes} minutes were left at this point (expires_at in session.created). Then the server sends session_expired and closes, and the conversation is gone.`,
            advice:
              'Open a new session before that and send its history with conversation.item.create: text for what the model said, since its audio cannot be put back.',
          },
        );
      },
      event({ type, from, row, t, event }) {
        if (from !== 'server') return;
        if (type === 'session.created') {
          const expires = asNumber(dig(event.session, 'expires_at'));
          const minted = idTime(asText(dig(event.session, 'id')));
          // Ids carry the second they were minted, by the same clock as the end.
          const life = expires && minted ? (expires - minted) * 1000 : HOUR_MS;
          if (expires && life > SOON_MS) began = { row, t, life };
        } else if (type === 'error' && errorKind(event.error, facts.refused) === 'expired') {
          told = true;
          report.withdraw('soon');
          report.put(
            'ended',
            { t, rows: began ? [row, began.row] : [row] },
            {
              severity: 'error',
              title: 'The session reached its longest duration and was ended',
              explanation: `${serverSays(event.error)} The conversation, its audio and its configuration are gone with it.`,
              advice:
                'Reconnect before the time is up and bring the conversation along: create its items anew, with text for what the model said.',
            },
          );
        }
      },
    };
  },
};
