import { entry } from './entry';

/** Sessions of the translation endpoint (`/v1/realtime/translations`); their other events share names with the rest. */
export const TRANSLATION_EVENTS = [
  entry(
    'client',
    'session.input_audio_buffer.append',
    'audio',
    'Sends a piece of speech to be translated.',
    'Translation sessions only. `audio` is base64 of raw samples in the session’s input format. There are no turns: translation flows as the speech does.',
  ),
  entry(
    'client',
    'session.close',
    '',
    'Asks to end a translation session in good order.',
    'Translation sessions only. The server translates what it already has, sends the rest and then `session.closed`.',
  ),
  entry(
    'server',
    'session.closed',
    '',
    'Answer to `session.close`: nothing more will come.',
    'Translation sessions only. The WebSocket closes after it.',
  ),
  entry(
    'server',
    'session.input_transcript.delta',
    'delta elapsed_ms?:number',
    'A further piece of what the speaker said, in their language.',
    'Translation sessions only. `elapsed_ms` is the place in the audio sent so far.',
  ),
  entry(
    'server',
    'session.output_transcript.delta',
    'delta elapsed_ms?:number',
    'A further piece of the translation’s words.',
    'Translation sessions only. `elapsed_ms` is the place in the audio sent so far.',
  ),
  entry(
    'server',
    'session.output_audio.delta',
    'delta channels?:number elapsed_ms?:number format? sample_rate?:number',
    'A further piece of the translation’s speech.',
    'Translation sessions only. `delta` is base64; each event names its own format, sample rate and channels.',
  ),
];
