/** What the user said is written down by another model beside the conversation, and may come after the answer is over. */
import { formatMs } from '../../format';
import { Recent } from '../../recent';
import type { Rule } from '../rule';
import { many } from '../text';

/** Later than this after the answer's end it is worth a word, ms. */
const LATE_MS = 250;

export const lateTranscript: Rule = {
  rule: 'late-transcript',
  looksFor: 'transcripts of the user that come after the answer has ended',
  create(_facts, report) {
    /** Committed and not written down: when, and when its answer ended. */
    const waiting = new Recent<string, { t: number; answer: string; ended: number | undefined }>(32);
    return {
      event({ type, from, row, t, item, response }) {
        if (from !== 'server') return;
        switch (type) {
          case 'input_audio_buffer.committed':
            if (item) waiting.set(item, { t, answer: '', ended: undefined });
            return;
          case 'response.created':
            for (const one of waiting.values()) one.answer ||= response;
            return;
          case 'response.done':
            for (const one of waiting.values()) if (one.answer === response) one.ended ??= t;
            return;
          case 'conversation.item.input_audio_transcription.failed':
            waiting.delete(item);
            return;
          case 'conversation.item.input_audio_transcription.completed': {
            const one = waiting.get(item);
            waiting.delete(item);
            if (one?.ended === undefined || t - one.ended < LATE_MS) return;
            const late = t - one.ended;
            report.add(
              '',
              { t, rows: [row] },
              {
                severity: 'info',
                title: (times) => `${many(times, 'transcript')} of the user came after the answer`,
                explanation: `The transcription runs beside the answer and is not part of it; it came ${formatMs(late)} after the response.done. A chat view that adds lines as they arrive shows the answer above the question.`,
                advice:
                  'Order messages by previous_item_id of conversation.item.added, and fill in the transcript by item_id when it comes.',
              },
              late,
            );
          }
        }
      },
    };
  },
};
