/** A small conversation whose every time is known: what is exported of it can be told by hand. */
import { Recording } from '../rewrite/traces';

export const RATE = 24_000;
/** So many ms of one value: where it stands in a file tells which piece it is. */
export function level(ms: number, value: number): string {
  const samples = new Int16Array((ms * RATE) / 1000).fill(value);
  return Buffer.from(samples.buffer).toString('base64');
}

const usage = {
  total_tokens: 150,
  input_tokens: 100,
  output_tokens: 50,
  input_token_details: {
    text_tokens: 60,
    audio_tokens: 40,
    cached_tokens: 30,
    cached_tokens_details: { text_tokens: 30, audio_tokens: 0 },
  },
  output_token_details: { text_tokens: 10, audio_tokens: 40 },
};

/**
 * From 1000 ms on the user speaks for 600 ms (1000), the answer (2000) comes at 2000 in one go, 1500 ms of it, and is
 * interrupted at 2500: 500 ms are heard. Then a tool is asked, and what it says is told in text. All in session `s1`, beside
 * which `s2` is refused.
 */
export function voiceTrace(file: string): string {
  const trace = new Recording(file, '2026-11-20T21:00:00.000Z', 'voice-trace');
  const client = (t: number, event: object) => trace.say('s1', t, '>', event);
  const server = (t: number, event: object) => trace.say('s1', t, '<', event);
  trace.open('s1', 500, { url: 'wss://api.openai.com/v1/realtime?model=gpt-realtime', phases: { upgrade: 100 } });
  server(510, {
    type: 'session.created',
    session: {
      id: 'sess_voice',
      type: 'realtime',
      model: 'gpt-realtime',
      audio: { input: { turn_detection: { type: 'server_vad', create_response: true, interrupt_response: true } } },
    },
  });
  for (let at = 0; at < 6; at += 1)
    client(1100 + at * 100, { type: 'input_audio_buffer.append', audio: level(100, 1000) });
  server(1200, { type: 'input_audio_buffer.speech_started', item_id: 'item_u', audio_start_ms: 0 });
  server(1700, { type: 'input_audio_buffer.speech_stopped', item_id: 'item_u', audio_end_ms: 600 });
  server(1701, { type: 'input_audio_buffer.committed', item_id: 'item_u', previous_item_id: null });
  server(1702, user('added'));
  server(1703, user('done'));
  server(1800, { type: 'response.created', response: { id: 'resp_1', status: 'in_progress', output: [] } });
  server(1900, {
    type: 'response.output_item.added',
    response_id: 'resp_1',
    output_index: 0,
    item: spoken('in_progress'),
  });
  server(1901, { type: 'conversation.item.added', previous_item_id: 'item_u', item: spoken('in_progress') });
  const part = { response_id: 'resp_1', item_id: 'item_a', output_index: 0, content_index: 0 };
  server(1950, { type: 'response.output_audio_transcript.delta', ...part, delta: 'Rain & <b>wind</b>' });
  for (let at = 0; at < 3; at += 1)
    server(2000, { type: 'response.output_audio.delta', ...part, delta: level(500, 2000) });
  server(2001, { type: 'response.output_audio_transcript.done', ...part, transcript: 'Rain & <b>wind</b>, a lot.' });
  server(2100, {
    type: 'conversation.item.input_audio_transcription.completed',
    item_id: 'item_u',
    content_index: 0,
    transcript: '=How is the weather?',
  });
  server(2500, { type: 'input_audio_buffer.speech_started', item_id: 'item_v', audio_start_ms: 900 });
  server(2510, {
    type: 'response.output_item.done',
    response_id: 'resp_1',
    output_index: 0,
    item: spoken('incomplete'),
  });
  server(2520, {
    type: 'response.done',
    response: {
      id: 'resp_1',
      status: 'cancelled',
      status_details: { type: 'cancelled', reason: 'turn_detected' },
      output: [spoken('incomplete')],
      usage,
    },
  });
  client(3000, { type: 'response.create' });
  server(3100, { type: 'response.created', response: { id: 'resp_2', status: 'in_progress', output: [] } });
  server(3110, {
    type: 'response.output_item.added',
    response_id: 'resp_2',
    output_index: 0,
    item: call('in_progress', ''),
  });
  server(3120, {
    type: 'response.function_call_arguments.done',
    response_id: 'resp_2',
    item_id: 'item_c',
    output_index: 0,
    call_id: 'call_1',
    name: 'look',
    arguments: '{"key":"sk-abcdefghijklmnop"}',
  });
  server(3130, {
    type: 'response.output_item.done',
    response_id: 'resp_2',
    output_index: 0,
    item: call('completed', '{"a":1}'),
  });
  server(3140, {
    type: 'response.done',
    response: { id: 'resp_2', status: 'completed', output: [call('completed', '{"a":1}')], usage },
  });
  client(3500, {
    type: 'conversation.item.create',
    item: { type: 'function_call_output', call_id: 'call_1', output: 'seen `it`' },
  });
  client(3510, { type: 'response.create' });
  server(3600, { type: 'response.created', response: { id: 'resp_3', status: 'in_progress', output: [] } });
  server(3700, {
    type: 'response.done',
    response: {
      id: 'resp_3',
      status: 'failed',
      status_details: { type: 'failed', error: { code: 'server_error', message: 'It broke.' } },
      output: [],
    },
  });
  trace.close('s1', 4000);
  trace.open('s2', 4100, { status: 401 });
  return trace.end();
}

const user = (what: 'added' | 'done') => ({
  type: `conversation.item.${what}`,
  previous_item_id: null,
  item: {
    id: 'item_u',
    type: 'message',
    role: 'user',
    status: 'completed',
    content: [{ type: 'input_audio', transcript: null }],
  },
});
const spoken = (status: string) => ({
  id: 'item_a',
  type: 'message',
  role: 'assistant',
  status,
  content: status === 'in_progress' ? [] : [{ type: 'output_audio', transcript: 'Rain & <b>wind</b>, a lot.' }],
});
const call = (status: string, args: string) => ({
  id: 'item_c',
  type: 'function_call',
  status,
  name: 'look',
  call_id: 'call_1',
  arguments: args,
});
