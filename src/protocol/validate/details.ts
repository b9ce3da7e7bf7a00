/** Checks that look into an event: the mistakes people make most, each known to be refused by the live service. */
import type { EventInfo } from '../catalogue/info';
import { BETA_CONTENT, BETA_SESSION_FIELDS } from '../shapes';
import type { Report } from './report';
import { checkAudio } from './audio';
import { TO_GA, formatOf, removeFields, replaceAt } from './fix';
import { checkTools } from './tools';
import { at, isObject, type Json, type Path } from './json';

/** Runs the checks for that type of event; the top-level fields have been looked at already. */
export function checkDetails(event: Json, info: EventInfo, report: Report, sessionType = 'realtime'): void {
  if (info.from !== 'client') return;
  const { session, item, response, audio } = event;
  switch (info.type) {
    case 'session.update':
      if (isObject(session)) checkSession(session, report, sessionType);
      return;
    case 'response.create':
      if (isObject(response)) checkResponse(response, report);
      return;
    case 'conversation.item.create':
      if (isObject(item)) checkItem(item, ['item'], report);
      return;
    case 'input_audio_buffer.append':
    case 'session.input_audio_buffer.append':
      if (typeof audio === 'string') checkAudio(audio, ['audio'], report);
      return;
    case 'conversation.item.truncate': {
      const end = event['audio_end_ms'];
      if (typeof end === 'number' && (end < 0 || !Number.isInteger(end))) {
        report('error', ['audio_end_ms'], '"audio_end_ms" must be a whole number of milliseconds, 0 or more.');
      }
      return;
    }
    case 'transcription_session.update':
      report(
        'warning',
        ['type'],
        'A name of the retired beta interface: use "session.update" with "session": { "type": "transcription", ... }.',
        false,
        TO_GA,
      );
      return;
    case 'output_audio_buffer.clear':
      report('note', ['type'], 'For WebRTC and SIP calls only; over a WebSocket the live service refuses it.');
      return;
    default:
      return;
  }
}

/** Where a flat field of the beta goes, as it is written. */
function placeNow(name: string): string {
  const path = BETA_SESSION_FIELDS[name] ?? '';
  if (name === 'modalities') return '"output_modalities": ["audio"] or ["text"]';
  const value = path.endsWith('.format') ? '{ "type": "audio/pcm", "rate": 24000 }' : '...';
  const [outer = '', ...rest] = path.split('.');
  if (rest.length === 0) return `"${outer}"`;
  return path
    .split('.')
    .reduceRight((inner, step) => `"${step}": ${inner.startsWith('"') ? `{ ${inner} }` : inner}`, value);
}

function checkSession(session: Json, report: Report, sessionType: string): void {
  const { type, audio } = session;
  // A translation session has no type; its target language tells it.
  const translation = isObject(audio) && isObject(audio['output']) && 'language' in audio['output'];
  if (translation) return;
  if (type === undefined) {
    const message = 'Missing required field "session.type": "realtime" or "transcription".';
    report('error', ['session'], message, false, {
      title: `Add "type": "${sessionType}"`,
      edit: (event) => ({ ...event, session: { type: sessionType, ...session } }),
    });
  } else if (type !== 'realtime' && type !== 'transcription') {
    report('error', ['session', 'type'], '"session.type" must be "realtime" or "transcription".');
  }
  if (session['model'] !== undefined && type === 'realtime') {
    report('note', ['session', 'model'], 'The model is fixed when the session opens; this changes nothing.', true);
  }
  checkBetaFields(session, ['session'], report);
  checkModalities(session, ['session'], report);
  checkFormats(audio, ['session', 'audio'], report);
  checkTools(session, ['session'], report);
  checkTurnDetection(at(audio, 'input', 'turn_detection'), report);
}

/** Fields that only one kind of turn detection has. */
const VAD_ONLY: Record<string, string[]> = {
  server_vad: ['threshold', 'prefix_padding_ms', 'silence_duration_ms', 'idle_timeout_ms'],
  semantic_vad: ['eagerness'],
};

function checkTurnDetection(detection: unknown, report: Report): void {
  if (!isObject(detection)) return;
  const { type } = detection;
  if (type !== 'server_vad' && type !== 'semantic_vad') return;
  const other = type === 'server_vad' ? 'semantic_vad' : 'server_vad';
  const path: Path = ['session', 'audio', 'input', 'turn_detection'];
  const alien = (VAD_ONLY[other] ?? []).filter((name) => Object.hasOwn(detection, name) && detection[name] !== null);
  for (const name of alien) {
    const own = (VAD_ONLY[type] ?? []).map((one) => `"${one}"`).join(', ');
    const message = `"${name}" belongs to ${other}; ${type} has ${own}. The live service refuses the whole update.`;
    report('error', [...path, name], message, true, removeFields(`Leave out what belongs to ${other}`, path, alien));
  }
}

function checkResponse(response: Json, report: Report): void {
  checkBetaFields(response, ['response'], report);
  checkModalities(response, ['response'], report);
  checkFormats(response['audio'], ['response', 'audio'], report);
  checkTools(response, ['response'], report);
  const { input } = response;
  if (!Array.isArray(input)) return;
  input.forEach((item: unknown, index) => {
    if (isObject(item)) checkItem(item, ['response', 'input', index], report);
  });
}

function checkBetaFields(holder: Json, path: Path, report: Report): void {
  for (const name of Object.keys(BETA_SESSION_FIELDS)) {
    if (!Object.hasOwn(holder, name)) continue;
    const now =
      BETA_SESSION_FIELDS[name] === '' ? ' and is no longer there: leave it out' : `: write ${placeNow(name)}`;
    const message = `"${name}" belongs to the retired beta interface${now}.`;
    report('warning', [...path, name], message, true, TO_GA);
  }
}

function checkModalities(holder: Json, path: Path, report: Report): void {
  const list = holder['output_modalities'];
  if (list === undefined) return;
  const fine = Array.isArray(list) && list.length === 1 && (list[0] === 'text' || list[0] === 'audio');
  if (fine) return;
  const both = Array.isArray(list) && list.includes('text') && list.includes('audio');
  const message = both
    ? 'Both modalities at once are refused: ["audio"] already comes with a transcript, ["text"] has no audio.'
    : '"output_modalities" must be ["audio"] or ["text"].';
  const where = [...path, 'output_modalities'];
  const edit = replaceAt('Write ["audio"]', where, ['audio']);
  report('error', where, message, false, ...(both ? [edit] : []));
}

function checkFormats(audio: unknown, path: Path, report: Report): void {
  if (!isObject(audio)) return;
  for (const end of ['input', 'output']) {
    const side = audio[end];
    if (!isObject(side) || side['format'] === undefined) continue;
    const { format } = side;
    const where = [...path, end, 'format'];
    if (typeof format === 'string') {
      const now = formatOf(format);
      const written = JSON.stringify(now, null, 1).replace(/\s+/g, ' ');
      const edit = replaceAt('Write the format as an object', where, now);
      report('error', where, `A format is an object, not a string: ${written}.`, false, edit);
    } else if (isObject(format) && format['type'] === 'audio/pcm' && typeof format['rate'] === 'number') {
      if (format['rate'] !== 24_000) {
        const edit = replaceAt('Write 24000', [...where, 'rate'], 24_000);
        report('error', [...where, 'rate'], 'PCM audio has a rate of 24000, no other.', false, edit);
      }
    }
  }
}

const CONTENT: Record<string, string[]> = {
  user: ['input_text', 'input_audio', 'input_image'],
  system: ['input_text'],
  assistant: ['output_text', 'output_audio'],
};

/** Client libraries keep theirs to it, since longer ones were refused; no published type says so. */
const LONGEST_ITEM_ID = 32;

function checkItem(item: Json, path: Path, report: Report): void {
  const missing = (name: string, hint = ''): boolean => {
    if (item[name] !== undefined) return false;
    report('error', path, `Missing required field "item.${name}"${hint}.`);
    return true;
  };
  if (missing('type', ', for example "message" or "function_call_output"')) return;
  if (item['type'] === 'message') checkMessage(item, path, report, missing);
  if (item['type'] === 'function_call' && !missing('name')) missing('arguments', ': JSON as a string');
  if (item['type'] === 'function_call_output') {
    missing('call_id', ': the one of the function call this answers');
    if (!missing('output') && typeof item['output'] !== 'string') {
      report('error', [...path, 'output'], '"output" must be a string; write structured results as JSON in a string.');
    }
  }
  const { id, call_id: call } = item;
  if (typeof id === 'string' && id.length > LONGEST_ITEM_ID) {
    const message = `An item’s id has at most ${LONGEST_ITEM_ID} characters, these are ${id.length}.`;
    report('warning', [...path, 'id'], message);
  }
  if (typeof call === 'string' && !/^[a-zA-Z0-9_-]+$/.test(call)) {
    report('error', [...path, 'call_id'], '"call_id" may hold letters, digits, _ and - only.');
  }
}

function checkMessage(item: Json, path: Path, report: Report, missing: (name: string, hint?: string) => boolean): void {
  const noRole = missing('role', ': "user", "assistant" or "system"');
  if (missing('content') || noRole) return;
  const { role, content } = item;
  const allowed = typeof role === 'string' && Object.hasOwn(CONTENT, role) ? CONTENT[role] : undefined;
  if (!allowed) return report('error', [...path, 'role'], '"role" must be "user", "assistant" or "system".');
  if (!Array.isArray(content)) return report('error', [...path, 'content'], '"content" must be an array of parts.');
  content.forEach((part: unknown, index) => {
    const where = [...path, 'content', index];
    if (!isObject(part)) return report('error', where, 'A content part is an object with a "type".');
    const { type } = part;
    if (typeof type !== 'string' || !allowed.includes(type)) {
      const place = type === undefined ? where : [...where, 'type'];
      const words = allowed.map((name) => `"${name}"`).join(' or ');
      const beta = typeof type === 'string' && Object.hasOwn(BETA_CONTENT, type);
      report('error', place, `Content of a ${String(role)} message is ${words}.`, false, ...(beta ? [TO_GA] : []));
      return;
    }
    if (type === 'output_audio') {
      report('error', where, 'Assistant audio cannot be put back: send the words as "output_text".');
    } else if (type.endsWith('_text') && typeof part['text'] !== 'string') {
      report('error', where, `A part of type "${type}" needs a "text" string.`);
    } else if (type === 'input_audio') {
      if (typeof part['audio'] === 'string') checkAudio(part['audio'], [...where, 'audio'], report);
      else report('error', where, 'A part of type "input_audio" needs "audio": base64 of raw samples.');
    }
  });
}
