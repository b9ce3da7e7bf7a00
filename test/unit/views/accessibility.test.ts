/** Every view, in every theme, wide and narrow, held against the rules of WCAG 2.2 by a checker that looks at the real page. */
import { chromium, type Browser, type Page } from '@playwright/test';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../../../scripts/lib/system.mjs';
import { serve } from '../../webview/serve.mjs';
import { serveTrace, type ServedTrace } from '../../webview/traceHost.mjs';
import { talkTrace } from './talkTrace';

const engine = createRequire(import.meta.url).resolve('accessibility-checker-engine/ace.js');
const themes = ['dark', 'light', 'hc', 'hcl'] as const;
const widths = [1400, 700] as const;
const patience = 120_000;

/** What the checker says of a page: only what these tests look at. */
interface Result {
  ruleId: string;
  value: [level: string, verdict: string];
  message: string;
  snippet: string;
}

/** What the checker is sure of, and contrast also where it only suspects it; one line for each element. */
async function violations(page: Page): Promise<string[]> {
  const results = await page.evaluate<Result[]>(`(async () => {
    // A colour in the middle of a transition is nobody's choice.
    await Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => undefined)));
    const { results } = await new ace.Checker().check(document, ['WCAG_2_2']);
    return results.map(({ ruleId, value, message, snippet }) => ({ ruleId, value, message, snippet }));
  })()`);
  return results
    .filter(({ ruleId, value: [level, verdict], snippet }) => {
      // Suggestions belong to a box that keeps the keyboard (aria-activedescendant), which the rule does not see in a shadow tree.
      if (ruleId === 'aria_child_tabbable' && snippet.includes('aria-label="Suggestions"')) return false;
      const isBroken = verdict === 'FAIL' || (ruleId === 'text_contrast_sufficient' && verdict !== 'PASS');
      return level === 'VIOLATION' && isBroken;
    })
    .map(({ ruleId, message, snippet }) => `${ruleId}: ${message} ${snippet.slice(0, 160)}`);
}

describe('anybody can use', () => {
  let browser: Browser;
  let folder: string;
  let host: ServedTrace;
  let harness: { url: string; close(): void };
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: findChromium() as string,
      args: ['--no-sandbox', '--disable-gpu'],
    });
    folder = await mkdtemp(join(tmpdir(), 'views-'));
    const file = join(folder, 'talk.realtime.jsonl');
    await writeFile(file, talkTrace(4));
    host = await serveTrace(file);
    harness = await serve();
  }, patience);
  afterAll(async () => {
    await browser.close();
    await host.close();
    harness.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** The page, ready, with the checker in it. */
  async function open(url: string, theme: string, width: number, ready: (page: Page) => Promise<unknown>) {
    const context = await browser.newContext({
      viewport: { width, height: 1000 },
      reducedMotion: 'reduce',
      bypassCSP: true,
    });
    const page = await context.newPage();
    const address = new URL(url);
    address.searchParams.set('theme', theme);
    await page.goto(address.href);
    await ready(page);
    await page.addScriptTag({ path: engine });
    return page;
  }
  const trace = (theme: string, width: number) =>
    open(host.url, theme, width, (page) => page.getByRole('tab', { name: 'Events' }).waitFor());
  const select = (page: Page, type: string) =>
    page.locator('rti-event-list [role="row"]').filter({ hasText: type }).first().click();

  describe.each(themes)('in %s', (theme) => {
    describe.each(widths)('%i px wide,', (width) => {
      it('the five views and the player', { timeout: patience }, async () => {
        const page = await trace(theme, width);
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
        await page.context().close();
      });

      it('the details of an event and the composer', { timeout: patience }, async () => {
        const page = await trace(theme, width);
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
        await page.context().close();
      });

      it(
        'the filter with what it completes and what is wrong, menus, keys and a range',
        { timeout: patience },
        async () => {
          const page = await trace(theme, width);
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
          await page.context().close();
        },
      );

      it.each(['listening', 'stopped', 'failed', 'live'])(
        'the page of a proxy that is %s',
        { timeout: patience },
        async (state) => {
          const page = await open(`${harness.url}?state=${state}`, theme, width, (shown) =>
            shown.locator('rti-toolbar').waitFor(),
          );
          expect(await violations(page)).toEqual([]);
          await page.context().close();
        },
      );
    });
  });

  it('a checker that finds what is wrong in the page', { timeout: patience }, async () => {
    const page = await trace('light', 1400);
    await page.evaluate(`(() => {
      const faint = document.createElement('p');
      faint.textContent = 'Words that nobody can read';
      faint.style.cssText = 'color: #eee; background: #fff';
      document.querySelector('rti-app').shadowRoot.append(faint, document.createElement('button'));
    })()`);
    const found = await violations(page);
    expect(found.some((line) => line.includes('contrast'))).toBe(true);
    expect(found.some((line) => line.includes('<button>'))).toBe(true);
    await page.context().close();
  });
});
