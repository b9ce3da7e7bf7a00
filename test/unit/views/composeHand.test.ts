/** The composer's hand in Chromium, with a fake host: writing by completion, menu, sequences, sound, pictures, the form. */
import type { Browser, Locator, Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../../scripts/lib/chromium.mjs';
import { serve } from '../../webview/serve.mjs';
import type { ComposePlan } from '../../../webview/composeMessages';

let server: Awaited<ReturnType<typeof serve>>;
let browser: Browser;
beforeAll(async () => {
  server = await serve();
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

interface FakeHost {
  asked: { request: string; params: Record<string, unknown> }[];
  say(type: string, body: object): void;
}

async function composer(viewport = { width: 1400, height: 900 }) {
  const page = await browser.newPage({ viewport });
  page.setDefaultTimeout(10_000);
  await page.goto(`${server.url}?theme=dark`);
  await page.locator('rti-toolbar select').first().selectOption('s1');
  await page.locator('rti-event-list .scroller').focus();
  await page.keyboard.press('n');
  const content = page.locator('rti-composer .cm-content');
  await content.waitFor();
  const write = async (text: string) => {
    await content.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Delete');
    if (text !== '') await page.keyboard.insertText(text);
  };
  const menu = async (words: string) => {
    await page.getByRole('button', { name: 'New…' }).click();
    await page.keyboard.type(words);
    await page.keyboard.press('Enter');
  };
  return { page, content, write, menu, text: () => written(page) };
}
/** The whole text: the editor draws only what is in view, and long strings as a chip. */
const written = (page: Page): Promise<string> =>
  page
    .locator('rti-composer .cm-content')
    .evaluate((content) =>
      String((content as unknown as { cmTile: { view: { state: { doc: object } } } }).cmTile.view.state.doc),
    );

interface NodeLike {
  nodeType: number;
  data?: string;
  tagName?: string;
  shadowRoot?: NodeLike;
  childNodes: Iterable<NodeLike>;
}
/** What an element shows, blanks as one. */
const words = (locator: Locator): Promise<string> =>
  locator.evaluate((element) => {
    const textOf = (node: NodeLike): string => {
      if (node.nodeType === 3) return node.data ?? '';
      if (node.nodeType === 8) return '';
      if (node.tagName === 'STYLE' || node.tagName === 'OPTION') return '';
      return [...(node.shadowRoot ?? node).childNodes].map(textOf).join('');
    };
    return textOf(element as unknown as NodeLike)
      .replace(/\s+/g, ' ')
      .trim();
  });
const asked = <T>(page: Page, name: string) =>
  page.evaluate((request) => {
    const { fakeHost } = globalThis as unknown as { fakeHost: FakeHost };
    return fakeHost.asked.filter((one) => one.request === request).map(({ params }) => params);
  }, name) as Promise<T[]>;
const plans = (page: Page) => asked<ComposePlan>(page, 'startRun');
/** The editor lets no key into a list so soon after it has come, ms. */
const listTakesNoKey = 150;

/** Chooses from the list that is open, by the first letters. */
async function choose(page: Page, label: string, letters: string): Promise<void> {
  const selected = page.locator('rti-composer .cm-tooltip-autocomplete li[aria-selected] .cm-completionLabel');
  await page.locator('rti-composer .cm-tooltip-autocomplete li').first().waitFor();
  if (letters !== '') await page.keyboard.type(letters);
  await expect.poll(() => selected.innerText()).toBe(label);
  await page.waitForTimeout(listTakesNoKey);
  await page.keyboard.press('Enter');
}

describe('a session.update', () => {
  it('can be written by completion only, and shows what it will change', async () => {
    const { page, write, text } = await composer();
    await write('');
    await page.keyboard.type('{');
    await page.keyboard.press('Control+Space');
    await choose(page, 'type', '');
    await choose(page, 'session.update', 'session.u');
    await page.keyboard.type(',');
    await page.keyboard.press('Control+Space');
    await choose(page, 'session', '');
    await page.keyboard.press('Control+Space');
    await choose(page, 'type', '');
    await page.keyboard.type(', ');
    await page.keyboard.press('Control+Space');
    await choose(page, 'audio', 'au');
    await page.keyboard.press('Control+Space');
    await choose(page, 'input', 'in');
    await page.keyboard.press('Control+Space');
    await choose(page, 'turn_detection', 'turn');
    await page.keyboard.press('Control+Space');
    await choose(page, 'type', '');
    await choose(page, 'semantic_vad', 'sem');
    await page.keyboard.type(',');
    await page.keyboard.press('Control+Space');
    await choose(page, 'eagerness', 'ea');
    await choose(page, 'low', 'lo');
    expect(JSON.parse(await text())).toEqual({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { turn_detection: { type: 'semantic_vad', eagerness: 'low' } } } },
    });
    const preview = page.locator('rti-update-preview');
    await expect.poll(() => words(preview)).toMatch(/After this, .* in s1/);
    await expect.poll(() => words(preview)).toContain('"eagerness":"low"');
    await page.locator('rti-composer vscode-button').last().click();
    await expect.poll(() => words(preview)).toContain('In effect as it was asked for.');
    await page.close();
  });

  it('can be begun from an empty text by its name, filled in', async () => {
    const { page, write, text } = await composer();
    await write('');
    await page.keyboard.type('session.u');
    await choose(page, 'session.update', '');
    expect(JSON.parse(await text())).toMatchObject({ type: 'session.update', session: { type: 'realtime' } });
    await page.close();
  });

  it('with another voice is underlined once the model has spoken, before it is sent', async () => {
    const { page, write } = await composer();
    await write('{"type":"session.update","session":{"type":"realtime","audio":{"output":{"voice":"cedar"}}}}');
    await expect.poll(() => page.locator('rti-composer .cm-lintRange-error').innerText()).toBe('"cedar"');
    await expect.poll(() => words(page.locator('rti-problems'))).toContain('The model has spoken');
    await page.close();
  });

  it('that was refused is underlined at what the error names, until it is changed', async () => {
    const { page, write, content } = await composer();
    await write('{"type":"session.update","session":{"type":"realtime","nonsense":7}}');
    await page.locator('rti-composer vscode-button').last().click();
    await expect.poll(() => page.locator('rti-composer .cm-lintRange-error').innerText()).toBe('7');
    await content.click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type(' ');
    await expect.poll(() => page.locator('rti-composer .cm-lintRange-error').count()).toBe(0);
    await page.close();
  });
});

describe('a new event', () => {
  it('is made of any template of either end, which is then sent to the other', async () => {
    const { page, menu, text } = await composer();
    await menu('response.done');
    await expect.poll(text).toContain('"response.done"');
    expect(await page.getByLabel('Send as').inputValue()).toBe('server');
    await page.locator('rti-composer vscode-button').last().click();
    await expect.poll(async () => (await asked<{ to: string }>(page, 'send')).map(({ to }) => to)).toEqual(['client']);
    await page.close();
  });

  it('is made of the clipboard, a payload file, or the selected event', async () => {
    const { page, menu, text } = await composer();
    await menu('clipboard');
    await expect.poll(text).toContain('response.cancel');
    await menu('hello.realtime');
    await expect.poll(text).toContain('"wait":"response.done"');
    await page.locator('rti-event-list .row', { hasText: 'vendor.custom' }).click();
    await menu('selected');
    await expect.poll(text).toContain('vendor.custom');
    await expect.poll(() => page.locator('rti-composer .title').innerText()).toMatch(/^Edit #/);
    await page.close();
  });

  it('answers a call that waits', async () => {
    const { page, text } = await composer();
    await page.evaluate(() => {
      const { fakeHost } = globalThis as unknown as { fakeHost: FakeHost };
      const item = {
        id: 'item_call',
        type: 'function_call',
        call_id: 'call_7',
        name: 'get_weather',
        arguments: '{"city":"Oslo"}',
      };
      fakeHost.say('conversation.item.added', { item });
    });
    await page.getByRole('button', { name: 'New…' }).click();
    await page.keyboard.type('answer get_weather');
    const options = page.locator('rti-new-event [role=option]');
    for (let tries = 0; tries < 20 && (await options.count()) === 0; tries += 1) {
      // The session's state comes a moment after its event.
      await page.keyboard.press('Escape');
      await page.waitForTimeout(100);
      await page.getByRole('button', { name: 'New…' }).click();
      await page.keyboard.type('answer get_weather');
    }
    await page.keyboard.press('Enter');
    await expect.poll(text).toContain('"call_id": "call_7"');
    await page.close();
  });
});

describe('what is sent over time', () => {
  it('is a sequence that shows what became of each event, and underlines what was refused in its step', async () => {
    const { page, write } = await composer();
    const refused = '{"type":"session.update","session":{"type":"realtime","nonsense":1}}';
    await write(`[{"type":"response.cancel"},{"wait":"response.done","timeoutMs":50},${refused}]`);
    const send = page.locator('rti-composer vscode-button').last();
    await expect.poll(() => send.innerText()).toBe('Run to server');
    await send.click();
    const runs = page.locator('rti-runs');
    await expect.poll(() => words(runs)).toContain('2 of 2 to s1. All sent.');
    await expect.poll(() => words(runs)).toContain("Unknown parameter: 'session.nonsense'.");
    await expect.poll(() => page.locator('rti-composer .cm-lintRange-error').innerText()).toBe('1');
    const [plan] = await plans(page);
    expect(plan?.steps.slice(0, 2)).toEqual([
      { text: '{"type":"response.cancel"}' },
      { wait: 'response.done', timeoutMs: 50 },
    ]);
    await runs.getByText('Go to session.nonsense').click();
    expect(await page.evaluate('getSelection().toString()')).toBe('1');
    await page.close();
  });

  it('has its variables filled in by the host, where they are not the app’s own', async () => {
    const { page, write } = await composer();
    await write('{"type":"conversation.item.delete","item_id":"${lastItemId}"}');
    const fill = page.getByRole('checkbox', { name: 'Fill in variables' });
    const send = page.locator('rti-composer vscode-button').last();
    await expect.poll(() => fill.isChecked()).toBe(true);
    await send.click();
    await expect
      .poll(() => plans(page))
      .toMatchObject([
        { fills: true, namesEvents: true, steps: [{ text: expect.stringContaining('"${lastItemId}"') }] },
      ]);
    await fill.uncheck();
    for (let tries = 0; tries < 2; tries += 1) await send.click();
    await expect.poll(async () => (await asked<{ text: string }>(page, 'send'))[0]?.text).toContain('"${lastItemId}"');
    expect(await plans(page)).toHaveLength(1);
    await write('{"type":"response.cancel"}');
    await expect.poll(() => fill.count()).toBe(0);
    await page.close();
  });

  it('is text wherever it is shown, whatever stands in it', async () => {
    const { page, write } = await composer();
    const hostile = '<img src=x onerror=globalThis.hacked=1>';
    const type = `x${hostile}`;
    const event = {
      type,
      item_id: `\${input:${hostile}}`,
      a: `\${env:${hostile}}`,
      [hostile]: '</script><script>hacked=1</script>',
    };
    for (const text of [
      JSON.stringify(event),
      JSON.stringify([{ ...event, a: 1 }, { wait: hostile }, { to: hostile, event }]),
    ]) {
      await write(text);
      await expect.poll(() => words(page.locator('rti-problems'))).toContain(hostile);
      const send = page.locator('rti-composer vscode-button').last();
      for (let tries = 0; tries < 2; tries += 1) await send.click();
    }
    await page.locator('rti-problems button.go').first().click();
    await page.locator('rti-composer .cm-lintRange').first().hover();
    await page.locator('.cm-tooltip-lint, .cm-tooltip-hover').first().waitFor();
    expect(await page.evaluate('globalThis.hacked')).toBeUndefined();
    expect(await page.locator('rti-composer img, rti-composer script').count()).toBe(0);
    await page.close();
  });

  it('is one event repeated, which can be cancelled', async () => {
    const { page, write } = await composer();
    await write('{"type":"response.cancel"}');
    await page.getByRole('button', { name: 'Later, or repeatedly' }).click();
    await page.getByRole('spinbutton', { name: 'Repeat' }).fill('500');
    await page.getByRole('spinbutton', { name: 'Every' }).fill('20');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('button.when').innerText()).toContain('500 times every 20 ms');
    await page.locator('rti-composer vscode-button').last().click();
    const runs = page.locator('rti-runs');
    await runs.getByText('Cancel').click();
    await expect.poll(() => words(runs)).toMatch(/of 500 to s1, time \d+ of 500\. Cancelled\./);
    expect((await plans(page))[0]).toMatchObject({ times: 500, everyMs: 20, namesEvents: true });
    await page.close();
  });

  it('is also what is no JSON, once the user has said so', async () => {
    const { page, write } = await composer();
    await write('[{"type"');
    const send = page.locator('rti-composer vscode-button').last();
    await send.click();
    await expect.poll(() => send.innerText()).toBe('Send anyway');
    expect(await plans(page)).toHaveLength(0);
    await send.click();
    await expect.poll(async () => (await plans(page)).map(({ steps }) => steps)).toEqual([[{ text: '[{"type"' }]]);
    await page.close();
  });
});

/** A stereo WAV of 16 bits: a tone on the left, silence on the right. */
function stereoWav(rate: number, pitch: number, ms: number): Buffer {
  const count = Math.round((rate * ms) / 1000);
  const data = Buffer.alloc(44 + count * 4);
  data.write('RIFF', 0);
  data.writeUInt32LE(36 + count * 4, 4);
  data.write('WAVEfmt ', 8);
  data.writeUInt32LE(16, 16);
  data.writeUInt16LE(1, 20);
  data.writeUInt16LE(2, 22);
  data.writeUInt32LE(rate, 24);
  data.writeUInt32LE(rate * 4, 28);
  data.writeUInt16LE(4, 32);
  data.writeUInt16LE(16, 34);
  data.write('data', 36);
  data.writeUInt32LE(count * 4, 40);
  for (let n = 0; n < count; n += 1)
    data.writeInt16LE(Math.round(16_000 * Math.sin((2 * Math.PI * pitch * n) / rate)), 44 + n * 4);
  return data;
}

describe('sound', () => {
  it('from a WAV of any rate and channels is sent in the session’s own format', async () => {
    const { page, menu } = await composer();
    await menu('sound');
    const panel = page.locator('rti-compose-audio');
    const buffer = stereoWav(44_100, 500, 1000);
    await panel.locator('input[type=file]').setInputFiles({ name: 'a.wav', mimeType: 'audio/wav', buffer });
    await expect.poll(() => words(panel)).toContain('1.000 s, sent as PCM16, 24 kHz');
    await panel.getByLabel('Then').selectOption('commit and respond');
    await panel.getByLabel('Pace').selectOption('once');
    await panel.getByLabel('Silence after it').fill('500');
    await page.keyboard.press('Tab');
    await panel.locator('vscode-button').click();
    await expect.poll(async () => (await plans(page)).length).toBe(1);
    const sound = await page.evaluate(() => {
      const { fakeHost } = globalThis as unknown as { fakeHost: FakeHost };
      const { params } = fakeHost.asked.find(({ request }) => request === 'startRun') as unknown as {
        params: ComposePlan;
      };
      const [step] = params.steps;
      if (step === undefined || !('audio' in step)) return undefined;
      const samples = new Int16Array(step.audio.slice().buffer);
      let crossings = 0;
      for (let n = 1; n < samples.length; n += 1)
        if ((samples[n - 1] as number) < 0 && (samples[n] as number) >= 0) crossings += 1;
      return {
        crossings,
        length: samples.length,
        loudest: Math.max(...samples),
        types: params.steps.slice(1),
        pace: step.inRealTime,
      };
    });
    expect(sound).toMatchObject({ length: 36_000, pace: false });
    // 500 Hz for a second, and half as loud: one of two channels was silent.
    expect(Math.abs((sound?.crossings ?? 0) - 500)).toBeLessThan(3);
    expect(Math.abs((sound?.loudest ?? 0) - 8000)).toBeLessThan(400);
    expect(sound?.types).toHaveLength(2);
    await expect.poll(() => words(page.locator('rti-runs'))).toContain('All sent');
    await page.close();
  });

  it('may be a tone, silence, or what was captured', async () => {
    const { page, menu } = await composer();
    await menu('sound');
    const panel = page.locator('rti-compose-audio');
    await panel.getByLabel('Silence', { exact: true }).check();
    await panel.getByLabel('Length').fill('250');
    await page.keyboard.press('Tab');
    await expect.poll(() => words(panel)).toContain('250 ms, sent as');
    await panel.getByLabel('Captured audio').first().check();
    await expect
      .poll(() => panel.getByRole('combobox', { name: 'Captured audio' }).locator('option').count())
      .toBeGreaterThan(1);
    await expect.poll(() => words(panel)).toMatch(/\d+\.\d+ s, sent as PCM16/);
    await page.close();
  });

  it('that is none is said in one message', async () => {
    const { page, menu } = await composer();
    await menu('sound');
    const panel = page.locator('rti-compose-audio');
    await panel
      .locator('input[type=file]')
      .setInputFiles({ name: 'x.wav', mimeType: 'audio/wav', buffer: Buffer.from('nothing') });
    await expect
      .poll(() => panel.getByRole('alert').innerText())
      .toBe('x.wav holds no sound that can be read here; WAV always can.');
    await page.close();
  });
});

describe('a picture', () => {
  it('is seen, and becomes an item with its words', async () => {
    const { page, menu, text } = await composer();
    await menu('picture');
    const panel = page.locator('rti-compose-image');
    await panel.locator('input[type=file]').setInputFiles('media/icon.png');
    await expect.poll(() => words(panel)).toContain('icon.png, image/png, 256 × 256');
    await panel.getByLabel('Detail').selectOption('low');
    await panel.getByLabel('Words beside it').fill('What is this?');
    await panel.getByText('Write it into the text').click();
    const { item } = JSON.parse(await text()) as {
      item: { content: { text?: string; image_url?: string; detail?: string }[] };
    };
    expect(item.content[0]?.text).toBe('What is this?');
    expect(item.content[1]).toMatchObject({ detail: 'low' });
    expect(item.content[1]?.image_url?.startsWith('data:image/png;base64,iVBORw0KGgo')).toBe(true);
    await expect.poll(() => page.locator('rti-composer .cm-chip').innerText()).toContain('picture, image/png');
    await panel
      .locator('input[type=file]')
      .setInputFiles({ name: 'a.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg/>') });
    await expect.poll(() => panel.getByRole('alert').innerText()).toContain('a.svg is no PNG');
    await page.close();
  });
});

describe('the form', () => {
  it('writes into the text what is chosen, and reads from it what is written', async () => {
    const { page, menu, text, write } = await composer();
    await menu('settings');
    const form = page.locator('rti-session-form');
    await form.getByLabel('By', { exact: true }).selectOption('"server_vad"');
    await form.getByLabel('Threshold').fill('0.7');
    await page.keyboard.press('Tab');
    await expect
      .poll(async () => JSON.parse(await text()) as unknown)
      .toEqual({
        type: 'session.update',
        session: { type: 'realtime', audio: { input: { turn_detection: { type: 'server_vad', threshold: 0.7 } } } },
      });
    await write(
      '{\n  "type": "session.update",\n  "session": { "type": "realtime", "mine":  1, "instructions": "Sing." }\n}',
    );
    await expect.poll(() => form.getByLabel('Instructions', { exact: true }).inputValue()).toBe('Sing.');
    await form.getByLabel('Tracing').fill('auto');
    await page.keyboard.press('Tab');
    await expect.poll(text).toContain('"mine":  1, "instructions": "Sing.","tracing": "auto" }');
    await form.getByLabel('Leave Instructions as it is').click();
    await expect.poll(text).not.toContain('Sing.');
    await expect.poll(() => form.getByLabel('Voice').isDisabled()).toBe(true);
    await page.close();
  });

  it('draws turn detection over the input, as the parameters in the text would hear it', async () => {
    const { page, menu, write } = await composer();
    await menu('settings');
    const picture = page.locator('rti-turn-picture');
    const update = (detection: unknown) =>
      JSON.stringify({
        type: 'session.update',
        session: { type: 'realtime', audio: { input: { turn_detection: detection } } },
      });
    await write(update({ type: 'server_vad', threshold: 0.4, prefix_padding_ms: 200, silence_duration_ms: 300 }));
    const label = () => picture.locator('svg').getAttribute('aria-label');
    await expect.poll(label).toContain('speech above 0.4, 200 ms kept from before and 300 ms of silence');
    await expect.poll(label).toMatch(/One turn|\d turns/);
    expect(await picture.locator('.limit').count()).toBe(1);
    expect(await picture.locator('.padding').count()).toBe(await picture.locator('.turn').count());
    const lower = Number(await picture.locator('.limit').getAttribute('y1'));
    await picture.scrollIntoViewIfNeeded();
    await page.screenshot({ path: 'test/webview/output/turnPicture.png' });
    await write(update({ type: 'server_vad', threshold: 1 }));
    await expect.poll(label).toContain('speech above 1,');
    expect(Number(await picture.locator('.limit').getAttribute('y1'))).toBeLessThan(lower);
    await expect.poll(() => words(picture)).toContain('An estimate from the latest input');
    await write(update({ type: 'semantic_vad' }));
    await expect.poll(() => picture.locator('.limit').count()).toBe(0);
    await write(update(null));
    await expect.poll(() => picture.locator('svg').count()).toBe(0);
    await page.close();
  });

  it('exports the whole configuration as it will be', async () => {
    const { page, menu, write } = await composer();
    await menu('settings');
    await write('{"type":"session.update","session":{"type":"realtime","instructions":"Sing."}}');
    await page.locator('rti-session-form').getByText('Export…').click();
    await expect.poll(async () => (await asked<{ text: string }>(page, 'exportUpdate')).length).toBe(1);
    const [{ text } = { text: '{}' }] = await asked<{ text: string }>(page, 'exportUpdate');
    const { session } = JSON.parse(text) as { session: Record<string, unknown> };
    expect(session).toMatchObject({ type: 'realtime', instructions: 'Sing.' });
    for (const name of ['id', 'object', 'model', 'expires_at']) expect(session).not.toHaveProperty(name);
    await page.close();
  });

  it('brings an earlier configuration back at one choice, and leaves the voice that is fixed', async () => {
    const { page, menu } = await composer();
    await menu('settings');
    await page.evaluate(() => {
      const { fakeHost } = globalThis as unknown as {
        fakeHost: { rows: { type: string; t: number }[]; tell(name: string, params: object): void };
      };
      const { rows } = fakeHost;
      const point = (type: string, kind: string) => {
        const row = rows.findIndex((one) => one.type === type);
        return { key: `s1 config ${row}`, session: 's1', row, t: rows[row]?.t ?? 0, kind, askedRow: null, message: '' };
      };
      const configs = [point('session.created', 'created'), point('session.updated', 'effective')];
      const none = { spans: [], turns: [], playback: [], findings: [], withdrawn: [], metrics: [] };
      fakeHost.tell('analysis', { ...none, configs });
    });
    await page.locator('rti-session-form').getByLabel('Back to').selectOption({ index: 1 });
    await expect.poll(async () => (await asked<{ text: string }>(page, 'send')).length).toBe(1);
    const [sent] = await asked<{ text: string }>(page, 'send');
    const { session } = JSON.parse(sent?.text ?? '') as { session: Record<string, unknown> };
    expect(session).toMatchObject({ type: 'realtime', instructions: 'You are a helpful voice assistant.' });
    expect(JSON.stringify(session)).not.toContain('marin');
    await page.close();
  });

  it('adds tools, and edits each by itself', async () => {
    const { page, menu, text } = await composer();
    await menu('settings');
    const form = page.locator('rti-session-form');
    await form.getByText('Add a function').click();
    await form.locator('summary').last().click();
    const name = form.getByLabel('Name');
    await name.last().fill('look_up');
    await page.keyboard.press('Tab');
    await expect.poll(text).toContain('"name": "look_up"');
    await form.getByLabel('Parameters').last().fill('{');
    await page.keyboard.press('Tab');
    await expect.poll(() => words(form)).toContain('no JSON: not in the text yet');
    await page.close();
  });
});
