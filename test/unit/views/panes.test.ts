/** Panes that keep still: what comes and goes moves nothing that somebody may be about to click, and sizes stay as they were set. */
import type { Browser, Locator, Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { launchChromium } from '../../../scripts/lib/chromium.mjs';
import { serveTrace } from '../../webview/traceHost.mjs';
import { traceFile } from '../trace/traceLines';
import { talkTrace } from './talkTrace';

describe('the panes', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  async function open(width = 1400, height = 900, status = {}, more = {}): Promise<Page> {
    const host = await serveTrace(await traceFile(talkTrace(8)), 0, status, more);
    onTestFinished(() => host.close());
    const page = await browser.newPage({ viewport: { width, height } });
    page.setDefaultTimeout(10_000);
    onTestFinished(() => page.close());
    await page.goto(host.url);
    await page.locator('rti-event-list .row').first().waitFor();
    return page;
  }
  /** News as a request that failed brings it; without words it goes. */
  const news = (page: Page, text: string) =>
    page.evaluate(
      `document.querySelector('rti-app').store.tell(${text === '' ? 'null' : JSON.stringify({ kind: 'error', text })})`,
    );
  const height = async (locator: Locator) => (await locator.boundingBox())?.height ?? 0;
  const place = async (locator: Locator) => {
    const box = await locator.boundingBox();
    return box && { ...box, height: 0 };
  };

  it.each([1400, 700])('stay where they are when news comes and goes, %i px wide', async (width) => {
    const page = await open(width);
    await page.keyboard.press('n');
    await page.locator('rti-composer .cm-content').waitFor();
    const list = page.locator('rti-event-list [role="grid"]');
    await list.press('End');
    const notices = page.locator('rti-notices');
    const all = ['rti-toolbar', 'rti-timeline', 'rti-player', 'rti-main-tabs', 'rti-event-list', 'rti-composer'];
    const places = () => Promise.all(all.map((name) => place(page.locator(name))));
    const row = page.locator('rti-event-list .row.selected');
    const [before, rowBefore] = [await places(), await place(row)];
    expect(rowBefore).not.toBeNull();
    await row.hover();
    await news(page, 'The server refused the message.');
    await expect.poll(() => height(notices)).toBeGreaterThan(24);
    expect(await places()).toEqual(before);
    expect(await place(row)).toEqual(rowBefore);
    // The end of the list is what had to give way: a key shows the row again.
    await list.press('End');
    await expect.poll(async () => (await place(row))?.y).toBeLessThan(rowBefore?.y ?? 0);
    const above = await place(row);
    await news(page, '');
    await expect.poll(() => notices.locator('.notice').count()).toBe(0);
    expect(await place(row)).toEqual(above);
    expect(await places()).toEqual(before);
    expect(await height(notices)).toBeGreaterThan(24);
    await page.locator('rti-timeline').hover();
    await expect.poll(() => height(notices)).toBe(0);
  });

  it('say of a part of a recording where the others are, and lead there', async () => {
    const ran: string[] = [];
    const run = ({ command }: { command: string }) => Promise.resolve({ done: (ran.push(command), true) });
    const page = await open(700, 600, { parts: { earlier: '<b>one</b>.realtime.jsonl', later: '' } }, { run });
    const line = page.locator('rti-notices .notice');
    await expect.poll(() => line.innerText()).toMatch(/a part of a recording that was divided\.\s+Earlier Part$/);
    const link = line.getByRole('button');
    expect(await link.getAttribute('title')).toBe('<b>one</b>.realtime.jsonl');
    await link.click();
    await expect.poll(() => ran).toEqual(['openEarlierPart']);
  });

  it('keep the sizes that they were pulled to, fold by Enter and have their usual size by a double click', async () => {
    const page = await open();
    await page.keyboard.press('n');
    await page.locator('rti-composer .cm-content').waitFor();
    const composer = page.locator('rti-app .composer');
    const timeline = page.locator('rti-timeline');
    const bar = (name: string) => page.getByRole('separator', { name });
    const usual = [await height(timeline), await height(composer)];
    await bar('Height of the composer').press('ArrowUp');
    await expect.poll(() => height(composer)).toBe((usual[1] ?? 0) + 16);
    const from = await height(timeline);
    const box = await bar('Height of the timeline').boundingBox();
    await page.mouse.move(700, box?.y ?? 0);
    await page.mouse.down();
    await page.mouse.move(700, (box?.y ?? 0) + 30, { steps: 6 });
    await page.mouse.up();
    await expect.poll(() => height(timeline)).toBe(from + 30);
    const kept = [await height(timeline), await height(composer)];
    // What is kept is written a moment later.
    await expect.poll(() => page.evaluate("sessionStorage.getItem('kept')")).toContain(`"timeline":${kept[0]}`);
    await page.reload();
    await page.locator('rti-event-list .row').first().waitFor();
    await page.locator('rti-composer .cm-content').waitFor();
    await expect.poll(async () => [await height(timeline), await height(composer)]).toEqual(kept);
    await bar('Height of the timeline').press('Enter');
    await expect.poll(() => height(timeline)).toBe(28);
    // From there it can be pulled to lanes again, a little at a time.
    for (let step = 0; step < 6; step += 1) await bar('Height of the timeline').press('ArrowDown');
    await expect.poll(() => height(timeline)).toBe(28 + 6 * 16);
    await bar('Height of the timeline').press('Enter');
    await bar('Height of the timeline').press('Enter');
    await bar('Height of the composer').dblclick();
    await expect.poll(async () => [await height(timeline), await height(composer)]).toEqual(usual);
  });

  it.each([1400, 700])('cut nothing, %i px wide', async (width) => {
    const page = await open(width);
    const wider = (name: string) =>
      page.locator(name).evaluate((element) => {
        const inside = [element, ...(element.shadowRoot?.querySelectorAll('*') ?? [])];
        return inside
          .filter(({ scrollWidth, clientWidth }) => clientWidth > 0 && scrollWidth > clientWidth + 1)
          .map(({ className, localName }) => `${localName}.${String(className)}`);
      });
    await page.getByRole('tab', { name: 'Summary' }).click();
    await page.getByRole('grid', { name: 'Turns' }).waitFor();
    const heads = await page.getByRole('grid', { name: 'Turns' }).getByRole('columnheader').allInnerTexts();
    expect(heads.slice(-2)).toEqual(['cost', 'status']);
    expect(heads.includes('tools')).toBe(width === 1400);
    const turns = page.locator('rti-turns .scroller');
    expect(await turns.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
    await page.getByRole('tab', { name: 'Session' }).click();
    await page.locator('rti-session').waitFor();
    expect(await wider('rti-session')).toEqual([]);
    await page.keyboard.press('n');
    await page.locator('rti-composer .cm-content').waitFor();
    const close = await page.getByRole('button', { name: 'Close the composer' }).boundingBox();
    expect((close?.x ?? 0) + (close?.width ?? 0)).toBeLessThanOrEqual(width);
  });
});
