/** A page of somebody's app in a real Chromium. */
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { build } from 'esbuild';
import { launchChromium } from '../../../scripts/lib/chromium.mjs';
import { later, listen } from '../fidelity/bed';

/** Opens a page with `apps/page.ts` in it; the files of `folder` are beside it. */
export async function openPage(folder: string): Promise<Page> {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, 'apps', 'page.ts')],
    bundle: true,
    format: 'iife',
    write: false,
  });
  const server = http.createServer((req, res) => {
    if (req.url === '/') return res.setHeader('Content-Type', 'text/html').end('<title>app</title>');
    readFile(path.join(folder, path.basename(req.url ?? ''))).then(
      (file) => res.end(file),
      () => res.writeHead(404).end(),
    );
  });
  const address = (await listen(server)).replace('/v1', '/');
  const browser = await launchChromium();
  later(() => browser.close());
  const page = await browser.newPage();
  await page.goto(address);
  await page.addScriptTag({ content: outputFiles[0]?.text ?? '' });
  return page;
}
