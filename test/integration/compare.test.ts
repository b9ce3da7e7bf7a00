/** Two traces compared by the command, in a page that loads under VS Code's own policy. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
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
});
