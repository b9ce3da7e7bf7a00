/** The event list over a real trace, in a real Chromium: its rows are used again for others as it is scrolled. */
import type { Browser, Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { launchChromium } from '../../../scripts/lib/chromium.mjs';
import { serveTrace } from '../../webview/traceHost.mjs';
import { traceFile } from '../trace/traceLines';
import { talkTrace } from './talkTrace';

interface ShownRow {
  index: number;
  id: string;
  type: string;
  /** That the row is in the place that its number says, by the layout. */
  inPlace: boolean;
  /** Given to each element when it is first seen. */
  element: number;
}

describe('the event list', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  async function open(turns: number): Promise<Page> {
    return shown(await serveTrace(await traceFile(talkTrace(turns))));
  }
  async function shown(host: Awaited<ReturnType<typeof serveTrace>>): Promise<Page> {
    onTestFinished(() => host.close());
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    onTestFinished(() => page.close());
    await page.goto(host.url);
    await page.locator('rti-event-list [role="row"]').first().waitFor();
    // Spans come behind the rows, and the timeline grows by them: the list has another height then.
    const isAnalysed =
      '(({ document: read, rows }) => read.analysed === rows.count)(document.querySelector("rti-app").store)';
    await expect.poll(() => page.evaluate(isAnalysed)).toBe(true);
    await frames(page, 3);
    return page;
  }
  const list = (page: Page) => page.getByRole('grid', { name: 'Events' });
  const rows = (page: Page): Promise<ShownRow[]> =>
    list(page).evaluate((grid) => {
      const known = ((globalThis as { known?: Map<unknown, number> }).known ??= new Map());
      const top = grid.getBoundingClientRect().top - grid.scrollTop;
      return [...grid.querySelectorAll('[role="row"]')].map((row) => {
        if (!known.has(row)) known.set(row, known.size);
        const index = Number(row.getAttribute('aria-rowindex'));
        const inPlace = Math.abs(row.getBoundingClientRect().top - top - (index - 1) * 22) < 1;
        const type = row.querySelector('.type')?.getAttribute('title') ?? '';
        return { index, id: row.id, type, inPlace, element: known.get(row) ?? -1 };
      });
    });
  const scrollTo = (page: Page, top: number) => list(page).evaluate((grid, to) => void (grid.scrollTop = to), top);
  const rowCount = async (page: Page) => Number(await list(page).getAttribute('aria-rowcount'));
  /** Lets so many frames be drawn. */
  const frames = (page: Page, count: number) =>
    page.evaluate(`new Promise((done) => {
      let left = ${count};
      const next = () => (left-- > 0 ? requestAnimationFrame(next) : done());
      next();
    })`);
  const firstIndex = async (page: Page) => (await rows(page))[0]?.index;

  it('asks for a replay from the selected row on, with the rest of its session', async () => {
    const asked: { ranges: number[]; session: string; row: number }[] = [];
    const host = await serveTrace(
      await traceFile(talkTrace(2)),
      0,
      {},
      {
        replayFrom: async (params: (typeof asked)[number]) => {
          asked.push(params);
          return { begun: true };
        },
      },
    );
    const page = await shown(host);
    const clients = list(page)
      .locator('[role="row"]')
      .filter({ has: page.getByTitle('conversation.item.create', { exact: true }) });
    await clients.last().click();
    host.bridges.forEach((bridge) => bridge.act({ action: 'replayFrom' }));
    await expect.poll(() => asked).toHaveLength(1);
    const [{ ranges, session, row } = { ranges: [], session: '', row: 0 }] = asked;
    const selected = await page.evaluate('document.querySelector("rti-app").store.selected');
    const last = await page.evaluate('document.querySelector("rti-app").store.rows.count - 1');
    expect(session).toBe('s1');
    expect(row).toBe(selected);
    // The row that opens the session, then all from there on.
    expect([ranges[0], ranges[1], ranges[2], ranges.at(-1)]).toEqual([0, 0, row, last]);
  });

  it('keeps its rows in order, each in its place, however it is scrolled', async () => {
    const page = await open(300);
    const types = new Map<number, string>();
    const check = async (first: number) => {
      await expect.poll(() => firstIndex(page)).toBe(first);
      const shown = await rows(page);
      expect(shown.length).toBeLessThan(60);
      expect(shown.map(({ index }) => index)).toEqual(shown.map((_, at) => first + at));
      for (const row of shown) {
        expect(row).toMatchObject({ id: `row-${row.index - 1}`, inPlace: true });
        expect(types.get(row.index) ?? row.type).toBe(row.type);
        types.set(row.index, row.type);
      }
    };
    await check(1);
    // Down and up by less than a screenful, far away, and back to rows that were seen before.
    for (const top of [220, 440, 330, 22_000, 22_110, 21_890, 440, 0]) {
      await scrollTo(page, top);
      await check(Math.max(1, top / 22 - 3));
    }
  });

  it('moves a row that stays in view, and takes those that left for the new ones', async () => {
    const page = await open(300);
    await scrollTo(page, 2200);
    await expect.poll(() => firstIndex(page)).toBe(97);
    const before = new Map((await rows(page)).map(({ index, element }) => [index, element]));
    await scrollTo(page, 2310);
    await expect.poll(() => firstIndex(page)).toBe(102);
    const after = await rows(page);
    const stayed = after.filter(({ index }) => before.has(index));
    expect(stayed.length).toBe(before.size - 5);
    for (const { index, element } of stayed) expect(element).toBe(before.get(index));
    const used = new Set(before.values());
    expect(after.every(({ element }) => used.has(element))).toBe(true);
  });

  it('tells a run by its badge, which opens it and leaves the keys with the list', async () => {
    const page = await open(3);
    const run = list(page).locator('.run').first();
    const count = Number(await list(page).getAttribute('aria-rowcount'));
    expect(await run.getAttribute('aria-expanded')).toBe('false');
    await run.click();
    await expect.poll(() => list(page).getAttribute('aria-rowcount')).toBe(String(count + 2));
    expect(await run.getAttribute('aria-expanded')).toBe('true');
    // Nothing was selected by it; the next key selects the first row.
    expect(await list(page).locator('[aria-selected="true"]').count()).toBe(0);
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => list(page).getAttribute('aria-activedescendant')).toBe('row-0');
  });

  it('shows what was selected while another view had its place', async () => {
    const page = await open(300);
    await page.getByRole('tab', { name: 'Conversation' }).click();
    await page.getByRole('article').first().press('End');
    await page.getByRole('article').filter({ hasText: 'Answer number 299' }).click();
    await page.getByRole('tab', { name: 'Events' }).click();
    const selected = list(page).locator('[aria-selected="true"]');
    await expect.poll(() => selected.count()).toBe(1);
    await expect
      .poll(async () => list(page).getAttribute('aria-activedescendant'))
      .toBe(await selected.getAttribute('id'));
  });

  it('is drawn once when it follows the end, and not again for having scrolled there', async () => {
    const page = await open(300);
    await page.evaluate(`{
      globalThis.app = document.querySelector('rti-app');
      globalThis.list = app.shadowRoot.querySelector('rti-event-list');
      globalThis.drawn = 0;
      const { updated } = list;
      list.updated = function (...args) {
        drawn += 1;
        updated.apply(this, args);
      };
    }`);
    const follow = (on: boolean) => page.evaluate(`app.store.setFollow(${on})`);
    // What is seen for the first time is drawn again when its texts come.
    await follow(true);
    await expect.poll(async () => (await rows(page)).at(-1)?.index).toBe(await rowCount(page));
    const isTold = () => page.evaluate<boolean>('list.shadowRoot.querySelectorAll(".row .summary:empty").length === 0');
    await expect.poll(isTold).toBe(true);
    await follow(false);
    await scrollTo(page, 0);
    await expect.poll(() => firstIndex(page)).toBe(1);
    await frames(page, 10);
    const drawn = await page.evaluate<number>('drawn');
    await follow(true);
    await frames(page, 10);
    expect((await rows(page)).at(-1)?.index).toBe(await rowCount(page));
    expect((await page.evaluate<number>('drawn')) - drawn).toBe(1);
    // Scrolled away by hand it is drawn, and follows no longer.
    await list(page).evaluate((grid) => void (grid.scrollTop -= 4400));
    await expect.poll(() => page.evaluate('app.store.follow')).toBe(false);
    const end = await rowCount(page);
    await expect.poll(async () => (await rows(page)).at(-1)?.index).toBeLessThan(end);
  });
});
