/** The microphone hears the model's own voice: it interrupts itself, again and again. */
import { formatMs } from '../../format';
import { asText } from '../../json';
import { Recent } from '../../recent';
import type { Rule, Seen } from '../rule';
import { many, plain } from '../text';

/** Speech that starts so soon after an answer's first sound is hardly a person's, ms: turn detection alone takes 250. */
const SOON_MS = 1000;
/** So often in a row before it is said. */
const OFTEN = 3;
/** Words the user "said" that were the model's: at least so many of them, and so large a part. */
const SAME_WORDS = 3;
const SAME_PART = 0.7;

const SPOKEN = new Set(['response.output_audio_transcript.done', 'response.audio_transcript.done']);

export const echo: Rule = {
  rule: 'echo',
  looksFor: 'speech heard while the answer plays that is the answer itself',
  create(facts, report) {
    const said = new Recent<string, string>(8);
    /** The user's items that began while an answer played. */
    const over = new Recent<string, { answer: string; row: number; t: number; heard: string }>(8);
    let early: Seen[] = [];
    let delays: number[] = [];
    /** The last answer with sound, and how many have begun since speech last started early. */
    let answer = '';
    let begun = 0;

    const compare = (): void => {
      for (const speech of over.values()) {
        const answer = said.get(speech.answer);
        if (!answer || !speech.heard || !resembles(speech.heard, answer)) continue;
        const heard = plain(speech.heard, 80);
        speech.heard = '';
        report.add(
          'words',
          { t: speech.t, rows: [speech.row] },
          {
            severity: 'warning',
            title: `The model hears itself: what "the user" said were its own words`,
            explanation: `While the answer "${plain(answer, 80)}" was playing, speech was heard and written down as "${heard}". The loudspeaker reaches the microphone, so the answer interrupts itself and goes into the conversation as the user’s words.`,
            advice:
              'Use a headset or echo cancellation (echoCancellation: true in getUserMedia), do not send audio while the answer plays, or set turn_detection.interrupt_response to false.',
          },
        );
      }
    };

    return {
      delta({ from, response, audioMs }) {
        if (from !== 'server' || audioMs <= 0 || response === answer) return;
        answer = response;
        begun++;
      },
      event({ type, from, row, t, item, event }) {
        if (from !== 'server') return;
        if (SPOKEN.has(type)) {
          said.set(item, asText(event.transcript).slice(0, 4000));
          compare();
        } else if (type === 'conversation.item.input_audio_transcription.completed') {
          const speech = over.get(item);
          if (!speech) return;
          speech.heard = asText(event.transcript).slice(0, 4000);
          compare();
        } else if (type === 'input_audio_buffer.speech_started') {
          const playing = facts.playback.playingAt(t);
          if (!playing) return;
          over.set(item, { answer: playing.playback.item, row, t, heard: '' });
          const delay = t - playing.playback.playsFrom;
          // An answer in between was heard without that: a microphone that hears the loudspeaker hears it every time.
          const isNext = begun <= 1;
          begun = 0;
          if (!isNext) {
            early = [];
            delays = [];
          }
          if (delay > SOON_MS) {
            early = [];
            delays = [];
            return;
          }
          early.push({ t, rows: [row] });
          delays.push(delay);
          const [first, ...others] = early;
          if (!first || early.length < OFTEN) return;
          const count = early.length;
          report.put('early', [first, ...others], {
            severity: 'warning',
            title: () => `Speech starts right after the model begins to speak, ${count} times in a row`,
            explanation: `${many(early.length, 'answer')} were interrupted ${formatMs(Math.min(...delays))} to ${formatMs(Math.max(...delays))} after their first sound. People do not interrupt that fast every time; a microphone that hears the loudspeaker does.`,
            advice:
              'Use a headset or echo cancellation, raise turn_detection.threshold, or do not send audio while the answer plays.',
          });
          if (early.length > 100) [early, delays] = [early.slice(-50), delays.slice(-50)];
        }
      },
    };
  },
};

/** Whether most of what was heard are words of the answer. */
export function resembles(heard: string, answer: string): boolean {
  const words = wordsOf(heard);
  if (words.length < SAME_WORDS) return false;
  const known = new Set(wordsOf(answer));
  const same = words.filter((word) => known.has(word)).length;
  return same >= SAME_WORDS && same / words.length >= SAME_PART;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
