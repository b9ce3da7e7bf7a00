/** One line about a record, for a list: plain text, at most 200 characters, audio never as base64. */
import type { HttpRecord, TraceRecord } from '../trace/records';
import { audioField } from '../protocol/audioEvents';
import { callJoined, callOfHttp, SIDEBAND } from './calls';
import { formatBytes, formatMs } from './format';
import { asList, asNumber, asObject, asText, dig, type JsonObject } from './json';
import { statusReason } from './words';

/** Longest summary, characters. */
const SUMMARY_LENGTH = 200;

/** What the caller knows that the record does not say. */
export interface SummaryHints {
  /** Milliseconds of audio in the event. */
  audioMs?: number;
  /** Bytes of that audio, decoded. */
  audioBytes?: number;
}

/**
 * Summarises any record. `event` of an event record must be parsed JSON. A delta keeps the spaces at its ends, so that
 * the text of a run can be put together from the summaries of its events.
 */
export function summarise(record: TraceRecord, hints: SummaryHints = {}): string {
  const isDelta = record.kind === 'event' && record.type?.endsWith('.delta') === true;
  const rule = record.kind === 'event' && record.rule !== undefined ? `rule “${record.rule}”: ` : '';
  return oneLine(rule + describe(record, hints), isDelta);
}

function describe(record: TraceRecord, hints: SummaryHints): string {
  switch (record.kind) {
    case 'open': {
      const client = record.client === 'inspector' ? 'by the inspector ' : '';
      const call = callJoined(record);
      // What it is goes before where it went.
      if (record.status === 101 && call !== '')
        return `sideband of call ${call}${client && ', opened by the inspector'}: ${SIDEBAND}`;
      if (record.status === 101)
        return `${client}to ${record.url}${record.subprotocol ? ` (${record.subprotocol})` : ''}`;
      const why = record.error || refusalMessage(record.body ?? '');
      // Without an answer there is no status, and 0 says nothing to people.
      if (record.status === 0) return why ? `${why} (${record.url})` : `no answer by ${record.url}`;
      const refused =
        record.rule === undefined
          ? `refused with ${record.status} by ${record.url}`
          : `refused with ${record.status} by the rule “${record.rule}”`;
      return why ? `${why} (${refused})` : refused;
    }
    case 'close':
      return `${record.code}${record.reason ? ` ${record.reason}` : ''}, by ${record.rule === undefined ? `the ${record.origin ?? record.by}` : `the rule “${record.rule}”`}`;
    case 'control':
      return `from the ${record.from}, ${formatBytes(record.bytes)}`;
    case 'gap': {
      const many = record.count === 1 ? '1 message' : record.count > 0 ? `${record.count} messages` : 'messages';
      const range = record.from > 0 ? ` (#${record.from} to #${record.to})` : '';
      return `${many} not kept${range}${record.reason ? `: ${record.reason}` : ''}`;
    }
    case 'http':
      return describeHttp(record);
    case 'note':
      return record.text;
    case 'event': {
      if (record.fate === 'dropped') return 'dropped, never sent on';
      if (record.fate === 'lost') return 'never sent on: the connection had ended, or was being closed';
      if (record.text !== undefined) return record.text;
      if (record.base64 !== undefined) {
        return record.opcode === 1
          ? `text that is not UTF-8, ${formatBytes(record.bytes)}`
          : `binary, ${formatBytes(record.bytes)}`;
      }
      if (record.event === undefined) return `not kept, ${formatBytes(record.bytes)}`;
      const event = asObject(record.event);
      if (!event) return printJson(record.event);
      if (record.type && audioField(record.type, record.from)) {
        const ms = hints.audioMs ?? 0;
        return `audio ${formatMs(ms)}, ${formatBytes(hints.audioBytes ?? Math.round(ms * 48))}`;
      }
      return describeEvent(record.type ?? '', event);
    }
  }
}

/** Path and status first; the host only where it is another machine. */
function describeHttp(record: HttpRecord): string {
  const { url, status, error, t, start } = record;
  const { path, host } = partsOf(url);
  const call = callOfHttp(record);
  const words = [
    `${path} ${status || 'no answer'} in ${Math.round(t - (start ?? t))} ms`,
    call === '' || path.includes(call) ? '' : `call ${call}`,
    host === '' ? '' : `to ${host}`,
  ];
  return `${words.filter(Boolean).join(', ')}${error ? `: ${error}` : ''}`;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** Path (with its query) and host of a URL; of this machine the host is '', as its port would tell people nothing. */
function partsOf(url: string): { path: string; host: string } {
  if (!URL.canParse(url)) return { path: url, host: '' };
  const { pathname, search, hostname, host } = new URL(url);
  return { path: `${pathname}${search}`, host: LOOPBACK.test(hostname) ? '' : host };
}

function describeEvent(type: string, event: JsonObject): string {
  if (type === 'error') return describeError(event.error ?? event);
  if (type.endsWith('.failed')) return event.error === undefined ? asText(event.item_id) : describeError(event.error);
  if (type.endsWith('.delta')) return asText(event.delta) || fallback(event);
  switch (type) {
    case 'session.update':
      return describeChanges(event.session);
    case 'session.created':
    case 'session.updated':
      return describeSession(event.session);
    case 'response.create': {
      const changes = describeChanges(event.response);
      return changes || 'with the session’s settings';
    }
    case 'response.created':
      return asText(dig(event, 'response', 'id'));
    case 'response.done':
      return describeResponse(asObject(event.response));
    case 'conversation.item.create':
    case 'conversation.item.added':
    case 'conversation.item.created':
    case 'conversation.item.done':
    case 'conversation.item.retrieved':
    case 'response.output_item.added':
    case 'response.output_item.done':
      return describeItem(asObject(event.item));
    case 'response.function_call_arguments.done':
    case 'response.mcp_call_arguments.done':
      return `${asText(event.name) || asText(event.call_id) || asText(event.item_id)}(${asText(event.arguments)})`;
    case 'conversation.item.truncate':
    case 'conversation.item.truncated':
      return `${asText(event.item_id)} at ${formatMs(asNumber(event.audio_end_ms) ?? 0)}`;
    case 'input_audio_buffer.speech_started':
      return `at ${formatMs(asNumber(event.audio_start_ms) ?? 0)} of the input`;
    case 'input_audio_buffer.speech_stopped':
      return `at ${formatMs(asNumber(event.audio_end_ms) ?? 0)} of the input`;
    case 'rate_limits.updated':
      return asList(event.rate_limits)
        .map(
          (limit) =>
            `${asText(dig(limit, 'name'))} ${asNumber(dig(limit, 'remaining')) ?? '?'} of ${asNumber(dig(limit, 'limit')) ?? '?'}`,
        )
        .join(', ');
    case 'response.content_part.added':
    case 'response.content_part.done':
      return (
        asText(dig(event, 'part', 'transcript')) ||
        asText(dig(event, 'part', 'text')) ||
        asText(dig(event, 'part', 'type'))
      );
  }
  return asText(event.transcript) || asText(event.text) || fallback(event);
}

/** The ids and short values of an event nobody has words for. */
function fallback(event: JsonObject): string {
  const words: string[] = [];
  for (const [name, value] of Object.entries(event)) {
    if (name === 'type' || name === 'event_id' || name === 'obfuscation' || words.length >= 4) continue;
    if (typeof value === 'string') {
      if (value) words.push(`${name} ${value.length > 80 ? `${value.slice(0, 80)}…` : value}`);
    } else if (typeof value === 'number' || typeof value === 'boolean') words.push(`${name} ${value}`);
    else if (value !== null) words.push(`${name} ${Array.isArray(value) ? `[${value.length}]` : '{…}'}`);
  }
  return words.join(', ');
}

/** What a refusal's body says: the message of the API's error object, else the text itself. */
function refusalMessage(body: string): string {
  try {
    const answer: unknown = JSON.parse(body);
    return asText(dig(answer, 'error', 'message')) || asText(dig(answer, 'message')) || body;
  } catch {
    return body.trim();
  }
}

function describeError(error: unknown): string {
  const object = asObject(error);
  if (!object) return printJson(error);
  const code = asText(object.code) || asText(object.type);
  const param = asText(object.param);
  return `${code}${param ? ` (${param})` : ''}${code || param ? ': ' : ''}${asText(object.message)}`;
}

/** `instructions "Be brief", audio.output.voice "marin"`: what a partial object sets. */
function describeChanges(value: unknown): string {
  const words: string[] = [];
  const collect = (object: JsonObject, path: string, depth: number) => {
    for (const [name, inner] of Object.entries(object)) {
      if (words.length >= 12) return;
      const below = path ? `${path}.${name}` : name;
      const nested = asObject(inner);
      if (below === 'type' && (inner === 'realtime' || inner === 'transcription')) continue;
      if (name === 'tools' && Array.isArray(inner)) {
        words.push(
          `${below} ${inner.map((tool) => asText(dig(tool, 'name')) || asText(dig(tool, 'server_label')) || asText(dig(tool, 'type'))).join(' ')}`,
        );
      } else if (nested && depth < 3 && Object.keys(nested).length > 0) collect(nested, below, depth + 1);
      else words.push(`${below} ${shortJson(inner)}`);
    }
  };
  const object = asObject(value);
  if (object) collect(object, '', 0);
  return words.join(', ');
}

function describeSession(value: unknown): string {
  const words = [asText(dig(value, 'model')) || asText(dig(value, 'audio', 'input', 'transcription', 'model'))];
  const voice = asText(dig(value, 'audio', 'output', 'voice')) || asText(dig(value, 'voice'));
  if (voice) words.push(`voice ${voice}`);
  const detection = dig(value, 'audio', 'input', 'turn_detection') ?? dig(value, 'turn_detection');
  words.push(detection ? asText(dig(detection, 'type')) : 'no turn detection');
  const tools = asList(dig(value, 'tools')).length;
  if (tools) words.push(`${tools} ${tools === 1 ? 'tool' : 'tools'}`);
  const instructions = asText(dig(value, 'instructions'));
  if (instructions) words.push(shortJson(instructions));
  return words.filter(Boolean).join(', ');
}

function describeResponse(response: JsonObject | undefined): string {
  const words = [asText(response?.status) || 'done'];
  const reason = statusReason(response);
  if (reason) words.push(`(${reason})`);
  const input = asNumber(dig(response, 'usage', 'input_tokens'));
  const output = asNumber(dig(response, 'usage', 'output_tokens'));
  if (input !== undefined || output !== undefined) words.push(`${input ?? 0} tokens in, ${output ?? 0} out`);
  return words.join(' ');
}

function describeItem(item: JsonObject | undefined): string {
  if (!item) return '';
  const type = asText(item.type);
  if (type === 'function_call' || type === 'mcp_call') return `call ${asText(item.name)}(${asText(item.arguments)})`;
  if (type === 'function_call_output') return `output of ${asText(item.call_id)}: ${asText(item.output)}`;
  const content = asList(item.content)
    .map((part) => {
      const words = asText(dig(part, 'text')) || asText(dig(part, 'transcript'));
      if (words) return words;
      const kind = asText(dig(part, 'type'));
      return kind.includes('audio') ? '(audio)' : kind.includes('image') ? '(image)' : kind && `(${kind})`;
    })
    .join(' ');
  return [asText(item.role) || type, content || asText(item.status)].filter(Boolean).join(': ');
}

function printJson(value: unknown): string {
  return value === undefined ? '' : (JSON.stringify(value) ?? '').slice(0, SUMMARY_LENGTH * 2);
}

function shortJson(value: unknown): string {
  const text = printJson(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

// Control characters, line ends of every kind, and the marks that turn text around: a row shows what was sent, in order.
const UNPLAIN = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;

function oneLine(text: string, keepsEnds: boolean): string {
  // Cleaning only what can be shown: a text may be megabytes long.
  const spaced = text.slice(0, SUMMARY_LENGTH * 4).replace(UNPLAIN, ' ');
  const plain = keepsEnds ? spaced : spaced.trim();
  if (plain.length <= SUMMARY_LENGTH) return plain;
  const cut = plain.slice(0, SUMMARY_LENGTH - 1);
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
