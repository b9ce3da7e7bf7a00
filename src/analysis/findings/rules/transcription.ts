/** The user's words are not written down: the transcription failed, or it is off though it was asked for. */
import { asList, asText, dig } from '../../json';
import type { Rule } from '../rule';
import { many, serverSays, plain } from '../text';

export const transcription: Rule = {
  rule: 'no-transcription',
  looksFor: 'transcriptions that fail, and those that were asked for and are off',
  create(facts, report) {
    let askedRow: number | undefined;
    return {
      event({ type, from, row, t, item, event }) {
        if (from === 'client' && (type === 'session.update' || type === 'transcription_session.update')) {
          const asked =
            dig(event.session, 'audio', 'input', 'transcription') ?? dig(event.session, 'input_audio_transcription');
          // Whoever wants the probabilities of the words wants the words.
          const wanted = asText(dig(asked, 'model')) !== '' || asList(dig(event.session, 'include')).length > 0;
          if (wanted) askedRow = row;
          else if (asked === null) askedRow = undefined;
        }
        if (from !== 'server') return;
        if (type === 'conversation.item.input_audio_transcription.failed') {
          const code = plain(dig(event.error, 'code'), 60) || plain(dig(event.error, 'type'), 60);
          const model = plain(facts.transcriber(), 60);
          report.add(
            `failed ${code}`,
            { t, rows: [row] },
            {
              severity: 'warning',
              title: (times) => `${many(times, 'transcription')} failed${code ? `: ${code}` : ''}`,
              explanation: `${serverSays(event.error)}${model ? ` The transcription model is "${model}".` : ''} The answer is not affected: the model hears the audio itself. Only the user’s words are missing where they are shown or kept.`,
              advice:
                code === 'DeploymentNotFound'
                  ? 'On Azure the transcription model must be a deployment of the same resource: write the deployment’s name.'
                  : 'Check audio.input.transcription.model and its language; show a turn without words instead of waiting for them.',
            },
          );
        } else if (
          type === 'input_audio_buffer.committed' &&
          askedRow !== undefined &&
          facts.config &&
          !facts.transcriber()
        ) {
          if (item === '') return;
          const from_ = askedRow;
          report.add(
            'off',
            { t, rows: [row, from_] },
            {
              severity: 'warning',
              title: (times) => `Transcription was asked for and is off (${many(times, 'turn')} without words)`,
              explanation:
                'An update asked for transcripts of the user, but the session’s configuration has no transcription model: the update was refused, came in the wrong place, or was undone by a later one. No transcription events will come.',
              advice:
                'Set audio.input.transcription to {"model": "gpt-4o-mini-transcribe"} and look for it in session.updated.',
            },
          );
        }
      },
    };
  },
};
