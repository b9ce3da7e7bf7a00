/** The queue of held messages: the real page in Chromium over a real engine with real sockets at both ends. */
import type { Browser, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../../scripts/lib/chromium.mjs';
import { Breakpoints } from '../../../src/extension/breakpoints';
import { heldHandlers } from '../../../src/extension/heldHandlers';
import { HeldQueue } from '../../../src/extension/heldQueue';
import { serveTrace } from '../../webview/traceHost.mjs';
import { cleanUp, later } from '../fidelity/bed';
import { wsHand } from '../fidelity/hand';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());
afterEach(cleanUp);

/** A page over the trace that a running engine writes, with one session whose ends are the test's. */
async function live({ width = 1400, height = 900, theme = 'dark', answersLate = false } = {}) {
  const hand = await wsHand();
  const { engine } = hand;
  const breakpoints = new Breakpoints({ read: () => [], write: () => undefined, log: () => undefined });
  const held = new HeldQueue(breakpoints);
  held.begin(engine);
  await breakpoints.begin(engine);
  const session = await hand.session('a');
  const compared: unknown[] = [];
  const served = await serveTrace(
    engine.file,
    0,
    () => ({
      live: true,
      recording: true,
      liveSessions: engine.sessions().map(({ id }) => id),
      ...(held.state === undefined ? {} : { intercept: held.state }),
    }),
    (model) => ({
      ...heldHandlers({ held, breakpoints, model }),
      ...(answersLate
        ? {
            decideHeld: async (params) => {
              const result = await heldHandlers({ held, breakpoints, model }).decideHeld(params);
              await new Promise((resolve) => setTimeout(resolve, 1000));
              return result;
            },
          }
        : {}),
      compare: (params) => {
        compared.push(params);
        return Promise.resolve({ opened: true });
      },
    }),
  );
  later(() => served.close());
  const told = held.onDidChange.on(() => served.bridges.forEach((bridge) => bridge.statusChanged()));
  const grown = engine.on('recorded', () => void served.model.follow().catch(() => undefined));
  const page = await browser.newPage({ viewport: { width, height } });
  page.setDefaultTimeout(10_000);
  later(async () => {
    told.dispose();
    grown();
    await page.close();
  });
  session.server.send('{"type":"session.created","session":{"type":"realtime","id":"sess_1","model":"gpt-realtime"}}');
  await page.goto(`${served.url}?theme=${theme}`);
  await page.locator('rti-event-list .row').first().waitFor();
  const breakOn = async (filter: string, more: object = {}) => {
    const id = breakpoints.add(filter, more);
    await breakpoints.settled();
    return id;
  };
  return { ...session, page, held, breakpoints, breakOn, served, compared, queue: page.locator('rti-intercept') };
}

const create = (n: number) => JSON.stringify({ type: 'response.create', response: { instructions: `Say ${n}.` } });
/** The editor's whole text. */
const written = (page: Page): Promise<string> =>
  page
    .locator('rti-held-editor .cm-content')
    .evaluate((content) =>
      String((content as unknown as { cmTile: { view: { state: { doc: object } } } }).cmTile.view.state.doc),
    );
const rows = (page: Page, type: string) => page.locator(`rti-event-list .row:has(.type[title="${type}"])`);

describe('a held message', () => {
  it('shows itself with its age and what waits behind it, and takes no focus from who is typing', async () => {
    const { page, client, breakOn, queue } = await live();
    const filter = page.getByLabel('Filter events');
    await filter.click();
    await page.keyboard.type('respon');
    await breakOn('type:response.create from:client', { timeoutMs: 60_000 });
    client.send(create(1));
    client.send('{"type":"response.cancel"}');
    await queue.getByText('1 held').waitFor();
    await page.keyboard.type('se');
    expect(await filter.inputValue()).toBe('response');
    const line = queue.getByRole('option');
    await expect.poll(() => line.innerText()).toMatch(/response\.create[\s\S]*\d+ s[\s\S]*1 wait behind[\s\S]*goes in/);
    await expect
      .poll(() => queue.getByRole('status').first().innerText())
      .toBe('response.create from the client is held.');
    const age = queue.locator('.num[title="Held for"]');
    await expect.poll(() => age.innerText(), { timeout: 5000 }).toMatch(/^[1-9]\d* s$/);
  });

  it('is edited with completion and lint, released, and stands in the list as what it was and became', async () => {
    const { page, client, got, breakOn, queue, compared } = await live();
    await breakOn('type:response.create from:client');
    client.send(create(1));
    await queue.getByText('1 held').waitFor();
    await expect.poll(() => written(page)).toContain('Say 1.');
    await page.locator('rti-event-list .scroller').focus();
    await page.keyboard.press('h');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText('{"type":"response.create","response":{"instructions":"Whisper.","nonsense":1}}');
    await queue.getByText('Release edited').waitFor();
    await queue.locator('rti-problems').getByText('nonsense').first().waitFor();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(
      '{\n  "type": "response.create",\n  "response": { "instructions":  "Whisper softly." }\n}',
    );
    await expect.poll(() => queue.locator('.line').innerText()).toContain('Edited; a valid client event.');
    await page.keyboard.press('Control+Enter');
    await expect
      .poll(() => got.server)
      .toEqual(['{"type":"response.create","response":{"instructions":"Whisper softly."}}']);
    await expect.poll(() => queue.isVisible()).toBe(false);
    const lines = rows(page, 'response.create');
    await expect.poll(() => lines.count()).toBe(2);
    await expect.poll(() => lines.first().locator('.mark').allInnerTexts()).toEqual(['held']);
    await expect.poll(() => lines.last().locator('.mark').allInnerTexts()).toEqual(['edited']);
    await lines.last().click();
    const hand = page.locator('rti-hand-line');
    await hand
      .getByText(/Held for .+ at the breakpoint type:response\.create from:client, then sent on with another text\./)
      .waitFor();
    await hand.getByText('Compare with what arrived').click();
    const [one] = compared as { row: number; with: number }[];
    expect((one?.row ?? 0) > (one?.with ?? 0)).toBe(true);
    await hand.getByText('As it arrived').click();
    await hand.getByText('How it went on').waitFor();
    await page.getByLabel('Filter events').fill('is:held');
    await expect.poll(() => page.locator('rti-event-list .row').count()).toBe(1);
    await page.getByLabel('Filter events').fill('is:edited');
    await expect.poll(() => page.locator('rti-event-list .row').count()).toBe(1);
  });

  it('is gone at once when it is released edited, also where the state comes before the answer', async () => {
    const { page, client, got, breakOn, queue } = await live({ answersLate: true });
    await breakOn('type:response.create from:client');
    client.send(create(1));
    await queue.getByText('1 held').waitFor();
    await expect.poll(() => written(page)).toContain('Say 1.');
    await page.locator('rti-held-editor .cm-content').click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText('{"type":"response.create","response":{"instructions":"Whisper."}}');
    await page.keyboard.press('Control+Enter');
    await expect.poll(() => got.server.length).toBe(1);
    await expect.poll(() => queue.isVisible()).toBe(false);
  });

  it('stays while somebody writes about it, whatever its time-out', async () => {
    const { page, client, got, breakOn, queue } = await live();
    await breakOn('type:response.create from:client', { timeoutMs: 8000 });
    client.send(create(1));
    await expect.poll(() => written(page)).toContain('Say 1.');
    await page.locator('rti-event-list .scroller').focus();
    await page.keyboard.press('h');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+End');
    await page.keyboard.type(' ');
    await expect.poll(() => queue.innerText()).not.toContain('goes in');
    client.send('{"type":"response.cancel"}');
    await page.waitForTimeout(8500);
    expect(got.server).toEqual([]);
    await page.keyboard.press('Control+Enter');
    await expect.poll(() => got.server.length).toBe(2);
  });

  it('goes, is dropped, answered, or goes with everything by keys alone', async () => {
    const { page, client, got, breakOn, queue, breakpoints } = await live();
    const id = await breakOn('type:response.create');
    for (const n of [1, 2, 3, 4, 5]) client.send(create(n));
    await queue.getByText('5 held').waitFor();
    await page.locator('rti-event-list .scroller').focus();
    await page.keyboard.press('h');
    await page.keyboard.press('r');
    await queue.getByText('4 held').waitFor();
    await page.keyboard.press('Delete');
    await queue.getByText('3 held').waitFor();
    await expect.poll(() => written(page)).toContain('Say 3.');
    await page.keyboard.press('a');
    await expect.poll(() => written(page)).toContain('"response.created"');
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText('{"type":"error","error":{"type":"server_error","message":"No."}}');
    await queue.getByText('Drop and answer').waitFor();
    await page.keyboard.press('Control+Enter');
    const anyway = queue.getByText('Drop and answer anyway');
    await expect.poll(async () => got.client.length > 1 || (await anyway.count()) > 0).toBe(true);
    if ((await anyway.count()) > 0) await anyway.click();
    await queue.getByText('2 held').waitFor();
    expect(got.client.at(-1)).toContain('"server_error"');
    await page.locator('rti-intercept .list').focus();
    await page.keyboard.press('d');
    await expect.poll(() => breakpoints.get(id)?.enabled).toBe(false);
    await queue.getByText('Its breakpoint is off.').waitFor();
    await page.keyboard.press('R');
    await expect.poll(() => got.server).toEqual([create(1), create(4), create(5)]);
    await expect.poll(() => queue.isVisible()).toBe(false);
    await rows(page, 'response.create').first().waitFor();
    await expect.poll(() => rows(page, 'response.create').filter({ hasText: 'let go' }).count()).toBe(3);
    await expect.poll(() => rows(page, 'response.create').filter({ hasText: 'dropped' }).count()).toBe(2);
  });

  it('that goes while it is edited leaves what was written, which the next one never gets', async () => {
    const { page, client, got, breakOn, queue, held } = await live();
    await breakOn('type:response.create');
    client.send(create(1));
    client.send(create(2));
    await queue.getByText('2 held').waitFor();
    await expect.poll(() => written(page)).toContain('Say 1.');
    await page.locator('rti-held-editor .cm-content').click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText('{"type":"response.create","mine":1}');
    await held.decide(held.first?.id ?? '', { kind: 'release' });
    await queue.getByText('What you wrote was not sent.').waitFor();
    await page.keyboard.press('Control+Enter');
    await page.keyboard.type('x');
    expect(await written(page)).toBe('{"type":"response.create","mine":1}');
    await queue.getByText('Open what I wrote in the composer').click();
    await expect.poll(() => page.locator('rti-composer .cm-content').innerText()).toContain('"mine"');
    await expect.poll(() => written(page)).toContain('Say 2.');
    expect(got.server).toEqual([create(1)]);
  });

  it('that is lost is said to be, and the page is as it was', async () => {
    const { page, client, breakOn, queue } = await live();
    await breakOn('type:response.create');
    client.send(create(1));
    await queue.getByText('1 held').waitFor();
    client.terminate();
    await queue.getByText('was lost: its connection ended').first().waitFor();
    await queue.getByText('Dismiss').first().click();
    await expect.poll(() => queue.isVisible()).toBe(false);
    await page.getByLabel('Filter events').fill('is:dropped');
    await expect.poll(() => page.locator('rti-event-list .row').count()).toBe(1);
  });

  it('stays held under a folded queue and under a page that loads anew', async () => {
    const { page, client, got, breakOn, queue } = await live();
    await breakOn('type:response.create');
    client.send(create(1));
    await queue.getByText('1 held').waitFor();
    await queue.getByLabel('Fold the held messages to a line').click();
    await expect.poll(() => queue.locator('rti-held-editor').count()).toBe(0);
    await expect.poll(() => queue.locator('.what').innerText()).toMatch(/response\.create of s1, \d+ s/);
    await page.waitForFunction(() => sessionStorage.getItem('kept')?.includes('heldFolded'));
    await page.reload();
    await queue.getByText('1 held').waitFor();
    expect(got.server).toEqual([]);
    await expect.poll(() => queue.locator('rti-held-editor').count()).toBe(0);
    await queue.getByLabel('Release').first().click();
    await expect.poll(() => got.server).toEqual([create(1)]);
  });

  it('of 15 MiB is shown in part and goes on whole', async () => {
    const { page, client, got, breakOn, queue } = await live();
    await breakOn('from:client');
    const large = JSON.stringify({ type: 'conversation.item.create', image: 'A'.repeat(15 << 20) });
    client.send(large);
    await queue.getByText('1 held').waitFor();
    await queue.getByText('Too large to be edited here').waitFor();
    await page.locator('rti-held-editor .cm-content').click();
    await page.keyboard.type('x');
    expect((await written(page)).startsWith('{"type"')).toBe(true);
    await queue.locator('.actions vscode-button').first().click();
    await expect.poll(() => got.server.map(({ length }) => length)).toEqual([large.length]);
  });

  it('is plain text, whatever stands in it', async () => {
    const { page, client, breakOn, queue } = await live();
    await breakOn('from:client');
    client.send(JSON.stringify({ type: '<img src=x onerror=window.hacked=1>', x: '<script>window.hacked=1</script>' }));
    await queue.getByText('1 held').waitFor();
    await expect.poll(() => queue.getByRole('option').innerText()).toContain('<img src=x');
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(await queue.locator('img').count()).toBe(0);
  });
});

describe('breakpoints on an event', () => {
  it('are set from its row by a key of VS Code, and taken away again', async () => {
    const { page, served, breakpoints, client } = await live();
    client.send('{"type":"session.update","session":{"type":"realtime"}}');
    await rows(page, 'session.update').click();
    const toggle = () => served.bridges.forEach((bridge) => bridge.act({ action: 'toggleBreakpoint' }));
    toggle();
    await expect.poll(() => breakpoints.all.map(({ filter }) => filter)).toEqual(['type:session.update from:client']);
    await page.getByText('are held from now on').waitFor();
    await page.getByLabel('Break on events like this').click();
    await expect.poll(() => breakpoints.all).toEqual([]);
  });
});

describe('the queue is looked at', () => {
  it.each([
    ['dark', 1400],
    ['dark', 700],
    ['light', 1400],
    ['light', 700],
    ['hc', 1400],
    ['hc', 700],
  ])('%s %d', async (theme, width) => {
    const { page, client, server, breakOn, queue } = await live({ width, height: 900, theme });
    await breakOn('type:response.create from:client', { timeoutMs: 45_000 });
    await breakOn('type:error from:server');
    client.send('{"type":"session.update","session":{"type":"realtime","instructions":"Speak like a pirate."}}');
    client.send(create(1));
    client.send('{"type":"response.cancel"}');
    client.send(create(2));
    server.send('{"type":"error","error":{"type":"server_error","message":"The server had an error."}}');
    await queue.getByText('3 held').waitFor();
    await expect.poll(() => written(page)).toContain('Say 1.');
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
    for (const locator of [queue.locator('.head'), queue.locator('rti-held-editor .actions')])
      expect((await locator.boundingBox())?.height ?? 0).toBeGreaterThan(20);
    await page.screenshot({ path: `test/webview/output/intercept ${theme} ${width}.png` });
    // With the composer under it the list still has its head and five rows.
    await page.keyboard.press('n');
    await page.locator('rti-composer .cm-content').waitFor();
    const list = page.locator('rti-event-list');
    await expect.poll(async () => (await list.boundingBox())?.height ?? 0).toBeGreaterThanOrEqual(23 + 5 * 22);
    await expect
      .poll(async () => (await page.locator('rti-held-editor .editor').boundingBox())?.height ?? 0)
      .toBeGreaterThan(50);
    await page.screenshot({ path: `test/webview/output/intercept and composer ${theme} ${width}.png` });
  });
});
