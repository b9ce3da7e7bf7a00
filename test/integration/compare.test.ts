/** Two traces compared by the command, in a page that loads under VS Code's own policy. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { OpenComparison } from '../../src/extension/comparePanel';
import { answering, run, until } from './support';

const trace = (instructions: string) =>
  [
    { kind: 'trace', version: 1, id: instructions, startedAt: '2026-11-20T21:00:00.000Z', generator: 'test' },
    {
      ...{ kind: 'open', session: 's1', t: 0, url: 'wss://x/v1/realtime?model=m', headers: {}, subprotocols: [] },
      ...{ status: 101, upstream: 'x', phases: {} },
    },
    {
      ...{ kind: 'event', seq: 1, session: 's1', t: 5, sent: 5, from: 'client', type: 'session.update', bytes: 9 },
      event: { type: 'session.update', session: { type: 'realtime', instructions } },
    },
  ]
    .map((record) => `${JSON.stringify(record)}\n`)
    .join('');

describe('two traces', () => {
  let folder = '';
  const place = (name: string) => path.join(folder, `${name}.realtime.jsonl`);
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'compare-'));
    writeFileSync(place('new'), trace('Be brief.'));
    writeFileSync(place('old'), trace('Be kind.'));
    utimesSync(place('old'), 1e9, 1e9);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** The page is there, and what it was told. */
  async function shown(open: OpenComparison): Promise<unknown> {
    await until('a page with both traces', () => open.channels() === 2);
    const told = await open.told();
    open.panel.dispose();
    assert.ok(told?.compare === 'result');
    const [session] = told.comparison.sessions;
    return session?.events.flatMap(({ changes }) => changes.map(({ path, before, after }) => [path, before, after]));
  }

  it('that are marked are compared, the newer with the older', async () => {
    const [a, b] = [vscode.Uri.file(place('new')), vscode.Uri.file(place('old'))];
    const open = await run<OpenComparison>('compareWith', a, [a, b]);
    assert.equal(open.panel.title, 'old.realtime.jsonl ↔ new.realtime.jsonl');
    assert.deepEqual(await shown(open), [['session.instructions', 'Be kind.', 'Be brief.']]);
  });

  it('are chosen from the disk where they are not in the folder', async () => {
    let open: OpenComparison | undefined;
    const browse = (items: vscode.QuickPickItem[]) => items.at(-1);
    await answering('showQuickPick', browse, () =>
      answering('showOpenDialog', [vscode.Uri.file(place('old'))], async () => {
        open = await run<OpenComparison>('compareWith', vscode.Uri.file(place('new')));
      }),
    );
    assert.ok(open);
    assert.equal(open.panel.title, 'new.realtime.jsonl ↔ old.realtime.jsonl');
    assert.deepEqual(await shown(open), [['session.instructions', 'Be brief.', 'Be kind.']]);
  });

  const differing = async (open: OpenComparison) => {
    const told = await open.told();
    assert.ok(told?.compare === 'result', JSON.stringify(told));
    const { sessions, a, b } = told.comparison;
    const changes = sessions[0]?.events.flatMap(({ changes }) => changes.map(({ before, after }) => [before, after]));
    return { changes, files: [a.file, b.file], problems: b.problems };
  };
  const opened = async (a: string, b: string) => {
    let open: OpenComparison | undefined;
    const browse = (items: vscode.QuickPickItem[]) => items.at(-1);
    await answering('showQuickPick', browse, () =>
      answering('showOpenDialog', [vscode.Uri.file(b)], async () => {
        open = await run<OpenComparison>('compareWith', vscode.Uri.file(a));
      }),
    );
    assert.ok(open);
    await until('a page with both traces', () => open?.channels() === 2);
    return open;
  };

  it('are turned round, and compared again after one has grown, gone and come back', async () => {
    const open = await opened(place('new'), place('old'));
    try {
      assert.deepEqual((await differing(open)).changes, [['Be brief.', 'Be kind.']]);
      open.received({ compare: 'swap' });
      await until('the page the other way round', () => open.channels() === 2 && open.told() !== undefined);
      assert.deepEqual(await differing(open), {
        changes: [['Be kind.', 'Be brief.']],
        files: [place('old'), place('new')],
        problems: [],
      });
      assert.equal(open.panel.title, 'old.realtime.jsonl ↔ new.realtime.jsonl');
      const text = trace('Be brief.');
      writeFileSync(
        place('new'),
        text + trace('Be quick.').split('\n').slice(2).join('\n').replace('"seq":1', '"seq":2'),
      );
      open.received({ compare: 'again' });
      const grown = await open.told();
      assert.ok(grown?.compare === 'result');
      assert.equal(grown.comparison.sessions[0]?.counts.added, 1);
      rmSync(place('new'));
      open.received({ compare: 'again' });
      const gone = await open.told();
      assert.ok(gone?.compare === 'failed');
      assert.match(gone.error, /new\.realtime\.jsonl is not there any more\. Put it back and choose Compare again/);
      writeFileSync(place('new'), text);
      open.received({ compare: 'again' });
      assert.deepEqual((await differing(open)).changes, [['Be kind.', 'Be brief.']]);
    } finally {
      open.panel.dispose();
      writeFileSync(place('new'), trace('Be brief.'));
    }
  });

  it('may be one of another program, which is a trace for as long as the page is there', async () => {
    const lines = path.join(folder, 'other.jsonl');
    const event = (instructions: string) => ({ type: 'session.update', session: { type: 'realtime', instructions } });
    const line = (instructions: string) => JSON.stringify({ direction: 'client', event: event(instructions) });
    writeFileSync(lines, `${line('Be odd.')}\n${line('Be even.')}\n`);
    const made = () => readdirSync(tmpdir()).filter((name) => name.startsWith('realtime-inspector-'));
    const before = made();
    const open = await opened(place('old'), lines);
    try {
      const { changes, files } = await differing(open);
      assert.ok(
        changes?.some(([was, is]) => was === 'Be kind.' && is === 'Be odd.'),
        JSON.stringify(changes),
      );
      assert.deepEqual(files, [place('old'), lines]);
      assert.equal(made().length, before.length + 1);
      open.received({ compare: 'again' });
      await differing(open);
      assert.equal(made().length, before.length + 1);
    } finally {
      open.panel.dispose();
    }
    await until('nothing that was made of it', () => made().length === before.length);
  });
});
