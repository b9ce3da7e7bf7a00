import { appendFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openDocument } from '../../../src/document/client';
import { Bridge as HostBridge, type Handlers } from '../../../src/extension/bridge';
import { searchHandlers } from '../../../src/extension/searchHandlers';
import { TraceModel } from '../../../src/extension/traceModel';
import type { Notifications } from '../../../webview/messages';
import { Bridge } from '../../../webview/state/bridge';
import { Store, type Kept } from '../../../webview/state/store';
import { buildWorker, workersFolder } from './openTestDocument';
import { eventLine, HEADER, openLine, traceFile } from '../trace/traceLines';

buildWorker();

const says = (seq: number, words: string) =>
  eventLine(seq, seq, 'server', JSON.stringify({ type: `said.${seq % 2 ? 'odd' : 'even'}`, words }));
/** 40,000 events in 15 MB: every hundredth tells of Lisbon. */
const long = () =>
  Array.from({ length: 40_000 }, (_, at) => says(at + 1, `${at % 100 === 50 ? 'Lisbon' : 'Oslo'} ${'x'.repeat(300)}`));

/** The page's state over the product's bridge, model and document worker: all but VS Code and the screen. */
async function page(lines: string[], kept: Kept = {}) {
  const file = await traceFile([HEADER, openLine(), ...lines, ''].join('\n'));
  const model = new TraceModel(file, workersFolder(), () => Promise.resolve(openDocument));
  onTestFinished(() => model.close());
  let arrive: (message: unknown) => void = () => undefined;
  const found: Notifications['found'][] = [];
  const host = new HostBridge({
    model,
    handlers: searchHandlers(model) as Handlers,
    post: (message) => {
      if ('notify' in message && message.notify === 'found') found.push(message.params);
      // As a page gets it: on another turn, and a copy.
      const copy = structuredClone(message);
      return new Promise((done) => setImmediate(() => done(arrive(copy))));
    },
    status: () => ({ title: 't', live: false, recording: false, proxy: { state: 'stopped' }, liveSessions: [] }),
    reload: () => undefined,
    log: () => undefined,
  });
  onTestFinished(() => host.dispose());
  const bridge = new Bridge({
    post: (message) => void host.receive(structuredClone(message)),
    onMessage: (listener) => (arrive = listener),
  });
  const store = new Store(bridge, (run) => void setImmediate(run), { read: () => kept, write: () => undefined });
  await store.connect();
  await vi.waitFor(() => expect(store.rows.count).toBe(lines.length + 1), 20_000);
  const shown = () => Array.from({ length: store.list.length }, (_, at) => store.list.at(at).row);
  return { store, shown, found, file, model };
}
const lisbons = Array.from({ length: 400 }, (_, at) => at * 100 + 51);

describe('a text looked for in bodies', () => {
  it('shows the first rows before all have been looked at, in their order, and in the end all', async () => {
    const { store, shown, found } = await page(long());
    const seen: { rows: number; filtering: boolean }[] = [];
    store.subscribe(['filter'], () => seen.push({ rows: shown().length, filtering: store.filtering }));
    store.setFilter('lisbon');
    await vi.waitFor(() => expect(store.filtering).toBe(false), 20_000);
    expect(shown()).toEqual(lisbons);
    expect(found.length).toBeGreaterThan(1);
    expect(seen.filter(({ rows, filtering }) => filtering && rows > 0 && rows < 400).length).toBeGreaterThan(0);
    expect(seen.map(({ rows }) => rows)).toEqual(seen.map(({ rows }) => rows).sort((a, b) => a - b));
  });

  it('given up, keeps the rows that were found, and asks for no more', async () => {
    const { store, shown } = await page(long());
    const stop = store.subscribe(['filter'], () => {
      if (store.list.passed > 0) store.shown.stopSearch();
    });
    store.setFilter('lisbon');
    await vi.waitFor(() => expect([store.filtering, store.list.passed > 0]).toEqual([false, true]), 20_000);
    stop();
    const kept = shown();
    expect(kept).toEqual(lisbons.slice(0, kept.length));
    expect(kept.length).toBeLessThan(400);
    expect(store.shown.searching).toBe(false);
    expect(store.shown.stoppedAt).toBeGreaterThan(kept.at(-1) ?? 0);
    expect(store.shown.stoppedAt).toBeLessThan(40_001);
    store.setFilter('lisbon');
    await vi.waitFor(() => expect([shown().length, store.shown.stoppedAt]).toEqual([400, null]), 20_000);
  });

  it('left out, lets no row be seen that may hold it', async () => {
    const { store, shown } = await page(long());
    const wrong: number[] = [];
    const out = new Set(lisbons);
    store.subscribe(['filter'], () => wrong.push(...shown().filter((row) => out.has(row))));
    store.setFilter('-lisbon type:said.odd');
    await vi.waitFor(() => expect(store.filtering).toBe(false), 20_000);
    expect(wrong).toEqual([]);
    expect(store.list.passed).toBe(20_000 - 400);
  });

  it('is found in rows that come later, without the others being looked at again', async () => {
    const { store, shown, found, file, model } = await page(long());
    store.setFilter('lisbon');
    await vi.waitFor(() => expect(store.filtering).toBe(false), 20_000);
    const before = found.length;
    await appendFile(file, `${says(40_001, 'Porto')}\n${says(40_002, 'Lisbon')}\n`);
    await model.follow();
    await vi.waitFor(() => expect(shown()).toEqual([...lisbons, 40_002]), 20_000);
    expect(found.slice(before).flatMap(({ rows }) => rows)).toEqual([40_002]);
  });

  it('is looked for again in a page that was loaded with it', async () => {
    const { store, shown } = await page([says(1, 'Oslo'), says(2, 'Lisbon')], { filter: 'lisbon' });
    await vi.waitFor(() => expect([store.filtering, shown()]).toEqual([false, [2]]));
  });

  it('is counted by the find bar as it is found, while the filter has a search of its own', async () => {
    const { store, shown } = await page(long());
    const counts = new Set<number>();
    store.subscribe(['filter'], () => {
      if (store.finder.isSearching) counts.add(store.finder.count);
    });
    store.finder.open();
    store.finder.setText('lisbon');
    store.setFilter('xxx type:said.odd');
    await vi.waitFor(() => expect([store.filtering, store.finder.isLooking]).toEqual([false, false]), 20_000);
    expect(shown()).toHaveLength(20_000);
    await vi.waitFor(() => expect(store.finder.count).toBe(400), 20_000);
    expect([...counts].some((count) => count > 0 && count < 400)).toBe(true);
    expect(store.finder.next(1)).toBe(51);
  });
});
