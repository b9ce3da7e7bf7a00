/** A comparison's tab and what becomes of it when the window is loaded again. */
import { expect, test } from '@playwright/test';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Workbench } from './workbench';

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

let workbench: Workbench;
test.beforeAll(async () => {
  workbench = await Workbench.open();
});
test.afterAll(() => workbench?.dispose());

test('a comparison comes back with the window, and tells of a file that is gone', async () => {
  const { page, folder } = workbench;
  const [old, latest] = ['old', 'new'].map((name) => join(folder, `${name}.realtime.jsonl`)) as [string, string];
  await writeFile(old, trace('Be kind.'));
  await writeFile(latest, trace('Be brief.'));
  const app = page.frameLocator('iframe.webview.ready').frameLocator('#active-frame').locator('rti-compare-app');
  const tab = page.locator('.tabs-container .tab').filter({ hasText: '↔' });
  await workbench.openByName('old.realtime.jsonl');
  // The page takes the keys when it has come, and a question that is asked before goes away.
  await expect(workbench.inspector.rows('session.update')).toBeVisible();
  await workbench.run('Realtime Inspector: Compare With...', true);
  await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'Browse' }).click();
  await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'new.realtime.jsonl' }).click();
  await expect(app.locator('.verdict')).toContainText('events: 1 changed');
  await app.getByRole('tab', { name: /^Configuration/ }).click();

  await workbench.run('Developer: Reload Window');
  await expect(tab).toHaveText(/old\.realtime\.jsonl ↔ new\.realtime\.jsonl/, { timeout: 60_000 });
  await expect(app.locator('.verdict')).toContainText('events: 1 changed', { timeout: 60_000 });
  await expect(app.getByRole('tab', { selected: true })).toHaveText(/Configuration/);
  await app.getByRole('button', { name: 'Swap a and b' }).click();
  await expect(tab).toHaveText(/new\.realtime\.jsonl ↔ old\.realtime\.jsonl/);
  await expect(app.locator('.verdict')).toContainText('events: 1 changed');

  await rm(latest);
  await workbench.run('Developer: Reload Window');
  await expect(app.getByRole('alert')).toContainText('new.realtime.jsonl is not there any more. Put it back', {
    timeout: 60_000,
  });
  await writeFile(latest, trace('Be brief.'));
  await app.getByRole('button', { name: 'Compare again' }).click();
  await expect(app.locator('.verdict')).toContainText('events: 1 changed');
});
