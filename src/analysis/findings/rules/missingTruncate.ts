/** The user interrupts, the audio that lies at the client is not heard, and the model is never told. */
import type { Rule } from '../rule';
import { dig } from '../../json';
import { KEPT_BACK, seconds } from '../text';

/** Less than this is lost in the noise of the estimate, ms. */
const UNHEARD_MS = 1000;
/** A client truncates at once; this leaves it time, ms. */
const GRACE_MS = 3000;

export const missingTruncate: Rule = {
  rule: 'missing-truncate',
  looksFor: 'an interruption with audio unheard and no conversation.item.truncate after it',
  create(facts, report) {
    let open: { item: string; row: number; t: number; unheard: number } | undefined;
    let last = '';

    const tell = (): void => {
      const found = open;
      open = undefined;
      if (!found) return;
      const row = facts.playback.rowOf(found.item);
      const last = facts.keptRow('conversation.item.truncate', found.item);
      const kept = last !== undefined && last > found.row ? last : undefined;
      const rows = [found.row, ...(row === undefined ? [] : [row]), ...(kept === undefined ? [] : [kept])];
      report.add(
        '',
        { t: found.t, rows },
        {
          severity: 'warning',
          title: `Interrupted with ${seconds(found.unheard)} of audio unheard, and not truncated`,
          explanation: `The user began to speak while ${seconds(found.unheard)} of the answer had not been played yet. No conversation.item.truncate followed, so the model believes it was all heard; and if the client did not empty its playback buffer, the answer went on over the user.${kept === undefined ? '' : KEPT_BACK.explanation}`,
          advice:
            kept !== undefined
              ? KEPT_BACK.advice
              : 'On speech_started, stop playing, throw away what is queued, and send conversation.item.truncate with the item’s id and the ms that were played.',
        },
        found.unheard,
      );
    };

    return {
      tick(t) {
        if (open && t - open.t >= GRACE_MS) tell();
      },
      event({ type, from, row, t, item }) {
        if (open && type === 'conversation.item.truncate' && from === 'client') open = undefined;
        // A call's server truncates by itself; a deleted item needs no cut.
        if (open && (type === 'conversation.item.truncated' || type === 'output_audio_buffer.cleared'))
          open = undefined;
        if (open && type === 'conversation.item.deleted' && item === open.item) open = undefined;
        if (from !== 'server' || type !== 'input_audio_buffer.speech_started') return;
        if (dig(facts.turnDetection(), 'interrupt_response') === false) return;
        const playing = facts.playback.playingAt(t);
        if (!playing || playing.unheardMs < UNHEARD_MS) return;
        const { playback: answer, unheardMs: unheard } = playing;
        // A good client is silent from here on: what is left of this answer counts once.
        if (answer.item === last) return;
        last = answer.item;
        open = { item: answer.item, row, t, unheard };
      },
      close({ t }) {
        if (open && t - open.t >= GRACE_MS / 3) tell();
      },
    };
  },
};
