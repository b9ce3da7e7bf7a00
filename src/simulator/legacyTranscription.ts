/** The retired, flat configuration of a transcription session, and the nested one it stands for. */
import { member } from './config';
import type { Json } from './wire';

const FORMATS: Record<string, string> = { pcm16: 'audio/pcm', g711_ulaw: 'audio/pcmu', g711_alaw: 'audio/pcma' };

/** Where each flat field is now. */
const FIELDS: Record<string, string> = {
  input_audio_format: 'format',
  input_audio_transcription: 'transcription',
  input_audio_noise_reduction: 'noise_reduction',
  turn_detection: 'turn_detection',
};

/** The session of a `transcription_session.update` as that of a `session.update`. */
export function fromFlat(session: Json): Json {
  const input: Json = {};
  for (const [flat, nested] of Object.entries(FIELDS)) {
    const value = session[flat];
    if (value === undefined) continue;
    input[nested] = flat === 'input_audio_format' ? { type: FORMATS[String(value)] } : value;
  }
  const { include } = session;
  return { type: 'transcription', ...(include === undefined ? {} : { include }), audio: { input } };
}

/** The session of a `transcription_session.updated`. The key is there only when the session was made over HTTP. */
export function toFlat(config: Json): Json {
  const input = member(member(config, 'audio'), 'input');
  const format = member(input, 'format')?.['type'];
  return {
    id: config['id'],
    object: 'realtime.transcription_session',
    expires_at: config['expires_at'],
    client_secret: null,
    modalities: ['text', 'audio'],
    input_audio_format: Object.entries(FORMATS).find(([, name]) => name === format)?.[0] ?? 'pcm16',
    input_audio_transcription: input?.['transcription'] ?? null,
    input_audio_noise_reduction: input?.['noise_reduction'] ?? null,
    turn_detection: input?.['turn_detection'] ?? null,
    include: config['include'] ?? null,
  };
}
