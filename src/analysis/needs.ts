/** Which events the analysis has to look into. Deltas and audio are never among them: their heads tell enough. */
import type { Side } from '../protocol/side';

const TRANSCRIPTION = 'conversation.item.input_audio_transcription';

const FROM_SERVER = new Set([
  'error',
  'session.created',
  'session.updated',
  'transcription_session.created',
  'transcription_session.updated',
  'input_audio_buffer.speech_started',
  'input_audio_buffer.speech_stopped',
  'input_audio_buffer.timeout_triggered',
  'input_audio_buffer.committed',
  'input_audio_buffer.cleared',
  'conversation.item.added',
  'conversation.item.created',
  'conversation.item.done',
  'conversation.item.truncated',
  `${TRANSCRIPTION}.completed`,
  `${TRANSCRIPTION}.failed`,
  `${TRANSCRIPTION}.segment`,
  'rate_limits.updated',
  'response.created',
  'response.done',
  'response.output_item.added',
  'response.output_item.done',
  'response.content_part.added',
  'response.content_part.done',
  'response.output_text.done',
  'response.text.done',
  'response.output_audio_transcript.done',
  'response.audio_transcript.done',
  'response.function_call_arguments.done',
]);

const FROM_CLIENT = new Set([
  'session.update',
  'transcription_session.update',
  'input_audio_buffer.commit',
  'input_audio_buffer.clear',
  'output_audio_buffer.clear',
  'conversation.item.create',
  'conversation.item.truncate',
  'conversation.item.delete',
  'conversation.item.retrieve',
  'response.create',
  'response.cancel',
]);

/** True when the analysis wants the body of an event of that type from that end. */
export function needsBody(type: string, from: Side): boolean {
  return (from === 'server' ? FROM_SERVER : FROM_CLIENT).has(type);
}

/** Words of the model, written or spoken, as they come; beta names included. */
const WORDS = new Set([
  'response.output_text.delta',
  'response.text.delta',
  'response.output_audio_transcript.delta',
  'response.audio_transcript.delta',
]);

/** True for a delta with words of the model's answer: text, or the transcript of what it speaks. */
export function isWordsDelta(type: string): boolean {
  return WORDS.has(type);
}
