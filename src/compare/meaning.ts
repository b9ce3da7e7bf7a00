/** What an event means to a comparison, told from its type and body. */
import { asObject, asText, dig, type JsonObject } from '../analysis/json';
import { isDelta } from '../protocol/audioEvents';
import type { Step } from './step';

/** Characters kept of what was said, or called, in one step. */
export const MOST_TEXT = 20_000;

/** Types of deltas whose words are said aloud or written, and the end that says them. */
export const MODEL_WORDS = /^(?:response\.(?:output_)?(?:audio_transcript|text)|session\.output_transcript)\./;
export const USER_WORDS = /(?:input_audio_transcription|session\.input_transcript)\./;

/** In which lane a type stands, by what its place among the others depends on. */
export function laneOf(type: string, from: Step['from']): Pick<Step, 'lane' | 'whole'> {
  const side = from === 'client' ? 'client' : 'server';
  if (type.endsWith('input_audio_buffer.append')) return { lane: 'sound in', whole: true };
  if (type.startsWith('session.') || type.startsWith('transcription_session.')) {
    const translated = type.startsWith('session.output_') || type.startsWith('session.input_');
    return { lane: translated ? type : `${side} session`, whole: true };
  }
  if (from === 'client') return { lane: 'client', whole: false };
  if (type.includes('input_audio_transcription')) return { lane: 'transcription', whole: false };
  if (type.startsWith('input_audio_buffer.')) return { lane: 'input', whole: false };
  if (type.startsWith('output_audio_buffer.')) return { lane: 'playback', whole: false };
  if (type.startsWith('mcp_list_tools.')) return { lane: 'mcp tools', whole: false };
  // They come a moment after a response, before or after the next turn has begun.
  if (type === 'rate_limits.updated') return { lane: 'limits', whole: true };
  if (type.startsWith('conversation.')) return { lane: 'items', whole: false };
  if (type === 'error') return { lane: 'errors', whole: false };
  return { lane: isDelta(type) ? `stream ${type}` : 'server', whole: false };
}

/** What tells an event from others of its type. */
export function aboutOf(event: JsonObject): string {
  const item = asObject(event.item);
  if (item) {
    const [type, role, name] = [asText(item.type), asText(item.role), asText(item.name)];
    if (type === 'message') return [role, 'message'].filter(Boolean).join(' ').slice(0, 80);
    return [type.replaceAll('_', ' '), name].filter(Boolean).join(' ').slice(0, 80);
  }
  if (event.type === 'error')
    return (asText(dig(event, 'error', 'code')) || asText(dig(event, 'error', 'type'))).slice(0, 80);
  const part = asText(dig(event, 'part', 'type'));
  return part ? `${part.replaceAll('_', ' ').slice(0, 40)} part` : '';
}

export function saidIn(event: JsonObject, type: string, from: Step['from']): Step['said'] {
  if (from === 'server') {
    const by = MODEL_WORDS.test(type) ? 'model' : USER_WORDS.test(type) ? 'user' : undefined;
    const text = asText(event.transcript) || asText(event.text);
    return by && text !== '' ? { by, text: text.slice(0, MOST_TEXT), finished: true } : undefined;
  }
  if (type !== 'conversation.item.create' || dig(event, 'item', 'role') !== 'user') return undefined;
  const content = dig(event, 'item', 'content');
  const texts = (Array.isArray(content) ? content : []).map((part) => asText(dig(part, 'text')));
  const text = texts.filter(Boolean).join(' ');
  return text === '' ? undefined : { by: 'user', text: text.slice(0, MOST_TEXT), finished: true };
}

/** Calls are told complete at the end of their item; MCP servers answer within it. */
export function calledIn(event: JsonObject, type: string): Step['called'] {
  const item = asObject(event.item);
  const kind = asText(item?.type);
  if (type === 'conversation.item.create' && kind === 'function_call_output')
    return { output: asText(item?.output).slice(0, MOST_TEXT) };
  if (type !== 'response.output_item.done' || (kind !== 'function_call' && kind !== 'mcp_call')) return undefined;
  return { name: asText(item?.name).slice(0, 200), arguments: asText(item?.arguments).slice(0, MOST_TEXT) };
}

/** Path and query of a handshake's address: its host tells where the upstream was, not what was asked of it. */
export function addressOf(url: string): { path: string; query: Record<string, string> } {
  const [address = '', query = ''] = url.split('#', 1)[0]?.split('?', 2) ?? [];
  const fields = Object.create(null) as Record<string, string>;
  for (const [name, value] of new URLSearchParams(query)) if (name !== 'call_id') fields[name] = value;
  return { path: address.replace(/^\w+:\/\/[^/]*/, ''), query: fields };
}
