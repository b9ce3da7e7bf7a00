import { entry } from './entry';

/** The input audio buffer, turn detection, and the output buffer of WebRTC and SIP. */
export const AUDIO_EVENTS = [
  entry(
    'client',
    'input_audio_buffer.append',
    'audio',
    'Sends a piece of microphone audio.',
    '`audio` is base64 of raw samples in the session’s input format: by default 16-bit little-endian PCM, mono, 24 000 samples a second, so 48 000 bytes are one second. No WAV header, no data URL. At most 15 MiB an event; pieces of 20 to 100 ms let turn detection react quickly. Unlike other client events it is not confirmed.\n\nWith turn detection on, the server watches this audio and commits by itself when the user stops speaking. With `turn_detection: null` the client must send `input_audio_buffer.commit`.',
  ),
  entry(
    'client',
    'input_audio_buffer.commit',
    '',
    'Makes a user message of the audio sent so far.',
    'For push-to-talk and other sessions without turn detection. Answered by `input_audio_buffer.committed` and the new item; it starts transcription when configured but no response, which needs `response.create`. Committing less than 100 ms of audio is an error.',
  ),
  entry(
    'client',
    'input_audio_buffer.clear',
    '',
    'Throws away audio that was sent but not committed.',
    'Answered by `input_audio_buffer.cleared`.',
  ),
  entry(
    'server',
    'input_audio_buffer.committed',
    'item_id previous_item_id?',
    'The buffered audio has become a user message.',
    'Sent after a client’s commit or when turn detection heard the end of speech. `item_id` is the message about to be announced by `conversation.item.added`; `previous_item_id` the item it follows, or null.',
  ),
  entry(
    'server',
    'input_audio_buffer.cleared',
    '',
    'Answer to `input_audio_buffer.clear`: the buffer is empty.',
    'Audio appended before this is gone and will not become part of a message.',
  ),
  entry(
    'server',
    'input_audio_buffer.speech_started',
    'audio_start_ms:number item_id',
    'Turn detection heard the user begin to speak.',
    'A client that plays audio should stop now. `audio_start_ms` counts from the first audio appended in the session and includes the prefix padding, so it lies a little before the sound. `item_id` is the id the message will have. With `interrupt_response` on, a running response is cancelled.',
  ),
  entry(
    'server',
    'input_audio_buffer.speech_stopped',
    'audio_end_ms:number item_id',
    'Turn detection heard the user stop speaking.',
    'Comes after the configured silence. `audio_end_ms` counts from the first audio appended in the session. `input_audio_buffer.committed` follows, and with `create_response` on a response starts by itself. The time from here to the first `response.output_audio.delta` is the wait a user feels.',
  ),
  entry(
    'server',
    'input_audio_buffer.timeout_triggered',
    'audio_start_ms:number audio_end_ms:number item_id',
    'The user said nothing for the configured idle time.',
    'Only with server turn detection and `idle_timeout_ms` set. The silence between the end of the last answer’s playback and now is committed as an item, and a response follows in which the model asks whether anyone is there.',
  ),
  entry(
    'server',
    'input_audio_buffer.dtmf_event_received',
    'event received_at:number',
    'A telephone key was pressed.',
    'Only on SIP calls. `event` is the key (`0` to `9`, `*`, `#`, `A` to `D`), `received_at` the time in seconds since 1970. It carries no `event_id`.',
  ),
  entry(
    'client',
    'output_audio_buffer.clear',
    '',
    'Silences the audio the server is still playing out.',
    'For WebRTC and SIP, where the server holds the playback buffer. Send `response.cancel` first to stop generation. Over a plain WebSocket the client holds the audio itself, and the server refuses this type.',
  ),
  entry(
    'server',
    'output_audio_buffer.started',
    'response_id',
    'The server began to play out a response’s audio.',
    'For WebRTC and SIP only. Comes once per spoken response, after its first transcript pieces.',
  ),
  entry(
    'server',
    'output_audio_buffer.stopped',
    'response_id',
    'The server has played out all of a response’s audio.',
    'For WebRTC and SIP only. Comes after `response.done`, since generation is faster than speech.',
  ),
  entry(
    'server',
    'output_audio_buffer.cleared',
    'response_id',
    'The audio still to be played was thrown away.',
    'For WebRTC and SIP only: the user interrupted, or the client sent `output_audio_buffer.clear`. The item is then truncated by the server to what was heard.',
  ),
].map((info) =>
  info.type === 'input_audio_buffer.dtmf_event_received' ? { ...info, required: ['event', 'received_at'] } : info,
);
