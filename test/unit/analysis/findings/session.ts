import { Analysis } from '../../../../src/analysis/analysis';
import type { Finding, TracedEvent } from '../../../../src/analysis/model';
import type { Side } from '../../../../src/protocol/side';

type Json = Record<string, unknown>;

/**
 * A session as a table: seconds, who (`>` the client, `<` the server), type, and the body; for audio its length in ms, and
 * for an answer's audio `[ms, item, response]`.
 */
export type Line = [seconds: number, from: '>' | '<', type: string, body?: Json | number | [number, string, string]];

export function traced(row: number, [at, from, type, body = {}]: Line, session = 's1'): TracedEvent {
  const t = at * 1000;
  const [audioMs, item, response] = Array.isArray(body) ? body : [typeof body === 'number' ? body : 0, '', ''];
  const event = typeof body === 'object' && !Array.isArray(body) ? { type, ...body } : {};
  const side: Side = from === '>' ? 'client' : 'server';
  const base = { row, seq: row, session, t, sent: t, from: side, type, event, audioMs };
  return { ...base, item, response, call: '', origin: undefined, replaces: undefined };
}

export interface Ending {
  at: number;
  code?: number;
  reason?: string;
  by?: 'client' | 'server';
}

/** What the rules say of a session; with an ending, after its close. Rows are those of the table, from 0. */
export function diagnose(lines: readonly Line[], end?: Ending): Finding[] {
  const analysis = new Analysis();
  lines.forEach((line, row) => analysis.event(traced(row, line)));
  if (end) {
    const { at, code = 1000, reason = '', by = 'client' } = end;
    const close = { kind: 'close', session: 's1', t: at * 1000, code, reason, by } as const;
    analysis.record(close, { row: lines.length, t: at * 1000, session: 's1', shift: 0 });
  }
  const found = analysis.findings.all();
  for (const { rule, t, rows, occurrences } of found) {
    const [first = -1] = rows;
    const at = lines[first]?.[0] ?? (first === lines.length ? end?.at : undefined);
    // Five minutes before the end nothing happens: the row is that of the event that names the end.
    if (at === undefined || (Math.abs(at * 1000 - t) > 1e-6 && rule !== 'session-expiry'))
      throw new Error(`${rule} is told of ${t} ms, and its first row is at ${at} s`);
    if (!occurrences.some((one) => one.t === t && one.seq === (first < lines.length ? first : 0)))
      throw new Error(`${rule}: the time it is told of is none of its times`);
  }
  return found;
}

/** Rules and titles, for expectations. */
export function titles(found: readonly Finding[]): string[] {
  return found.map(({ severity, rule, title }) => `${severity} ${rule}: ${title}`);
}

/** The findings of one rule. */
export function of(rule: string, found: readonly Finding[]): Finding[] {
  return found.filter((finding) => finding.rule === rule);
}

export const created = (at = 0, session: Json = {}): Line => [
  at,
  '<',
  'session.created',
  {
    session: {
      type: 'realtime',
      id: 'sess_x',
      model: 'gpt-realtime',
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: 24000 },
          turn_detection: { type: 'server_vad', silence_duration_ms: 200, interrupt_response: true },
        },
      },
      ...session,
    },
  },
];

export const error = (at: number, fields: Json): Line => [at, '<', 'error', { error: fields }];
export const begun = (at: number, id: string, more: Json = {}): Line => [
  at,
  '<',
  'response.created',
  { response: { id, status: 'in_progress', conversation_id: 'conv_1', ...more } },
];
export const done = (at: number, id: string, status = 'completed', more: Json = {}): Line => [
  at,
  '<',
  'response.done',
  { response: { id, status, output: [said('Hello there, how can I help you today?')], ...more } },
];
export const said = (transcript: string): Json => ({
  type: 'message',
  role: 'assistant',
  content: [{ type: 'output_audio', transcript }],
});
export const called = (at: number, call: string, name = 'get_weather'): Line => [
  at,
  '<',
  'response.output_item.done',
  { response_id: 'r1', item: { id: `item_${call}`, type: 'function_call', status: 'completed', name, call_id: call } },
];
export const output = (at: number, call: string, more: Json = {}): Line => [
  at,
  '>',
  'conversation.item.create',
  { ...more, item: { type: 'function_call_output', call_id: call, output: '{}' } },
];
export const started = (at: number, item: string): Line => [
  at,
  '<',
  'input_audio_buffer.speech_started',
  { item_id: item, audio_start_ms: 0 },
];
export const stopped = (at: number, item: string): Line => [
  at,
  '<',
  'input_audio_buffer.speech_stopped',
  { item_id: item, audio_end_ms: 0 },
];
export const committed = (at: number, item: string): Line => [
  at,
  '<',
  'input_audio_buffer.committed',
  { item_id: item, previous_item_id: null },
];
export const speech = (at: number, ms: number, item: string, response: string): Line => [
  at,
  '<',
  'response.output_audio.delta',
  [ms, item, response],
];

/** Appends of so many ms each, one every `every` seconds. */
export function appends(from: number, to: number, every: number, ms: number): Line[] {
  const count = Math.round((to - from) / every);
  return Array.from({ length: count }, (_, at) => [from + at * every, '>', 'input_audio_buffer.append', ms]);
}

/** Rows that a finding names must exist; words must be whole. */
export function wellFormed(found: readonly Finding[]): string[] {
  return found.flatMap((finding) => {
    const text = [finding.title, finding.explanation, finding.advice];
    const bad: string[] = [];
    if (text.some((words) => words === '' || /undefined|NaN|\[object|Infinity| {2}/.test(words)))
      bad.push(text.join(' | '));
    if (finding.title.endsWith('.') || finding.title.length > 200) bad.push(`title: ${finding.title}`);
    if (!/[.!?]$/.test(finding.explanation) || !/[.!?]$/.test(finding.advice)) bad.push(`end: ${text.join(' | ')}`);
    if (finding.rows.length === 0 || finding.rows.length > 20 || finding.rowCount < finding.rows.length)
      bad.push('rows');
    if (/[\u0000-\u001f\u007f-\u009f\u2028\u202e]/.test(text.join(''))) bad.push(`control: ${JSON.stringify(text)}`);
    return bad.map((what) => `${finding.rule}: ${what}`);
  });
}
