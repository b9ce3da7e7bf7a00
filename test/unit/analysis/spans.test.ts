import { describe, expect, it } from 'vitest';
import type { OpenRecord } from '../../../src/trace/records';
import { needsBody } from '../../../src/analysis/needs';
import { Wire } from './wire';

const itemEvent = (wire: Wire, t: number, type: 'added' | 'done', item: object): number =>
  wire.server(t, `response.output_item.${type}`, { response_id: 'r1', item: { id: 'a1', type: 'message', ...item } });
const partEvent = (wire: Wire, t: number, type: 'added' | 'done', kind: string): number =>
  wire.server(t, `response.content_part.${type}`, {
    response_id: 'r1',
    item_id: 'a1',
    content_index: 0,
    part: { type: kind },
  });
const names = (marks: { name: string; t: number }[]) => marks.map(({ name, t }) => `${name} at ${t}`);

describe('a response', () => {
  it('lasts from created to done, with first text and first audio between', () => {
    const wire = new Wire();
    const created = wire.created(100);
    expect(wire.spans('response')).toMatchObject([{ start: 100, end: null, status: 'in_progress', startRow: created }]);
    wire.words(150);
    wire.words(160);
    wire.audio(180, 250);
    wire.audio(190, 250);
    const done = wire.done(400);
    const [span] = wire.spans('response');
    expect(span).toMatchObject({ start: 100, end: 400, status: 'completed', endRow: done, response: 'r1', detail: '' });
    expect(names(span?.marks ?? [])).toEqual(['created at 100', 'first text at 150', 'first audio at 180']);
    expect(wire.analysis.take().spans).toEqual([]);
  });

  it.each([
    [{ type: 'cancelled', reason: 'turn_detected' }, 'turn detected'],
    [{ type: 'incomplete', reason: 'max_output_tokens' }, 'max output tokens'],
    [
      { type: 'failed', error: { code: 'rate_limit_exceeded', message: 'Slow down' } },
      'rate_limit_exceeded: Slow down',
    ],
    [{ type: 'failed', error: { type: 'server_error', code: null } }, 'server_error'],
    [undefined, ''],
    ['unimplemented', ''],
  ])('says why it ended: %j', (status_details, detail) => {
    const wire = new Wire();
    wire.created(1);
    wire.done(2, 'r1', 'cancelled', { status_details });
    expect(wire.spans('response')).toMatchObject([{ status: 'cancelled', detail }]);
  });

  it('beside the conversation says so', () => {
    const wire = new Wire();
    wire.created(1, 'r1', { conversation_id: null });
    expect(wire.spans('response')).toMatchObject([{ label: 'out-of-band' }]);
  });

  it('of which only the end was recorded has no length', () => {
    const wire = new Wire();
    wire.done(70);
    expect(wire.spans('response')).toMatchObject([{ start: 70, end: 70, status: 'completed' }]);
  });
});

describe('an item', () => {
  it('holds its parts, and each has its own first words and sound', () => {
    const wire = new Wire();
    wire.created(1);
    itemEvent(wire, 10, 'added', { status: 'in_progress' });
    partEvent(wire, 12, 'added', 'audio');
    wire.words(20);
    wire.audio(30, 250);
    partEvent(wire, 50, 'done', 'audio');
    itemEvent(wire, 60, 'done', { status: 'completed' });
    const [part] = wire.spans('part');
    const [item] = wire.spans('item');
    expect(part).toMatchObject({ label: 'audio', start: 12, end: 50, status: 'completed', item: 'a1', response: 'r1' });
    expect(item).toMatchObject({ label: 'message', start: 10, end: 60, status: 'completed', item: 'a1' });
    for (const span of [part, item]) {
      expect(names(span?.marks ?? [])).toEqual(['first text at 20', 'first audio at 30']);
    }
  });

  it('names the function it calls', () => {
    const wire = new Wire();
    itemEvent(wire, 10, 'added', { type: 'function_call', name: 'get_weather', call_id: 'c1' });
    expect(wire.spans('item')).toMatchObject([{ label: 'call get_weather', call: 'c1' }]);
  });

  it('without an end of its own ends with its response, and so do its parts', () => {
    const wire = new Wire();
    wire.created(10);
    itemEvent(wire, 11, 'added', {});
    partEvent(wire, 12, 'added', 'text');
    const done = wire.done(20, 'r1', 'cancelled');
    expect(wire.spans('item')).toMatchObject([{ status: 'incomplete', end: 20, endRow: done }]);
    expect(wire.spans('part')).toMatchObject([{ status: 'incomplete', end: 20, endRow: done }]);
  });
});

describe('speech', () => {
  it('lasts from started to stopped, and is marked where the voice itself ended', () => {
    const wire = new Wire();
    wire.session(0);
    for (let t = 100; t <= 2000; t += 100) wire.append(t, 100);
    wire.started(750, 'u1', 600);
    wire.stopped(2005, 'u1', 1800);
    expect(wire.spans('speech')).toMatchObject([
      { start: 750, end: 2005, item: 'u1', status: 'completed', marks: [{ name: 'voice end', t: 1800 }] },
    ]);
  });

  it('that the client commits is what it had appended since the last commit', () => {
    const wire = new Wire();
    wire.session(0, null);
    wire.append(100, 100);
    wire.client(150, 'input_audio_buffer.clear');
    const first = wire.append(1000, 100);
    wire.append(1100, 100);
    const commit = wire.client(1150, 'input_audio_buffer.commit');
    wire.committed(1300, 'u1');
    expect(wire.spans('speech')).toMatchObject([
      { start: 900, startRow: first, end: 1150, endRow: commit, item: 'u1', status: 'completed' },
    ]);
  });
});

describe('a transcription', () => {
  const prefix = 'conversation.item.input_audio_transcription';

  it('lasts from the commit to its last word, where one is expected', () => {
    const wire = new Wire();
    wire.session(0, { type: 'server_vad' }, { transcription: { model: 'whisper-1' } });
    wire.committed(100, 'u1');
    expect(wire.spans('transcription')).toMatchObject([{ start: 100, end: null, status: 'in_progress' }]);
    wire.server(300, `${prefix}.delta`, { item_id: 'u1' });
    wire.server(400, `${prefix}.completed`, { item_id: 'u1', transcript: 'Hello' });
    const [span] = wire.spans('transcription');
    expect(span).toMatchObject({ start: 100, end: 400, status: 'completed' });
    expect(names(span?.marks ?? [])).toEqual(['first text at 300']);
  });

  it('that begins before the commit begins with its first word', () => {
    const wire = new Wire();
    wire.server(50, `${prefix}.delta`, { item_id: 'u1' });
    wire.committed(100, 'u1');
    wire.server(400, `${prefix}.completed`, { item_id: 'u1', transcript: 'Hello' });
    expect(wire.spans('transcription')).toMatchObject([{ start: 50, end: 400 }]);
  });

  it('that fails says why', () => {
    const wire = new Wire();
    wire.committed(100, 'u1');
    wire.server(300, `${prefix}.failed`, { item_id: 'u1', error: { code: 'DeploymentNotFound', message: 'None.' } });
    expect(wire.spans('transcription')).toMatchObject([
      { start: 100, end: 300, status: 'failed', detail: 'DeploymentNotFound: None.' },
    ]);
  });
});

describe('a tool', () => {
  it('is called, answers, and is done when a response has its output', () => {
    const wire = new Wire();
    wire.created(1);
    const ids = { response_id: 'r1', item_id: 'f1', call_id: 'c1' };
    const item = { id: 'f1', type: 'function_call', name: 'get_weather', call_id: 'c1' };
    wire.server(10, 'response.output_item.added', { response_id: 'r1', item });
    wire.server(20, 'response.function_call_arguments.done', { ...ids, name: 'get_weather', arguments: '{}' });
    wire.server(21, 'response.output_item.done', { response_id: 'r1', item });
    const output = { type: 'function_call_output', call_id: 'c1', output: 'fog' };
    wire.client(70, 'conversation.item.create', { item: output });
    wire.client(71, 'response.create');
    wire.created(90, 'r2');
    expect(wire.spans('call')).toMatchObject([
      { label: 'get_weather', start: 20, end: 90, call: 'c1', item: 'f1', response: 'r1', status: 'completed' },
    ]);
    expect(names(wire.spans('call')[0]?.marks ?? [])).toEqual(['output sent at 70']);
  });

  it('of an MCP server lists, is called, and may fail', () => {
    const wire = new Wire();
    wire.server(10, 'mcp_list_tools.in_progress', { item_id: 'l1' });
    wire.server(11, 'conversation.item.added', { item: { id: 'l1', type: 'mcp_list_tools', server_label: 'docs' } });
    wire.server(40, 'mcp_list_tools.completed', { item_id: 'l1' });
    const item = { id: 'm1', type: 'mcp_call', name: 'lookup' };
    wire.server(50, 'response.output_item.added', { response_id: 'r1', item });
    wire.server(60, 'response.mcp_call.in_progress', { item_id: 'm1' });
    wire.server(90, 'response.mcp_call.failed', { item_id: 'm1' });
    expect(wire.spans('mcp')).toMatchObject([
      { label: 'list tools docs', start: 10, end: 40, status: 'completed' },
      { label: 'lookup', start: 60, end: 90, status: 'failed' },
    ]);
  });
});

describe('a connection', () => {
  const open: OpenRecord = {
    kind: 'open',
    session: 's1',
    t: 500,
    url: 'wss://api.openai.com/v1/realtime?model=gpt-realtime',
    headers: {},
    subprotocols: [],
    status: 101,
    upstream: '',
    phases: { dns: 5, tcp: 20, tls: 45, upgrade: 130 },
  };

  it('is built up phase by phase, until the server greets', () => {
    const wire = new Wire();
    wire.record(500, open);
    wire.session(506);
    const [span] = wire.spans('connection');
    expect(span).toMatchObject({ start: 300, end: 506, status: 'completed' });
    expect(names(span?.marks ?? [])).toEqual([
      'dns at 305',
      'tcp at 325',
      'tls at 370',
      'upgrade at 500',
      'session.created at 506',
    ]);
  });

  it('that is refused fails, and its phases still add up', () => {
    const wire = new Wire();
    // Of a refusal `upgrade` is counted from the beginning.
    wire.record(500, { ...open, status: 401, phases: { tcp: 20, tls: 45, upgrade: 200 } });
    expect(wire.spans('connection')).toMatchObject([
      { start: 300, end: 500, status: 'failed', detail: 'refused with 401' },
    ]);
  });

  it('stands beside REST calls, which belong to no session', () => {
    const wire = new Wire();
    const call = { kind: 'http' as const, method: 'POST', requestHeaders: {}, responseHeaders: {} };
    const url = 'https://api.openai.com/v1/realtime/client_secrets?key=x';
    wire.record(80, { ...call, t: 80, start: 30, url, status: 200 }, '');
    wire.record(95, { ...call, t: 95, start: 90, url: 'nonsense', status: 0, error: 'no route' }, '');
    expect(wire.spans('http')).toMatchObject([
      { label: 'POST /v1/realtime/client_secrets', start: 30, end: 80, status: 'completed', detail: 'status 200' },
      { label: 'POST nonsense', start: 90, end: 95, status: 'failed', detail: 'no route' },
    ]);
  });
});

describe('the end of a session', () => {
  it('ends what is open in it, and only in it', () => {
    const wire = new Wire();
    wire.created(10);
    wire.server(11, 'response.created', { response: { id: 'r2' } }, { session: 's2' });
    for (let i = 0; i < 1000; i++) wire.created(12 + i, `more${i}`);
    wire.close(5000);
    const spans = wire.spans('response');
    const ours = spans.filter(({ session }) => session === 's1');
    expect(ours).toHaveLength(1001);
    expect(new Set(ours.map(({ end, status, detail }) => `${end} ${status} ${detail}`))).toEqual(
      new Set(['5000 incomplete the session closed']),
    );
    expect(spans.find(({ session }) => session === 's2')).toMatchObject({ end: null });
  });
});

describe('needsBody', () => {
  it('asks for no delta and no audio', () => {
    expect(needsBody('response.done', 'server')).toBe(true);
    expect(needsBody('response.done', 'client')).toBe(false);
    expect(needsBody('session.update', 'client')).toBe(true);
    expect(needsBody('response.output_text.delta', 'server')).toBe(false);
    expect(needsBody('response.output_audio.delta', 'server')).toBe(false);
    expect(needsBody('input_audio_buffer.append', 'client')).toBe(false);
  });
});
