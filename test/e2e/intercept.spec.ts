/** The user's hand in the stream, as a person does it: configure by completion, change, hold, edit, let go, hear. */
import { expect, test } from '@playwright/test';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startVoiceApp, type VoiceApp } from './voiceApp';
import { Workbench } from './workbench';

test.describe.configure({ mode: 'serial' });

let workbench: Workbench;
let app: VoiceApp;

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

/** The editor lets no key into a list so soon after it has come, ms. */
const listTakesNoKey = 200;

/** Takes an entry of the completion list by its first letters. */
async function choose(label: string, letters = ''): Promise<void> {
  const { inspector, page } = workbench;
  const list = inspector.app.locator('rti-composer .cm-tooltip-autocomplete');
  await expect(list.locator('li').first()).toBeVisible();
  if (letters !== '') await page.keyboard.type(letters);
  await expect(list.locator('li[aria-selected] .cm-completionLabel')).toHaveText(label);
  await page.waitForTimeout(listTakesNoKey);
  await page.keyboard.press('Enter');
}
const complete = async (label: string, letters = '') => {
  const { inspector, page } = workbench;
  // The schema comes when it is first needed; who sees no list asks again.
  await expect(async () => {
    await page.keyboard.press('Control+Space');
    const list = inspector.app.locator('rti-composer .cm-tooltip-autocomplete li').first();
    await expect(list).toBeVisible({ timeout: 2000 });
  }).toPass();
  await choose(label, letters);
};

test('an app talks through the proxy', async () => {
  await workbench.run('Realtime Inspector: Start Proxy');
  await expect(workbench.status(/Realtime \d+/)).toBeVisible();
  await workbench.run('Realtime Inspector: Copy Environment Variables');
  await expect.poll(() => workbench.clipboard()).toContain('OPENAI_BASE_URL');
  const lines = (await workbench.clipboard()).matchAll(/^export (\w+)='(.*)'$/gm);
  const variables = Object.fromEntries([...lines].map(([, name, value]) => [name ?? '', value ?? '']));
  const silence = join(workbench.scratch, 'silence.pcm');
  await writeFile(silence, '');
  app = await startVoiceApp(
    {
      OPENAI_BASE_URL: variables['OPENAI_BASE_URL'] ?? '',
      NODE_EXTRA_CA_CERTS: variables['NODE_EXTRA_CA_CERTS'] ?? '',
    },
    silence,
    workbench.scratch,
  );
  await app.got((event) => event.type === 'session.updated');
  await workbench.run('Realtime Inspector: Open Live Trace');
  await expect(workbench.inspector.rows('session.updated')).toHaveCount(1);
});

test('a session.update is written with completion only, sent, and asked is seen against effective', async () => {
  const { inspector, page } = workbench;
  await inspector.rows('session.updated').click();
  await inspector.app.locator('rti-event-list [role=grid]').press('n');
  const editor = inspector.app.getByLabel('Event to send, JSON');
  await editor.click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('Delete');
  await page.keyboard.type('{');
  await complete('type');
  await choose('session.update', 'session.u');
  await page.keyboard.type(',');
  await complete('session');
  await complete('type');
  await page.keyboard.type(', ');
  await complete('audio', 'au');
  await complete('input', 'in');
  await complete('turn_detection', 'turn');
  await complete('type');
  await choose('server_vad', 'serv');
  expect(JSON.parse(await inspector.composed())).toEqual({
    type: 'session.update',
    session: { type: 'realtime', audio: { input: { turn_detection: { type: 'server_vad' } } } },
  });
  const before = app.events.filter(({ type }) => type === 'session.updated').length;
  await inspector.app.getByText('Send to server', { exact: true }).click();
  await expect
    .poll(() => app.events.filter(({ type }) => type === 'session.updated').length, { timeout: 20_000 })
    .toBe(before + 1);
  await expect(inspector.app.locator('rti-update-preview')).toContainText('In effect');
  await workbench.picture('intercept asked and effective');
});

test('the VAD threshold is changed and sent again', async () => {
  const { inspector } = workbench;
  const session = { type: 'realtime', audio: { input: { turn_detection: { type: 'server_vad', threshold: 0.8 } } } };
  await inspector.compose(JSON.stringify({ type: 'session.update', session }, null, 2));
  await expect(inspector.app.locator('rti-update-preview')).toContainText('0.8');
  await inspector.app.getByText('Send to server', { exact: true }).click();
  const updated = await app.got(({ session: now }) => now?.audio?.input?.turn_detection?.['threshold'] === 0.8);
  expect(updated.type).toBe('session.updated');
  await expect(inspector.app.locator('rti-update-preview')).toContainText('In effect as it was asked for.');
  await inspector.app.getByLabel('Close the composer').click();
});

test('the next response.create is held, with the status bar and the view saying so', async () => {
  const { inspector, page } = workbench;
  await workbench.run('Realtime Inspector: Add Breakpoint...', true);
  const input = page.locator('.quick-input-widget input.input').first();
  await input.fill('turn:3');
  await expect(page.locator('.quick-input-message')).toContainText('turn: is known only after the analysis');
  await input.fill('type:response.create from:client');
  await page.keyboard.press('Enter');
  await expect(input).toBeHidden();
  await workbench.run('Realtime Inspector: Focus on Breakpoints View');
  const line = page.locator('.monaco-list-row').filter({ hasText: 'type:response.create from:client' });
  await expect(line).toContainText('→ server');
  app.send({ type: 'response.create', response: { instructions: 'Count to three.' } });
  await expect(workbench.status('1 held')).toBeVisible();
  await expect(inspector.app.locator('rti-intercept').getByRole('option')).toContainText('response.create');
  await expect(line).toContainText('1 hit');
  await expect(line.locator('.monaco-checkbox, [role=checkbox]').first()).toBeVisible();
  await workbench.picture('intercept held');
  expect(app.events.some(({ type }) => type === 'response.created')).toBe(false);
});

test('its instructions are edited, it is released, and the app gets the answer', async () => {
  const { inspector, page } = workbench;
  await workbench.status('1 held').click();
  const list = inspector.app.locator('rti-intercept .list');
  await expect(list).toBeFocused();
  await page.keyboard.press('Enter');
  const editor = inspector.app.getByLabel('Held message, JSON');
  await expect(editor).toBeFocused();
  await page.keyboard.press('ControlOrMeta+a');
  const edited = { type: 'response.create', response: { instructions: 'Count backwards from three.' } };
  await page.keyboard.insertText(JSON.stringify(edited, null, 2));
  await expect(inspector.app.locator('rti-held-editor')).toContainText('Edited; a valid client event.');
  await workbench.picture('intercept edited');
  await inspector.app.getByText('Release edited', { exact: true }).click();
  const done = await app.got((event) => event.type === 'response.done');
  expect(done.response?.status).toBe('completed');
  await expect(workbench.status('1 held')).toBeHidden();
  await expect(inspector.app.locator('rti-intercept')).toBeHidden();
});

test('the record shows both lines, who held it and for how long, and how they differ', async () => {
  const { inspector, page } = workbench;
  await inspector.filter('type:response.create');
  const rows = inspector.rows('response.create');
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText('held');
  await expect(rows.last()).toContainText('edited');
  await rows.last().click();
  const hand = inspector.app.locator('rti-hand-line');
  await expect(hand).toContainText(/Held for .+ at the breakpoint type:response\.create from:client/);
  await workbench.picture('intercept told');
  await hand.getByText('Compare with what arrived').click();
  const diff = page.locator('.tabs-container .tab').filter({ hasText: '↔' });
  await expect(diff).toBeVisible();
  await expect(page.locator('.monaco-diff-editor .modified-in-monaco-diff-editor')).toContainText('backwards');
  await workbench.picture('intercept compared');
  await page.keyboard.press('ControlOrMeta+F4');
});

test('the answer is heard', async () => {
  const { inspector } = workbench;
  await workbench.run('Realtime Inspector: Open Live Trace');
  await inspector.filter('type:response.done');
  await inspector.rows('response.done').last().click();
  await inspector.app.getByLabel('Play', { exact: true }).click();
  await expect.poll(() => inspector.loudness(), { intervals: [50] }).toBeGreaterThan(0.02);
  await inspector.app.getByLabel('Stop', { exact: true }).click();
});

test('F10 lets the oldest go and Ctrl+F10 all of them, with the list of events under the hand', async () => {
  const { inspector, page } = workbench;
  const ended = () => app.events.filter(({ type }) => type === 'response.done' || type === 'error').length;
  const before = ended();
  await inspector.filter('');
  for (let n = 0; n < 3; n += 1) app.send({ type: 'response.create' });
  await expect(workbench.status('3 held')).toBeVisible();
  await inspector.app.locator('rti-event-list [role=grid]').focus();
  await page.keyboard.press('F10');
  await expect(workbench.status('2 held')).toBeVisible();
  await expect.poll(() => ended() - before).toBe(1);
  await page.keyboard.press('ControlOrMeta+F10');
  await expect(workbench.status(/\d held/)).toBeHidden();
  await expect.poll(() => ended() - before).toBe(3);
});

test('a breakpoint whose box is emptied keeps what it holds, and holds nothing more', async () => {
  const { inspector, page } = workbench;
  const ended = () => app.events.filter(({ type }) => type === 'response.done').length;
  const before = ended();
  app.send({ type: 'response.create' });
  await expect(workbench.status('1 held')).toBeVisible();
  await workbench.run('Realtime Inspector: Focus on Breakpoints View');
  const line = page.locator('.monaco-list-row').filter({ hasText: 'type:response.create from:client' });
  const box = line.locator('.monaco-checkbox, [role=checkbox]').first();
  await expect(box).toBeChecked();
  await box.click();
  await expect(box).not.toBeChecked();
  await expect(inspector.app.locator('rti-intercept')).toContainText('Its breakpoint is off.');
  await inspector.app.locator('rti-event-list [role=grid]').focus();
  await page.keyboard.press('F10');
  await expect(workbench.status('1 held')).toBeHidden();
  await expect.poll(() => ended() - before).toBe(1);
  app.send({ type: 'response.create' });
  await expect.poll(() => ended() - before).toBe(2);
  await expect(workbench.status(/\d held/)).toBeHidden();
  await box.click();
  await expect(box).toBeChecked();
});

test('stopping the proxy lets go of what is held', async () => {
  app.send({ type: 'response.create' });
  await expect(workbench.status('1 held')).toBeVisible();
  await workbench.run('Realtime Inspector: Stop Proxy');
  await expect(workbench.status('1 held')).toBeHidden();
});
