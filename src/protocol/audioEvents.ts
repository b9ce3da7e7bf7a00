/** Which events carry audio, under which name. GA, beta and translation sessions differ in their words only. */
import type { Side } from './side';

const AUDIO_FIELDS = new Map<string, { from: Side; field: 'audio' | 'delta' }>([
  ['input_audio_buffer.append', { from: 'client', field: 'audio' }],
  ['session.input_audio_buffer.append', { from: 'client', field: 'audio' }],
  ['response.output_audio.delta', { from: 'server', field: 'delta' }],
  ['response.audio.delta', { from: 'server', field: 'delta' }],
  ['session.output_audio.delta', { from: 'server', field: 'delta' }],
]);

/** The top-level field with base64 audio in an event of that type from that end; undefined when it carries none. */
export function audioField(type: string, from: Side): 'audio' | 'delta' | undefined {
  const found = AUDIO_FIELDS.get(type);
  return found?.from === from ? found.field : undefined;
}

/** True for a `.delta` or an append: one of a run that a list may fold. */
export function isDelta(type: string): boolean {
  return type.endsWith('.delta') || type.endsWith('input_audio_buffer.append');
}
