import { describe, expect, it } from 'vitest';
import { LinkStore, relatedTo } from '../../../src/analysis/links';
import { Requests } from '../../../src/analysis/requests';
import { traced, Wire } from './wire';

const add = (wire: Wire, t: number, item: object) => wire.server(t, 'conversation.item.added', { item });

describe('a spoken turn', () => {
  it('is told from speech to answer, commit to item and transcript', () => {
    const wire = new Wire();
    wire.session(0);
    const started = wire.started(1000, 'u1', 500);
    const stopped = wire.stopped(2000, 'u1', 1500);
    const committed = wire.committed(2001, 'u1');
    const added = add(wire, 2002, { id: 'u1', type: 'message', role: 'user', status: 'completed' });
    const created = wire.created(2010);
    const audio = wire.audio(2200, 250);
    const transcribed = wire.server(2400, 'conversation.item.input_audio_transcription.completed', { item_id: 'u1' });
    const done = wire.done(3000);
    expect(wire.causes(started)).toEqual([]);
    expect(wire.causes(stopped)).toEqual([`stopped by ${started}`]);
    expect(wire.causes(committed)).toEqual([`committed by ${stopped}`]);
    expect(wire.causes(added)).toEqual([`became by ${committed}`]);
    expect(wire.causes(created)).toEqual([`started by ${stopped}`]);
    expect(wire.causes(audio)).toEqual([]);
    expect(wire.causes(transcribed)).toEqual([`transcribed by ${committed}`]);
    expect(wire.causes(done)).toEqual([`ended by ${created}`]);
    const { causes, effects } = relatedTo(wire.analysis.links, stopped);
    expect(causes.map(({ cause }) => cause)).toEqual([started]);
    expect(effects.map(({ effect }) => effect)).toEqual([committed, created, added, transcribed, done]);
  });

  it('that the client commits by itself is told by its commit, and answered by its request', () => {
    const wire = new Wire();
    wire.session(0, null);
    wire.append(100, 100);
    const commit = wire.client(200, 'input_audio_buffer.commit');
    const create = wire.client(201, 'response.create');
    const committed = wire.committed(300, 'u1');
    const created = wire.created(310);
    expect(wire.causes(committed)).toEqual([`committed by ${commit}`]);
    expect(wire.causes(created)).toEqual([`started by ${create}`]);
  });

  it('is answered by turn detection even when the app asks too, which is refused', () => {
    const wire = new Wire();
    wire.session(0);
    wire.started(1000, 'u1', 0);
    const stopped = wire.stopped(2000, 'u1', 1000);
    const create = wire.client(2000, 'response.create');
    wire.committed(2001, 'u1');
    const created = wire.created(2010);
    const error = wire.server(2100, 'error', { error: { code: 'conversation_already_has_active_response' } });
    expect(wire.causes(created)).toEqual([`started by ${stopped}`]);
    expect(wire.causes(error)).toEqual([`refused by ${create}`]);
  });

  it('is not answered by turn detection that was told not to', () => {
    const wire = new Wire();
    wire.session(0, { type: 'server_vad', create_response: false });
    wire.started(1000, 'u1', 0);
    wire.stopped(2000, 'u1', 1000);
    wire.committed(2001, 'u1');
    const create = wire.client(2500, 'response.create');
    expect(wire.causes(wire.created(2600))).toEqual([`started by ${create}`]);
  });

  it('that turn detection left unanswered does not take a request of long after', () => {
    const wire = new Wire();
    wire.session(0);
    wire.started(1000, 'u1', 0);
    wire.stopped(2000, 'u1', 1000);
    wire.committed(2001, 'u1');
    const create = wire.client(9000, 'response.create');
    expect(wire.causes(wire.created(9100))).toEqual([`started by ${create}`]);
  });

  it('of silence is begun by the time-out', () => {
    const wire = new Wire();
    wire.session(0);
    const timeout = wire.server(6000, 'input_audio_buffer.timeout_triggered', { item_id: 'u1', audio_end_ms: 6000 });
    const committed = wire.committed(6001, 'u1');
    const created = wire.created(6010);
    expect(wire.causes(committed)).toEqual([`committed by ${timeout}`]);
    expect(wire.causes(created)).toEqual([`started by ${timeout}`]);
  });
});

describe('an interruption', () => {
  it('by speech is the cause of the cancelled response, and the cut follows from the last audio', () => {
    const wire = new Wire();
    wire.session(0);
    wire.client(50, 'response.create');
    const created = wire.created(100);
    wire.audio(200, 250);
    const audio = wire.audio(210, 250);
    const started = wire.started(400, 'u2', 400);
    const done = wire.done(420, 'r1', 'cancelled', { status_details: { reason: 'turn_detected' } });
    const truncate = wire.client(430, 'conversation.item.truncate', { item_id: 'a1', audio_end_ms: 200 });
    const truncated = wire.server(500, 'conversation.item.truncated', { item_id: 'a1', audio_end_ms: 200 });
    expect(wire.causes(done)).toEqual([`ended by ${created}`, `interrupted by ${started}`]);
    expect(wire.causes(truncate)).toEqual([`cut by ${audio}`]);
    expect(wire.causes(truncated)).toEqual([`cut by ${truncate}`]);
  });

  it('by the client is its cancel, and the server may cut by itself', () => {
    const wire = new Wire();
    wire.session(0);
    wire.client(50, 'response.create');
    const created = wire.created(100);
    const audio = wire.audio(200, 250);
    const cancel = wire.client(300, 'response.cancel');
    const done = wire.done(420, 'r1', 'cancelled', { status_details: { reason: 'client_cancelled' } });
    const truncated = wire.server(500, 'conversation.item.truncated', { item_id: 'a1', audio_end_ms: 200 });
    expect(wire.causes(done)).toEqual([`ended by ${created}`, `interrupted by ${cancel}`]);
    expect(wire.causes(truncated)).toEqual([`cut by ${audio}`]);
  });
});

describe('a tool round', () => {
  it('leads from the call to its output and to the response that has it', () => {
    const wire = new Wire();
    wire.session(0);
    const create = wire.client(10, 'response.create');
    const first = wire.created(20);
    const ids = { response_id: 'r1', item_id: 'f1' };
    wire.server(30, 'response.output_item.added', {
      ...ids,
      item: { id: 'f1', type: 'function_call', call_id: 'c1', name: 'get_weather', status: 'in_progress' },
    });
    const called = wire.server(40, 'response.function_call_arguments.done', { ...ids, call_id: 'c1', name: 'x' });
    const output = wire.client(90, 'conversation.item.create', {
      item: { type: 'function_call_output', call_id: 'c1' },
    });
    wire.done(95);
    const again = wire.client(100, 'response.create');
    const added = add(wire, 120, { id: 'o1', type: 'function_call_output', call_id: 'c1' });
    const second = wire.created(130, 'r2');
    expect(wire.causes(first)).toEqual([`started by ${create}`]);
    expect(wire.causes(output)).toEqual([`called by ${called}`]);
    expect(wire.causes(added)).toEqual([`created by ${output}`]);
    expect(wire.causes(second)).toEqual([`started by ${again}`, `started by ${output}`]);
  });

  it('is not in a response that was asked for before its output was sent', () => {
    const wire = new Wire();
    const create = wire.client(10, 'response.create');
    wire.client(11, 'conversation.item.create', { item: { type: 'function_call_output', call_id: 'c1' } });
    expect(wire.causes(wire.created(20))).toEqual([`started by ${create}`]);
  });

  it('of an MCP server leads from the approval asked for to the one given', () => {
    const wire = new Wire();
    wire.created(20);
    const item = { id: 'm1', type: 'mcp_approval_request', name: 'lookup' };
    const asked = wire.server(30, 'response.output_item.added', { response_id: 'r1', item });
    const given = wire.client(90, 'conversation.item.create', {
      item: { type: 'mcp_approval_response', approval_request_id: 'm1', approve: true },
    });
    expect(wire.causes(given)).toEqual([`called by ${asked}`]);
  });
});

describe('an error', () => {
  it('is about the event whose id it names', () => {
    const wire = new Wire();
    const first = wire.client(1, 'session.update', { event_id: 'e1', session: {} });
    wire.client(2, 'session.update', { event_id: 'e2', session: {} });
    const error = wire.server(3, 'error', { error: { code: 'unknown_parameter', event_id: 'e1' } });
    expect(wire.causes(error)).toEqual([`refused by ${first}`]);
  });

  it('without one is about the oldest event of the type it speaks of, which then waits no longer', () => {
    const wire = new Wire();
    const refused = wire.client(1, 'session.update', { session: { bogus: 1 } });
    const create = wire.client(2, 'response.create');
    const taken = wire.client(3, 'session.update', { session: {} });
    const error = wire.server(4, 'error', { error: { code: 'unknown_parameter', param: 'session.bogus' } });
    const created = wire.created(5);
    const updated = wire.server(6, 'session.updated', { session: {} });
    expect(wire.causes(error)).toEqual([`refused by ${refused}`]);
    expect(wire.causes(created)).toEqual([`started by ${create}`]);
    expect(wire.causes(updated)).toEqual([`updated by ${taken}`]);
  });

  it.each([
    ['input_audio_buffer_commit_empty', '', 'input_audio_buffer.commit'],
    ['response_cancel_not_active', '', 'response.cancel'],
    ['invalid_tool_call_id', '', 'conversation.item.create'],
    ['item_delete_invalid_item_id', '', 'conversation.item.delete'],
    ['invalid_value', 'type', 'nonsense.event'],
    ['invalid_value', 'audio', 'input_audio_buffer.append'],
  ])('with code %s and param %j is about %s', (code, param, type) => {
    const wire = new Wire();
    wire.client(1, 'conversation.item.retrieve', { item_id: 'x' });
    const guilty = wire.client(2, type);
    const error = wire.server(3, 'error', { error: { code, param } });
    expect(wire.causes(error)).toEqual([`refused by ${guilty}`]);
  });

  it('that ends the session is about no request', () => {
    const wire = new Wire();
    wire.client(1, 'response.create');
    expect(wire.causes(wire.server(2, 'error', { error: { code: 'session_expired' } }))).toEqual([]);
  });
});

describe('requests', () => {
  it('are answered in their order, and items by their own id', () => {
    const wire = new Wire();
    const item = (text: string, id?: string) => ({
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }], ...(id ? { id } : {}) },
    });
    const one = wire.client(1, 'conversation.item.create', item('one'));
    const two = wire.client(2, 'conversation.item.create', item('two', 'mine'));
    const three = wire.client(3, 'conversation.item.create', item('three'));
    const message = { type: 'message', role: 'user', status: 'completed' };
    expect(wire.causes(add(wire, 10, { id: 'mine', ...message }))).toEqual([`created by ${two}`]);
    expect(wire.causes(add(wire, 11, { id: 'x', ...message }))).toEqual([`created by ${one}`]);
    expect(wire.causes(add(wire, 12, { id: 'a', ...message, role: 'assistant', status: 'in_progress' }))).toEqual([]);
    expect(wire.causes(add(wire, 13, { id: 'y', ...message }))).toEqual([`created by ${three}`]);
  });

  it('for responses beside the conversation are told apart by what comes back', () => {
    const wire = new Wire();
    const main = wire.client(1, 'response.create');
    const aside = wire.client(2, 'response.create', { response: { conversation: 'none' } });
    const tagged = wire.client(3, 'response.create', { response: { conversation: 'none', metadata: { for: 'tag' } } });
    const metadata = { metadata: { for: 'tag' } };
    expect(wire.causes(wire.created(10, 'r3', { conversation_id: null, ...metadata }))).toEqual([
      `started by ${tagged}`,
    ]);
    expect(wire.causes(wire.created(11, 'r2', { conversation_id: null }))).toEqual([`started by ${aside}`]);
    expect(wire.causes(wire.created(12, 'r1'))).toEqual([`started by ${main}`]);
  });

  it('that a server never answers do not pile up', () => {
    const requests = new Requests();
    for (let row = 0; row < 5000; row++) requests.add(traced(row, row, 'client', { type: 'session.update' }));
    const rows: number[] = [];
    for (let one = requests.take('session.update'); one; one = requests.take('session.update')) rows.push(one.row);
    expect(rows.length).toBeLessThanOrEqual(256);
    expect(rows.at(-1)).toBe(4999);
  });

  it('that may have been answered by lost messages are no causes any more', () => {
    const wire = new Wire();
    wire.client(1, 'session.update', { session: {} });
    wire.record(2, { kind: 'gap', t: 2, from: 2, to: 3, count: 2, reason: 'disk', session: 's1' });
    const later = wire.client(3, 'session.update', { session: {} });
    expect(wire.causes(wire.server(4, 'session.updated', { session: {} }))).toEqual([`updated by ${later}`]);
  });
});

describe('a message made from another', () => {
  it('is linked to it, however long ago', () => {
    const wire = new Wire();
    const original = wire.client(1, 'response.create');
    for (let i = 0; i < 10_000; i++) wire.audio(2 + i, 20);
    const copy = wire.client(20_000, 'response.create', {}, { replaces: original + 1, origin: 'inspector' });
    expect(wire.causes(copy)).toEqual([`edited by ${original}`]);
  });

  it('is its release when it was held back, counts once, and is what gets the answer', () => {
    const wire = new Wire();
    const held = wire.types(1, 'Hello');
    wire.client(2, 'response.create', {}, { sent: undefined, fate: 'held' });
    const created = wire.client(50, 'response.create', {}, { replaces: 2 });
    expect(wire.causes(created)).toEqual([`released by ${held + 1}`]);
    expect(wire.causes(wire.created(60))).toEqual([`started by ${created}`]);
    expect(wire.causes(wire.created(70, 'r2'))).toEqual([]);
  });
});

describe('a message that was held back', () => {
  it('and edited is told by what was sent in its place', () => {
    const wire = new Wire();
    const held = wire.client(2, 'response.create', {}, { sent: undefined, fate: 'held' });
    const edited = wire.client(50, 'response.create', {}, { replaces: held + 1, origin: 'inspector' });
    expect(wire.causes(edited)).toEqual([`edited by ${held}`]);
    expect(wire.causes(wire.created(60))).toEqual([`started by ${edited}`]);
  });

  it.each(['dropped', 'lost'] as const)('and %s has no answer', (fate) => {
    const wire = new Wire();
    const held = wire.client(2, 'response.create', {}, { sent: undefined, fate: 'held' });
    const other = wire.client(3, 'response.create');
    const gone = wire.client(50, 'response.create', {}, { replaces: held + 1, sent: undefined, fate });
    expect(wire.causes(gone)).toEqual([`dropped by ${held}`]);
    expect(wire.causes(wire.created(60))).toEqual([`started by ${other}`]);
  });
});

describe('the greeting', () => {
  it('follows from the handshake', () => {
    const wire = new Wire();
    const open = wire.record(0, {
      kind: 'open',
      session: 's1',
      t: 0,
      url: 'wss://api.openai.com/v1/realtime?model=gpt-realtime',
      headers: {},
      subprotocols: [],
      status: 101,
      upstream: '',
      phases: {},
    });
    expect(wire.causes(wire.session(5))).toEqual([`answered by ${open}`]);
  });
});

describe('LinkStore', () => {
  it('keeps links that point backwards only', () => {
    const links = new LinkStore();
    expect(links.add({ cause: 3, effect: 3, kind: 'ended' })).toBe(false);
    expect(links.add({ cause: -1, effect: 3, kind: 'ended' })).toBe(false);
    expect(links.add({ cause: 1, effect: 3, kind: 'ended' })).toBe(true);
    expect(links.add({ cause: 0, effect: 2, kind: 'ended' })).toBe(false);
    expect(links.length).toBe(1);
  });

  it('finds both ways, and can be sent in pieces', () => {
    const links = new LinkStore();
    for (let effect = 1; effect < 3000; effect++) links.add({ cause: effect >> 1, effect, kind: 'became' });
    const copy = new LinkStore();
    copy.append(links.since(0));
    links.add({ cause: 7, effect: 4000, kind: 'cut' });
    copy.append(links.since(copy.length));
    for (const store of [links, copy]) {
      expect(store.effectsOf(7).map(({ effect }) => effect)).toEqual([14, 15, 4000]);
      expect(store.causesOf(4000)).toEqual([{ cause: 7, effect: 4000, kind: 'cut' }]);
      expect(store.causesOf(99)).toEqual([{ cause: 49, effect: 99, kind: 'became' }]);
      expect(store.effectsOf(99_999)).toEqual([]);
    }
    expect(relatedTo(links, 1, 10).effects).toHaveLength(10);
  });
});
