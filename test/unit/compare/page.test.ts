/** The page of a comparison over real traces, in a real browser. */
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../../scripts/lib/chromium.mjs';
import { serveComparison, type ServedComparison } from '../../webview/compareHost.mjs';
import { cleanUp } from '../fidelity/bed';
import { addAxe, violations } from '../views/axe';
import { HEADER, openLine, traceFile } from '../trace/traceLines';
import { exchange, lines } from './made';
import { recorded, WEATHER } from './recorded';

const patience = 120_000;

describe('the page of a comparison', () => {
  let browser: Browser;
  let context: BrowserContext | undefined;
  let host: ServedComparison;
  beforeAll(async () => {
    browser = await launchChromium('--autoplay-policy=no-user-gesture-required');
    const call = { output: [{ call: 'get_weather', arguments: { city: '<img src=x onerror=document.title=1>' } }] };
    const sunny = { when: { afterCall: 'get_weather' }, answer: 'It is sunny in Bergen.' };
    const [a, b] = await Promise.all([
      recorded({ session: { instructions: 'Be kind.' } }),
      recorded({
        session: { instructions: 'Be brief.' },
        says: ['(speak)', 'What is the weather?'],
        turns: [{ when: { text: 'weather' }, answer: call }, sunny, ...WEATHER.slice(3)],
      }),
    ]);
    host = await serveComparison(a, b);
  }, patience);
  afterEach(async () => {
    await context?.close();
    context = undefined;
  });
  afterAll(async () => {
    await browser.close();
    await host.close();
    await cleanUp();
  });

  async function open(
    width = 1400,
    url = host.url,
    verdict = 'Different: turns: 1 changed, 1 only in a',
  ): Promise<Page> {
    context = await browser.newContext({ viewport: { width, height: 1000 }, reducedMotion: 'reduce', bypassCSP: true });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    await page.goto(url);
    await page.getByText(verdict).waitFor();
    // Where a trace ends is known when all of it is read.
    await page.waitForFunction(
      `[...document.querySelector('rti-compare-app').shadowRoot.querySelectorAll('rti-timeline')].every(
        ({ store: { document: state } }) => state?.read === state?.size && state?.analysed === state?.rows)`,
    );
    return page;
  }
  const turns = (page: Page) => page.locator('rti-compare-turns .turns tbody tr');
  const pairs = (page: Page) => page.locator('rti-compare-events .pair');
  /** View and origin of both timelines. */
  const views = (page: Page) =>
    page.evaluate<{ start: number; end: number; own: { start: number; end: number }; playhead: number | null }[]>(
      `[...document.querySelector('rti-compare-app').shadowRoot.querySelectorAll('rti-timeline')].map(({ store }) => ({
        start: store.view.start - store.origin, end: store.view.end - store.origin, own: store.own, playhead: store.playhead }))`,
    );

  it('shows both traces on one axis, and moves them together', { timeout: patience }, async () => {
    const page = await open();
    const same = async () => {
      const [a, b] = await views(page);
      expect(b?.start).toBeCloseTo(a?.start ?? NaN, 6);
      expect(b?.end).toBeCloseTo(a?.end ?? NaN, 6);
      return a as NonNullable<typeof a>;
    };
    const whole = await same();
    const lengths = (await views(page)).map(({ own }) => own.end - own.start);
    expect(whole.start).toBeCloseTo(0, 6);
    expect(whole.end).toBeCloseTo(Math.max(...lengths), 3);
    const [upper, lower] = [page.getByRole('application').first(), page.getByRole('application').last()];
    await upper.focus();
    await page.keyboard.press('w');
    await expect.poll(async () => (await views(page)).map(({ end }) => end < whole.end)).toEqual([true, true]);
    const zoomed = await same();
    await lower.focus();
    await page.keyboard.press('d');
    await expect.poll(async () => (await views(page)).map(({ start }) => start > zoomed.start)).toEqual([true, true]);
    await same();
    await page.keyboard.press('f');
    await expect.poll(async () => (await views(page))[0]?.end).toBeCloseTo(whole.end, 3);
  });

  it('cuts nothing where it is narrow: columns go, and tabs into a menu', { timeout: patience }, async () => {
    const page = await open(700);
    const cut = () =>
      page.evaluate<number>(
        `(() => { const pane = document.querySelector('rti-compare-app').shadowRoot.querySelector('rti-compare-turns');
          return pane.scrollWidth - pane.clientWidth; })()`,
      );
    const more = page.getByRole('button', { name: '1 more of What is compared' });
    const headings = () => page.locator('rti-compare-turns .turns th:visible').allInnerTexts();
    expect(await cut()).toBe(0);
    expect(await more.count()).toBe(0);
    expect(await headings()).toContain('status');
    await page.setViewportSize({ width: 460, height: 1000 });
    await more.waitFor();
    expect(await cut()).toBe(0);
    expect(await headings()).toEqual(['a | b', 'wait for the answer', 'what was said']);
    // What has no column is told of the chosen turn.
    await turns(page).nth(1).click();
    const detail = page.getByRole('region', { name: 'The chosen turn' });
    await expect.poll(() => detail.innerText()).toMatch(/begun by text\s+completed\s+tokens \d+/);
    await more.click();
    await page.getByRole('menuitem', { name: 'Measures and findings' }).press('Enter');
    const shown = page.getByRole('tab', { selected: true });
    await expect.poll(() => shown.innerText()).toBe('Measures and findings');
    expect(
      await page.evaluate(
        "document.querySelector('rti-compare-app').shadowRoot.querySelector('rti-tabs').shadowRoot.activeElement?.id",
      ),
    ).toBe('tab-measures');
    await page.getByRole('tab', { selected: true }).press('Home');
    await expect.poll(() => shown.innerText()).toMatch(/^Turns/);
    await addAxe(page);
    expect(await violations(page)).toEqual([]);
  });

  it('fits one of both into the width, and zooms to what is chosen, on one axis', { timeout: patience }, async () => {
    const page = await open();
    const body = page.locator('body');
    const shown = async () => {
      const [a, b] = await views(page);
      expect(b?.start).toBeCloseTo(a?.start ?? NaN, 6);
      expect(b?.end).toBeCloseTo(a?.end ?? NaN, 6);
      return { start: a?.start ?? NaN, end: a?.end ?? NaN };
    };
    const lengths = (await views(page)).map(({ own }) => own.end - own.start);
    for (const [at, which] of (['a', 'b'] as const).entries()) {
      await page.getByRole('button', { name: `Fit ${which}` }).click();
      await expect.poll(async () => (await shown()).end).toBeCloseTo(lengths[at] ?? NaN, 3);
      expect((await shown()).start).toBeCloseTo(0, 3);
      await body.press('f');
      await expect.poll(async () => (await shown()).end).toBeCloseTo(Math.max(...lengths), 3);
      await body.press(at === 0 ? '3' : '4');
      await expect.poll(async () => (await shown()).end).toBeCloseTo(lengths[at] ?? NaN, 3);
    }
    await body.press('f');
    const zoom = page.getByRole('button', { name: 'Zoom to what is chosen' });
    expect(await zoom.isDisabled()).toBe(true);
    await body.press('n');
    await body.press('z');
    await expect.poll(async () => (await shown()).end).toBeLessThan(Math.max(...lengths));
    const turn = await shown();
    const places = await page.evaluate<number[]>(`(({ comparison, turn, stores }) =>
      ['a', 'b'].map((which) => comparison.sessions[0].turns[turn][which].start - stores[which].origin)
    )(document.querySelector('rti-compare-app'))`);
    for (const place of places) {
      expect(place).toBeGreaterThan(turn.start);
      expect(place).toBeLessThan(turn.end);
    }
    await page.getByRole('tab', { name: /^Events/ }).click();
    await body.press('n');
    await zoom.click();
    await expect.poll(async () => (await shown()).end).not.toBeCloseTo(turn.end, 3);
    expect((await shown()).end - (await shown()).start).toBeGreaterThan(499.9);
  });

  it(
    'leaves room for what differs: lower timelines on a narrow page, folded or pulled ones are kept',
    { timeout: patience },
    async () => {
      const page = await open(700);
      const height = () =>
        page
          .locator('rti-timeline')
          .first()
          .evaluate((one) => one.clientHeight);
      expect(await height()).toBeLessThan(170);
      await page.getByRole('separator', { name: 'Height of the timelines' }).focus();
      const before = await height();
      await page.keyboard.press('ArrowUp');
      await expect.poll(height).toBe(before - 8);
      await page.locator('body').press('t');
      await expect.poll(height).toBe(28);
      await page.reload();
      await page.getByText('Different: turns: 1 changed').waitFor();
      expect(await height()).toBe(28);
      await page.getByRole('button', { name: 'Timelines' }).click();
      await expect.poll(height).toBe(before - 8);
    },
  );

  it('shows measures whole on a narrow page', { timeout: patience }, async () => {
    const page = await open(700);
    await page.getByRole('tab', { name: /^Measures/ }).click();
    const pane = page.locator('rti-compare-measures');
    await pane.locator('.measures').waitFor();
    const [beyond, lines] = await pane.evaluate((element) => {
      const names = [...element.shadowRoot!.querySelectorAll('.measures tbody th')];
      return [element.scrollWidth - element.clientWidth, Math.max(...names.map((name) => name.clientHeight))] as const;
    });
    expect(beyond).toBeLessThanOrEqual(0);
    // Two lines are those of the values beside; letters of a word below each other were more.
    expect(lines).toBeLessThan(45);
  });

  it(
    'has no button that looks like the one to press, in a theme that fills secondary ones',
    { timeout: patience },
    async () => {
      const page = await open();
      await page.addStyleTag({
        content: 'body { --vscode-button-secondaryBackground: rgb(95, 106, 121) !important; }',
      });
      const grounds = await page.evaluate<string[]>(`[...document.querySelector('rti-compare-app').shadowRoot
        .querySelectorAll('.bar button.text')].map((button) => getComputedStyle(button).backgroundColor)`);
      expect([...new Set(grounds)]).toEqual(['rgba(0, 0, 0, 0)']);
    },
  );

  it('tells of turns, their words, calls and latencies', { timeout: patience }, async () => {
    const page = await open();
    expect(await turns(page).count()).toBe(3);
    await turns(page).nth(1).getByRole('button').press('Enter');
    const detail = page.getByRole('region', { name: 'The chosen turn' });
    expect(await detail.locator('del').allInnerTexts()).toEqual(
      expect.arrayContaining([expect.stringContaining('foggy')]),
    );
    expect(await detail.locator('ins').allInnerTexts()).toEqual(
      expect.arrayContaining([expect.stringContaining('sunny')]),
    );
    const call = detail.getByRole('table', { name: 'What differs in the call' });
    expect(await call.innerText()).toContain('"<img src=x onerror=document.title=1>"');
    expect(await page.locator('img').count()).toBe(0);
    expect(await detail.innerText()).toContain('Wait for the answer');
    await page.getByLabel('Only what differs').check();
    expect(await turns(page).count()).toBe(2);
    await page.getByRole('button', { name: 'Its events' }).click();
    await page.getByText('Events of turn 2 | 2').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByText('Events of turn 2 | 2').waitFor({ state: 'detached' });
  });

  it(
    'lists events by sign and word, goes through them by keys, and opens one in its trace',
    { timeout: patience },
    async () => {
      const page = await open();
      await page.getByRole('tab', { name: /^Events/ }).click();
      await pairs(page).first().waitFor();
      await page.getByLabel('Only what differs').check();
      await expect.poll(() => pairs(page).first().innerText()).toMatch(/^~\s*changed/);
      const list = page.getByRole('listbox', { name: 'Events of both sessions' });
      await list.press('Home');
      const detail = page.getByRole('region', { name: 'The chosen event' });
      expect(await detail.innerText()).toContain('session.instructions');
      expect(await detail.innerText()).toContain('Be brief.');
      await detail.getByRole('button', { name: 'Open in b' }).click();
      await expect.poll(() => host.opened.at(-1)?.which).toBe('b');
      await list.press('End');
      await expect.poll(() => detail.innerText()).toContain('only in a');
      expect(await detail.getByRole('button').allInnerTexts()).toEqual(['Open in a']);
      const last = page.locator('.pair[aria-selected="true"]');
      expect(await last.getAttribute('aria-posinset')).toBe(await last.getAttribute('aria-setsize'));
    },
  );

  it('goes from an event in a timeline to its pair', { timeout: patience }, async () => {
    const page = await open();
    await page.evaluate(`(() => {
      const { stores } = document.querySelector('rti-compare-app');
      const { rows } = stores.a;
      for (let row = 0; row < rows.count; row++) if (rows.typeOf(row) === 'response.done') return stores.a.select(row);
    })()`);
    await page.getByRole('region', { name: 'The chosen event' }).waitFor();
    expect(await page.getByRole('region', { name: 'The chosen event' }).innerText()).toContain('response.done');
  });

  it('plays both in step: pause, place and loudness', { timeout: patience }, async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Play what is shown' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    const heads = async () =>
      (await views(page)).map(({ playhead, own }) => (playhead === null ? null : playhead - own.start));
    await expect.poll(async () => (await heads())[0] ?? 0).toBeGreaterThan(100);
    await page.locator('body').press('Space');
    await page.getByRole('button', { name: 'Go on' }).waitFor();
    const [a, b] = await heads();
    expect(b).toBeCloseTo(a ?? NaN, 3);
    expect(await heads()).toEqual([a, b]);
    const place = page.getByRole('slider', { name: 'Place in both' });
    await place.press('ArrowRight');
    await expect.poll(async () => (await heads())[0] ?? 0).toBeCloseTo((a ?? NaN) + 1000, 3);
    expect((await heads())[1]).toBeCloseTo((a ?? NaN) + 1000, 3);
    // Muted while it goes on: the place stays, and the other one is heard.
    const level = (which: string) =>
      page
        .getByRole('meter', { name: `Level of ${which}` })
        .evaluate((meter) => (meter as unknown as { value: number }).value);
    await page.locator('body').press('1');
    expect(await page.getByRole('button', { name: 'Mute a' }).getAttribute('aria-pressed')).toBe('true');
    await place.press('ArrowLeft');
    await page.getByRole('button', { name: 'Go on' }).click();
    await expect.poll(() => level('b')).toBeGreaterThan(0.1);
    expect(await level('a')).toBe(0);
    await page.getByRole('button', { name: 'Mute a' }).click();
    await page.getByRole('slider', { name: 'Loudness of b' }).fill('0');
    await place.press('PageDown');
    await place.press('PageUp');
    await page
      .getByRole('button', { name: 'Go on' })
      .or(page.getByRole('button', { name: 'Pause' }))
      .waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await expect.poll(heads).toEqual([null, null]);
    await turns(page).first().click();
    await page.getByRole('button', { name: 'Play both' }).click();
    await page.getByRole('button', { name: 'Stop' }).waitFor();
  });

  it('goes from difference to difference by keys, and finds', { timeout: patience }, async () => {
    const page = await open();
    const body = page.locator('body');
    const turn = page.locator('tr.chosen');
    await body.press('n');
    await expect.poll(() => turn.innerText()).toMatch(/^~/);
    await body.press('p');
    await expect.poll(() => turn.innerText()).toMatch(/^-/);
    await body.press('o');
    await expect.poll(() => host.opened.at(-1)?.which).toBe('a');
    await page.getByRole('tab', { name: /^Events/ }).click();
    const chosen = page.locator('.pair[aria-selected="true"]');
    await body.press('F7');
    await expect.poll(() => chosen.innerText()).toContain('session.update');
    await body.press('Shift+F7');
    await expect.poll(() => chosen.innerText()).toMatch(/^[-~+]/);
    expect(await page.getByRole('img', { name: /\d+ differences in this stretch/ }).count()).toBe(1);
    await body.press('/');
    await page.keyboard.type('bergen');
    await expect.poll(() => pairs(page).count()).toBeLessThan(12);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByRole('region', { name: 'The chosen event' }).innerText()).toContain('Bergen');
    await page.keyboard.press('Escape');
    await expect.poll(() => pairs(page).count()).toBeGreaterThan(12);
    await body.press('?');
    await page.getByRole('table', { name: 'Keys' }).waitFor();
  });

  it('marks what differs between the timelines, and goes there', { timeout: patience }, async () => {
    const page = await open();
    const marks = page.locator('rti-compare-marks');
    const place = await marks.evaluate((element) => {
      const path = element.shadowRoot?.querySelector('path.removed')?.getAttribute('d') ?? '';
      return Number(/^M(\d+)/.exec(path)?.[1]);
    });
    const box = (await marks.boundingBox())!;
    await page.mouse.click(box.x + place, box.y + 3);
    expect(await page.getByRole('region', { name: 'The chosen event' }).innerText()).toMatch(/only in a|changed/);
    expect(await marks.locator('path.chosen').count()).toBe(1);
  });

  it('keeps what it shows, and can be turned round', { timeout: patience }, async () => {
    const page = await open();
    await page.getByLabel('Only what differs').check();
    await page.getByRole('tab', { name: /^Configuration/ }).click();
    await page.reload();
    await page.getByText('Different: turns: 1 changed, 1 only in a').waitFor();
    expect(await page.getByLabel('Only what differs').isChecked()).toBe(true);
    expect(await page.getByRole('tab', { selected: true }).innerText()).toMatch(/^Configuration/);
    const files = () => page.evaluate<{ a: string; b: string }>("JSON.parse(sessionStorage.getItem('kept'))");
    const { a, b } = await files();
    try {
      await page.locator('body').press('x');
      await page.reload();
      await page.getByText('Different: turns: 1 changed, 1 only in b').waitFor();
      expect(await files()).toMatchObject({ a: b, b: a });
    } finally {
      await page.getByRole('button', { name: 'Swap a and b' }).click();
    }
  });

  it('tells what is wrong, and goes on where it was when that is mended', { timeout: patience }, async () => {
    const page = await open();
    await turns(page).nth(1).click();
    host.failing.why = '/there/b.har is not there any more. Put it back and choose Compare again.';
    try {
      await page.getByRole('button', { name: 'Compare again' }).click();
      await page.getByRole('alert').getByText('Put it back').waitFor();
    } finally {
      host.failing.why = '';
    }
    await page.getByRole('button', { name: 'Compare again' }).click();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    expect(await turns(page).nth(1).getAttribute('class')).toBe('chosen');
    const rows = () =>
      page.evaluate<number[]>(
        `Object.values(document.querySelector('rti-compare-app').stores).map(({ rows }) => rows.count)`,
      );
    await expect.poll(async () => Math.min(...(await rows()))).toBeGreaterThan(40);
  });

  it('shows no timeline for a session that the other trace lacks', { timeout: patience }, async () => {
    const talk = (id: string) => [openLine(id), ...lines(exchange(id, 'Hi', 'Ho'), 10, id)];
    const [two, one] = [
      [HEADER, ...talk('s1'), ...talk('s2')],
      [HEADER, ...talk('s1')],
    ];
    const other = await serveComparison(await traceFile(two.join('\n')), await traceFile(one.join('\n')));
    try {
      const page = await open(1400, other.url, 'This session is only in a.');
      expect(await page.locator('rti-timeline').count()).toBe(1);
      await page.getByText('This session has no counterpart here.').waitFor();
      await page.getByLabel('Sessions').selectOption('0');
      await expect.poll(() => page.locator('rti-timeline').count()).toBe(2);
      await page.getByText('Nothing differs but ids and times.').waitFor();
    } finally {
      await context?.close();
      await other.close();
    }
  });

  it('compares again when it is asked to', { timeout: patience }, async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Compare again' }).click();
    await page.getByText('Different: turns: 1 changed, 1 only in a').waitFor();
  });

  it.each([1400, 700])('can be used by anybody, %i px wide, in every theme', { timeout: patience }, async (width) => {
    const page = await open(width);
    await addAxe(page);
    const found: Record<string, string[]> = {};
    await turns(page).nth(1).click();
    await page.getByRole('button', { name: 'Play both' }).click();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Keys' }).click();
    found['turns'] = await violations(page);
    await page.getByRole('button', { name: 'Keys' }).click();
    await page.getByRole('tab', { name: /^Events/ }).click();
    await pairs(page).nth(1).click();
    found['events'] = await violations(page);
    await page.getByRole('tab', { name: /^Configuration/ }).click();
    found['config'] = await violations(page);
    await page.getByRole('tab', { name: /^Configuration/ }).press('ArrowRight');
    found['measures'] = await violations(page);
    expect(found).toEqual(Object.fromEntries(Object.keys(found).map((name) => [name, []])));
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  });
});
