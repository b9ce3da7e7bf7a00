/** Traces made of traces by keys and clicks, with the workbench's own questions and dialogs. */
import { expect, test } from '@playwright/test';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Workbench } from './workbench';

const trace = [
  { kind: 'trace', version: 1, id: 'talk', startedAt: '2026-11-20T21:00:00.000Z', generator: 'test' },
  {
    ...{ kind: 'open', session: 's1', t: 0, url: 'wss://x/v1/realtime?model=m', headers: {}, subprotocols: [] },
    ...{ status: 101, upstream: 'x', phases: {} },
  },
  ...[1, 2].map((seq) => ({
    ...{ kind: 'event', seq, session: 's1', t: seq * 1000, sent: seq * 1000, from: 'client', bytes: 9 },
    ...{ type: 'session.update', event: { type: 'session.update', session: { instructions: 'Be kind.' } } },
  })),
]
  .map((record) => `${JSON.stringify(record)}\n`)
  .join('');

let workbench: Workbench;
test.beforeAll(async () => {
  workbench = await Workbench.open();
});
test.afterAll(() => workbench?.dispose());

test('the name that is proposed is taken as it stands, and what cannot be is said in the box', async () => {
  const { page, folder } = workbench;
  await writeFile(join(folder, 'talk.realtime.jsonl'), trace);
  const made = async () => (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort();
  const box = page.locator('.quick-input-widget');
  const input = box.locator('input').and(page.locator('[type=text], .input')).first();
  await workbench.openByName('talk.realtime.jsonl');
  await expect(workbench.inspector.rows('session.update').first()).toBeVisible();

  for (const wanted of ['talk.part.realtime.jsonl', 'talk.part-2.realtime.jsonl']) {
    await workbench.run('Realtime Inspector: Keep Part of Trace...', true);
    await expect(box).toContainText('talk.realtime.jsonl goes from 0.000 s to 2.000 s');
    await input.fill('3');
    await expect(box).toContainText('The trace ends at 2.000 s');
    await input.fill('1.5');
    await page.keyboard.press('Enter');
    await expect(box).toContainText('from 1.500 s until');
    await input.fill('1');
    await expect(box).toContainText('before the beginning of the range');
    await input.fill('');
    await page.keyboard.press('Enter');
    await expect(input).toHaveValue(new RegExp(`${wanted.replaceAll('.', '\\.')}$`));
    await page.keyboard.press('Enter');
    await expect.poll(made).toContain(wanted);
  }
  expect(await made()).toEqual(['talk.part-2.realtime.jsonl', 'talk.part.realtime.jsonl', 'talk.realtime.jsonl']);

  await workbench.run('Realtime Inspector: Share Trace...', true);
  await expect(box).toContainText('Instructions and prompts');
  await page.keyboard.press('Enter');
  const lens = page.locator('.codelens-decoration a').filter({ hasText: 'Save Copy...' });
  await lens.click();
  await expect(input).toHaveValue(/talk\.shared\.realtime\.jsonl$/);
  await page.keyboard.press('Enter');
  await expect.poll(made).toContain('talk.shared.realtime.jsonl');

  await workbench.openByName('talk.realtime.jsonl');
  await expect(workbench.inspector.rows('session.update').first()).toBeVisible();
  await workbench.run('Realtime Inspector: Merge Traces...', true);
  const row = (name: string) => box.locator('.monaco-list-row').filter({ hasText: name });
  await expect(row('talk.realtime.jsonl').getByRole('checkbox')).toBeChecked();
  await workbench.picture('merge');
  await row('talk.part.realtime.jsonl').click();
  await page.keyboard.press('Enter');
  await expect(input).toHaveValue(/talk\.merged\.realtime\.jsonl$/);
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await made()).filter((name) => name.includes('.merged.'))).toHaveLength(1);
});
