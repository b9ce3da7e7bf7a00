import { entry } from './entry';

/** Session events, the retired transcription-session pair, rate limits and errors. */
export const SESSION_EVENTS = [
  entry(
    'client',
    'session.update',
    'session:object',
    'Changes the session: instructions, tools, audio formats, turn detection and so on.',
    'May be sent at any time. `session.type` must say `realtime` or `transcription`; of everything else only the fields present are changed, and objects are merged into what is there. Send an empty array to clear `tools` and `null` to switch `turn_detection`, `transcription` or `noise_reduction` off; an empty `instructions` was seen to bring the default instructions back. `model` cannot change, and `voice` cannot once the model has spoken.\n\nOne wrong or unknown field refuses the whole update, not only that field: the server answers with `error` and goes on with the configuration it had. Otherwise `session.updated` answers with the full effective configuration.',
  ),
  entry(
    'server',
    'session.created',
    'session:object',
    'First event of a connection: the session with its default configuration.',
    'Sent by itself a few milliseconds after the WebSocket opens. `session` is the complete default configuration, with the session id and `expires_at` (seconds since 1970; a session lives 60 minutes). A connection that joins an existing call through `?call_id=` does not get it.',
  ),
  entry(
    'server',
    'session.updated',
    'session:object',
    'Answer to `session.update`: the full configuration now in effect.',
    'Holds every field, also those that were not in the update, so it is the place to look for what the session really uses. It does not repeat the `event_id` of the update it answers; updates are answered in order.',
  ),
  entry(
    'client',
    'transcription_session.update',
    'session:object',
    'Older form of `session.update` for transcription-only sessions.',
    'Belongs to the retired beta interface and its flat field names (`input_audio_format`, `input_audio_transcription`). Current sessions are opened with `?intent=transcription` and configured with `session.update` and `session.type` set to `transcription`.',
  ),
  entry(
    'server',
    'transcription_session.updated',
    'session:object',
    'Answer to the older `transcription_session.update`.',
    'Holds the configuration of the transcription session in the flat field names of the beta interface. Current sessions answer with `session.updated` instead.',
  ),
  entry(
    'server',
    'rate_limits.updated',
    'rate_limits:array',
    'What is left of the rate limits.',
    'Each entry names a limit (`tokens`, sometimes `requests`), its size, what remains and the seconds until it is whole again. On the live service it follows shortly after `response.done`. Tokens for the longest possible answer are reserved when a response starts and given back when it ends, so `remaining` may rise between two of these.',
  ),
  entry(
    'server',
    'error',
    'error:object',
    'Something went wrong; the session usually goes on.',
    '`error` holds `type`, `code`, `message`, the `param` meant and the `event_id` of the client event at fault. That last one is null unless the client gave its event an `event_id`, so giving every client event one makes errors traceable. Most errors are harmless to the session, for example cancelling a response that has just ended; those sent before a close (bad key, unknown model, retired beta interface, expired session) are final.',
  ),
];
