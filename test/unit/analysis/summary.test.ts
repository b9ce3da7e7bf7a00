import { describe, expect, it } from 'vitest';
import { summarise } from '../../../src/analysis/summary';
import type { EventRecord, TraceRecord } from '../../../src/trace/records';

function event(body: unknown, from: 'client' | 'server' = 'server'): EventRecord {
  const type = (body as { type?: unknown } | null)?.type;
  const head = { kind: 'event' as const, seq: 1, session: 's1', t: 1, sent: 1, from, bytes: 1234 };
  return { ...head, ...(typeof type === 'string' ? { type } : {}), event: body };
}

describe('summarise', () => {
  const events: [body: unknown, summary: string][] = [
    [{ type: 'response.output_text.delta', delta: 'Hello' }, 'Hello'],
    [{ type: 'response.output_text.delta', delta: ' there\n' }, ' there '],
    [{ type: 'response.output_audio_transcript.done', transcript: 'All of it' }, 'All of it'],
    [{ type: 'conversation.item.input_audio_transcription.completed', transcript: 'I said' }, 'I said'],
    [{ type: 'conversation.item.input_audio_transcription.failed', error: { code: 'x', message: 'No' } }, 'x: No'],
    [
      {
        type: 'error',
        error: { type: 'invalid_request_error', code: 'invalid_value', param: 'session.x', message: 'Bad' },
      },
      'invalid_value (session.x): Bad',
    ],
    [{ type: 'error', error: 'odd' }, '"odd"'],
    [
      {
        type: 'session.update',
        session: {
          type: 'realtime',
          instructions: 'Be brief',
          audio: { output: { voice: 'marin' }, input: { turn_detection: null } },
          tools: [{ type: 'function', name: 'get_weather' }],
        },
      },
      'instructions "Be brief", audio.output.voice "marin", audio.input.turn_detection null, tools get_weather',
    ],
    [
      {
        type: 'session.created',
        session: {
          model: 'gpt-realtime',
          audio: { input: { turn_detection: { type: 'server_vad' } }, output: { voice: 'alloy' } },
          tools: [{}],
        },
      },
      'gpt-realtime, voice alloy, server_vad, 1 tool',
    ],
    [
      { type: 'response.done', response: { status: 'completed', usage: { input_tokens: 10, output_tokens: 20 } } },
      'completed 10 tokens in, 20 out',
    ],
    [
      { type: 'response.done', response: { status: 'cancelled', status_details: { reason: 'turn_detected' } } },
      'cancelled (turn detected)',
    ],
    [
      { type: 'response.function_call_arguments.done', name: 'get_weather', arguments: '{"city":"Bern"}' },
      'get_weather({"city":"Bern"})',
    ],
    [
      {
        type: 'conversation.item.create',
        item: {
          type: 'message',
          role: 'user',
          content: [
            { type: 'input_text', text: 'Hi' },
            { type: 'input_audio', audio: 'AAAA' },
          ],
        },
      },
      'user: Hi (audio)',
    ],
    [
      {
        type: 'conversation.item.create',
        item: { type: 'function_call_output', call_id: 'call_1', output: '{"t":20}' },
      },
      'output of call_1: {"t":20}',
    ],
    [{ type: 'response.output_item.added', item: { type: 'function_call', name: 'f', arguments: '' } }, 'call f()'],
    [{ type: 'input_audio_buffer.speech_started', audio_start_ms: 1460 }, 'at 1.5 s of the input'],
    [{ type: 'conversation.item.truncate', item_id: 'item_1', audio_end_ms: 300 }, 'item_1 at 300 ms'],
    [{ type: 'rate_limits.updated', rate_limits: [{ name: 'tokens', limit: 100, remaining: 99 }] }, 'tokens 99 of 100'],
    [
      { type: 'unheard.of', event_id: 'e', n: 5, ok: true, list: [1, 2], o: {}, s: 'word' },
      'n 5, ok true, list [2], o {…}',
    ],
    [{ type: 'response.create' }, 'with the session’s settings'],
    [{ no: 'type' }, 'no type'],
    [[1, 2], '[1,2]'],
    [null, 'null'],
    [{ type: 'session.update', session: 7 }, ''],
    [{ type: 'response.done', response: [] }, 'done'],
  ];
  it.each(events)('%j', (body, summary) => expect(summarise(event(body))).toBe(summary));

  it('never shows audio as base64', () => {
    const append = event({ type: 'input_audio_buffer.append', audio: 'QUJD'.repeat(100) }, 'client');
    expect(summarise(append, { audioMs: 250, audioBytes: 12_000 })).toBe('audio 250 ms, 12.0 kB');
    expect(summarise(append)).not.toContain('QUJD');
  });

  const head = { kind: 'event' as const, seq: 1, session: 's1', t: 1, from: 'client' as const, bytes: 1500 };
  const records: [record: TraceRecord, summary: string][] = [
    [{ ...head, text: 'not\n JSON' }, 'not  JSON'],
    [{ ...head, base64: 'AAEC', opcode: 2 }, 'binary, 1.5 kB'],
    [{ ...head, base64: 'AAEC', opcode: 1 }, 'text that is not UTF-8, 1.5 kB'],
    [head, 'not kept, 1.5 kB'],
    [
      {
        kind: 'open',
        session: 's1',
        t: 1,
        url: 'wss://h/v1',
        headers: {},
        subprotocols: [],
        status: 101,
        upstream: '',
        phases: {},
        subprotocol: 'realtime',
      },
      'to wss://h/v1 (realtime)',
    ],
    [
      {
        kind: 'open',
        session: 's1',
        t: 1,
        url: 'wss://h/v1',
        headers: {},
        subprotocols: [],
        status: 401,
        upstream: '',
        phases: {},
        body: 'no key',
      },
      'no key (refused with 401 by wss://h/v1)',
    ],
    [
      {
        kind: 'open',
        session: 's1',
        t: 1,
        url: 'wss://h/v1',
        headers: {},
        subprotocols: [],
        status: 0,
        upstream: '',
        phases: {},
        error: 'The upstream h could not be reached: nothing listens there.',
      },
      'The upstream h could not be reached: nothing listens there. (wss://h/v1)',
    ],
    [
      {
        kind: 'open',
        session: 's1',
        t: 1,
        url: 'wss://h/v1',
        headers: {},
        subprotocols: [],
        status: 401,
        upstream: '',
        phases: {},
        body: '{"error":{"message":"Incorrect API key provided.","type":"invalid_request_error"}}',
      },
      'Incorrect API key provided. (refused with 401 by wss://h/v1)',
    ],
    [
      {
        kind: 'open',
        session: 's1',
        t: 1,
        url: 'wss://h/v1',
        headers: {},
        subprotocols: [],
        status: 0,
        upstream: '',
        phases: {},
      },
      'no answer by wss://h/v1',
    ],
    [{ kind: 'close', session: 's1', t: 1, code: 1000, reason: 'bye', by: 'client' }, '1000 bye, by the client'],
    [
      { kind: 'close', session: 's1', t: 1, code: 1001, reason: 'bye', by: 'client', origin: 'inspector' },
      '1001 bye, by the inspector',
    ],
    [
      { kind: 'close', session: 's1', t: 1, code: 4000, reason: '', by: 'client', origin: 'inspector', rule: 'flaky' },
      '4000, by the rule “flaky”',
    ],
    [
      {
        kind: 'event',
        seq: 1,
        session: 's1',
        t: 1,
        from: 'client',
        bytes: 9,
        replaces: 1,
        fate: 'dropped',
        rule: 'no',
      },
      'rule “no”: dropped, never sent on',
    ],
    [
      { kind: 'event', seq: 1, session: 's1', t: 1, from: 'client', bytes: 9, replaces: 1, fate: 'lost' },
      'never sent on: the connection had ended, or was being closed',
    ],
    [{ kind: 'control', session: 's1', t: 1, op: 'ping', from: 'server', bytes: 4 }, 'from the server, 4 B'],
    [
      { kind: 'gap', t: 1, from: 5, to: 9, count: 5, reason: 'the disk was full' },
      '5 messages not kept (#5 to #9): the disk was full',
    ],
    [{ kind: 'gap', t: 1, from: 0, to: 0, count: 0, reason: '' }, 'messages not kept'],
    [
      {
        kind: 'http',
        t: 35,
        start: 10,
        method: 'POST',
        url: 'https://h/x',
        status: 200,
        requestHeaders: {},
        responseHeaders: {},
      },
      '/x 200 in 25 ms, to h',
    ],
    [{ kind: 'note', t: 1, text: 'look here' }, 'look here'],
  ];
  it.each(records)('%j', (record, summary) => expect(summarise(record)).toBe(summary));

  it('is one plain line, whatever was captured', () => {
    const hostile = 'a\r\nb\u0000c\u001b[31md\u2028e\u202ef';
    expect(summarise(event({ type: 'x.delta', delta: hostile }))).toBe('a b c [31md e f');
  });

  it('is at most 200 characters, cut between characters', () => {
    const long = summarise(event({ type: 'x.delta', delta: '🎉'.repeat(500) }));
    expect(long.length).toBeLessThanOrEqual(200);
    expect(long).toMatch(/^(?:🎉)+…$/u);
    expect(summarise({ kind: 'note', t: 1, text: 'y'.repeat(5_000_000) })).toHaveLength(200);
  });
});
