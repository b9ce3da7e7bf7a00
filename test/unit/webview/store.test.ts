import { afterEach, describe, expect, it, vi } from 'vitest';
import { changesOf } from '../analysis/changes';
import { Bridge } from '../../../webview/state/bridge';
import { runRowAction } from '../../../webview/state/rowActions';
import { Store, type Kept } from '../../../webview/state/store';
import { isTaken } from '../../../webview/messageChecks';
import type { Notifications, RequestMessage, UpdateParts } from '../../../webview/messages';
import { BatchMaker, type TestRow } from './columns';

/** A store with a host that answers at once, and frames that run when the test says so. */
async function connected(answers: Partial<Record<string, (params: never) => unknown>> = {}, kept: Kept = {}) {
  const asked: RequestMessage[] = [];
  let arrive: (message: unknown) => void = () => undefined;
  let generation = 0;
  const channel = {
    post: (message: unknown) => {
      if (isTaken(message)) return;
      const request = message as RequestMessage;
      asked.push(request);
      queueMicrotask(() => {
        try {
          const answer = answers[request.request];
          const result = request.request === 'ready' ? { generation: ++generation } : answer?.(request.params as never);
          arrive({ id: request.id, ok: true, result });
        } catch (error) {
          arrive({ id: request.id, ok: false, error: (error as Error).message });
        }
      });
    },
    onMessage: (listener: (message: unknown) => void) => (arrive = listener),
  };
  const frames: (() => void)[] = [];
  const bridge = new Bridge(channel, { set: () => 0, clear: () => undefined });
  const store = new Store(bridge, (run) => frames.push(run), { read: () => kept, write: () => undefined });
  await store.connect();
  let maker = new BatchMaker();
  const tell = <N extends keyof UpdateParts>(part: N, params: UpdateParts[N]) =>
    arrive({ notify: 'update', generation, params: { [part]: params } });
  const found = (params: Notifications['found']) => arrive({ notify: 'found', generation, params });
  const settle = async () => {
    for (let n = 0; n < 20; n += 1) {
      await new Promise((done) => setTimeout(done, 0));
      for (const run of frames.splice(0)) run();
    }
  };
  return {
    store,
    asked,
    tell,
    found,
    settle,
    rows: (rows: TestRow[]) => tell('columns', maker.batch(rows)),
    restart: () => (maker = new BatchMaker()),
    lose: (rows: TestRow[]) => maker.batch(rows),
  };
}
const status = (live: boolean): UpdateParts['status'] => ({
  title: 't',
  live,
  recording: true,
  proxy: { state: 'stopped' },
  liveSessions: [],
});
const delta: TestRow = { type: 'response.output_text.delta', response: 'r1', item: 'i1', flags: 16 };
const shown = (store: Store) => Array.from({ length: store.list.length }, (_, at) => store.list.at(at).row);

describe('marked rows', () => {
  it('are sent again as a sequence, which the composer shows first', async () => {
    const text = '[{"type":"input_audio_buffer.clear"},{"wait":"input_audio_buffer.cleared"}]';
    const { store, rows, asked, settle } = await connected({ sequenceOf: () => ({ text }) });
    rows([{ type: 'a' }, { type: 'b' }, { type: 'c' }, { type: 'd' }]);
    store.marked.toggle(store.list, 0, null);
    store.marked.toggle(store.list, 2, null);
    store.marked.toggle(store.list, 3, null);
    await runRowAction(store, 'resend');
    await settle();
    expect(asked.find(({ request }) => request === 'sequenceOf')?.params).toEqual({ ranges: [0, 0, 2, 3] });
    expect(store.composer).toMatchObject({ text });
  });
});

describe('rows', () => {
  it('appear in the list as they arrive', async () => {
    const { store, rows } = await connected();
    rows([{}, {}]);
    rows([{}]);
    expect(shown(store)).toEqual([0, 1, 2]);
  });
  it('of which some were lost are all asked for again, with what the user set kept', async () => {
    const { store, rows, lose, restart, asked, settle } = await connected();
    rows([{ type: 'a' }]);
    store.setFilter('type:b');
    lose([{ type: 'lost' }]);
    rows([{ type: 'b' }]);
    await settle();
    expect(asked.filter(({ request }) => request === 'ready')).toHaveLength(2);
    restart();
    rows([{ type: 'a' }, { type: 'lost' }, { type: 'b' }]);
    expect(shown(store)).toEqual([2]);
  });
  it('that arrive while paused are held back and counted', async () => {
    const { store, rows } = await connected();
    rows([{}]);
    store.setPaused(true);
    rows([{}, {}]);
    expect(shown(store)).toEqual([0]);
    expect(store.heldBack).toBe(2);
    store.setPaused(false);
    expect(shown(store)).toEqual([0, 1, 2]);
  });
  it('that were cleared are only out of the list', async () => {
    const { store, rows } = await connected();
    rows([{}, {}]);
    store.clear();
    rows([{}]);
    expect(shown(store)).toEqual([2]);
    expect(store.rows.count).toBe(3);
    store.unclear();
    expect(shown(store)).toEqual([0, 1, 2]);
  });
  it('of another session are out of the list when one is chosen', async () => {
    const { store, rows } = await connected();
    rows([{ session: 's1' }, { session: 's2' }, { session: 's1' }]);
    store.setSession('s2');
    expect(shown(store)).toEqual([1]);
  });
  it('are selected no longer when another session is chosen, and still when it is theirs', async () => {
    const { store, rows } = await connected();
    rows([{ session: 's1' }, { session: 's2' }]);
    store.select(1);
    store.setSession('s2');
    expect(store.selected).toBe(1);
    store.setSession('');
    expect(store.selected).toBe(1);
    store.setSession('s1');
    expect(store.selected).toBeNull();
  });
});

it('find looks again from the first row when rows come anew: what the host was asked before is answered no more', async () => {
  const { store, rows, lose, restart, asked, settle, found } = await connected({
    search: () => new Promise(() => undefined),
  });
  rows([{}, {}]);
  store.finder.open();
  store.finder.setText('lisbon');
  lose([{}]);
  rows([{}]);
  await settle();
  restart();
  rows([{}, {}, {}]);
  const searches = () => asked.filter(({ request }) => request === 'search').map(({ params }) => params);
  await vi.waitFor(() => expect(searches()).toHaveLength(2), 5000);
  expect(searches()[1]).toMatchObject({ text: 'lisbon', first: 0 });
  found({ search: 2, rows: [2], looked: 3, of: 3 });
  await vi.waitFor(async () => {
    await settle();
    expect(store.finder.next(1)).toBe(2);
  }, 5000);
});

describe('the filter', () => {
  it('finds text in bodies through the host, and shows what it found when it comes', async () => {
    const { store, rows, settle, asked, found } = await connected({
      search: ({ search }: { search: number }) => {
        found({ search, rows: [1], looked: 3, of: 3 });
        return { found: 1, looked: 3, of: 3, complete: true };
      },
    });
    rows([{}, {}, {}]);
    store.setFilter('Lisbon');
    expect(shown(store)).toEqual([]);
    await settle();
    const { params } = asked.find(({ request }) => request === 'search') ?? {};
    expect(params).toEqual({ search: 1, text: 'lisbon', regex: false, first: 0 });
    expect(shown(store)).toEqual([1]);
  });
  it('looks at a long trace in slices, and is done after a few frames', async () => {
    const { store, rows, settle } = await connected();
    rows(Array.from({ length: 150_000 }, (_, n) => ({ type: n === 149_999 ? 'last' : 'a' })));
    await settle();
    store.setFilter('type:last');
    expect(store.filtering).toBe(true);
    await settle();
    expect(store.filtering).toBe(false);
    expect(shown(store)).toEqual([149_999]);
  });
  it('narrows to a type by menu, once', async () => {
    const { store, rows } = await connected();
    rows([{ type: 'response.done', response: 'r1' }]);
    store.filterBy('type', 0);
    store.filterBy('type', 0);
    store.filterBy('response', 0);
    expect(store.filterText).toBe('type:response.done response:r1');
    store.filterBy('item', 0);
    expect(store.notice?.text).toContain('no item');
  });
});

describe('the selection', () => {
  it('ends following, and brings the timeline to it', async () => {
    const { store, rows } = await connected();
    rows([{ t: 0 }, { t: 50_000 }, { t: 100_000 }]);
    store.setView({ start: 0, end: 10_000 });
    store.select(1);
    expect(store.follow).toBe(false);
    expect(store.view.start).toBeLessThan(50_000);
    expect(store.view.end).toBeGreaterThan(50_000);
  });
  it('goes to the next and previous of its kind', async () => {
    const { store, rows } = await connected();
    rows([{ type: 'a' }, { type: 'b' }, { type: 'a', from: 'client' }, { type: 'a' }]);
    store.select(0);
    store.selectSameKind(1);
    expect(store.selected).toBe(3);
    store.selectSameKind(1);
    expect(store.selected).toBe(3);
    store.selectSameKind(-1);
    expect(store.selected).toBe(0);
  });
  it('moves by what the list shows, over folded runs', async () => {
    const { store, rows } = await connected();
    const delta = { type: 'd.delta', flags: 16 };
    rows([{ type: 'a' }, delta, delta, { type: 'b' }]);
    store.select(0);
    store.selectBy(2);
    expect(store.selected).toBe(3);
    store.selectBy(-1);
    expect(store.selected).toBe(1);
  });
});

it('a page that comes back shows what it showed, once the rows for it are here', async () => {
  const kept = { filter: 'type:a', session: 's1', selected: 2, view: { start: 100, end: 2000 } };
  const { store, rows } = await connected({}, kept);
  rows([{ type: 'a' }, { type: 'b' }]);
  expect(store.selected).toBeNull();
  rows([{ type: 'a', t: 5000 }]);
  expect(store.selected).toBe(2);
  expect(store.view).toEqual({ start: 100, end: 2000 });
  expect(shown(store)).toEqual([0, 2]);
});

describe('the view of the timeline', () => {
  it('begins with the first event, however long the proxy listened before', async () => {
    const { store, rows } = await connected();
    rows([{ t: 600_000 }, { t: 605_000 }]);
    expect(store.extent.start).toBe(600_000);
    expect(store.view.start).toBe(600_000);
  });
  it('grows with the trace while everything is shown', async () => {
    const { store, rows } = await connected();
    rows([{ t: 5000 }]);
    expect(store.view.end).toBeGreaterThanOrEqual(5000);
    rows([{ t: 9000 }]);
    expect(store.view).toEqual(store.extent);
  });
  it('moves along at the end of a live session that is followed, and stays otherwise', async () => {
    const { store, rows, tell } = await connected();
    tell('status', status(true));
    rows([{ t: 10_000 }]);
    store.setView({ start: 8000, end: 9000 });
    rows([{ t: 20_000 }]);
    expect(store.view.end).toBeCloseTo(store.extent.end);
    store.setFollow(false);
    const before = store.view;
    rows([{ t: 30_000 }]);
    expect(store.view).toEqual(before);
  });
});

it('a recording opens at its start, a live session at its end', async () => {
  const recorded = await connected();
  recorded.tell('status', status(false));
  expect(recorded.store.follow).toBe(false);
  const live = await connected();
  live.tell('status', status(true));
  expect(live.store.follow).toBe(true);
});

it('summaries of many rows are asked for in one request, and each once', async () => {
  const { store, rows, settle, asked } = await connected({
    summaries: ({ rows: wanted }: { rows: number[] }) => ({ summaries: wanted.map((row) => `row ${row}`) }),
  });
  rows([{}, {}, {}]);
  for (const row of [0, 1, 2, 1]) expect(store.summary(row)).toBeUndefined();
  await settle();
  expect([0, 1, 2].map((row) => store.summary(row))).toEqual(['row 0', 'row 1', 'row 2']);
  expect(asked.filter(({ request }) => request === 'summaries').map(({ params }) => params)).toEqual([
    { rows: [0, 1, 2] },
  ]);
});

it('a later span takes the place of an earlier one with its key', async () => {
  const { store, tell } = await connected();
  const span = {
    key: 'k',
    session: 's1',
    lane: 'response' as const,
    label: '',
    start: 10,
    end: null,
    status: 'in_progress',
    detail: '',
    startRow: 0,
    endRow: null,
    response: '',
    item: '',
    call: '',
    marks: [],
  };
  tell('analysis', changesOf({ spans: [{ ...span, key: 'z', start: 50 }, span] }));
  tell('analysis', changesOf({ spans: [{ ...span, end: 90, status: 'completed' }] }));
  expect(store.spanIndex.all.map(({ key, status }) => [key, status])).toEqual([
    ['k', 'completed'],
    ['z', 'in_progress'],
  ]);
});

it('what the selected event came of and led to is known, and gone with another selection', async () => {
  const related = ({ row }: { row: number }) => ({
    causes: [{ cause: row - 1, effect: row, kind: 'started' }],
    effects: row === 2 ? [{ cause: 2, effect: 3, kind: 'ended' }] : [],
  });
  const { store, rows, settle } = await connected({ related });
  rows([{}, {}, {}, {}]);
  store.select(2);
  expect(store.related).toBeNull();
  expect(store.selectRelated('effect')).toBe(false);
  await settle();
  expect(store.related).toMatchObject({ row: 2, causes: [{ cause: 1 }], effects: [{ effect: 3 }] });
  expect(store.selectRelated('effect')).toBe(true);
  expect(store.selected).toBe(3);
  await settle();
  expect(store.selectRelated('effect')).toBe(false);
  expect(store.selectRelated('cause')).toBe(true);
  expect(store.selected).toBe(2);
  store.select(null);
  expect(store.related).toBeNull();
});

it('previous and next of a selected span are those of its lane', async () => {
  const { store, tell, rows } = await connected();
  rows([{}, {}, {}]);
  const span = (key: string, lane: 'response' | 'item', startRow: number) => ({
    key,
    session: 's1',
    lane,
    label: '',
    start: startRow * 10,
    end: 100,
    status: '',
    detail: '',
    startRow,
    endRow: null,
    response: '',
    item: '',
    call: '',
    marks: [],
  });
  tell('analysis', changesOf({ spans: [span('a', 'response', 0), span('i', 'item', 1), span('b', 'response', 2)] }));
  store.select(0, { span: 'a' });
  store.selectSameKind(1);
  expect([store.selected, store.selectedSpan]).toEqual([2, 'b']);
  store.selectSameKind(1);
  expect(store.selectedSpan).toBe('b');
  store.selectSameKind(-1);
  expect(store.selectedSpan).toBe('a');
});

describe('the timeline of a live session', () => {
  const live = async () => {
    const made = await connected();
    made.tell('status', status(true));
    made.rows([{ t: 0 }, { t: 10_000 }]);
    return made;
  };
  it('moves along with its end when it is zoomed in and the end is in view', async () => {
    const { store, rows } = await live();
    store.setView({ start: store.extent.end - 2000, end: store.extent.end });
    rows([{ t: 20_000 }]);
    expect(store.view.end).toBe(store.extent.end);
    expect(store.view.end - store.view.start).toBeCloseTo(2000);
    expect(store.viewGlides).toBe(true);
    expect(store.unseen).toBe(0);
  });
  it('stays where the user moved it, counts what came, and shows it when asked', async () => {
    const { store, rows } = await live();
    store.setView({ start: 1000, end: 3000 });
    rows([{ t: 20_000 }, { t: 21_000 }]);
    expect(store.view).toEqual({ start: 1000, end: 3000 });
    expect(store.unseen).toBe(2);
    store.setFollow(true);
    expect(store.view.end).toBe(store.extent.end);
    expect(store.unseen).toBe(0);
  });
  it('is held by pause, loses nothing, and goes on', async () => {
    const { store, rows } = await live();
    const before = store.view;
    store.setPaused(true);
    rows([{ t: 20_000 }]);
    expect(store.view).toEqual(before);
    expect(store.unseen).toBe(1);
    store.setPaused(false);
    expect(store.view).toEqual(store.extent);
    expect(store.unseen).toBe(0);
  });
});

it('what the host refuses is shown where the user looks', async () => {
  const { store } = await connected({
    closeSession: () => {
      throw new Error('Session s1 is closed already.');
    },
  });
  expect(await store.ask('closeSession', { session: 's1' })).toBeUndefined();
  expect(store.notice).toEqual({ kind: 'error', text: 'Session s1 is closed already.' });
});

describe('a notice', () => {
  afterEach(() => void vi.useRealTimers());
  const open = (...liveSessions: string[]) => ({ ...status(true), liveSessions });
  it('of news goes by itself, one of an error stays', async () => {
    const { store } = await connected();
    vi.useFakeTimers();
    store.tell({ kind: 'info', text: 'Copied 3 characters.' });
    vi.advanceTimersByTime(3000);
    expect(store.notice).not.toBeNull();
    vi.advanceTimersByTime(60_000);
    expect(store.notice).toBeNull();
    store.fail(new Error('The disk is full.'));
    vi.advanceTimersByTime(3_600_000);
    expect(store.notice?.text).toBe('The disk is full.');
  });
  it('has its own time, not what was left of the one before it', async () => {
    const { store } = await connected();
    vi.useFakeTimers();
    store.tell({ kind: 'info', text: 'first' });
    vi.advanceTimersByTime(4900);
    store.tell({ kind: 'info', text: 'second' });
    vi.advanceTimersByTime(4900);
    expect(store.notice?.text).toBe('second');
  });
  it('about an open session goes when that one closes, and not before it is known to be open', async () => {
    const { store, tell } = await connected();
    store.tell({ kind: 'info', text: 'Session s5 is open.', whileOpen: 's5' });
    tell('status', open('s1'));
    expect(store.notice).not.toBeNull();
    tell('status', open('s1', 's5'));
    expect(store.notice).not.toBeNull();
    tell('status', open('s1'));
    expect(store.notice).toBeNull();
  });
});

describe('the list', () => {
  it('is gone through by steps past an open run, which is the same row as its first member', async () => {
    const { store, rows, settle } = await connected();
    rows([{}, delta, delta, {}]);
    await settle();
    store.toggleRun(1);
    const visited: (number | null)[] = [];
    store.select(0);
    for (let n = 0; n < 4; n += 1) {
      store.selectBy(1);
      visited.push(store.selected);
    }
    for (let n = 0; n < 3; n += 1) {
      store.selectBy(-1);
      visited.push(store.selected);
    }
    expect(visited).toEqual([1, 2, 3, 3, 2, 1, 0]);
  });

  it('is put in the order of the conversation, and remembers it', async () => {
    const kept: Kept = { list: { order: 'conversation', time: 'turn' } };
    const { store, rows, settle } = await connected({}, kept);
    rows([{ item: 'u' }, {}, { type: 'conversation.item.added', item: 'u' }]);
    await settle();
    expect([shown(store), store.listLook.time]).toEqual([[1, 0, 2], 'turn']);
    store.setListLook({ order: 'arrival' });
    expect([shown(store), store.kept.list?.order]).toEqual([[0, 1, 2], 'arrival']);
  });

  it('marks rows until another is selected, the filter changes or everything comes anew', async () => {
    const { store, rows, settle } = await connected();
    rows([{}, {}, {}]);
    await settle();
    for (const forget of [() => store.select(1), () => store.setFilter('type:session'), () => void store.connect()]) {
      store.markAll();
      expect(store.marked.count).toBe(3);
      forget();
      expect(store.marked.count).toBe(0);
    }
  });

  it('goes through a filter of turns again when the analysis tells of them', async () => {
    const { store, rows, settle, tell } = await connected();
    rows([{}, { response: 'r1' }, {}]);
    store.setFilter('finding');
    await settle();
    expect(shown(store)).toEqual([]);
    const finding = {
      key: 'f',
      rule: 'slow',
      session: 's1',
      severity: 'info',
      title: '',
      explanation: '',
      advice: '',
    } as const;
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    tell(
      'analysis',
      changesOf({ findings: [{ ...finding, t: 0, rows: [1], rowCount: 1, occurrences: [], times: 1 }] }),
    );
    vi.advanceTimersByTime(600);
    vi.useRealTimers();
    await settle();
    expect(shown(store)).toEqual([1]);
  });
});
