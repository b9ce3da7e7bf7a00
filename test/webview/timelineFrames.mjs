// What a frame of the timeline costs in Chromium over a million rows: node test/webview/timelineFrames.mjs [rows]
// Layout and drawing of a session made of numbers, while it is panned and zoomed; prints ms, asserts nothing.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { launchChromium } from '../../scripts/lib/chromium.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rows = Number(process.argv[2] ?? 1_000_000);

const page_ = `
import { drawShapes } from './webview/timeline/draw';
import { layoutTimeline } from './webview/timeline/layout';
import { readPalette } from './webview/views/palette';
import { longTrace } from './test/unit/webview/longTrace';

const long = longTrace(${rows});
const canvas = document.createElement('canvas');
const [width, height] = [1400, 420];
canvas.width = width;
canvas.height = height;
document.body.append(canvas);
const context = canvas.getContext('2d', { alpha: false });
const palette = readPalette(getComputedStyle(document.body));
const moves = {
  'pan, all of it': (n) => ({ start: n, end: long.extent.end }),
  'zoom in': (n) => ({ start: 0, end: long.extent.end * 0.95 ** n }),
  'pan, one minute': (n) => ({ start: n * 500, end: n * 500 + 60_000 }),
  'pan, five seconds': (n) => ({ start: n * 50, end: n * 50 + 5000 }),
};
const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
window.run = async () => {
  const results = [];
  for (const [name, viewOf] of Object.entries(moves)) {
    const layouts = [];
    const draws = [];
    let shapes = 0;
    for (let n = 0; n < 180; n += 1) {
      await frame();
      const began = performance.now();
      const layout = layoutTimeline(long.input(viewOf(n), width, height));
      const laid = performance.now();
      drawShapes(context, layout.shapes, { palette, font: '11px sans-serif', width, height });
      layouts.push(laid - began);
      draws.push(performance.now() - laid);
      shapes = Math.max(shapes, layout.shapes.length);
    }
    const both = layouts.map((ms, at) => ms + draws[at]);
    const rank = (list, share) => [...list].sort((a, b) => a - b)[Math.ceil(share * list.length) - 1].toFixed(1);
    results.push({ name, shapes, layout: rank(layouts, 0.5), draw: rank(draws, 0.5), 'p50 ms': rank(both, 0.5), 'p95 ms': rank(both, 0.95), 'most ms': rank(both, 1) });
  }
  return results;
};
`;

const { outputFiles } = await build({
  stdin: { contents: page_, resolveDir: root, loader: 'js' },
  bundle: true,
  format: 'esm',
  target: 'chrome128',
  tsconfig: join(root, 'webview/tsconfig.json'),
  write: false,
  logLevel: 'warning',
});
const browser = await launchChromium();
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 500 } });
  page.on('pageerror', (error) => console.error(error.message));
  await page.setContent('<!doctype html><body></body>');
  await page.addScriptTag({ content: outputFiles[0].text, type: 'module' });
  await page.waitForFunction('window.run !== undefined', undefined, { timeout: 120_000 });
  console.table(await page.evaluate('window.run()'));
} finally {
  await browser.close();
}
