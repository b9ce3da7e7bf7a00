/**
 * What the catalogue says of an event beyond its fields: how current it is, over which transport it comes, of what it is
 * a piece, and its usual neighbours in a session. The order of events is that of recorded GA sessions.
 */
import type { EventInfo } from './info';
import { REPLACED_BY } from './retired';

type Facts = Pick<EventInfo, 'status' | 'transport' | 'replacedBy' | 'precededBy' | 'followedBy'> & {
  deltaOf?: string;
};

const WORDS = 'conversation.item.input_audio_transcription';

/** The event that carries the whole, or ends the run, of which a delta is a piece. */
function wholeOf(type: string): string | undefined {
  if (type === `${WORDS}.delta`) return `${WORDS}.completed`;
  if (type === 'input_audio_buffer.append') return 'input_audio_buffer.committed';
  if (type.startsWith('session.') && (type.endsWith('.delta') || type.endsWith('.append'))) return 'session.closed';
  return type.endsWith('.delta') ? type.replace(/\.delta$/, '.done') : undefined;
}

/** Events that GA sessions no longer carry, though the published types still name them, and what carries the news now. */
const LEGACY: Record<string, string[]> = {
  'conversation.created': ['response.created'],
  'conversation.item.created': ['conversation.item.added', 'conversation.item.done'],
  'transcription_session.update': ['session.update'],
  'transcription_session.updated': ['session.updated'],
};

const TRANSLATION = new Set([
  'session.input_audio_buffer.append',
  'session.close',
  'session.closed',
  'session.input_transcript.delta',
  'session.output_transcript.delta',
  'session.output_audio.delta',
]);

function transportOf(type: string): EventInfo['transport'] {
  if (type.startsWith('output_audio_buffer.')) return 'webrtc';
  if (type === 'input_audio_buffer.dtmf_event_received') return 'sip';
  // Speech goes through the media track of a call, so its bytes are in events on a WebSocket only.
  if (/^response\.(output_)?audio\.delta$/.test(type)) return 'websocket';
  if (TRANSLATION.has(type) && type.endsWith('audio.delta')) return 'websocket';
  return 'any';
}

/** `before > type > after`, each a list of types; what is not listed has no usual neighbour. */
const ORDER: Record<string, [before: string, after: string]> = {
  'session.created': ['', 'session.update'],
  'session.update': ['session.created', 'session.updated error'],
  'session.updated': [
    'session.update',
    'input_audio_buffer.append conversation.item.create mcp_list_tools.in_progress',
  ],
  'transcription_session.update': ['session.created', 'transcription_session.updated'],
  'transcription_session.updated': ['transcription_session.update', 'input_audio_buffer.append'],
  'rate_limits.updated': ['response.done', ''],
  'conversation.created': ['session.created', 'session.update'],
  'conversation.item.create': ['session.updated', 'conversation.item.added response.create error'],
  'conversation.item.created': ['conversation.item.create input_audio_buffer.committed', 'response.create'],
  'conversation.item.added': [
    'conversation.item.create input_audio_buffer.committed response.output_item.added',
    'conversation.item.done response.content_part.added response.function_call_arguments.delta',
  ],
  'conversation.item.done': [
    'conversation.item.added response.content_part.done response.function_call_arguments.done',
    'response.created response.output_item.done',
  ],
  'conversation.item.retrieve': ['conversation.item.done', 'conversation.item.retrieved error'],
  'conversation.item.retrieved': ['conversation.item.retrieve', ''],
  'conversation.item.truncate': [
    'input_audio_buffer.speech_started response.output_audio.delta',
    'conversation.item.truncated error',
  ],
  'conversation.item.truncated': ['conversation.item.truncate output_audio_buffer.cleared', ''],
  'conversation.item.delete': ['conversation.item.done', 'conversation.item.deleted error'],
  'conversation.item.deleted': ['conversation.item.delete', ''],
  [`${WORDS}.delta`]: [
    'input_audio_buffer.speech_started input_audio_buffer.committed',
    `${WORDS}.delta ${WORDS}.completed`,
  ],
  [`${WORDS}.segment`]: ['input_audio_buffer.committed', `${WORDS}.completed`],
  [`${WORDS}.completed`]: [`${WORDS}.delta conversation.item.done`, ''],
  [`${WORDS}.failed`]: ['conversation.item.done', ''],
  'input_audio_buffer.append': [
    'session.updated',
    'input_audio_buffer.append input_audio_buffer.commit input_audio_buffer.speech_started',
  ],
  'input_audio_buffer.commit': ['input_audio_buffer.append', 'input_audio_buffer.committed error'],
  'input_audio_buffer.clear': ['input_audio_buffer.append', 'input_audio_buffer.cleared'],
  'input_audio_buffer.cleared': ['input_audio_buffer.clear', ''],
  'input_audio_buffer.committed': [
    'input_audio_buffer.commit input_audio_buffer.speech_stopped input_audio_buffer.timeout_triggered',
    'conversation.item.added',
  ],
  'input_audio_buffer.speech_started': ['input_audio_buffer.append', 'input_audio_buffer.speech_stopped response.done'],
  'input_audio_buffer.speech_stopped': ['input_audio_buffer.speech_started', 'input_audio_buffer.committed'],
  'input_audio_buffer.timeout_triggered': ['response.done', 'input_audio_buffer.committed'],
  'output_audio_buffer.clear': ['response.cancel', 'output_audio_buffer.cleared'],
  'output_audio_buffer.started': ['response.output_audio_transcript.delta', 'output_audio_buffer.stopped'],
  'output_audio_buffer.stopped': ['response.done', ''],
  'output_audio_buffer.cleared': [
    'input_audio_buffer.speech_started output_audio_buffer.clear',
    'conversation.item.truncated',
  ],
  'response.create': ['conversation.item.create input_audio_buffer.committed', 'response.created error'],
  'response.cancel': ['response.created', 'response.done error'],
  'response.created': ['response.create input_audio_buffer.committed', 'response.output_item.added'],
  'response.done': ['response.output_item.done', 'rate_limits.updated'],
  'response.output_item.added': ['response.created', 'conversation.item.added'],
  'response.output_item.done': ['conversation.item.done', 'response.done response.output_item.added'],
  'response.content_part.added': [
    'conversation.item.added',
    'response.output_text.delta response.output_audio_transcript.delta',
  ],
  'response.content_part.done': [
    'response.output_text.done response.output_audio_transcript.done',
    'conversation.item.done',
  ],
  'response.output_text.delta': ['response.content_part.added', 'response.output_text.done'],
  'response.output_text.done': ['response.output_text.delta', 'response.content_part.done'],
  'response.output_audio.delta': ['response.output_audio_transcript.delta', 'response.output_audio.done'],
  'response.output_audio.done': ['response.output_audio.delta', 'response.output_audio_transcript.done'],
  'response.output_audio_transcript.delta': ['response.content_part.added', 'response.output_audio.delta'],
  'response.output_audio_transcript.done': ['response.output_audio.done', 'response.content_part.done'],
  'response.function_call_arguments.delta': ['conversation.item.added', 'response.function_call_arguments.done'],
  'response.function_call_arguments.done': [
    'response.function_call_arguments.delta',
    'conversation.item.done conversation.item.create',
  ],
  'mcp_list_tools.in_progress': ['session.updated response.create', 'mcp_list_tools.completed mcp_list_tools.failed'],
  'mcp_list_tools.completed': ['mcp_list_tools.in_progress', ''],
  'mcp_list_tools.failed': ['mcp_list_tools.in_progress', ''],
  'response.mcp_call_arguments.delta': ['response.output_item.added', 'response.mcp_call_arguments.done'],
  'response.mcp_call_arguments.done': ['response.mcp_call_arguments.delta', 'response.mcp_call.in_progress'],
  'response.mcp_call.in_progress': [
    'response.mcp_call_arguments.done',
    'response.mcp_call.completed response.mcp_call.failed',
  ],
  'response.mcp_call.completed': ['response.mcp_call.in_progress', 'response.output_item.done'],
  'response.mcp_call.failed': ['response.mcp_call.in_progress', 'response.output_item.done'],
  'session.input_audio_buffer.append': ['session.updated', 'session.input_transcript.delta session.output_audio.delta'],
  'session.input_transcript.delta': ['session.input_audio_buffer.append', 'session.output_transcript.delta'],
  'session.output_transcript.delta': ['session.input_transcript.delta', 'session.output_audio.delta'],
  'session.output_audio.delta': ['session.output_transcript.delta', 'session.closed'],
  'session.close': ['session.input_audio_buffer.append', 'session.closed'],
  'session.closed': ['session.close', ''],
};

/** The facts about an event type. */
export function factsOf(type: string): Facts {
  const now = Object.hasOwn(REPLACED_BY, type) ? REPLACED_BY[type] : undefined;
  const legacy = Object.hasOwn(LEGACY, type) ? LEGACY[type] : undefined;
  const status = now ? 'retired' : legacy ? 'legacy' : TRANSLATION.has(type) ? 'translation' : 'ga';
  // A retired name stands where its successor stands.
  const [before, after] = ORDER[now?.[0] ?? type] ?? ['', ''];
  const whole = wholeOf(type);
  return {
    status,
    transport: transportOf(type),
    replacedBy: now ?? legacy ?? [],
    precededBy: list(before),
    followedBy: list(after),
    ...(whole === undefined ? {} : { deltaOf: whole }),
  };
}

function list(words: string): string[] {
  return words.split(' ').filter((word) => word !== '');
}
