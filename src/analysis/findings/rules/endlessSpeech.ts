/** Speech began and never stopped: the turn hangs, and nobody answers. */
import type { Rule } from '../rule';
import { seconds } from '../text';

/** Speech this long without an end is remarkable, ms. */
const LONG_MS = 30_000;
/** And this long when the client stopped sending audio: turn detection hears no silence then, it hears nothing. */
const STARVED_MS = 5000;

export const endlessSpeech: Rule = {
  rule: 'speech-without-stop',
  looksFor: 'speech_started without speech_stopped, also because no more audio is sent',
  create(facts, report) {
    let told = '';
    const tell = (t: number): void => {
      const { speech } = facts;
      if (!speech) {
        // It stopped after all.
        if (told) report.withdraw(told);
        told = '';
        return;
      }
      const about = String(speech.row);
      if (told && told !== about) told = '';
      // On a call the audio is not in events: nothing is known of it.
      const starved =
        Number.isFinite(facts.lastAppend) && t - facts.lastAppend >= STARVED_MS && t - speech.t >= STARVED_MS;
      if (told || (!starved && t - speech.t < LONG_MS)) return;
      told = about;
      report.put(
        about,
        { t: speech.t, rows: [speech.row] },
        {
          severity: 'warning',
          title: starved
            ? 'Speech never stops because no more audio is sent'
            : `Speech goes on for more than ${seconds(LONG_MS)}`,
          explanation: starved
            ? `speech_started came ${seconds(t - speech.t)} ago and no audio has been appended for ${seconds(t - facts.lastAppend)}. Turn detection waits for silence, and silence has to be sent: without audio the turn never ends and no answer begins.`
            : `speech_started came ${seconds(t - speech.t)} ago and turn detection has heard no pause since. Noise, music or the wrong audio format are heard as speech; until it stops, nobody answers.`,
          advice: starved
            ? 'Go on sending audio (silence is fine) until speech_stopped, or commit the buffer yourself when the microphone is switched off.'
            : 'Raise turn_detection.threshold, use noise reduction, and listen to the input in the inspector.',
        },
      );
    };
    return {
      tick: tell,
      event: ({ t, type }) => {
        if (type === 'input_audio_buffer.speech_stopped' || type === 'input_audio_buffer.committed') tell(t);
      },
      // What was said of speech that never stopped stays: `told` is not looked at again.
    };
  },
};
