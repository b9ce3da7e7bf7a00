/** What stands under the list about the trace itself, in a real Chromium. */
import type { Browser } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { launchChromium } from '../../../scripts/lib/chromium.mjs';
import { eventLine, HEADER, openLine, traceFile } from '../trace/traceLines';
import { serveTrace } from '../../webview/traceHost.mjs';

describe('a line that cannot be read', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  async function open(lines: string[], status = {}) {
    const asked: unknown[] = [];
    const host = await serveTrace(await traceFile([...lines, ''].join('\n')), 0, status, {
      run: (params: unknown) => {
        asked.push(params);
        return Promise.resolve({ done: true });
      },
    });
    onTestFinished(() => host.close());
    const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    onTestFinished(() => page.close());
    await page.goto(host.url);
    await page.locator('rti-event-list .row').first().waitFor();
    return { asked, notice: page.locator('rti-app .notice') };
  }
  const lines = [HEADER, openLine('s1', 10), eventLine(1, 20, 'client', '{"type":"response.create"}')];

  it('is told with the way to what can be read', async () => {
    const { asked, notice } = await open([...lines, '{"kind":"event","seq":']);
    await expect.poll(() => notice.innerText()).toContain('Line 4 cannot be read');
    await notice.getByRole('button', { name: 'Recover...' }).click();
    await expect.poll(() => asked).toEqual([{ command: 'recoverTrace' }]);
  });

  it('is all that has that way', async () => {
    const { notice } = await open(lines.slice(1));
    await expect.poll(() => notice.innerText()).toContain('does not begin with a trace header');
    expect(await notice.getByRole('button').count()).toBe(0);
  });
});
