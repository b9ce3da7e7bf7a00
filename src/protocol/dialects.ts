/**
 * Servers that speak the Realtime API with an accent: what each does otherwise than OpenAI's GA service. Seen in recorded
 * sessions of July and August 2026 and in the vendors' documentation; a server may have moved on since.
 */
import { REPLACED_BY } from './catalogue/retired';
import type { Side } from './side';

export type DialectId = 'openai' | 'openai-beta' | 'azure' | 'azure-preview' | 'voice-live' | 'xai';

/** A server's deviations. */
export interface Dialect {
  id: DialectId;
  /** For people. */
  name: string;
  /** How its WebSocket address looks. */
  endpoint: string;
  /** True when it takes the flat session fields of the beta interface and sends beta event names. */
  flat: boolean;
  /** GA name to the name it uses. */
  renamed: Readonly<Record<string, string>>;
  /** Events of its own. */
  extra: readonly { type: string; from: Side; summary: string }[];
  /** GA server events it was never seen to send. */
  missing: readonly string[];
  /** Fields it adds: where, and which. */
  fields: readonly { where: string; names: readonly string[]; summary: string }[];
  /** Anything else worth knowing, a line each. */
  notes: readonly string[];
}

const BETA_NAMES = Object.fromEntries(Object.entries(REPLACED_BY).map(([old, now]) => [now[0] ?? '', old])) as Readonly<
  Record<string, string>
>;
const BETA_ITEMS = { ...BETA_NAMES, 'conversation.item.added': 'conversation.item.created' };

/** Every known dialect, OpenAI's own first. */
export const DIALECTS: readonly Dialect[] = [
  {
    id: 'openai',
    name: 'OpenAI',
    endpoint: 'wss://api.openai.com/v1/realtime?model=MODEL',
    flat: false,
    renamed: {},
    extra: [],
    missing: [],
    fields: [
      { where: '*.delta', names: ['obfuscation'], summary: 'Random padding: hides the length of a text delta.' },
      { where: 'item', names: ['phase'], summary: '`commentary` or `final_answer`, from gpt-realtime-2 on.' },
    ],
    notes: ['Bad keys and models are told after the upgrade: status 101, an `error` event, then close 3000 or 4000.'],
  },
  {
    id: 'openai-beta',
    name: 'OpenAI (beta, retired)',
    endpoint: 'wss://api.openai.com/v1/realtime with the header OpenAI-Beta: realtime=v1',
    flat: true,
    renamed: BETA_ITEMS,
    extra: [],
    missing: ['conversation.item.done'],
    fields: [],
    notes: ['Retired on 2026-05-12: `error` with code `beta_api_shape_disabled`, then close 4000.'],
  },
  {
    id: 'azure',
    name: 'Azure OpenAI',
    endpoint: 'wss://RESOURCE.openai.azure.com/openai/v1/realtime?model=DEPLOYMENT',
    flat: false,
    renamed: {},
    extra: [],
    missing: [],
    fields: [
      {
        where: 'response.content_part.added',
        names: ['content'],
        summary: 'The `part` a second time.',
      },
      { where: 'response.content_part.done', names: ['content'], summary: 'The `part` a second time.' },
    ],
    notes: [
      'The key goes in an `api-key` header, or an Entra token in `Authorization`; `model` is the name of a deployment.',
      'The transcription model must be a deployment of the resource too, else transcription fails with `DeploymentNotFound`.',
    ],
  },
  {
    id: 'azure-preview',
    name: 'Azure OpenAI (preview, retired)',
    endpoint: 'wss://RESOURCE.openai.azure.com/openai/realtime?api-version=VERSION&deployment=DEPLOYMENT',
    flat: true,
    renamed: BETA_ITEMS,
    extra: [],
    missing: ['conversation.item.done'],
    fields: [],
    notes: ['Refuses `session.type`. Deprecated on 2026-04-30.'],
  },
  {
    id: 'voice-live',
    name: 'Azure Voice Live',
    endpoint: 'wss://RESOURCE.services.ai.azure.com/voice-live/realtime?api-version=VERSION&model=MODEL',
    flat: true,
    renamed: BETA_ITEMS,
    extra: [
      { type: 'session.avatar.connect', from: 'client', summary: 'Offers a WebRTC connection for the avatar’s video.' },
      { type: 'session.avatar.connecting', from: 'server', summary: 'The service’s answer to that offer.' },
      { type: 'response.animation_blendshapes.delta', from: 'server', summary: 'A piece of the face’s animation.' },
      { type: 'response.animation_blendshapes.done', from: 'server', summary: 'The face’s animation is complete.' },
      { type: 'response.animation_viseme.delta', from: 'server', summary: 'A mouth shape and when it is due.' },
      { type: 'response.animation_viseme.done', from: 'server', summary: 'All mouth shapes have been sent.' },
      { type: 'response.audio_timestamp.delta', from: 'server', summary: 'A word of the answer and when it is heard.' },
      { type: 'response.audio_timestamp.done', from: 'server', summary: 'All words have their times.' },
      { type: 'response.video.delta', from: 'server', summary: 'A piece of the avatar’s video.' },
      { type: 'session.avatar.switch_to_speaking', from: 'server', summary: 'The avatar begins to speak.' },
      { type: 'session.avatar.switch_to_idle', from: 'server', summary: 'The avatar rests.' },
      {
        type: 'response.foundry_agent_call_arguments.delta',
        from: 'server',
        summary: 'A piece of an agent call’s arguments.',
      },
      { type: 'warning', from: 'server', summary: 'Something is not as it should be, but the session goes on.' },
    ],
    missing: ['rate_limits.updated'],
    fields: [
      {
        where: 'session',
        names: [
          'avatar',
          'animation',
          'input_audio_sampling_rate',
          'input_audio_echo_cancellation',
          'output_audio_timestamp_types',
        ],
        summary: 'Avatar, animation and audio extras.',
      },
      {
        where: 'session.turn_detection',
        names: ['speech_duration_ms', 'end_of_utterance_detection', 'auto_truncate', 'appended_text_after_truncation'],
        summary: 'Turn detection of its own, beside `azure_semantic_vad`.',
      },
      {
        where: 'session.input_audio_transcription',
        names: ['custom_speech', 'phrase_list'],
        summary: 'Azure Speech models and phrases.',
      },
    ],
    notes: ['`voice` is an object with `name` and `type`. Event ids are of another shape and do not carry the time.'],
  },
  {
    id: 'xai',
    name: 'xAI Grok Voice',
    endpoint: 'wss://api.x.ai/v1/realtime?model=MODEL',
    flat: false,
    renamed: {},
    extra: [{ type: 'ping', from: 'server', summary: 'A sign of life, with a time stamp in ms since 1970.' }],
    missing: ['conversation.item.done', 'rate_limits.updated'],
    fields: [
      { where: '*', names: ['previous_item_id'], summary: 'On every event, usually null.' },
      {
        where: 'response.output_audio.delta',
        names: ['rid', 'latency', 'audio_duration_ms', 'ts'],
        summary: 'Length and timing of the piece.',
      },
      {
        where: 'response.output_audio_transcript.delta',
        names: ['rid', 'start_time'],
        summary: 'When it is heard, s.',
      },
      {
        where: 'response.done',
        names: ['usage', 'response_id'],
        summary: 'Usage stands beside the response, not in it.',
      },
      { where: 'session', names: ['turn_detection', 'voice'], summary: 'At the session’s own level, as in the beta.' },
    ],
    notes: [
      'Ids are UUIDs. `conversation.created` is sent, `status_details` is the word "unimplemented".',
      '`session.type` is not needed.',
    ],
  },
];

/** The dialect of that id. */
export function findDialect(id: DialectId): Dialect {
  const found = DIALECTS.find((dialect) => dialect.id === id);
  if (!found) throw new Error(`There is no dialect "${id}".`);
  return found;
}

/** What tells servers apart: the address asked for (as recorded, secrets may be replaced) and the handshake's headers. */
export interface Handshake {
  url?: string;
  headers?: Readonly<Record<string, string | string[]>>;
}

/** The dialect an address and its headers speak of; undefined when they do not tell (a proxy, a server of one's own). */
export function dialectOfHandshake({ url = '', headers = {} }: Handshake): DialectId | undefined {
  let parsed: URL | undefined;
  try {
    parsed = new URL(url);
  } catch {
    parsed = undefined;
  }
  const host = parsed?.hostname ?? '';
  const path = parsed?.pathname ?? '';
  const query = parsed?.searchParams;
  if (path.includes('/voice-live/')) return 'voice-live';
  if (host.endsWith('.azure.com'))
    return query?.has('api-version') && !path.includes('/v1/') ? 'azure-preview' : 'azure';
  if (host === 'x.ai' || host.endsWith('.x.ai')) return 'xai';
  const beta = Object.entries(headers).some(
    ([name, value]) =>
      name.toLowerCase() === 'openai-beta' && [value].flat().some((one) => one.includes('realtime=v1')),
  );
  if (beta) return 'openai-beta';
  return host === 'api.openai.com' || host.endsWith('.api.openai.com') ? 'openai' : undefined;
}

/** The dialect a server's first `session.created` (or `session.updated`) shows; undefined for anything else. */
export function dialectOfSession(event: Record<string, unknown>): DialectId | undefined {
  if (event['type'] !== 'session.created' && event['type'] !== 'session.updated') return undefined;
  const session = event['session'];
  if (typeof session !== 'object' || session === null) return undefined;
  const has = (name: string): boolean => Object.hasOwn(session, name);
  const { voice, model, type } = session as Record<string, unknown>;
  if (type === 'realtime' || type === 'transcription' || type === 'translation') return 'openai';
  if (typeof model === 'string' && model.startsWith('grok')) return 'xai';
  if (typeof voice === 'object' && voice !== null && 'name' in voice) return 'voice-live';
  return has('modalities') || has('input_audio_format') ? 'openai-beta' : undefined;
}
