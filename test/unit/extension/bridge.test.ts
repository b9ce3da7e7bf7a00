import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HostMessage, InspectorStatus, UpdateParts } from '../../../webview/messages';
import type { DocumentOptions, TraceDocument } from '../../../src/document';
import type { AnalysisChanges } from '../../../src/analysis/model';
import { changesToBytes } from '../../../src/document/changeBytes';
import type { Span } from '../../../src/document/columns';
import { Bridge, type Asker, type Handlers } from '../../../src/extension/bridge';
import { TraceModel } from '../../../src/extension/traceModel';
import { changesOf } from '../analysis/changes';
import { batchOf } from './columns';

const status: InspectorStatus = {
  title: 'a.realtime.jsonl',
  live: true,
  recording: true,
  proxy: { state: 'stopped' },
  liveSessions: [],
};
const span = (key: string, label = key): Span => ({
  key,
  label,
  session: 's1',
  lane: 'response',
  start: 0,
  end: null,
  status: '',
  detail: '',
  startRow: 0,
  endRow: null,
  response: '',
  item: '',
  call: '',
  marks: [],
});

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A bridge to a page that keeps what it gets, over a document that says what the test makes it say. */
function setUp(over: Partial<Handlers> = {}) {
  let file!: DocumentOptions;
  let failure: Error | undefined;
  let follows = 0;
  const document = {
    follow: async () => void (follows += 1),
    close: async () => undefined,
  } as Partial<TraceDocument> as TraceDocument;
  const model = new TraceModel('/a.realtime.jsonl', '/dist', async () => async (options) => {
    if (failure) throw failure;
    file = options;
    return document;
  });
  const posts: HostMessage[] = [];
  const logged: string[] = [];
  let reloads = 0;
  let gate: Promise<unknown> = Promise.resolve();
  const taken = new Map<number, number>();
  let isBusy = false;
  /** What the page says when it has taken in a message. */
  const took = (generation: number) => {
    taken.set(generation, (taken.get(generation) ?? 0) + 1);
    void bridge.receive({ generation, taken: taken.get(generation) });
  };
  const bridge: Bridge = new Bridge({
    model,
    handlers: new Proxy(over as Handlers, {
      get: (given, name) => Reflect.get(given, name) ?? (() => Promise.reject(new Error(`no ${String(name)}`))),
    }),
    post: (message) => {
      posts.push(message);
      if ('notify' in message && message.notify === 'update' && !isBusy) void gate.then(() => took(message.generation));
      return gate;
    },
    status: () => status,
    reload: () => void (reloads += 1),
    log: (message) => logged.push(message),
  });
  return {
    bridge,
    model,
    posts,
    logged,
    document: () => file,
    analysed: (changes: Partial<AnalysisChanges>) => file.onAnalysis(changesToBytes(changesOf(changes))),
    fail: (error: Error | undefined) => (failure = error),
    hold: (until: Promise<unknown>) => (gate = until),
    /** The page gets messages and does not come to take them in. */
    busy: () => (isBusy = true),
    took,
    follows: () => follows,
    reloads: () => reloads,
    /** Lets timers and promises run. */
    settle: () => vi.advanceTimersByTimeAsync(100),
    take: () => posts.splice(0),
    ready: async (id = 1) => {
      void bridge.receive({ id, request: 'ready', params: {} });
      await vi.advanceTimersByTimeAsync(100);
    },
  };
}
const updates = (posts: HostMessage[]) =>
  posts.flatMap((post) => ('notify' in post && post.notify === 'update' ? [post.params] : []));
/** A part of the updates that have it. */
const partOf = <N extends keyof UpdateParts>(posts: HostMessage[], part: N): UpdateParts[N][] =>
  updates(posts).flatMap((update) => update[part] ?? []);
/** Rows in updates, as [first, count]. */
const rowsOf = (posts: HostMessage[]) => partOf(posts, 'columns').map(({ first, count }) => [first, count]);

describe('requests', () => {
  it('are answered with the result', async () => {
    const { bridge, posts } = setUp({ summaries: async ({ rows }) => ({ summaries: rows.map(String) }) });
    await bridge.receive({ id: 7, request: 'summaries', params: { rows: [3] } });
    expect(posts).toEqual([{ id: 7, ok: true, result: { summaries: ['3'] } }]);
  });

  it('are answered when the handler throws or rejects', async () => {
    const { bridge, posts } = setUp({
      body: () => {
        throw new Error('thrown');
      },
      related: () => Promise.reject(new Error('rejected')),
    });
    await bridge.receive({ id: 1, request: 'body', params: { row: 1 } });
    await bridge.receive({ id: 2, request: 'related', params: { row: 1 } });
    expect(posts).toEqual([
      { id: 1, ok: false, error: 'thrown' },
      { id: 2, ok: false, error: 'rejected' },
    ]);
  });

  it.each([
    [{ id: 3, request: 'body', params: { row: -1 } }, 'wrong parameters for "body"'],
    [{ id: 3, request: 'constructor', params: {} }, 'unknown request'],
    [{ id: 3, request: 'run', params: { command: 'workbench.action.quit' } }, 'wrong parameters for "run"'],
  ])('are refused by name and never handled: %j', async (message, error) => {
    const handled = vi.fn();
    const { bridge, posts } = setUp({ body: handled, run: handled });
    await bridge.receive(message);
    expect(posts).toEqual([{ id: 3, ok: false, error }]);
    expect(handled).not.toHaveBeenCalled();
  });

  it('without a number are only logged', async () => {
    const { bridge, posts, logged } = setUp();
    for (const message of [null, 'ready', { request: 'ready', params: {} }, { id: '1' }]) await bridge.receive(message);
    expect(posts).toEqual([]);
    expect(logged).toHaveLength(4);
  });

  it('of a page that is gone are not delivered to its successor', async () => {
    let answer!: (value: { summaries: string[] }) => void;
    const { bridge, posts, ready, settle } = setUp({ summaries: () => new Promise((resolve) => (answer = resolve)) });
    await ready();
    void bridge.receive({ id: 5, request: 'summaries', params: { rows: [] } });
    await ready();
    answer({ summaries: [] });
    await settle();
    expect(posts.filter((post) => 'id' in post && post.id === 5)).toEqual([]);
  });

  it('that take long tell their page on the way; one that is gone they tell nothing, and are ended', async () => {
    let asker!: Asker;
    const end = { found: 1, looked: 2, of: 2, complete: true };
    let answer!: (value: typeof end) => void;
    const { bridge, posts, ready, settle, take } = setUp({
      search: (_params, who) => {
        asker = who;
        return new Promise((resolve) => (answer = resolve));
      },
    });
    await ready();
    take();
    const params = { search: 4, text: 'a', regex: false, first: 0 };
    void bridge.receive({ id: 5, request: 'search', params });
    const found = { search: 4, rows: [1], looked: 2, of: 2 };
    asker.found(found);
    answer(end);
    await settle();
    expect(posts).toEqual([
      { notify: 'found', generation: 1, params: found },
      { id: 5, ok: true, result: end },
    ]);
    void bridge.receive({ id: 6, request: 'search', params });
    expect(asker.gone.aborted).toBe(false);
    await ready();
    expect(asker.gone.aborted).toBe(true);
    take();
    asker.found(found);
    await settle();
    expect(posts).toEqual([]);
  });
});

describe('a page that is ready', () => {
  it('is sent status, document, columns and analysis in one update, after its answer', async () => {
    const { ready, document, analysed, posts, settle, take } = setUp();
    await ready();
    document().onColumns(batchOf(0, 3, ['', 'a']));
    analysed({ spans: [span('r1')] });
    await settle();
    take();
    await ready(9);
    expect(posts[0]).toEqual({ id: 9, ok: true, result: { generation: 2 } });
    expect(posts.slice(1)).toMatchObject([{ notify: 'update', generation: 2 }]);
    expect(Object.keys(updates(posts)[0] ?? {})).toEqual(['status', 'document', 'columns', 'analysis']);
  });

  it('does not open the document before', async () => {
    const { model, ready } = setUp();
    expect(model.opened).toBe(false);
    await ready();
    expect(model.opened).toBe(true);
  });

  it('is sent new rows merged, once per interval, and nothing twice', async () => {
    const { ready, document, posts, settle, take } = setUp();
    await ready();
    take();
    for (let row = 0; row < 50; row++) document().onColumns(batchOf(row, 1));
    await settle();
    expect(rowsOf(take())).toEqual([[0, 50]]);
    document().onColumns(batchOf(50, 1));
    await settle();
    expect(rowsOf(posts)).toEqual([[50, 1]]);
  });

  it('is sent a span that changed as it is when it is sent, whole', async () => {
    const { ready, analysed, posts, settle, take } = setUp();
    await ready();
    take();
    analysed({ spans: [span('r1', 'one'), span('r2')] });
    analysed({ spans: [span('r1', 'two')] });
    await settle();
    const sent = partOf(posts, 'analysis').flatMap(({ spans }) => spans);
    expect(sent).toEqual([span('r1', 'two'), span('r2')]);
  });

  it('is not buried while it is slow: what comes meanwhile waits and goes in one post', async () => {
    const { ready, document, posts, settle, take, hold } = setUp();
    await ready();
    take();
    let done!: () => void;
    hold(new Promise<void>((resolve) => (done = resolve)));
    document().onColumns(batchOf(0, 1));
    await settle();
    for (let row = 1; row < 20; row++) document().onColumns(batchOf(row, 1));
    await settle();
    expect(rowsOf(posts)).toEqual([[0, 1]]);
    hold(Promise.resolve());
    done();
    await settle();
    expect(rowsOf(posts)).toEqual([
      [0, 1],
      [1, 19],
    ]);
  });

  it('gets the little there is of everything at once, and nothing behind many rows before it has them', async () => {
    const { ready, document, analysed, posts, settle, take, hold } = setUp();
    await ready();
    take();
    let done!: () => void;
    hold(new Promise<void>((resolve) => (done = resolve)));
    const names = () => updates(posts).map((update) => Object.keys(update));
    document().onColumns(batchOf(0, 1));
    analysed({ spans: [] });
    await settle();
    expect(names()).toEqual([['document', 'columns', 'analysis']]);
    document().onColumns(batchOf(1, 5000));
    analysed({ spans: [] });
    done();
    hold(new Promise<void>((resolve) => (done = resolve)));
    take();
    await settle();
    expect(names()).toEqual([['document', 'columns']]);
    done();
    await settle();
    expect(names()).toEqual([['document', 'columns'], ['analysis']]);
  });

  it('that is busy is sent a few updates beyond what it has taken in, and then all there is at once', async () => {
    const { ready, document, settle, posts, take, busy, took } = setUp();
    await ready();
    take();
    busy();
    const grow = async (row: number) => {
      document().onColumns(batchOf(row, 1));
      await settle();
    };
    for (let row = 0; row < 10; row++) await grow(row);
    expect(rowsOf(posts)).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    took(1);
    await settle();
    expect(rowsOf(posts).slice(4)).toEqual([[4, 6]]);
    await grow(10);
    expect(rowsOf(posts)).toHaveLength(5);
    took(1);
    await settle();
    expect(rowsOf(posts).slice(5)).toEqual([[10, 1]]);
  });

  it('that is busy gets a long trace a part at a time, and all of it', async () => {
    const { ready, document, settle, posts, take, busy, took } = setUp();
    await ready();
    take();
    busy();
    document().onColumns(batchOf(0, 30_000));
    await settle();
    expect(rowsOf(posts)).toHaveLength(2);
    for (let n = 0; n < 4; n++) {
      took(1);
      await settle();
    }
    expect(rowsOf(posts).map(([, count]) => count)).toEqual([8192, 8192, 8192, 5424]);
  });

  it('is not believed to have taken in what was never sent, nor what belongs to an earlier load', async () => {
    const { bridge, ready, document, settle, posts, take, busy, logged } = setUp();
    await ready();
    await ready(2);
    take();
    busy();
    const grow = async (row: number) => {
      document().onColumns(batchOf(row, 1));
      await settle();
    };
    for (let row = 0; row < 5; row++) await grow(row);
    for (const message of [
      { generation: 2, taken: 6 },
      { generation: 1, taken: 2 },
      { generation: 3, taken: 2 },
    ])
      await bridge.receive(message);
    await settle();
    expect(rowsOf(posts)).toHaveLength(4);
    expect(logged).toEqual([]);
    await bridge.receive({ generation: 2, taken: 2 });
    await settle();
    expect(rowsOf(posts)).toHaveLength(5);
  });

  it('that was busy when it was loaded anew gets everything', async () => {
    const { ready, document, settle, posts, take, busy } = setUp();
    await ready();
    busy();
    for (let row = 0; row < 5; row++) {
      document().onColumns(batchOf(row, 1));
      await settle();
    }
    take();
    await ready(2);
    expect(rowsOf(posts)).toEqual([[0, 5]]);
  });

  it('gets nothing while hidden, and what it missed when it is seen again', async () => {
    const { ready, bridge, document, posts, settle, take } = setUp();
    await ready();
    bridge.setVisible(false);
    take();
    document().onColumns(batchOf(0, 4));
    bridge.statusChanged();
    await settle();
    expect(posts).toEqual([]);
    bridge.setVisible(true);
    await settle();
    expect(rowsOf(posts)).toEqual([[0, 4]]);
    expect(partOf(posts, 'status')).toHaveLength(1);
  });

  it('is loaded anew when the file began again', async () => {
    const { ready, document, settle, reloads, model, posts, take } = setUp();
    await ready();
    document().onColumns(batchOf(0, 4));
    await settle();
    take();
    document().onColumns(batchOf(0, 2));
    await settle();
    expect(reloads()).toBe(1);
    expect(posts).toEqual([]);
    expect(model.columns.rows).toBe(2);
  });

  it('is told why the file cannot be opened, and the next look tries again', async () => {
    const { ready, fail, posts, model, take } = setUp();
    fail(new Error('a.realtime.jsonl: permission denied'));
    await ready();
    expect(partOf(posts, 'document').at(-1)).toMatchObject({
      problems: ['a.realtime.jsonl: permission denied'],
    });
    fail(undefined);
    take();
    await model.follow();
    await expect(model.document()).resolves.toBeDefined();
  });

  it('gets what comes after a pause at once, and what keeps coming gathered', async () => {
    const { document, posts, ready, take } = setUp();
    await ready();
    take();
    document().onColumns(batchOf(0, 1));
    await vi.advanceTimersByTimeAsync(1);
    expect(rowsOf(take())).toEqual([[0, 1]]);
    for (let row = 1; row < 15; row++) {
      document().onColumns(batchOf(row, 1));
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(rowsOf(posts)).toEqual([]);
    await vi.advanceTimersByTimeAsync(20);
    expect(rowsOf(take())).toEqual([[1, 14]]);
  });

  it('gets what the analysis says with the next rows, which do not wait for it, or soon after the last', async () => {
    const { document, analysed, posts, ready, take } = setUp();
    const names = () => updates(take()).map((update) => Object.keys(update));
    await ready();
    take();
    document().onColumns(batchOf(0, 1));
    await vi.advanceTimersByTimeAsync(5);
    expect(names()).toEqual([['document', 'columns']]);
    analysed({ spans: [span('r1')] });
    await vi.advanceTimersByTimeAsync(20);
    expect(posts).toEqual([]);
    document().onColumns(batchOf(1, 1));
    await vi.advanceTimersByTimeAsync(1);
    expect(names()).toEqual([['document', 'columns', 'analysis']]);
    analysed({ spans: [span('r2')] });
    await vi.advanceTimersByTimeAsync(60);
    expect(names()).toEqual([['analysis']]);
  });
});

describe('following', () => {
  it('makes one more pass for any number of calls during one', async () => {
    const { ready, model, follows, settle } = setUp();
    await ready();
    const before = follows();
    const all = Promise.all([model.follow(), model.follow(), model.follow(), model.follow()]);
    await settle();
    await all;
    expect(follows() - before).toBe(2);
  });
  it('reads at once after a pause, and a file that keeps growing a few dozen times a second, to its last line', async () => {
    const { ready, model, follows } = setUp();
    await ready();
    const before = follows();
    void model.follow();
    await vi.advanceTimersByTimeAsync(1);
    expect(follows() - before).toBe(1);
    for (let ms = 0; ms < 200; ms++) {
      void model.follow();
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(follows() - before).toBe(9);
    await vi.advanceTimersByTimeAsync(100);
    expect(follows() - before).toBe(10);
  });
  it('ends with the trace, also between two readings', async () => {
    const { ready, model, follows } = setUp();
    await ready();
    void model.follow();
    const last = model.follow();
    await vi.advanceTimersByTimeAsync(1);
    const before = follows();
    await model.close();
    await vi.advanceTimersByTimeAsync(100);
    await last;
    expect(follows()).toBe(before);
  });
});

describe('menu actions', () => {
  it('reach the page that is loaded, with its generation', async () => {
    const { bridge, ready, posts, take } = setUp();
    expect(bridge.act({ action: 'play' })).toBe(false);
    await ready();
    take();
    expect(bridge.act({ action: 'filterByType', row: 4 })).toBe(true);
    expect(posts).toEqual([{ notify: 'act', generation: 1, params: { action: 'filterByType', row: 4 } }]);
  });
  it('show a new session as soon as the page has loaded, once, also one that was hidden meanwhile', async () => {
    const { bridge, ready, posts, take } = setUp();
    const shown = () => posts.filter((post) => 'notify' in post && post.notify === 'act');
    bridge.showSession('s1');
    expect(shown()).toEqual([]);
    await ready();
    expect(shown()).toEqual([{ notify: 'act', generation: 1, params: { action: 'showSession', session: 's1' } }]);
    take();
    bridge.setVisible(false);
    bridge.showSession('s2');
    bridge.setVisible(true);
    expect(shown()).toEqual([]);
    await ready();
    expect(shown()).toEqual([{ notify: 'act', generation: 2, params: { action: 'showSession', session: 's2' } }]);
    take();
    await ready();
    expect(shown()).toEqual([]);
  });
});
