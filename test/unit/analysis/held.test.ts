/** A message that is held back comes as one row and goes on as another: the client's counts where it goes on, and so does sound. */
import { expect, it } from 'vitest';
import { Conversation } from '../../../src/analysis/conversation/conversation';
import { traced, Wire } from './wire';

type Json = Record<string, unknown>;

/** Sends a message that is held back for 10 ms; gives the row at which it goes on. */
function held(wire: Wire, t: number, type: string, body: Json = {}): number {
  const row = wire.client(t, type, body, { sent: undefined, fate: 'held' });
  return wire.client(t + 10, type, body, { replaces: row + 1 });
}
const refuse = (wire: Wire, t: number, error: Json) => wire.server(t, 'error', { error });
const findings = (wire: Wire) => wire.analysis.findings.all().map(({ rule, title }) => `${rule}: ${title}`);

it('a truncation that was held back and refused leaves the estimate of what was heard', () => {
  const wire = new Wire();
  wire.session(0);
  wire.audio(0, 1000);
  held(wire, 3000, 'conversation.item.truncate', { event_id: 'e1', item_id: 'a1', audio_end_ms: 5000 });
  refuse(wire, 3100, { event_id: 'e1', message: 'Audio content of 1000ms is already shorter than 5000ms' });
  expect(wire.playback()).toMatchObject([{ heardMs: 1000, cutBy: 'none', cutRow: null }]);
  expect(findings(wire)).toEqual([
    expect.stringMatching(/^bad-truncate: A cut at 5\.0\d? s, but the answer has 1\.0\d? s of audio/),
  ]);
});

it('a commit that was held back and refused gives the buffer what it took', () => {
  const wire = new Wire();
  wire.session(0, null);
  wire.append(100, 50);
  held(wire, 110, 'input_audio_buffer.commit');
  refuse(wire, 200, { code: 'input_audio_buffer_commit_empty', message: 'buffer too small' });
  expect(wire.analysis.bufferLevels({ session: 's1', start: 0, end: 1000 }).at(-1)).toEqual({ t: 200, ms: 50 });
});

it('a configuration that was held back is answered where it was asked for', () => {
  const wire = new Wire();
  wire.session(0);
  const taken = held(wire, 100, 'session.update', { session: { instructions: 'Be brief.' } });
  wire.server(150, 'session.updated', { session: { instructions: 'Be brief.' } });
  const lost = held(wire, 200, 'session.update', { event_id: 'e2', session: { voice: 'ash', tools: [] } });
  refuse(wire, 250, { event_id: 'e2', param: 'session.voice', message: 'No.' });
  expect(wire.configs().map(({ kind, row, askedRow }) => [kind, kind === 'asked' ? row : askedRow])).toEqual([
    ['created', null],
    ['asked', taken],
    ['effective', taken],
    ['asked', lost],
    ['refused', lost],
  ]);
  expect(wire.analysis.findings.all()[0]?.explanation).toContain('tools');
});

it('a message that was held back stands once in the conversation, taken or refused', () => {
  const wire = new Wire();
  const conversation = new Conversation('s1');
  let row = 0;
  const put = (from: 'client' | 'server', event: Json, more = {}) => {
    const next = traced(row, row * 10, from, event, more);
    conversation.event(next, wire.analysis.event(next));
    row += 1;
  };
  const says = (text: string, event_id: string) => {
    const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text }] };
    put('client', { type: 'conversation.item.create', event_id, item }, { sent: undefined, fate: 'held' });
    put('client', { type: 'conversation.item.create', event_id, item }, { replaces: row });
    return item;
  };
  const item = says('Hello', 'e1');
  put('server', { type: 'conversation.item.added', previous_item_id: null, item: { id: 'u1', ...item } });
  says('Bye', 'e2');
  put('server', { type: 'error', error: { event_id: 'e2', message: 'No.' } });
  expect(conversation.slice(0, 10).map(({ item: id, status, row: at }) => [id, status, at])).toEqual([
    ['u1', 'completed', 1],
    ['', 'refused', 4],
  ]);
});

it('a finding that misses what the inspector has kept from the server says so, until it goes on', () => {
  const found = (drop: boolean) => {
    const wire = new Wire();
    wire.session(0);
    wire.created(10);
    const call = { type: 'function_call', call_id: 'c1', name: 'look_up', status: 'completed' };
    wire.server(20, 'response.output_item.done', { response_id: 'r1', item: call });
    wire.done(30);
    wire.client(40, 'conversation.item.create', { item: { type: 'function_call_output', call_id: 'c1', output: '' } });
    const asked = wire.client(50, 'response.create', {}, { sent: undefined, fate: 'held' });
    if (!drop) wire.client(60, 'response.create', {}, { replaces: asked + 1 });
    wire.analysis.findings.tick(9000);
    return wire.analysis.findings.all().map(({ rule, rows, explanation }) => ({ rule, rows, explanation, asked }));
  };
  expect(found(false)).toEqual([]);
  const [silent] = found(true);
  expect(silent).toMatchObject({ rule: 'silent-after-tool', rows: [4, silent?.asked] });
  expect(silent?.explanation).toContain('The app did send it');
});

it('sound is heard as it was sent on to the client, when it was, and what was dropped is not', () => {
  const wire = new Wire();
  wire.session(0);
  wire.created(0);
  const delta = (t: number, more: Parameters<Wire['server']>[3]) =>
    wire.server(t, 'response.output_audio.delta', { response_id: 'r1', item_id: 'a1' }, more);
  // What waits is not looked at as sound.
  const rows = [100, 110, 120, 130].map((t) => delta(t, { audioMs: 0, sent: undefined, fate: 'held' }));
  const [released, edited, dropped, lost] = rows.map((row) => row + 1);
  delta(300, { audioMs: 300, replaces: released });
  delta(310, { audioMs: 50, replaces: edited, origin: 'inspector' });
  delta(320, { audioMs: 0, replaces: dropped, sent: undefined, fate: 'dropped' });
  delta(330, { audioMs: 0, replaces: lost, sent: undefined, fate: 'lost' });
  expect(wire.playback()).toMatchObject([
    { arrivedFrom: 300, playsFrom: 300, playsTo: 650, generatedMs: 350, heardMs: 350, cutBy: 'none' },
  ]);
});
