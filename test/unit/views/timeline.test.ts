/** The timeline over a real trace, in a real Chromium, moved by pointer, wheel and keys. */
import { appendFile } from 'node:fs/promises';
import type { Browser, Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { launchChromium } from '../../../scripts/lib/chromium.mjs';
import { eventLine, HEADER, openLine, traceFile } from '../trace/traceLines';
import { serveTrace } from '../../webview/traceHost.mjs';

const audio = Buffer.alloc(24_000, 40).toString('base64');
const ids = { response: 'r1', item: 'a1' };
const inBody = { response_id: 'r1', item_id: 'a1', output_index: 0, content_index: 0 };

/** A question at half a second, an answer a second later that is cut off, an error; the session is ten seconds long. */
const lines = [
  HEADER,
  openLine('s1', 10),
  from('server', 1, 20, {
    type: 'session.created',
    session: { type: 'realtime', id: 'sess_1', model: 'gpt-realtime' },
  }),
  from('client', 2, 500, { type: 'response.create' }),
  from(
    'server',
    3,
    1500,
    { type: 'response.created', response: { id: 'r1', status: 'in_progress' } },
    { response: 'r1' },
  ),
  from('server', 4, 2000, { type: 'response.output_audio.delta', ...inBody, delta: audio }, ids),
  from('server', 5, 2100, { type: 'response.output_audio.delta', ...inBody, delta: audio }, ids),
  from(
    'client',
    6,
    2400,
    { type: 'conversation.item.truncate', item_id: 'a1', content_index: 0, audio_end_ms: 400 },
    { item: 'a1' },
  ),
  from('server', 7, 3000, { type: 'response.done', response: { id: 'r1', status: 'completed' } }, { response: 'r1' }),
  from('server', 8, 10_000, { type: 'error', error: { type: 'invalid_request_error', message: 'No.' } }),
];

function from(side: 'client' | 'server', seq: number, t: number, event: object, more: object = {}): string {
  return eventLine(seq, t, side, JSON.stringify(event), more);
}

interface Seen {
  view: { start: number; end: number };
  range: { start: number; end: number } | null;
  selectedSpan: string;
}
interface Point {
  x: number;
  y: number;
}

describe('the timeline', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  async function open(status: object = {}) {
    const file = await traceFile([...lines, ''].join('\n'));
    const host = await serveTrace(file, 0, status);
    onTestFinished(() => host.close());
    const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    onTestFinished(() => page.close());
    await page.goto(host.url);
    // Drawn with what the analysis says.
    await expect.poll(() => bar(page, 'response')).toBeTruthy();
    return { page, file, host };
  }
  // What runs in the page is text: this file is typed for Node.
  const app = "document.querySelector('rti-app')";
  const timeline = `${app}.shadowRoot.querySelector('rti-timeline')`;
  const seen = (page: Page) =>
    page.evaluate<Seen>(`(({ view, range, selectedSpan }) => ({ view, range, selectedSpan }))(${app}.store)`);
  /** Middle of the first bar of a lane on the page; undefined when it is not drawn. */
  const bar = (page: Page, lane: string) =>
    page.evaluate<Point | undefined>(`(() => {
      const bar = ${timeline}?.layout?.bars.find(({ target }) => target.span?.lane === '${lane}');
      const box = ${timeline}?.getBoundingClientRect();
      return bar && { x: box.x + bar.x + bar.w / 2, y: box.y + bar.y + bar.h / 2 };
    })()`);
  const clickBar = async (page: Page, lane: string) => {
    const found = await bar(page, lane);
    if (found === undefined) throw new Error(`no bar in lane ${lane}`);
    await page.mouse.click(found.x, found.y);
  };
  /** Where a time and a lane are on the page, once what was moved before has been drawn. */
  const at = (page: Page, lane: string, t: number) =>
    page.evaluate<Point>(`(async () => {
      for (const frame of [1, 2]) await new Promise((drawn) => requestAnimationFrame(drawn));
      const { layout } = ${timeline};
      const { y, h } = layout.lanes.find(({ name }) => name === '${lane}');
      const box = ${timeline}.getBoundingClientRect();
      return { x: box.x + layout.${lane === 'overview' ? 'overview' : 'scale'}.x(${t}), y: box.y + y + h / 2 };
    })()`);
  /** The right edge of the overview's window while all is shown. */
  const rightEdge = async (page: Page) => {
    const { x, y } = await at(page, 'overview', (await seen(page)).view.end);
    return { x: x - 3, y };
  };
  const drag = async (page: Page, a: Point, b: Point) => {
    await page.mouse.move(a.x, a.y);
    await page.mouse.down();
    await page.mouse.move(b.x, b.y, { steps: 4 });
    await page.mouse.up();
  };

  it('has a grid weaker than what stands on it in high contrast, whose themes have white guides', async () => {
    const { page } = await open();
    await page.evaluate("document.body.className = 'vscode-high-contrast'");
    const strongest = () =>
      page.evaluate<number>(`(() => {
        const { layout, renderRoot } = ${timeline};
        const canvas = renderRoot.querySelector('canvas');
        const ratio = canvas.width / canvas.clientWidth;
        const line = layout.shapes.find(({ kind, color, x1, x2 }) => kind === 'line' && color === 'grid' && x1 === x2 && x1 > 200);
        const [x, height] = [Math.round(line.x1) * ratio, (line.y2 - line.y1) * ratio];
        const { data } = canvas.getContext('2d').getImageData(x, line.y1 * ratio, 1, height);
        // Most of a line stands on the bare ground.
        const greens = [...data].filter((_, at) => at % 4 === 1).sort((a, b) => a - b);
        return greens[Math.floor(greens.length / 2)];
      })()`);
    await expect.poll(strongest).toBeLessThan(90);
    expect(await strongest()).toBeGreaterThan(30);
  });

  it('selects for every view what is clicked, and tells on hover how far away something is', async () => {
    const { page } = await open();
    await clickBar(page, 'response');
    await expect.poll(() => page.locator('rti-inspector .type').innerText()).toBe('response.created');
    expect((await seen(page)).selectedSpan).toBe('s1 response r1');
    const server = await at(page, 'server', 10_000);
    await page.mouse.move(server.x, server.y);
    await expect
      .poll(() => page.locator('rti-timeline .tip').innerText())
      .toMatch(/error[\s\S]*\+8\.500 s from the selected/);
  });

  it('draws what the selected event came of and led to, and keys lead there', async () => {
    const { page } = await open();
    await clickBar(page, 'response');
    const arrows = () => page.evaluate(`${timeline}.layout.shapes.filter(({ kind }) => kind === 'arrow').length`);
    await expect.poll(arrows).toBeGreaterThanOrEqual(2);
    await page.keyboard.press('c');
    await expect.poll(() => page.locator('rti-inspector .type').innerText()).toBe('response.create');
  });

  it('measures the range that is drawn, and lets it go with Escape', async () => {
    const { page } = await open();
    await drag(page, await at(page, 'server', 400), await at(page, 'server', 3200));
    const bar = page.getByRole('region', { name: 'Selected range' });
    const told = bar.locator('dl');
    await expect.poll(() => told.innerText()).toMatch(/→ 2\s+← 4[\s\S]*turns\s+1[\s\S]*request to audio\s+1\.500 s/);
    await expect.poll(() => told.innerText()).toContain('1.000 s, 400 ms heard');
    await page.keyboard.press('Escape');
    await expect.poll(() => bar.count()).toBe(0);
  });

  it('is moved by the window of the overview, resized by its edges, zoomed by the wheel and by keys', async () => {
    const { page } = await open();
    const { view: all } = await seen(page);
    await drag(page, await rightEdge(page), await at(page, 'overview', 5000));
    const narrow = (await seen(page)).view;
    expect(narrow.start).toBe(all.start);
    expect(Math.abs(narrow.end - 5000)).toBeLessThan(60);
    await drag(page, await at(page, 'overview', 2000), await at(page, 'overview', 4000));
    const moved = (await seen(page)).view;
    expect(moved.end - moved.start).toBeCloseTo(narrow.end - narrow.start, 3);
    expect(Math.abs(moved.start - narrow.start - 2000)).toBeLessThan(60);
    const point = await at(page, 'server', 4000);
    await page.mouse.move(point.x, point.y);
    await page.mouse.wheel(0, -300);
    await expect.poll(async () => (await seen(page)).view.end - (await seen(page)).view.start).toBeLessThan(3000);
    await expect.poll(async () => Math.abs((await at(page, 'server', 4000)).x - point.x)).toBeLessThan(1.5);
    await page.keyboard.press('f');
    expect((await seen(page)).view).toEqual(all);
  });

  it('is walked by keys alone, lane by lane, and says what is there', async () => {
    const { page } = await open();
    await page.locator('rti-timeline canvas').focus();
    const said = page.locator('rti-timeline [role="status"].said');
    await page.keyboard.press('Shift+ArrowDown');
    await expect.poll(() => said.textContent()).toContain('connection');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    await expect.poll(() => said.textContent()).toMatch(/response .* completed .* 1\.500 s/);
    await page.keyboard.press('r');
    expect((await seen(page)).range).toEqual({ start: 1500, end: 3000 });
  });

  it('folds groups of lanes by a button, also after the page came back', async () => {
    const { page } = await open();
    const lanes = () => page.evaluate(`${timeline}.layout.lanes.map(({ name }) => name)`);
    expect(await lanes()).toContain('turn');
    await page.getByRole('button', { name: 'Answers: fold to one lane' }).click();
    await expect.poll(lanes).not.toContain('turn');
    expect(await lanes()).toContain('response');
    await expect
      .poll(() => page.evaluate("JSON.parse(sessionStorage.getItem('kept') ?? '{}')"))
      .toMatchObject({ foldedLanes: ['answer'] });
    await page.reload();
    await page.getByRole('button', { name: 'Answers: show all lanes' }).waitFor();
  });

  it('stays where it was moved while a live session goes on, counts what is new, and goes there', async () => {
    const { page, file, host } = await open({ live: true, liveSessions: ['s1'] });
    await drag(page, await rightEdge(page), await at(page, 'overview', 4000));
    const { view } = await seen(page);
    await appendFile(file, `${from('server', 9, 20_000, { type: 'response.created', response: { id: 'r2' } })}\n`);
    await host.model.follow();
    const news = page.getByRole('button', { name: '1 new' });
    await news.waitFor();
    expect((await seen(page)).view).toEqual(view);
    await news.click();
    await expect.poll(async () => (await seen(page)).view.end).toBeGreaterThan(20_000);
    await expect.poll(() => news.isVisible()).toBe(false);
  });
});
