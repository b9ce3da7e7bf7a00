/** The main job, as a person does it, in the packaged extension: record, look, resend, listen, come back to it. */
import { expect, test } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { speak } from './speech';
import { startVoiceApp, type VoiceApp } from './voiceApp';
import { Workbench } from './workbench';

test.describe.configure({ mode: 'serial' });

let workbench: Workbench;
let app: VoiceApp;
let trace: string;

test.beforeAll(async () => {
  workbench = await Workbench.open({ 'realtimeInspector.upstream': 'simulator' });
});
test.afterAll(async () => {
  await app?.hangUp();
  await workbench?.dispose();
});
test.afterEach(async ({}, info) => {
  if (info.status !== info.expectedStatus) await workbench?.picture(`failed ${info.title}`);
});

test('the proxy starts from the palette and says where it listens', async () => {
  await workbench.run('Realtime Inspector: Start Proxy');
  await expect(workbench.status(/Realtime \d+/)).toBeVisible();
});

test('the official SDK reaches it over TLS with nothing but the copied environment, and is answered', async () => {
  await workbench.run('Realtime Inspector: Copy Environment Variables');
  await expect.poll(() => workbench.clipboard()).toContain('OPENAI_BASE_URL');
  const lines = (await workbench.clipboard()).matchAll(/^export (\w+)='(.*)'$/gm);
  const variables = Object.fromEntries([...lines].map(([, name, value]) => [name, value]));
  expect(variables['OPENAI_BASE_URL']).toMatch(/^https:/);
  const speech = await speak('How far does the light reach tonight?', workbench.scratch);
  app = await startVoiceApp(
    {
      OPENAI_BASE_URL: variables['OPENAI_BASE_URL'] ?? '',
      NODE_EXTRA_CA_CERTS: variables['NODE_EXTRA_CA_CERTS'] ?? '',
    },
    speech,
    workbench.scratch,
  );
  const updated = await app.got((event) => event.type === 'session.updated');
  expect(updated.session?.instructions).toBe('Speak like a lighthouse keeper.');
  // Nothing asked for a response: the server heard the speech begin and end.
  await app.got((event) => event.type === 'input_audio_buffer.speech_stopped');
  const done = await app.got((event) => event.type === 'response.done' && event.response?.status !== 'cancelled');
  expect(done.response?.status).toBe('completed');
});

test('the live trace shows what went both ways', async () => {
  await workbench.run('Realtime Inspector: Open Live Trace');
  const { inspector } = workbench;
  await inspector.filter('-delta -append');
  await expect(inspector.rows('session.update')).toHaveCount(1);
  for (const type of ['session.created', 'session.updated', 'input_audio_buffer.speech_stopped', 'response.done'])
    await expect(inspector.rows(type)).toHaveCount(app.events.filter((event) => event.type === type).length);
  await expect(inspector.rows('session.update')).toContainText('→');
  await expect(inspector.rows('session.updated')).toContainText('←');
  await workbench.picture('live');
});

test('an event is picked, edited and sent again, and the server acts upon it', async () => {
  const { inspector } = workbench;
  await inspector.rows('session.update').click();
  await workbench.picture('selected');
  await inspector.app.locator('rti-event-list [role=grid]').press('e');
  await expect.poll(() => inspector.composed()).toContain('lighthouse keeper');
  const edited = (await inspector.composed()).replace('lighthouse keeper', 'retired pirate');
  await inspector.compose(edited);
  await expect(inspector.app.locator('rti-composer')).toContainText('Valid client event');
  await workbench.picture('composed');
  await inspector.app.getByText('Send to server', { exact: true }).click();
  const answer = await app.got(
    (event) => event.type === 'session.updated' && event.session?.instructions === 'Speak like a retired pirate.',
  );
  expect(answer.type).toBe('session.updated');
  await inspector.app.getByLabel('Close the composer').click();
  await inspector.filter('type:session.update');
  await expect(inspector.rows('session.update')).toHaveCount(2);
  await inspector.filter('-delta -append');
});

test('the answer is heard when play is pressed', async () => {
  const { inspector } = workbench;
  await inspector.filter('type:response.done');
  await inspector.rows('response.done').last().click();
  expect(await inspector.loudness()).toBe(0);
  await inspector.app.getByLabel('Play', { exact: true }).click();
  // Speech has pauses: what counts is that it is loud at some moment.
  await expect.poll(() => inspector.loudness(), { intervals: [50] }).toBeGreaterThan(0.02);
  await workbench.picture('playing');
  await inspector.app.getByLabel('Stop', { exact: true }).click();
  await expect.poll(() => inspector.loudness()).toBeLessThan(0.001);
});

test('the file holds the conversation and not the key', async () => {
  const [name, ...others] = await workbench.traces();
  expect(others).toEqual([]);
  trace = name ?? '';
  const text = await readFile(join(workbench.folder, '.realtime', trace), 'utf8');
  expect(text).toContain('Speak like a retired pirate.');
  expect(text).toContain('"origin":"inspector"');
  expect(text).not.toContain('sk-secret-of-the-user');
});

test('the tab closed and the proxy stopped, the trace opens from the explorer with its rows', async () => {
  expect(await app.hangUp()).toBe(0);
  await workbench.closeTab(trace);
  await workbench.run('Realtime Inspector: Stop Proxy');
  await workbench.openFromExplorer('.realtime', trace);
  const { inspector } = workbench;
  await inspector.filter('type:session.update');
  await expect(inspector.rows('session.update')).toHaveCount(2);
  await inspector.filter('type:response.done');
  await expect(inspector.rows('response.done').last()).toBeVisible();
  await inspector.filter('type:close');
  await expect(inspector.rows('close 1000')).toHaveCount(1);
  await workbench.picture('reopened');
});

for (const [name, theme] of [
  ['dark', 'Default Dark Modern'],
  ['light', 'Default Light Modern'],
  ['high contrast', 'Default High Contrast'],
] as const) {
  test(`the page follows the ${name} theme, wide and narrow`, async () => {
    const { inspector, page } = workbench;
    await workbench.change({ 'workbench.colorTheme': theme });
    const wanted = { dark: 'vscode-dark', light: 'vscode-light', 'high contrast': 'vscode-high-contrast' }[name];
    const body = inspector.app.locator('xpath=ancestor::body');
    await expect(body).toHaveClass(new RegExp(`(^| )${wanted}( |$)`));
    await inspector.filter('-delta -append');
    await inspector.rows('session.update').first().click();
    for (const width of [1400, 700]) {
      await page.setViewportSize({ width, height: 900 });
      await expect(inspector.app).toBeVisible();
      expect(await inspector.overflowing(), `nothing overflows at ${width}`).toEqual([]);
      await workbench.picture(`${name} ${width}`);
    }
    await page.setViewportSize({ width: 1400, height: 900 });
  });
}
