/** How a server merges a `session.update` into the configuration it has. */
import { at, isObject, type Json } from '../validate/json';

/** What only the server sets; an update that names them changes nothing. */
const FIXED = new Set(['type', 'object', 'id', 'model', 'expires_at']);

/** Fields that are one value though they may be objects: given anew, nothing of the old one stays. */
const WHOLE = new Set(['tools', 'tool_choice', 'tracing', 'truncation', 'prompt', 'include', 'reasoning', 'voice']);

/**
 * The configuration after an update: only what is present changes, objects are merged, `null`, `""` and `[]` clear. Neither
 * argument is changed. An answer of the server (`session.updated`) is to be preferred where there is one: it fills in
 * defaults of the model that nobody else knows. `initial` is the configuration the session began with: an empty `instructions`
 * was seen to bring those of the beginning back.
 */
export function mergeSession(config: Json, update: Json, initial?: Json): Json {
  const model = config['model'];
  const merged = merge(config, update, '', typeof model === 'string' ? model : '');
  if (update['instructions'] === '' && typeof initial?.['instructions'] === 'string') {
    merged['instructions'] = initial['instructions'];
  }
  for (const name of FIXED) {
    if (Object.hasOwn(config, name)) define(merged, name, config[name]);
  }
  return merged;
}

function merge(old: Json, update: Json, path: string, model: string): Json {
  const out: Json = { ...old };
  for (const [name, value] of Object.entries(update)) {
    const before = Object.hasOwn(old, name) ? old[name] : undefined;
    define(
      out,
      name,
      isObject(value) && !WHOLE.has(name) ? mergeObject(before, value, `${path}/${name}`, model) : value,
    );
  }
  return out;
}

function mergeObject(before: unknown, value: Json, path: string, model: string): Json {
  const old = isObject(before) ? before : undefined;
  if (path.endsWith('/turn_detection')) {
    const kind = value['type'] ?? old?.['type'];
    // Another kind of turn detection has other fields, so it starts from its own defaults.
    const from = old !== undefined && old['type'] === kind ? old : detectionDefaults(kind, model);
    return merge(from, value, path, model);
  }
  if (path.endsWith('/format') && value['type'] !== old?.['type']) return { ...value };
  if (path.endsWith('/transcription') && value['model'] !== undefined && value['model'] !== old?.['model']) {
    return { model: value['model'], language: null, prompt: null, ...value };
  }
  return merge(old ?? {}, value, path, model);
}

/** Seen in the answers of recorded sessions: newer models wait longer for the end of a turn. */
function detectionDefaults(kind: unknown, model: string): Json {
  const both = { create_response: true, interrupt_response: true };
  if (kind === 'semantic_vad') return { type: kind, eagerness: 'auto', ...both };
  if (kind !== 'server_vad') return {};
  const silence = model.startsWith('gpt-realtime-2') ? 500 : 200;
  return {
    type: kind,
    threshold: 0.5,
    prefix_padding_ms: 300,
    silence_duration_ms: silence,
    idle_timeout_ms: null,
    ...both,
  };
}

/** A field named `__proto__` in captured JSON is a field like any other. */
function define(object: Json, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Bytes of a millisecond of audio each way, from the configuration, GA or flat; 48 (PCM16 at 24 kHz) when it says nothing. */
export function bytesPerMs(config: Json | undefined, side: 'input' | 'output'): number {
  const format = at(config, 'audio', side, 'format') ?? at(config, `${side}_audio_format`);
  const type = isObject(format) ? format['type'] : format;
  if (type === 'audio/pcmu' || type === 'audio/pcma' || type === 'g711_ulaw' || type === 'g711_alaw') return 8;
  const rate = isObject(format)
    ? format['rate']
    : side === 'input'
      ? at(config, 'input_audio_sampling_rate')
      : undefined;
  return typeof rate === 'number' && rate > 0 ? (rate * 2) / 1000 : 48;
}

/** Bytes that base64 text stands for; padding counted off, white space not expected. */
export function base64Length(text: unknown): number {
  if (typeof text !== 'string') return 0;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return Math.max(0, Math.floor((text.length * 3) / 4) - padding);
}
