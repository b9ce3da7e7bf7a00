/** Notes and bookmarks over a real trace, in a real Chromium: set by keys, typed in place, changed, taken away and brought back. */
import fs from 'node:fs';
import os from 'node:os';
import type { Browser, Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { launchChromium } from '../../../scripts/lib/chromium.mjs';
import { noteRecord } from '../../../src/trace/notes';
import { closeLine, eventLine, HEADER, openLine, traceFile } from '../trace/traceLines';
import { serveTrace } from '../../webview/traceHost.mjs';
import { addAxe, violations } from './axe';

const lines = [
  HEADER,
  openLine('s1', 10),
  eventLine(1, 20, 'server', '{"type":"session.created","session":{"type":"realtime","id":"sess_1"}}'),
  eventLine(2, 500, 'client', '{"type":"response.create"}'),
  eventLine(3, 4000, 'server', '{"type":"error","error":{"type":"invalid_request_error","message":"No."}}'),
  closeLine('s1', 10_000),
];

describe('notes', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  async function open(more: string[] = [], handlers = {}) {
    const file = await traceFile([...lines, ...more, ''].join('\n'));
    const host = await serveTrace(file, 0, {}, handlers);
    onTestFinished(() => host.close());
    const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, bypassCSP: true });
    onTestFinished(() => page.close());
    await page.goto(host.url);
    await page.locator('rti-event-list .row').first().waitFor();
    return { page, file };
  }
  const notesIn = (file: string) =>
    fs
      .readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{"kind":"note"'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const row = (page: Page, type: string) => page.locator('rti-event-list .row', { hasText: type });
  const app = "document.querySelector('rti-app')";
  const flags = (page: Page) =>
    page.evaluate<{ x: number; y: number; words: string }[]>(`(() => {
      const timeline = ${app}.shadowRoot.querySelector('rti-timeline');
      const box = timeline.getBoundingClientRect();
      return (timeline.layout?.bars ?? []).filter(({ target }) => target.span?.lane === 'note')
        .map(({ x, y, w, h, target }) => ({ x: box.x + x + w / 2, y: box.y + y + h / 2, words: target.span.label }));
    })()`);
  const notice = (page: Page) => page.locator('rti-app .notice');

  it('B bookmarks the selected event in the trace, and a second time takes that away; Undo brings it back', async () => {
    const { page, file } = await open();
    await row(page, 'response.create').click();
    await page.keyboard.press('b');
    await expect.poll(() => flags(page)).toHaveLength(1);
    expect(notesIn(file)).toMatchObject([{ text: '', by: 'user', at: 500, session: 's1', seq: 2, t: 10_000 }]);
    await expect.poll(() => row(page, 'bookmark').count()).toBe(1);
    await page.keyboard.press('b');
    await expect.poll(() => flags(page)).toHaveLength(0);
    await expect.poll(() => row(page, 'note').count()).toBe(0);
    await notice(page).getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => flags(page)).toHaveLength(1);
    await expect.poll(() => row(page, 'bookmark').count()).toBe(1);
    expect(new Set(notesIn(file).map(({ id }) => id)).size).toBe(1);
    expect(notesIn(file)).toHaveLength(3);
    await page.keyboard.press('b');
    await expect.poll(() => flags(page)).toHaveLength(0);
    await page.keyboard.press('Control+z');
    await expect.poll(() => flags(page)).toHaveLength(1);
    await page.keyboard.press('Control+z');
    await expect.poll(() => notice(page).count()).toBe(0);
    expect(await flags(page)).toHaveLength(1);
  });

  it('Shift+B opens a field in the page: Escape leaves the trace alone, Enter keeps what was typed', async () => {
    const { page, file } = await open();
    await row(page, 'error').click();
    await page.keyboard.press('Shift+B');
    const field = page.locator('rti-note-field input');
    await field.fill('never mind');
    await page.keyboard.press('Escape');
    await expect.poll(() => field.count()).toBe(0);
    expect(notesIn(file)).toEqual([]);
    await page.keyboard.press('Shift+B');
    await page.locator('rti-note-field input:focus').waitFor();
    await page.keyboard.type('b is a letter here <b>');
    await page.keyboard.press('Enter');
    await expect.poll(() => flags(page)).toMatchObject([{ words: 'b is a letter here <b>' }]);
    await expect.poll(() => field.count()).toBe(0);
    expect(notesIn(file)).toMatchObject([{ text: 'b is a letter here <b>', at: 4000, seq: 3 }]);
  });

  it('a note is chosen by its flag, changed with Enter and in the details, and removed with Delete', async () => {
    const { page, file } = await open([
      note('n1', 500, 'first'),
      note('n2', 4000, 'second'),
      note('n3', 9000, 'gone', true),
    ]);
    await expect.poll(() => flags(page)).toHaveLength(2);
    const [first] = await flags(page);
    await page.mouse.click(first?.x ?? 0, first?.y ?? 0);
    const area = page.locator('rti-note-text textarea');
    await expect.poll(() => area.inputValue()).toBe('first');
    // Next of the same kind is the next note.
    await page.keyboard.press(']');
    await expect.poll(() => area.inputValue()).toBe('second');
    await page.keyboard.press('Enter');
    await page.locator('rti-note-field input').fill('second, changed');
    await page.keyboard.press('Enter');
    await expect.poll(() => area.inputValue()).toBe('second, changed');
    await expect.poll(() => row(page, 'second, changed').count()).toBe(1);
    await area.fill('changed in the details');
    await page.keyboard.press('Control+Enter');
    await expect.poll(() => row(page, 'changed in the details').count()).toBe(1);
    await row(page, 'changed in the details').click();
    await page.keyboard.press('Delete');
    await expect.poll(() => flags(page)).toMatchObject([{ words: 'first' }]);
    expect(notesIn(file).at(-1)).toMatchObject({ id: 'n2', removed: true, at: 4000 });
    await page.keyboard.press('/');
    await page.keyboard.type('type:note');
    await expect.poll(() => page.locator('rti-event-list .row').count()).toBe(1);
  });

  it('where the trace cannot be written, what was typed stays in its field and the reason is said', async () => {
    const { page, file } = await open([], {
      note: () => Promise.reject(new Error('x.realtime.jsonl may only be read here.')),
    });
    await row(page, 'error').click();
    await page.keyboard.press('Shift+B');
    await page.locator('rti-note-field input').fill('kept in the field');
    await page.keyboard.press('Enter');
    await expect.poll(() => notice(page).innerText()).toContain('x.realtime.jsonl may only be read here.');
    expect(await page.locator('rti-note-field input').inputValue()).toBe('kept in the field');
    expect(notesIn(file)).toEqual([]);
  });

  it('another program that writes the trace keeps notes out, and says so', async () => {
    const { page, file } = await open();
    const owner = { pid: process.pid, host: os.hostname(), trace: 't1' };
    fs.writeFileSync(`${file}.lock`, JSON.stringify(owner));
    await row(page, 'error').click();
    await page.keyboard.press('b');
    await expect.poll(() => notice(page).innerText()).toContain('is being written by another program');
  });

  it('one that is changed while a text is looked for is found by its new words only', async () => {
    const { page } = await open([note('n1', 500, 'first words')]);
    await row(page, 'first words').click();
    await page.keyboard.press('/');
    await page.keyboard.type('words');
    await expect.poll(() => page.locator('rti-event-list .row').count()).toBe(1);
    await row(page, 'first words').click();
    await page.keyboard.press('Enter');
    await page.locator('rti-note-field input').fill('other');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('rti-event-list .row').count()).toBe(0);
  });

  it('a range is kept from its bar, with the session that is shown', async () => {
    const asked: unknown[] = [];
    const { page } = await open([], {
      keepRange: (params: unknown) => {
        asked.push(params);
        return Promise.resolve({ saved: '' });
      },
    });
    await page.evaluate(`${app}.store.setSession('s1'), ${app}.store.selectRange({ start: 100, end: 600 })`);
    await page.getByRole('button', { name: 'Keep this range as a trace of its own' }).click();
    await expect.poll(() => asked).toEqual([{ start: 100, end: 600, session: 's1' }]);
  });

  it('the sound of a range, or of what marked events lie in, is asked for by key and by its bar', async () => {
    const asked: unknown[] = [];
    const { page } = await open([], {
      exportSound: (params: unknown) => {
        asked.push(params);
        return Promise.resolve({ saved: '' });
      },
    });
    await page.keyboard.press('x');
    await expect.poll(() => notice(page).innerText()).toContain('Select a range first');
    await page.evaluate(`${app}.store.setSession('s1'), ${app}.store.selectRange({ start: 100, end: 600 })`);
    await page.getByRole('button', { name: 'Export the sound of this range' }).click();
    await page.keyboard.press('x');
    await expect.poll(() => asked.length).toBe(2);
    expect(asked[1]).toEqual({ start: 100, end: 600, session: 's1' });
    // Without a range, the marked events tell from when to when.
    await page.evaluate(`${app}.store.selectRange(null)`);
    const rows = page.locator('rti-event-list .row');
    await rows.nth(0).click();
    await rows.nth(2).click({ modifiers: ['Shift'] });
    await page.keyboard.press('x');
    await expect.poll(() => asked.length).toBe(3);
    const { start, end } = asked[2] as { start: number; end: number };
    expect(
      await page.evaluate(`(() => {
      const { marked, rows } = ${app}.store;
      const all = marked.rows(100);
      const from = Math.min(...all.map((row) => (rows.audioMs.at(row) > 0 ? rows.audioAt.at(row) : rows.t.at(row))));
      const to = Math.max(...all.map((row) => rows.audioMs.at(row) > 0 ? rows.audioAt.at(row) + rows.audioMs.at(row) : rows.t.at(row)));
      return [from, to];
    })()`),
    ).toEqual([start, end]);
    expect(end).toBeGreaterThan(start);
  });

  it('is for everybody, in every theme', async () => {
    const { page } = await open([note('n1', 500, 'first')]);
    await row(page, 'first').click();
    await page.keyboard.press('Enter');
    await page.locator('rti-note-field input').waitFor();
    await addAxe(page);
    expect(await violations(page)).toEqual([]);
  });
});

function note(id: string, at: number, text: string, removed = false): string {
  return JSON.stringify(noteRecord({ id, at, text, session: 's1', seq: 0, removed }, 10_000));
}
