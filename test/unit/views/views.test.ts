/** The page's views over a real trace, in a real Chromium, fed by the product's own bridge and document worker. */
import { chromium, type Browser, type Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { findChromium } from '../../../scripts/lib/system.mjs';
import { eventIds } from '../../../src/protocol/ids';
import { closeLine, eventLine, HEADER, openLine, traceFile } from '../trace/traceLines';
import { serveTrace } from '../../webview/traceHost.mjs';

const HOSTILE = '<img src=x onerror="document.title=1">';
const audio = Buffer.alloc(24_000, 40).toString('base64');

/** Turn `n`: the user types, the model speaks a second, of which an app that cuts it lets half be heard. */
function turn(n: number, t: number, { isCut = false, isSpoken = true } = {}): string[] {
  const seq = n * 20;
  const line = (from: 'client' | 'server') => (at: number, event: object) => {
    const { response = '', item = '' } = eventIds(event as Record<string, unknown>);
    const ids = { ...(response && { response }), ...(item && { item }) };
    return eventLine(seq + at, t + at * 10, from, JSON.stringify(event), ids);
  };
  const [server, client] = [line('server'), line('client')];
  const answer = { id: `a${n}`, type: 'message', role: 'assistant', status: 'completed' };
  const content = [{ type: 'output_audio', transcript: `Answer number ${n} to you` }];
  const ids = { response_id: `r${n}`, item_id: `a${n}`, output_index: 0, content_index: 0 };
  return [
    client(1, {
      type: 'conversation.item.create',
      item: {
        id: `u${n}`,
        type: 'message',
        role: 'user',
        content: [{ type: 'input_text', text: `Question ${n} ${HOSTILE}` }],
      },
    }),
    server(2, {
      type: 'conversation.item.added',
      previous_item_id: n > 0 ? `a${n - 1}` : null,
      item: {
        id: `u${n}`,
        type: 'message',
        role: 'user',
        content: [{ type: 'input_text', text: `Question ${n} ${HOSTILE}` }],
      },
    }),
    client(3, { type: 'response.create' }),
    server(4, { type: 'response.created', response: { id: `r${n}`, status: 'in_progress', conversation_id: 'c' } }),
    server(5, { type: 'response.output_item.added', response_id: `r${n}`, item: { ...answer, content: [] } }),
    server(6, { type: 'conversation.item.added', previous_item_id: `u${n}`, item: { ...answer, content: [] } }),
    ...(isSpoken ? [7, 8].map((at) => server(at, { type: 'response.output_audio.delta', ...ids, delta: audio })) : []),
    server(9, { type: 'response.output_audio_transcript.done', ...ids, transcript: `Answer number ${n} to you` }),
    server(10, {
      type: 'response.done',
      response: { id: `r${n}`, status: 'completed', output: [{ ...answer, content }], usage: { total_tokens: 120 } },
    }),
    ...(isCut
      ? [client(11, { type: 'conversation.item.truncate', item_id: `a${n}`, content_index: 0, audio_end_ms: 500 })]
      : []),
  ];
}

const session = (more: object) => ({ type: 'realtime', id: 'sess_1', model: 'gpt-realtime', audio: {}, ...more });

async function trace(turns: number): Promise<string> {
  const lines = [
    HEADER,
    openLine('s1', 10),
    eventLine(1, 20, 'server', JSON.stringify({ type: 'session.created', session: session({ instructions: 'Old' }) })),
    eventLine(2, 30, 'client', '{"type":"session.update","session":{"type":"realtime","instructions":"New","nope":1}}'),
    eventLine(3, 40, 'server', JSON.stringify({ type: 'session.updated', session: session({ instructions: 'New' }) })),
    eventLine(4, 50, 'client', '{"type":"response.cancel"}'),
    eventLine(
      5,
      60,
      'server',
      '{"type":"error","error":{"type":"invalid_request_error","code":"response_cancel_not_active","message":"Nothing runs"}}',
    ),
  ];
  for (let n = 1; n <= turns; n++) lines.push(...turn(n, n * 3000, { isCut: n === 1, isSpoken: turns < 100 }));
  return traceFile([...lines, closeLine('s1', turns * 3000 + 5000, 1000, 'bye'), ''].join('\n'));
}

describe('the views', () => {
  let browser: Browser;
  beforeAll(async () => {
    const executablePath = findChromium();
    browser = await chromium.launch({
      ...(executablePath === undefined ? {} : { executablePath }),
      args: ['--no-sandbox', '--disable-gpu'],
    });
  });
  afterAll(() => browser.close());

  async function open(turns: number): Promise<Page> {
    const host = await serveTrace(await trace(turns));
    onTestFinished(() => host.close());
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    onTestFinished(() => page.close());
    await page.goto(host.url);
    await page.getByRole('tab', { name: 'Events' }).waitFor();
    return page;
  }
  const article = (page: Page, text: string | RegExp) => page.getByRole('article').filter({ hasText: text });

  it('show one selection everywhere: an entry selects its event, an event its entry', async () => {
    const page = await open(3);
    await page.getByRole('tab', { name: 'Conversation' }).click();
    await article(page, 'Question 2').click();
    await expect.poll(() => page.locator('rti-inspector .type').innerText()).toBe('conversation.item.create');
    await expect.poll(() => article(page, 'Question 2').getAttribute('aria-current')).toBe('true');
    // By keyboard to the next, whose event the inspector then has.
    await article(page, 'Question 2').press('ArrowDown');
    await expect.poll(() => article(page, 'Answer number 2').getAttribute('aria-current')).toBe('true');
    expect(await page.title()).toBe('Trace');
    // And back: an event that is chosen elsewhere marks its entry.
    await page.getByRole('tab', { name: 'Events' }).click();
    await page.locator('rti-event-list [role="row"]').filter({ hasText: 'response.done' }).first().click();
    await page.getByRole('tab', { name: 'Conversation' }).click();
    await expect.poll(() => page.locator('article.response[aria-current="true"]').count()).toBe(1);
  });

  it('tell what was not heard of an answer, in words too', async () => {
    const page = await open(2);
    await page.getByRole('tab', { name: 'Conversation' }).click();
    const cut = article(page, 'to you').first();
    await expect.poll(() => cut.locator('.bubble').textContent()).toMatch(/number\s*\(not heard:\)\s*1 to you/);
    await expect.poll(() => cut.innerText()).toContain('cut by the app’s truncation');
    expect(await article(page, 'Answer number 2').locator('.unheard').count()).toBe(0);
  });

  it('hold ten thousand turns with a screenful of elements, and reach any of them', async () => {
    const page = await open(10_000);
    await page.getByRole('tab', { name: 'Conversation' }).click();
    const first = article(page, /Question 1\b/);
    await expect.poll(() => first.getAttribute('aria-setsize'), { timeout: 30_000 }).toBe('30000');
    expect(await page.getByRole('article').count()).toBeLessThan(400);
    await first.press('End');
    await article(page, 'Answer number 10000').waitFor();
    expect(await page.getByRole('article').count()).toBeLessThan(400);
    await page.getByRole('tab', { name: 'Summary' }).click();
    const turns = page.getByRole('grid', { name: 'Turns' });
    await expect.poll(() => turns.getAttribute('aria-rowcount')).toBe('10001');
    expect(await turns.getByRole('row').count()).toBeLessThan(100);
    await turns.press('End');
    await expect.poll(() => turns.innerText()).toContain('Question 10000');
  });

  it('tell what an update changed, and what of it did not take effect', async () => {
    const page = await open(1);
    await page.getByRole('tab', { name: 'Session' }).click();
    await expect.poll(() => page.locator('rti-config table').innerText()).toContain('nope');
    const points = page.getByRole('listbox', { name: 'Configurations' });
    await points.getByRole('option').filter({ hasText: 'Created with' }).click();
    await page.locator('rti-config select').selectOption({ index: 2 });
    await expect
      .poll(() => page.locator('rti-config table').innerText())
      .toMatch(/instructions[\s\S]*"New"[\s\S]*"Old"/);
    await expect.poll(() => page.locator('rti-session dd b').innerText()).toBe('1000');
  });

  it('lead from a finding to its events, and say where they end when there is none', async () => {
    const page = await open(1);
    await page.getByRole('tab', { name: /^Findings/ }).click();
    const finding = page.getByRole('listitem').filter({ hasText: 'response.cancel' });
    await finding.getByRole('button', { name: '#5 error' }).click();
    await expect.poll(() => page.locator('rti-inspector .type').innerText()).toBe('error');
    await page.getByRole('button', { name: /^Notes/ }).click();
    await expect.poll(() => finding.count()).toBe(0);
  });

  it('come back to the view that was open', async () => {
    const page = await open(1);
    await page.getByRole('tab', { name: 'Events' }).press('ArrowRight');
    await expect.poll(() => page.getByRole('tab', { name: 'Conversation' }).getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('ArrowRight');
    await expect
      .poll(() => page.evaluate(() => (JSON.parse(sessionStorage.getItem('kept') ?? '{}') as { tab?: string }).tab))
      .toBe('session');
    await page.reload();
    await expect.poll(() => page.getByRole('tab', { name: 'Session' }).getAttribute('aria-selected')).toBe('true');
  });
});
