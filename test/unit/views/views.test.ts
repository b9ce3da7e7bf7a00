/** The page's views over a real trace, in a real Chromium, fed by the product's own bridge and document worker. */
import type { Browser, Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { launchChromium } from '../../../scripts/lib/chromium.mjs';
import { serveTrace } from '../../webview/traceHost.mjs';
import { closeLine, eventLine, HEADER, openLine, traceFile } from '../trace/traceLines';
import { talkTrace } from './talkTrace';

describe('the views', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  const open = (turns: number) => openText(talkTrace(turns));
  async function openText(text: string): Promise<Page> {
    const host = await serveTrace(await traceFile(text));
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

  it('give what the user said one length: what the server took of it, without the pause before', async () => {
    const piece = Buffer.alloc(4800, 40).toString('base64');
    const append = (seq: number, t: number) =>
      eventLine(seq, t, 'client', JSON.stringify({ type: 'input_audio_buffer.append', audio: piece }));
    const server = (seq: number, t: number, event: object) =>
      eventLine(seq, t, 'server', JSON.stringify({ ...event, item_id: 'u1' }), { item: 'u1' });
    const ten = Array.from({ length: 10 }, (_, n) => n);
    const page = await openText(
      [
        HEADER,
        openLine('s1', 10),
        ...ten.map((n) => append(1 + n, 1000 + n * 100)),
        ...ten.map((n) => append(20 + n, 20_000 + n * 100)),
        server(40, 20_950, { type: 'input_audio_buffer.speech_started', audio_start_ms: 700 }),
        server(41, 21_900, { type: 'input_audio_buffer.speech_stopped', audio_end_ms: 2000 }),
        server(42, 21_910, { type: 'input_audio_buffer.committed' }),
        closeLine('s1', 25_000, 1000, ''),
        '',
      ].join('\n'),
    );
    await page.getByRole('tab', { name: 'Conversation' }).click();
    const user = page.getByRole('article').filter({ hasText: 'User' });
    await expect.poll(() => user.locator('button.audio').innerText()).toContain('1.300 s');
    await user.click();
    await expect.poll(() => page.locator('rti-player .total').textContent()).toContain('0:01.3');
  });

  it('take a completion with Tab, and say which word of a filter is no key', async () => {
    const page = await open(1);
    const filter = page.getByRole('combobox', { name: 'Filter events' });
    await filter.pressSequentially('resp');
    await page.getByRole('option').first().waitFor();
    await filter.press('Tab');
    expect(await filter.inputValue()).toBe('response:');
    await filter.fill('foo:bar');
    await expect.poll(() => page.locator('rti-filter-box [role="status"]').innerText()).toContain('There is no foo:');
    // A box that is only passed through keeps nobody.
    await filter.fill('');
    await filter.press('Tab');
    await expect.poll(() => filter.evaluate((box) => box.matches(':focus'))).toBe(false);
  });

  it('say the same of a range in the bar and in the summary', async () => {
    const page = await open(3);
    await page.getByRole('tab', { name: 'Summary' }).click();
    await page.evaluate(`document.querySelector('rti-app').store.selectRange({ start: 5500, end: 8000 })`);
    const fact = (name: string) =>
      page.locator('rti-range-bar dl div').filter({ hasText: name }).locator('dd').innerText();
    const tile = (name: string) =>
      page.locator('rti-summary .tile').filter({ hasText: name }).locator('.big').innerText();
    await expect.poll(() => fact('turns')).toBe('1');
    await expect.poll(() => tile('Turns')).toBe('1');
    expect(await fact('tokens')).toBe(await tile('Tokens'));
    expect(await page.locator('rti-summary .scope').innerText()).toMatch(/^From 5\.500 s to 8\.000 s/);
  });

  it('end the axis with what happened and was heard, not with sound that was cut off', async () => {
    const ids = { response_id: 'r1', item_id: 'a1', output_index: 0, content_index: 0 };
    const line = (seq: number, t: number, from: 'client' | 'server', event: object) =>
      eventLine(seq, t, from, JSON.stringify(event), { response: 'r1', item: 'a1' });
    const minute = Buffer.alloc(48_000 * 60, 40).toString('base64');
    const page = await openText(
      [
        HEADER,
        openLine('s1', 10),
        line(1, 1000, 'server', { type: 'response.created', response: { id: 'r1', status: 'in_progress' } }),
        line(2, 1100, 'server', { type: 'response.output_audio.delta', ...ids, delta: minute }),
        line(3, 3000, 'client', {
          type: 'conversation.item.truncate',
          item_id: 'a1',
          content_index: 0,
          audio_end_ms: 1900,
        }),
        line(4, 3010, 'server', {
          type: 'conversation.item.truncated',
          item_id: 'a1',
          content_index: 0,
          audio_end_ms: 1900,
        }),
        closeLine('s1', 5000, 1000, ''),
        '',
      ].join('\n'),
    );
    await expect
      .poll(() => page.evaluate<number>(`document.querySelector('rti-app').store.extent.end`))
      .toBeLessThan(5500);
  });

  it('move the player by its slider, repeat a part, and keep its menu true to what was chosen', async () => {
    const page = await open(2);
    await page.getByRole('tab', { name: 'Conversation' }).click();
    await article(page, 'Answer number 2').click();
    const slider = page.getByRole('slider', { name: 'Position' });
    await expect.poll(() => page.locator('rti-player .total').textContent()).toContain('0:01.0');
    const at = () => slider.getAttribute('aria-valuenow');
    // Until the clip is here there is nowhere to go.
    await expect.poll(() => slider.press('End').then(at)).toBe('1.0');
    await slider.press('Home');
    await slider.press('ArrowRight');
    await slider.press('Shift+ArrowLeft');
    await expect.poll(at).toBe('0.9');
    await slider.press('o');
    const repeat = page.getByRole('button', { name: 'Repeat' });
    await expect.poll(() => repeat.getAttribute('aria-pressed')).toBe('true');
    await repeat.click();
    await expect.poll(() => repeat.getAttribute('aria-pressed')).toBe('false');
    await page.getByRole('button', { name: 'How to hear it' }).click();
    const heard = page.getByRole('menuitemradio', { name: /^As heard/ });
    await heard.click();
    if (!(await heard.isVisible())) await page.getByRole('button', { name: 'How to hear it' }).click();
    await expect.poll(() => heard.getAttribute('aria-checked')).toBe('true');
  });

  /** An answer whose words come one by one, of which the last is an umbrella. */
  function wordByWord(): string {
    const words = ['Take ', 'no ', 'hat ', 'but ', 'an ', 'umbrella', '.'];
    const ids = { response_id: 'r1', item_id: 'a1', output_index: 0, content_index: 0 };
    const line = (seq: number, event: object) =>
      eventLine(seq, 1000 + seq * 10, 'server', JSON.stringify(event), { response: 'r1', item: 'a1' });
    return [
      HEADER,
      openLine('s1', 10),
      eventLine(1, 1000, 'client', '{"type":"response.create"}'),
      line(2, { type: 'response.created', response: { id: 'r1', status: 'in_progress' } }),
      ...words.map((delta, n) => line(3 + n, { type: 'response.output_text.delta', ...ids, delta })),
      line(20, { type: 'response.done', response: { id: 'r1', status: 'completed', output: [] } }),
      closeLine('s1', 5000, 1000, ''),
      '',
    ].join('\n');
  }

  it('find the very event that holds a word, open its run, and mark the word in its details', async () => {
    const page = await openText(wordByWord());
    await page.locator('rti-event-list [role="grid"]').press('Control+f');
    const find = page.getByRole('textbox', { name: 'Find in the list' });
    await find.fill('umbrella');
    await expect.poll(() => page.locator('rti-find-bar .count').innerText()).toBe('1 found');
    await find.press('Enter');
    await expect.poll(() => page.locator('rti-inspector .facts').innerText()).toContain('#8');
    await expect.poll(() => page.locator('rti-payload-tree mark').allInnerTexts()).toEqual(['umbrella']);
    expect(await page.locator('rti-event-list .row.selected').innerText()).toContain('8');
    await page.getByRole('tab', { name: 'Raw' }).click();
    await expect.poll(() => page.locator('rti-inspector pre mark').allInnerTexts()).toEqual(['umbrella']);
    await find.press('Escape');
    await expect.poll(() => page.locator('rti-inspector mark').count()).toBe(0);
  });

  it('say that what a key led to is hidden by the filter, and show it when asked', async () => {
    const page = await openText(wordByWord());
    const filter = page.getByRole('combobox', { name: 'Filter events' });
    await filter.fill('type:response.done');
    await filter.press('Escape');
    const rows = page.locator('rti-event-list .row');
    await expect.poll(() => rows.count()).toBe(1);
    await rows.first().click();
    await page.getByRole('tab', { name: 'Related' }).click();
    await page.locator('rti-related button.line').first().waitFor();
    await page.locator('rti-event-list [role="grid"]').press('c');
    const bar = page.locator('rti-event-list .hiddenBar');
    await expect
      .poll(() => bar.innerText())
      .toContain('#2 response.created, which is selected, is hidden by the filter.');
    await bar.getByRole('button').click();
    await expect.poll(() => page.locator('rti-event-list .row.selected').innerText()).toContain('response.created');
    expect([await bar.count(), await filter.inputValue()]).toEqual([0, '']);
  });

  it('keep the clicked row in view above the sheet of a narrow page', async () => {
    const page = await open(8);
    await page.setViewportSize({ width: 700, height: 900 });
    await page.locator('rti-event-list [role="grid"]').press('Home');
    const rows = page.locator('rti-event-list .row');
    const chosen = rows.nth(8);
    const text = (await chosen.innerText()).split('\n')[0];
    await chosen.click();
    const sheet = page.locator('section.detail');
    await sheet.waitFor();
    const selected = page.locator('rti-event-list .row.selected');
    expect((await selected.innerText()).split('\n')[0]).toBe(text);
    const bottom = async () => {
      const [row, over] = [await selected.boundingBox(), await sheet.boundingBox()];
      return (over?.y ?? 0) - (row?.y ?? 0) - (row?.height ?? 0);
    };
    await expect.poll(bottom).toBeGreaterThanOrEqual(0);
    expect((await selected.boundingBox())?.y).toBeGreaterThan(
      (await page.locator('rti-main-tabs').boundingBox())?.y ?? 0,
    );
  });

  it('draw the sound of an answer that was cut, not what is heard in its place', async () => {
    const [quiet, loud] = [0, 60].map((sample) => Buffer.alloc(24_000, sample).toString('base64'));
    const line = (seq: number, t: number, from: 'client' | 'server', event: Record<string, unknown>) =>
      eventLine(seq, t, from, JSON.stringify(event), { response: 'r1', item: 'a1' });
    const ids = { response_id: 'r1', item_id: 'a1', output_index: 0, content_index: 0 };
    const content = [{ type: 'output_audio', transcript: 'Once upon a time' }];
    const item = { id: 'a1', type: 'message', role: 'assistant', status: 'incomplete' };
    const page = await openText(
      [
        HEADER,
        openLine('s1', 10),
        line(1, 1000, 'server', { type: 'response.created', response: { id: 'r1', status: 'in_progress' } }),
        line(2, 1010, 'server', { type: 'conversation.item.added', item: { ...item, content: [] } }),
        line(3, 1100, 'server', { type: 'response.output_audio.delta', ...ids, delta: quiet }),
        line(4, 1110, 'server', { type: 'response.output_audio.delta', ...ids, delta: loud }),
        line(5, 1500, 'client', {
          type: 'conversation.item.truncate',
          item_id: 'a1',
          content_index: 0,
          audio_end_ms: 300,
        }),
        line(6, 1600, 'server', {
          type: 'response.done',
          response: { id: 'r1', status: 'cancelled', output: [{ ...item, content }] },
        }),
        closeLine('s1', 9000, 1000, ''),
        '',
      ].join('\n'),
    );
    await page.getByRole('tab', { name: 'Conversation' }).click();
    const bars = page.locator('rti-conversation .audio svg rect');
    const heights = () => bars.evaluateAll((all) => all.map((bar) => Number(bar.getAttribute('height'))));
    // Half a second of silence, half a second as loud as it gets, of which nothing was heard.
    await expect.poll(async () => (await heights()).filter((height) => height === 16).length).toBe(22);
    expect((await heights()).slice(0, 22)).toEqual(new Array(22).fill(1));
  });
});
