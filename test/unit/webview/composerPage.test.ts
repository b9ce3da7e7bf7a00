/** The composer in Chromium, with a fake host: what only an editor that is really drawn and typed into can show. */
import type { Browser, Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../../scripts/lib/chromium.mjs';
import { serve } from '../../webview/serve.mjs';

let server: Awaited<ReturnType<typeof serve>>;
let browser: Browser;
beforeAll(async () => {
  server = await serve();
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

/** The composer, opened while a session is shown. */
async function composer(session = 's1', viewport = { width: 1400, height: 900 }) {
  const page = await browser.newPage({ viewport });
  page.setDefaultTimeout(10_000);
  await page.goto(`${server.url}?theme=dark`);
  await page.locator('rti-toolbar select').first().selectOption(session);
  await page.locator('rti-event-list .scroller').focus();
  await page.keyboard.press('n');
  const content = page.locator('rti-composer .cm-content');
  await content.waitFor();
  const write = async (text: string) => {
    await content.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Delete');
    await page.keyboard.insertText(text);
  };
  return { page, write, text: () => content.innerText(), foot: page.locator('rti-composer .bar').last() };
}
/** The editor lets no key into a list so soon after it has come, ms (`interactionDelay`, and some). */
const listTakesNoKey = 150;
const problems = (page: Page) => page.locator('rti-composer rti-problems li');
const sentTexts = (page: Page) =>
  page.evaluate(() => {
    const { asked } = (
      globalThis as unknown as { fakeHost: { asked: { request: string; params: { text: string } }[] } }
    ).fakeHost;
    return asked.filter(({ request }) => request === 'send').map(({ params }) => params.text);
  });

describe('completion', () => {
  it('that nobody asked for leaves Enter to the new line until a letter or a quote is typed', async () => {
    const { page, write, text } = await composer();
    const list = page.locator('rti-composer .cm-tooltip-autocomplete li');
    const selected = page.locator('rti-composer .cm-tooltip-autocomplete li[aria-selected]');
    await write('{"type": "session.update"}');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.type(', "s');
    await expect.poll(() => selected.count()).toBe(1);
    await page.waitForTimeout(listTakesNoKey);
    await page.keyboard.press('Enter');
    await expect.poll(() => list.first().innerText()).toContain('type');
    expect(await selected.count()).toBe(0);
    await page.waitForTimeout(listTakesNoKey);
    await page.keyboard.press('Enter');
    await expect.poll(text).toMatch(/"session": \{\n\s*\n\}/);
    await page.keyboard.type('i');
    await expect.poll(() => selected.innerText()).toContain('instructions');
    await page.waitForTimeout(listTakesNoKey);
    await page.keyboard.press('Enter');
    await expect.poll(text).toContain('"instructions": ""');
    await page.close();
  });
});

describe('a problem', () => {
  it('over several lines underlines words, not the room before them', async () => {
    const { page, write } = await composer();
    const session = { type: 'realtime', output_modalities: ['audio', 'text'] };
    await write(JSON.stringify({ type: 'session.update', session }, null, 4));
    await expect.poll(() => problems(page).count()).toBe(1);
    const lines = await page.locator('rti-composer .cm-content').evaluate((content) => {
      const isDrawn = (element: Element) => getComputedStyle(element).textDecorationLine.includes('underline');
      return [...content.querySelectorAll('[class*=cm-lintRange]')]
        .filter(isDrawn)
        .map((element) => element.textContent);
    });
    expect(lines.map((line) => line?.trim())).toEqual(lines);
    expect(lines.join(' ')).toContain('"audio"');
    await page.locator('rti-composer .cm-line', { hasText: '"text"' }).hover({ position: { x: 90, y: 8 } });
    await expect
      .poll(() => page.locator('rti-composer .cm-tooltip').allInnerTexts())
      .toContainEqual(expect.stringContaining('Both modalities'));
    await page.close();
  });

  it('is listed in whole lines, by its place as the service writes it, in a third of the room at most', async () => {
    const { page, write } = await composer();
    const tools = Array.from({ length: 12 }, () => ({ type: 'function', name: 'a b' }));
    await write(JSON.stringify({ type: 'session.update', session: { type: 'realtime', tools } }));
    await expect.poll(() => problems(page).count()).toBeGreaterThan(10);
    await expect.poll(() => problems(page).first().innerText()).toContain('session.tools[0].name');
    const size = await page.locator('rti-problems').evaluate((list) => ({
      shown: list.clientHeight,
      all: list.scrollHeight,
      composer: (list.getRootNode() as ShadowRoot).host.clientHeight,
    }));
    expect(size.all).toBeGreaterThan(size.shown);
    expect(size.shown).toBeLessThanOrEqual(size.composer / 3);
    // 20 px a line, 4 px around them.
    expect((size.shown - 4) % 20).toBe(0);
    expect(size.shown).toBeGreaterThanOrEqual(64);
    await page.close();
  });
});

describe('an event that is sent', () => {
  const update = '{"type":"session.update","session":{"type":"realtime","nonsense":1}}';

  it('gets an id, by which its refusal is known, and none when the user wants none or wrote one', async () => {
    const { page, write, foot, text } = await composer();
    const send = page.locator('rti-composer vscode-button');
    await write(update);
    await send.click();
    await expect.poll(() => foot.innerText()).toMatch(/with event_id evt_[0-9a-f]{16}/);
    await expect.poll(() => foot.innerText()).toContain("Refused: Unknown parameter: 'session.nonsense'.");
    expect(await text()).toBe(update);
    await page.getByLabel('Give it an event_id').uncheck();
    await send.click();
    await expect.poll(() => foot.innerText()).toContain('An error followed, which may be the answer');
    await page.getByLabel('Give it an event_id').check();
    const own = '{"event_id":"mine","type":"session.update","session":{"type":"realtime","instructions":"Hi"}}';
    await write(own);
    await expect.poll(() => page.getByLabel('Give it an event_id').isDisabled()).toBe(true);
    await send.click();
    await expect.poll(async () => (await sentTexts(page)).length).toBe(3);
    const [first = '', ...others] = await sentTexts(page);
    expect(first).toMatch(/^\{"event_id":"evt_[0-9a-f]{16}","type":"session.update","session"/);
    expect(others).toEqual([update, own]);
    await page.close();
  });

  it('goes nowhere while the session that is shown is closed, until the user says where', async () => {
    const { page, foot } = await composer('s3');
    await expect.poll(() => foot.innerText()).toContain('s3 has closed: choose where to send.');
    expect(await page.locator('rti-composer vscode-button').getAttribute('disabled')).not.toBeNull();
    await page.getByLabel('Session to send to').selectOption('s1');
    await expect.poll(() => foot.innerText()).toContain('fits s1');
    await page.close();
  });
});
