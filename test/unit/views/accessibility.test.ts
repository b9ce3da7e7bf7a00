/** Every view, in every theme, wide and narrow, held against the rules of WCAG 2.2 by axe-core, which looks at the real page. */
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../../scripts/lib/chromium.mjs';
import { serve } from '../../webview/serve.mjs';
import { serveTrace, type ServedTrace } from '../../webview/traceHost.mjs';
import { addAxe, violations } from './axe';
import { talkTrace } from './talkTrace';

const widths = [1400, 700] as const;
const patience = 120_000;

describe('anybody can use', () => {
  let browser: Browser;
  let context: BrowserContext | undefined;
  let folder: string;
  let host: ServedTrace;
  let harness: { url: string; close(): void };
  beforeAll(async () => {
    browser = await launchChromium();
    folder = await mkdtemp(join(tmpdir(), 'views-'));
    const file = join(folder, 'talk.realtime.jsonl');
    await writeFile(file, talkTrace(4));
    host = await serveTrace(file);
    harness = await serve();
  }, patience);
  afterEach(async () => {
    await context?.close();
    context = undefined;
  });
  afterAll(async () => {
    await browser.close();
    await host.close();
    harness.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** The page, ready, with the checker in it. */
  async function open(url: string, width: number, ready: (page: Page) => Promise<unknown>): Promise<Page> {
    context = await browser.newContext({
      viewport: { width, height: 1000 },
      reducedMotion: 'reduce',
      bypassCSP: true,
    });
    const page = await context.newPage();
    await page.goto(url);
    await ready(page);
    await addAxe(page);
    return page;
  }
  const trace = (width: number) => open(host.url, width, (page) => page.getByRole('tab', { name: 'Events' }).waitFor());
  const select = (page: Page, type: string) =>
    page.locator('rti-event-list [role="row"]').filter({ hasText: type }).first().click();

  describe.each(widths)('%i px wide, in every theme,', (width) => {
    it('the five views and the player', { timeout: patience }, async () => {
      const page = await trace(width);
      const found: Record<string, string[]> = {};
      const views: [RegExp, string][] = [
        [/^Events/, 'rti-event-list [role="row"]'],
        [/^Conversation/, 'rti-conversation article'],
        [/^Session/, 'rti-session [role="option"]'],
        [/^Summary/, 'rti-summary .tiles'],
        [/^Findings/, 'rti-findings [role="listitem"]'],
      ];
      for (const [name, shown] of views) {
        await page.getByRole('tab', { name }).click();
        await page.locator(shown).first().waitFor();
        found[String(name)] = await violations(page);
      }
      expect(found).toEqual(Object.fromEntries(views.map(([name]) => [String(name), []])));
    });

    it('the details of an event and the composer', { timeout: patience }, async () => {
      const page = await trace(width);
      const found: Record<string, string[]> = {};
      await select(page, 'session.update');
      const tabs = page.locator('rti-inspector [role="tab"]');
      await tabs.first().waitFor();
      for (const name of await tabs.allInnerTexts()) {
        await page.locator('rti-inspector').getByRole('tab', { name, exact: true }).click();
        found[name] = await violations(page);
      }
      if (width < 800) await page.keyboard.press('Escape');
      await page.keyboard.press('e');
      await page.locator('rti-composer .cm-content').waitFor();
      found['composer'] = await violations(page);
      expect(found).toEqual(Object.fromEntries(Object.keys(found).map((name) => [name, []])));
    });

    it(
      'the filter with what it completes and what is wrong, menus, keys and a range',
      { timeout: patience },
      async () => {
        const page = await trace(width);
        const found: Record<string, string[]> = {};
        const filter = page.getByRole('combobox', { name: 'Filter events' });
        await filter.fill('ty');
        await page.getByRole('option').first().waitFor();
        found['completion'] = await violations(page);
        await filter.fill('foo:bar');
        await filter.press('Escape');
        found['wrong'] = await violations(page);
        await filter.fill('');
        await filter.press('Escape');
        await page.getByRole('button', { name: 'How to hear it' }).click();
        found['menu'] = await violations(page);
        await page.keyboard.press('Escape');
        await page.getByRole('application').focus();
        await page.keyboard.press('r');
        await page.getByRole('region', { name: 'Selected range' }).waitFor();
        found['range'] = await violations(page);
        await page.keyboard.press('?');
        await page.getByRole('dialog', { name: 'Keys' }).waitFor();
        found['keys'] = await violations(page);
        expect(found).toEqual(Object.fromEntries(Object.keys(found).map((name) => [name, []])));
      },
    );

    it.each(['listening', 'stopped', 'failed', 'live'])(
      'the page of a proxy that is %s',
      { timeout: patience },
      async (state) => {
        const page = await open(`${harness.url}?state=${state}`, width, (shown) =>
          shown.locator('rti-toolbar').waitFor(),
        );
        expect(await violations(page)).toEqual([]);
      },
    );
  });

  it('a checker that finds what is wrong in the page', { timeout: patience }, async () => {
    const page = await trace(1400);
    await page.evaluate(`(() => {
      const text = (words, style) => {
        const paragraph = document.createElement('p');
        paragraph.textContent = words;
        paragraph.style.cssText = style;
        return paragraph;
      };
      document.querySelector('rti-app').shadowRoot.append(
        text('Words that nobody can read', 'color: #eee; background: #fff'),
        text('Words of which nobody knows', 'color: #777; background: linear-gradient(#fff, #000)'),
        text('→', 'color: #eee; background: #fff'),
        document.createElement('button'),
      );
    })()`);
    const found = await violations(page);
    const faults = (theme: string, rule: string, what: string) =>
      found.filter((line) => line.startsWith(`${theme}: ${rule}:`) && line.includes(what)).length;
    for (const theme of ['dark', 'light', 'hc', 'hcl']) {
      expect(faults(theme, 'color-contrast', 'nobody can read')).toBe(1);
      expect(faults(theme, 'color-contrast', 'nobody knows')).toBe(1);
      expect(faults(theme, 'color-contrast', '→')).toBe(1);
    }
    expect(faults('dark', 'button-name', '<button>')).toBe(1);
  });
});
