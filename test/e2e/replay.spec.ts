/** A recorded session as an asset, as a person has it: sent once more, compared with the recording, exported, cut, shared. */
import { expect, test, type FrameLocator } from '@playwright/test';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startVoiceApp, type VoiceApp } from './voiceApp';
import { Workbench } from './workbench';

test.describe.configure({ mode: 'serial' });

let workbench: Workbench;
let app: VoiceApp | undefined;
let trace = '';

test.beforeAll(async () => {
  workbench = await Workbench.open({ 'realtimeInspector.upstream': 'simulator' });
});
test.afterAll(async () => {
  await app?.hangUp();
  await workbench?.dispose();
});
test.afterEach(async ({}, info) => {
  if (info.status !== info.expectedStatus) await workbench?.picture(`failed ${info.title.slice(0, 40)}`);
});

/** Chooses in one quick pick after the other, by what each asks; one that is not asked is passed over. */
async function answer(answers: readonly (readonly [title: RegExp, choice: RegExp])[], last: RegExp): Promise<void> {
  const { page } = workbench;
  const widget = page.locator('.quick-input-widget:visible');
  for (let asked = ''; !last.test(asked);) {
    const title = widget.locator('.quick-input-title');
    await expect(title).not.toHaveText(asked === '' ? /^$/ : asked);
    asked = (await title.textContent()) ?? '';
    const choice = answers.find(([what]) => what.test(asked))?.[1];
    if (!choice) throw new Error(`Nobody has said what to choose for "${asked}".`);
    await widget.locator('.monaco-list-row').filter({ hasText: choice }).first().click();
  }
}
const tab = (name: string | RegExp) => workbench.page.locator('.tabs-container .tab').filter({ hasText: name });
const said = (text: string | RegExp) => workbench.page.locator('.notification-toast').filter({ hasText: text });
const comparison = (): FrameLocator =>
  workbench.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');

test('a session with two answers is recorded', async () => {
  await workbench.run('Realtime Inspector: Start Proxy');
  await workbench.run('Realtime Inspector: Copy Environment Variables');
  await expect.poll(() => workbench.clipboard()).toContain('OPENAI_BASE_URL');
  const lines = (await workbench.clipboard()).matchAll(/^export (\w+)='(.*)'$/gm);
  const variables = Object.fromEntries([...lines].map(([, name, value]) => [name ?? '', value ?? '']));
  const silence = join(workbench.scratch, 'silence.pcm');
  await writeFile(silence, '');
  const { OPENAI_BASE_URL = '', NODE_EXTRA_CA_CERTS = '' } = variables;
  app = await startVoiceApp({ OPENAI_BASE_URL, NODE_EXTRA_CA_CERTS }, silence, workbench.scratch);
  await app.got(({ type }) => type === 'session.updated');
  const talk = app;
  const done = () => talk.events.filter(({ type }) => type === 'response.done').length;
  for (const [n, text] of ['How far does the light reach?', 'And in fog?'].entries()) {
    const content = [{ type: 'input_text', text }];
    app.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    app.send({ type: 'response.create', response: { output_modalities: ['text'] } });
    await expect.poll(done).toBe(n + 1);
  }
  expect(await app.hangUp()).toBe(0);
  app = undefined;
  await workbench.run('Realtime Inspector: Stop Proxy');
  [trace = ''] = await workbench.traces();
});

test('it is replayed from its editor, and the new trace opens as it grows', async () => {
  await workbench.openFromExplorer('.realtime', trace);
  await expect(workbench.inspector.rows('response.done').last()).toBeVisible();
  await workbench.run('Realtime Inspector: Replay Trace as Client...', true);
  await answer(
    [
      [/changes/i, /^(No|None|As)/],
      [/server/i, /answering as the recorded server did/],
      [/timing/i, /^Fast/],
    ],
    /changes/i,
  );
  await expect(said('The replay is complete.')).toBeVisible();
  const replayed = trace.replace('.realtime.jsonl', '.replay.realtime.jsonl');
  expect(await workbench.traces()).toContain(replayed);
  await expect(tab(replayed)).toBeVisible();
  const header = (await readFile(join(workbench.folder, '.realtime', replayed), 'utf8')).split('\n', 1)[0] ?? '';
  expect(JSON.parse(header)).toMatchObject({ kind: 'trace', replayOf: { session: 's1' } });
});

test('one click compares it with the recording, and the page says that they are the same', async () => {
  await said('The replay is complete.').getByRole('button', { name: 'Compare With Recording' }).click();
  await expect(tab('↔')).toBeVisible();
  const page = comparison().locator('rti-compare-app');
  await expect(page.locator('.verdict')).toHaveText('Nothing differs but ids and times.');
  await expect(page.locator('rti-timeline')).toHaveCount(2);
  await workbench.picture('replay compared');
});

for (const [name, theme] of [
  ['light', 'Default Light Modern'],
  ['high contrast', 'Default High Contrast'],
  ['dark', 'Default Dark Modern'],
] as const)
  test(`the comparison follows the ${name} theme, wide and narrow`, async () => {
    const { page } = workbench;
    await workbench.change({ 'workbench.colorTheme': theme });
    const app = comparison().locator('rti-compare-app');
    const wanted = { dark: 'vscode-dark', light: 'vscode-light', 'high contrast': 'vscode-high-contrast' }[name];
    await expect(app.locator('xpath=ancestor::body')).toHaveClass(new RegExp(`(^| )${wanted}( |$)`));
    for (const width of [1400, 700]) {
      await page.setViewportSize({ width, height: 900 });
      await expect(app.locator('.verdict')).toBeVisible();
      const overhang = await app.evaluate((element) => element.scrollWidth - element.clientWidth);
      expect(overhang).toBeLessThanOrEqual(1);
      await workbench.picture(`compare ${name} ${width}`);
    }
    await page.setViewportSize({ width: 1400, height: 900 });
  });
