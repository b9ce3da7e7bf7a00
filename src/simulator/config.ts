/** A session's configuration: the live service's defaults, and how an update changes them. */
import { check, type Unknown } from './rules';
import { SESSION_RULE } from './shapes';
import { INSTRUCTIONS } from './texts';
import { isObject, refusal, type Json } from './wire';

export type SessionKind = 'realtime' | 'transcription';

/** Newer models wait longer before they take silence for the end of a turn, and have another voice. */
export function isNewer(model: string): boolean {
  return model.startsWith('gpt-realtime-2');
}

function serverVad(model: string, kind: SessionKind): Json {
  const base = {
    type: 'server_vad',
    threshold: 0.5,
    prefix_padding_ms: 300,
    silence_duration_ms: isNewer(model) ? 500 : 200,
  };
  if (kind === 'transcription') return base;
  return { ...base, idle_timeout_ms: null, create_response: true, interrupt_response: true };
}

function semanticVad(kind: SessionKind): Json {
  const base = { type: 'semantic_vad', eagerness: 'auto' };
  return kind === 'transcription' ? base : { ...base, create_response: true, interrupt_response: true };
}

/** The configuration of a fresh session, fields in the order of the wire; `expiresAt` in seconds since 1970. */
export function defaultConfig(kind: SessionKind, id: string, model: string, expiresAt: number): Json {
  const input = {
    format: { type: 'audio/pcm', rate: 24_000 },
    transcription: null,
    noise_reduction: null,
    turn_detection: serverVad(model, kind),
  };
  if (kind === 'transcription') {
    return {
      type: 'transcription',
      object: 'realtime.transcription_session',
      id,
      expires_at: expiresAt,
      audio: { input },
      include: null,
    };
  }
  return {
    type: 'realtime',
    object: 'realtime.session',
    id,
    model,
    output_modalities: ['audio'],
    instructions: INSTRUCTIONS,
    tools: [],
    tool_choice: 'auto',
    max_output_tokens: 'inf',
    tracing: null,
    truncation: 'auto',
    prompt: null,
    expires_at: expiresAt,
    audio: {
      input,
      output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: isNewer(model) ? 'marin' : 'alloy', speed: 1.0 },
    },
    include: null,
  };
}

/**
 * The configuration after an update. Throws a `Refusal` for anything wrong in it, and then nothing has changed: the live
 * service refuses an update as a whole. `spoken` says whether assistant audio exists, after which the voice is fixed.
 */
export function updatedConfig(current: Json, update: Json, spoken: boolean, unknown?: Unknown): Json {
  check(update, SESSION_RULE, 'session', unknown);
  const kind = current['type'] as SessionKind;
  if (update['type'] !== kind) {
    const [given, have] = [String(update['type']), kind];
    throw refusal('sessionKind', { given, have }, 'session.type');
  }
  checkModalities(update, 'session');
  const voice = member(member(update, 'audio'), 'output')?.['voice'];
  const had = member(member(current, 'audio'), 'output')?.['voice'];
  if (spoken && voice !== undefined && JSON.stringify(voice) !== JSON.stringify(had)) {
    throw refusal('voiceFixed');
  }
  const model = typeof current['model'] === 'string' ? current['model'] : '';
  const next: Json = { ...current };
  for (const [name, value] of Object.entries(update)) {
    if (name === 'type' || name === 'model') continue;
    if (name === 'audio') next['audio'] = mergedAudio(member(current, 'audio') ?? {}, value as Json, kind, model);
    // An empty string brings the default back: a recorded session shows it.
    else if (name === 'instructions') next[name] = value === '' ? INSTRUCTIONS : value;
    else if (name === 'tools') next[name] = (value as Json[]).map(orderedTool);
    else next[name] = value;
  }
  return next;
}

/** A configuration as the server shows it: what opens an MCP server stays with the session. */
export function shownConfig(config: Json): Json {
  const { tools } = config;
  if (!Array.isArray(tools)) return config;
  const shown = tools.map((tool: unknown) => {
    if (!isObject(tool) || tool['type'] !== 'mcp') return tool;
    const { authorization: _authorization, headers: _headers, ...rest } = tool;
    return rest;
  });
  return { ...config, tools: shown };
}

/** Both modalities, or neither, are refused in the same words for a session and for a response. */
export function checkModalities(holder: Json, path: string): void {
  const list = holder['output_modalities'];
  if (!Array.isArray(list) || list.length === 1) return;
  const given = list.map((name) => `'${String(name)}'`).join(', ');
  throw refusal('modalities', { given }, `${path}.output_modalities`);
}

function mergedAudio(current: Json, update: Json, kind: SessionKind, model: string): Json {
  const next: Json = { ...current };
  const input = member(update, 'input');
  if (input) {
    const merged: Json = { ...member(current, 'input') };
    for (const [name, value] of Object.entries(input)) {
      if (name === 'turn_detection') merged[name] = mergedTurns(merged[name], value, kind, model);
      else if (name === 'transcription') merged[name] = echoedTranscription(value);
      else if (name === 'format') merged[name] = echoedFormat(value as Json);
      else merged[name] = value;
    }
    next['input'] = merged;
  }
  const output = member(update, 'output');
  if (output) {
    const merged: Json = { ...member(current, 'output'), ...output };
    if (output['format'] !== undefined) merged['format'] = echoedFormat(output['format'] as Json);
    next['output'] = merged;
  }
  return next;
}

/** Fields left out keep what they had when the kind of detection stays, and get defaults when it changes. */
function mergedTurns(current: unknown, update: unknown, kind: SessionKind, model: string): unknown {
  if (!isObject(update)) return null;
  const fresh = update['type'] === 'semantic_vad' ? semanticVad(kind) : serverVad(model, kind);
  const base = isObject(current) && current['type'] === update['type'] ? { ...fresh, ...current } : fresh;
  const given = Object.entries(update).filter(([name, value]) => value !== null || name === 'idle_timeout_ms');
  return { ...base, ...Object.fromEntries(given) };
}

/** The live service names language and prompt even when unset, and keeps `delay` to itself. */
function echoedTranscription(value: unknown): unknown {
  if (!isObject(value)) return null;
  const { delay: _delay, model, language = null, prompt = null, ...rest } = value;
  return { model: model ?? 'whisper-1', language, prompt, ...rest };
}

function echoedFormat(value: Json): Json {
  return value['type'] === 'audio/pcm' ? { type: 'audio/pcm', rate: 24_000 } : { type: value['type'] };
}

function orderedTool(tool: Json): Json {
  const { type, name, description, parameters, ...rest } = tool;
  if (type !== 'function') return tool;
  return { type, name, description: description ?? null, parameters: parameters ?? null, ...rest };
}

/** An object's member that is an object itself. */
export function member(holder: Json | undefined, name: string): Json | undefined {
  const value = holder?.[name];
  return isObject(value) ? value : undefined;
}
