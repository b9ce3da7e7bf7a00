import { findEvent } from './catalogue';
import type { EventInfo } from './catalogue/info';
import type { Side } from './side';

type Json = Record<string, unknown>;

/** 20 ms of silence, short enough to read around. */
const SILENCE = 'A'.repeat(1280);
const FORMAT = { type: 'audio/pcm', rate: 24000 };

const ids = {
  event: 'event_F0example0000000000001',
  session: 'sess_F0example0000000000001',
  conversation: 'conv_F0example0000000000001',
  response: 'resp_F0example0000000000001',
  item: 'item_F0example0000000000002',
  previous: 'item_F0example0000000000001',
  call: 'call_F0example0000001',
};

const session = {
  type: 'realtime',
  object: 'realtime.session',
  id: ids.session,
  model: 'gpt-realtime',
  output_modalities: ['audio'],
  instructions: 'You are a friendly assistant. Answer briefly.',
  tools: [],
  tool_choice: 'auto',
  max_output_tokens: 'inf',
  tracing: null,
  truncation: 'auto',
  prompt: null,
  expires_at: 1790000000,
  audio: {
    input: {
      format: FORMAT,
      transcription: null,
      noise_reduction: null,
      turn_detection: {
        type: 'server_vad',
        threshold: 0.5,
        prefix_padding_ms: 300,
        silence_duration_ms: 200,
        idle_timeout_ms: null,
        create_response: true,
        interrupt_response: true,
      },
    },
    output: { format: FORMAT, voice: 'marin', speed: 1 },
  },
  include: null,
};

const message = {
  id: ids.item,
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'output_audio', transcript: 'Hello there!' }],
};
const started = { ...message, status: 'in_progress', content: [] };

const usage = {
  total_tokens: 60,
  input_tokens: 20,
  output_tokens: 40,
  input_token_details: {
    text_tokens: 20,
    audio_tokens: 0,
    image_tokens: 0,
    cached_tokens: 0,
    cached_tokens_details: { text_tokens: 0, audio_tokens: 0, image_tokens: 0 },
  },
  output_token_details: { text_tokens: 10, audio_tokens: 30 },
};

const response = {
  object: 'realtime.response',
  id: ids.response,
  status: 'in_progress',
  status_details: null,
  output: [],
  conversation_id: ids.conversation,
  output_modalities: ['audio'],
  max_output_tokens: 'inf',
  audio: { output: { format: FORMAT, voice: 'marin' } },
  usage: null,
  metadata: null,
};

const betaTranscription = {
  input_audio_format: 'pcm16',
  input_audio_transcription: { model: 'gpt-4o-transcribe', language: 'en', prompt: '' },
  turn_detection: { type: 'server_vad', threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 500 },
};

const transcribed = 'conversation.item.input_audio_transcription';

/** What a good example of an event holds where its fields' plain examples below do not say enough. */
const SPECIFIC: Record<string, Json> = {
  'client session.update': {
    session: {
      type: 'realtime',
      output_modalities: ['audio'],
      instructions: session.instructions,
      audio: {
        input: {
          format: FORMAT,
          transcription: { model: 'gpt-4o-transcribe', language: 'en' },
          turn_detection: {
            type: 'server_vad',
            threshold: 0.5,
            prefix_padding_ms: 300,
            silence_duration_ms: 500,
            create_response: true,
            interrupt_response: true,
          },
        },
        output: { format: FORMAT, voice: 'marin' },
      },
      tools: [
        {
          type: 'function',
          name: 'get_weather',
          description: 'Current weather in a city.',
          parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
        },
      ],
      tool_choice: 'auto',
    },
  },
  'client transcription_session.update': { session: betaTranscription },
  'server transcription_session.updated': { session: betaTranscription },
  'client conversation.item.create': {
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello! What can you do?' }] },
  },
  'client conversation.item.truncate': { item_id: ids.item, content_index: 0, audio_end_ms: 1500 },
  'client response.create': { response: { instructions: 'Greet the user in one sentence.' } },
  'server conversation.created': { conversation: { id: ids.conversation, object: 'realtime.conversation' } },
  'server conversation.item.retrieved': {
    item: { ...message, content: [{ type: 'output_audio', transcript: 'Hello there!', audio: SILENCE }] },
  },
  [`server ${transcribed}.delta`]: { item_id: ids.item, content_index: 0, delta: 'Hello', obfuscation: 'k3Vd81mQz0a' },
  [`server ${transcribed}.completed`]: {
    item_id: ids.item,
    content_index: 0,
    transcript: 'Hello! What can you do?',
    usage: { type: 'duration', seconds: 2 },
  },
  [`server ${transcribed}.segment`]: {
    id: 'seg_1',
    item_id: ids.item,
    content_index: 0,
    text: 'Hello! What can you do?',
    speaker: 'A',
    start: 0,
    end: 1.8,
  },
  [`server ${transcribed}.failed`]: {
    item_id: ids.item,
    content_index: 0,
    error: {
      type: 'server_error',
      code: null,
      message: `Input transcription failed for item '${ids.item}'.`,
      param: null,
    },
  },
  'server response.done': { response: { ...response, status: 'completed', output: [message], usage } },
  'server response.output_audio.delta': {
    response_id: ids.response,
    item_id: ids.item,
    output_index: 0,
    content_index: 0,
    delta: SILENCE,
  },
  'server response.function_call_arguments.delta': {
    response_id: ids.response,
    item_id: ids.item,
    output_index: 0,
    call_id: ids.call,
    delta: '{"city":',
    obfuscation: 'x9TqLw2m',
  },
  'server session.output_audio.delta': {
    delta: SILENCE,
    channels: 1,
    elapsed_ms: 1200,
    format: 'pcm16',
    sample_rate: 24000,
  },
  'server conversation.item.added': { previous_item_id: ids.previous, item: started },
  'server response.output_item.added': { response_id: ids.response, output_index: 0, item: started },
  'server response.content_part.added': {
    response_id: ids.response,
    item_id: ids.item,
    output_index: 0,
    content_index: 0,
    part: { type: 'audio', transcript: '' },
  },
};

/** A plain example of each field that events share. */
const FIELD: Json = {
  session,
  item: message,
  response,
  item_id: ids.item,
  response_id: ids.response,
  call_id: ids.call,
  previous_item_id: ids.previous,
  output_index: 0,
  content_index: 0,
  part: { type: 'audio', transcript: 'Hello there!' },
  audio: SILENCE,
  delta: 'Hello',
  text: 'Hello there!',
  transcript: 'Hello there!',
  name: 'get_weather',
  arguments: '{"city":"Oslo"}',
  audio_start_ms: 1460,
  audio_end_ms: 4256,
  event: '5',
  received_at: 1790000000,
  rate_limits: [{ name: 'tokens', limit: 15000000, remaining: 14999000, reset_seconds: 0.004 }],
  error: {
    type: 'invalid_request_error',
    code: 'response_cancel_not_active',
    message: 'Cancellation failed: no active response found',
    param: null,
    event_id: null,
  },
};

/** A filled-in example of that event as indented JSON text, ready to edit; undefined for a type nobody knows. */
export function eventTemplate(type: string, from: Side): string | undefined {
  const info = findEvent(type, from);
  return info === undefined ? undefined : JSON.stringify(fill(info), null, 2);
}

function fill(info: EventInfo): Json {
  // Key order as on the wire: type, event_id, then the rest. A client's own event_id is optional and only clutters.
  const head: Json = info.required.includes('event_id')
    ? { type: info.type, event_id: ids.event }
    : { type: info.type };
  const own = SPECIFIC[`${info.from} ${info.type}`];
  if (own) return { ...head, ...own };
  const named = Object.keys(info.fields).filter((name) => name !== 'type' && name !== 'event_id');
  const wanted = named.filter((name) => info.required.includes(name) || (name in FIELD && info.from === 'server'));
  return { ...head, ...Object.fromEntries(wanted.map((name) => [name, FIELD[name]])) };
}
