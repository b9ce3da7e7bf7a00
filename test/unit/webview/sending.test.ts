import { describe, expect, it } from 'vitest';
import type { RequestMessage, UpdateParts } from '../../../webview/messages';
import { Bridge } from '../../../webview/state/bridge';
import { startingSession } from '../../../webview/state/startingSession';
import { Store, type Kept } from '../../../webview/state/store';
import { BatchMaker, type TestRow } from './columns';

/** A store whose host records what it is asked and answers `send` when the test says so. */
async function connected(kept: Kept = {}) {
  let arrive: (message: unknown) => void = () => undefined;
  const sends: { id: number; params: unknown }[] = [];
  const channel = {
    post: (message: unknown) => {
      const { id, request, params } = message as RequestMessage;
      if (request === 'send') sends.push({ id, params });
      else queueMicrotask(() => arrive({ id, ok: true, result: request === 'ready' ? { generation: 1 } : {} }));
    },
    onMessage: (listener: (message: unknown) => void) => (arrive = listener),
  };
  const bridge = new Bridge(channel, { set: () => 0, clear: () => undefined });
  const store = new Store(bridge, (run) => queueMicrotask(run), { read: () => kept, write: () => undefined });
  await store.connect();
  const maker = new BatchMaker();
  const tell = (params: Partial<UpdateParts>) => arrive({ notify: 'update', generation: 1, params });
  const answer = (message: object) => arrive({ id: sends.shift()?.id, ...message });
  return {
    store,
    rows: (rows: TestRow[]) => tell({ columns: maker.batch(rows) }),
    accept: () => answer({ ok: true, result: { sent: true } }),
    refuse: (error: string) => answer({ ok: false, error }),
    status: (liveSessions: string[], live = true) =>
      tell({ status: { title: 't', live, recording: true, proxy: { state: 'stopped' }, liveSessions } }),
    document: (sessions: { id: string; start: number; end?: number }[], read = 100) =>
      tell({
        document: {
          rows: 0,
          analysed: 0,
          read,
          size: 100,
          startedAt: '',
          generator: '',
          version: 1,
          sessions: sessions.map(({ id, start, end }) => ({ id, label: '', start, end: end ?? null, status: 101 })),
          problems: [],
        },
      }),
  };
}
const event = { session: 's1', to: 'server', text: '{"type":"response.create"}' } as const;
const own = { from: 'client', type: 'response.create', flags: 1 } as const;

describe('an event that was sent', () => {
  it('is selected when its row arrives, among others that pass at the same time', async () => {
    const { store, rows, accept } = await connected();
    rows([{}, {}]);
    store.setFollow(false);
    const sent = store.send(event);
    accept();
    await sent;
    expect(store.selected).toBeNull();
    rows([{ from: 'client' }, { ...own, session: 's2' }, { ...own, from: 'server' }, own, {}]);
    expect(store.selected).toBe(5);
    expect(store.sentRow).toBe(5);
  });
  it('is found also when its row is here before the host has answered', async () => {
    const { store, rows, accept } = await connected();
    store.setFollow(false);
    const sent = store.send(event);
    rows([own]);
    accept();
    await sent;
    expect(store.selected).toBe(0);
  });
  it('is not taken for one that was recorded before it', async () => {
    const { store, rows } = await connected();
    rows([own]);
    store.setFollow(false);
    void store.send(event);
    rows([{}]);
    expect(store.sentRow).toBeNull();
  });
  it('leaves alone who follows the end, and is there to be shown', async () => {
    const { store, rows } = await connected();
    void store.send(event);
    rows([own, {}]);
    expect(store.follow).toBe(true);
    expect(store.selected).toBeNull();
    store.showSent();
    expect(store.selected).toBe(0);
  });
  it('that filter, pause and session hide is not selected, until it is asked for', async () => {
    const { store, rows } = await connected();
    rows([{}, { session: 's2' }]);
    store.setSession('s2');
    store.setFilter('type:session.created');
    store.setFollow(false);
    store.setPaused(true);
    void store.send(event);
    rows([own]);
    expect(store.selected).toBeNull();
    store.showSent();
    expect(store.selected).toBe(2);
    expect(store.list.positionOf(2)).toBeGreaterThanOrEqual(0);
  });
  it('that the host refused is waited for no longer, and the reason is told', async () => {
    const { store, rows, refuse } = await connected();
    store.setFollow(false);
    const sent = store.send(event);
    refuse('Session s1 is closed.');
    await expect(sent).rejects.toThrow('Session s1 is closed.');
    rows([own]);
    expect(store.selected).toBeNull();
  });
});

describe('a trace of several sessions opens', () => {
  const three = [
    { id: 's1', start: 0, end: 10_000 },
    { id: 's2', start: 500_000 },
    { id: 's3', start: 900_000 },
  ];
  it('with the newest that is live, fitted', async () => {
    const { store, status, document, rows } = await connected();
    status(['s1', 's2']);
    document(three);
    rows([{ t: 5 }, { t: 500_000, session: 's2' }, { t: 520_000, session: 's2' }, { t: 950_000, session: 's3' }]);
    expect(store.session).toBe('s2');
    expect(store.view.start).toBe(500_000);
    expect(store.view.end).toBeLessThan(525_000);
  });
  it('with all of them when none is live', async () => {
    const { store, status, document } = await connected();
    status([], false);
    document(three);
    expect(store.session).toBe('');
  });
  it('once it is read to its end, and then stays with what is shown', async () => {
    const { store, status, document } = await connected();
    status(['s1', 's2', 's3']);
    document(three.slice(0, 2), 50);
    expect(store.session).toBe('');
    document(three);
    expect(store.session).toBe('s3');
    store.setSession('s1');
    document([...three, { id: 's4', start: 950_000 }]);
    expect(store.session).toBe('s1');
  });
  it('with what an earlier life of the page showed', async () => {
    for (const session of ['', 's1']) {
      const { store, status, document } = await connected({ session });
      status(['s2', 's3']);
      document(three);
      expect(store.session).toBe(session);
    }
  });
  it('and does not leap to a second session that begins under the eyes of the user', async () => {
    const { store, status, document } = await connected();
    status(['s1']);
    document(three.slice(0, 1));
    status(['s1', 's2']);
    document(three.slice(0, 2));
    expect(store.session).toBe('');
  });
});

it('a chosen session fits the timeline, and grows in it until it ends', async () => {
  const { store, document, rows } = await connected();
  rows([{ t: 0 }, { t: 10_000 }, { t: 700_000, session: 's2' }]);
  document([
    { id: 's1', start: 0 },
    { id: 's2', start: 700_000 },
  ]);
  store.setView({ start: 300_000, end: 400_000 });
  store.setSession('s1');
  expect(store.view).toEqual(store.extent);
  expect(store.view.end).toBeLessThan(11_000);
  document([
    { id: 's1', start: 0, end: 20_000 },
    { id: 's2', start: 700_000 },
  ]);
  expect(store.view.end).toBeGreaterThan(20_000);
  expect(store.view.end).toBeLessThan(21_000);
});

it('a session is shown from its first event, also when that came before it was open', async () => {
  const { store, document, rows } = await connected();
  rows([{ t: 900 }, { t: 5000 }]);
  document([{ id: 's1', start: 1000 }]);
  store.setSession('s1');
  expect(store.view.start).toBe(900);
});

it('the newest of two sessions that began at once is the later in the trace', () => {
  const session = (id: string, start: number) => ({ id, label: '', start, end: null, status: 101 });
  expect(startingSession([session('a', 5), session('b', 5)], ['a', 'b'])).toBe('b');
  expect(startingSession([session('a', 5)], ['a'])).toBe('');
});
