/** A session through the proxy as Chromium wrote it down, beside what the proxy itself recorded of it. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../../scripts/lib/chromium.mjs';
import { startServer } from '../../../src/simulator/server';
import { exportHar } from '../../../src/exchange/write/har';
import { cleanUp, later, startProxy, temporaryFolder } from '../fidelity/bed';
import { speech } from '../simulator/speech';
import { valuesOf } from '../rewrite/traces';
import { importIntoDevTools } from './devtoolsRules';
import { generator, importInto } from './importing';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());
afterEach(cleanUp);

interface Har {
  log: {
    creator: { name: string };
    entries: { _webSocketMessages?: { type: string; time: number; data: string }[] }[];
  };
}

/** Speaks with the simulator through the proxy in a page, and gives the HAR the browser wrote and the proxy's own trace. */
async function session(content: 'embed' | 'attach'): Promise<{ har: string; trace: string; folder: string }> {
  const server = await startServer({ host: '127.0.0.1', port: 0, seed: 7 });
  later(() => server.stop());
  const proxy = await startProxy(server.url);
  const folder = await temporaryFolder();
  const har = path.join(folder, 'browser.har');
  const context = await browser.newContext({ recordHar: { path: har, content } });
  const page = await context.newPage();
  await page.goto(`${proxy.http.replace('/v1', '')}/`);
  const audio = Buffer.from(speech('Hello there.')).toString('base64');
  await page.evaluate(
    async ({ url, audio: said }) => {
      const socket = new WebSocket(url, ['realtime', 'openai-insecure-api-key.sk-abcdefghijklmnop']);
      const heard = (type: string) =>
        new Promise<void>((resolve) =>
          socket.addEventListener('message', ({ data }) => {
            if ((JSON.parse(String(data)) as { type: string }).type === type) resolve();
          }),
        );
      await heard('session.created');
      // What comes while the page says goodbye is in no HAR: all of the answer is awaited.
      const done = Promise.all([heard('response.done'), heard('rate_limits.updated')]);
      socket.send(JSON.stringify({ type: 'input_audio_buffer.append', audio: said }));
      socket.send('{ "type": "input_audio_buffer.commit" }');
      socket.send(JSON.stringify({ type: 'response.create' }));
      await done;
      socket.close(1000, 'bye');
      await new Promise((resolve) => socket.addEventListener('close', resolve));
    },
    { url: `${proxy.ws}/realtime?model=gpt-realtime`, audio },
  );
  await context.close();
  await proxy.stop();
  return { har, trace: proxy.file, folder };
}

describe('a HAR that Chromium wrote', () => {
  it.each(['embed', 'attach'] as const)('is the session that was recorded (%s)', async (content) => {
    const { har, trace, folder } = await session(content);
    const { report, events } = await importInto(folder, har);
    const own = (await valuesOf(trace)).filter(({ kind }) => kind === 'event');
    // Each direction in its order; which of two that cross comes first differs from place to place.
    for (const side of ['client', 'server']) {
      const told = (all: typeof own) =>
        all
          .filter(({ from }) => from === side)
          .map(({ type, bytes, event, text }) => ({ type, bytes, event, text }) as unknown);
      expect(told(events)).toEqual(told(own));
    }
    expect(report).toMatchObject({ format: 'har', problems: [] });
    expect(report.writer).toMatch(/^Playwright/);
    expect(report.sessions).toMatchObject([{ times: 'recorded' }]);
    expect(report.sessions[0]?.url).toContain('/realtime?model=gpt-realtime');
    expect(report.lost.join('\n')).toContain('how a connection ended');
    // The browser's own clock and the proxy's are one machine's: the same moment, give or take a slow second.
    const recordedAt = Date.parse(((await valuesOf(trace)).length > 0 && report.startedAt) || '');
    expect(Math.abs(recordedAt - Date.now())).toBeLessThan(60_000);
    const times = events.map(({ t }) => t as number);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('and the trace written as HAR agree in what DevTools would show', async () => {
    const { har, trace, folder } = await session('embed');
    const ours = path.join(folder, 'ours.har');
    await exportHar(trace, ours, { generator });
    const { readFile } = await import('node:fs/promises');
    const [mine] = importIntoDevTools(await readFile(ours, 'utf8'));
    const theirs = JSON.parse(await readFile(har, 'utf8')) as Har;
    const frames = theirs.log.entries.find((entry) => entry._webSocketMessages)?._webSocketMessages ?? [];
    for (const side of ['send', 'receive']) {
      const told = (all: readonly { type: string; data: string }[]) =>
        all.filter(({ type }) => type === side).map(({ data }) => data);
      expect(told(mine?.frames ?? [])).toEqual(told(frames));
    }
    expect(mine?.passedOver).toBe(0);
    // DevTools themselves write seconds: what Chromium's panel exports is this with other times.
    theirs.log.creator.name = 'WebInspector';
    for (const frame of frames) frame.time /= 1000;
    const panel = path.join(folder, 'panel.har');
    await writeFile(panel, JSON.stringify(theirs));
    const [inSeconds, inMilliseconds] = [await importInto(folder, panel), await importInto(folder, har)];
    const told = ({ events }: typeof inSeconds) =>
      events.map(({ t, event }) => ({ t: Math.round(t as number), event }) as unknown);
    expect(told(inSeconds)).toEqual(told(inMilliseconds));
  });
});
