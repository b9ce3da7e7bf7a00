// `npm run try`: sets up, builds, and opens the inspector with a sample voice client talking through its proxy to the
// embedded simulator. Options: --browser (not the installed `code`), --smoke (a headless check with a screenshot).
import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setUp } from './setup.mjs';
import { Trouble, main, root, run, say, seconds, toolNode, which } from './lib/shell.mjs';
import { launchChromium } from './lib/chromium.mjs';
import { placeExtension, serveVscode, temporaryFolder, writeSettings } from './lib/servedVscode.mjs';

const asked = new Set(process.argv.slice(2));
const smoke = asked.has('--smoke');
const display = process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

await main(async () => {
  const started = Date.now();
  await setUp(['packages']);
  await run(toolNode(), ['scripts/build.mjs'], { quiet: true, doing: 'the build' });
  const scratch = await temporaryFolder('try');
  const interrupted = new Promise((resolve) => {
    let times = 0;
    // A second Ctrl-C does not wait for the cleaning up; what was started still ends with this process.
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'])
      process.on(name, () => (++times > 1 ? process.exit(130) : resolve()));
  });
  try {
    const workspace = join(scratch.path, 'workspace');
    await writeSettings(workspace, {
      // Nothing leaves this machine, whatever keys the environment holds.
      'realtimeInspector.upstream': 'simulator',
      'workbench.startupEditor': 'none',
      'workbench.tips.enabled': false,
      'chat.disableAIFeatures': true,
      'remote.autoForwardPorts': false,
    });
    // Inside one of VS Code's terminals `code` only talks to that window, which takes no development extension.
    const code = !smoke && !asked.has('--browser') && display && !process.env.VSCODE_IPC_HOOK_CLI && which('code');
    if (code) await openDesktop(code, workspace, scratch.path, interrupted, started);
    else await openBrowser(workspace, scratch.path, interrupted, started);
  } finally {
    await scratch.drop();
  }
});

/** A window of its own (no setting, extension or window of the user's is touched); ends when it is closed. */
async function openDesktop(code, workspace, folder, interrupted, started) {
  const extensions = [root, join(root, 'scripts', 'tryOut')].map((path) => `--extensionDevelopmentPath=${path}`);
  const args = ['--new-window', '--wait', '--user-data-dir', join(folder, 'user'), '--disable-workspace-trust'];
  const child = spawn(code, [...args, '--extensions-dir', join(folder, 'extensions'), ...extensions, workspace], {
    stdio: 'ignore',
    shell: process.platform === 'win32',
  });
  const failed = new Promise((_, reject) => child.once('error', reject));
  say(`Ready after ${seconds(started)}: the inspector opens in VS Code. Close its window or press Ctrl-C to end.`);
  await Promise.race([new Promise((resolve) => child.once('close', resolve)), interrupted, failed]);
  child.kill();
}

async function openBrowser(workspace, folder, interrupted, started) {
  await setUp(['vscode']);
  const extensions = join(folder, 'extensions');
  await placeExtension(root, extensions, 'realtime-inspector.realtime-inspector-0.1.0', [
    'package.json',
    'dist',
    'media',
  ]);
  await placeExtension(join(root, 'scripts', 'tryOut'), extensions, 'realtime-inspector.try-out-0.0.1', [
    'package.json',
    'extension.mjs',
  ]);
  const server = await serveVscode({
    data: join(folder, 'data'),
    extensions,
    env: { OPENAI_API_KEY: undefined },
  });
  try {
    const url = server.workbench(workspace);
    if (smoke) return await check(url, started);
    say(`\nReady after ${seconds(started)}. Open this in a browser (Chrome, Edge, Firefox or Safari):\n\n  ${url}\n`);
    say('The sample conversation starts by itself when the page stands. Press Ctrl-C to end.');
    if (display) openInBrowser(url);
    const ended = server.closed.then(() => Promise.reject(new Trouble('The served VS Code ended by itself.')));
    await Promise.race([interrupted, ended]);
    say('\nStopping.');
  } finally {
    await server.stop();
  }
}

function openInBrowser(url) {
  const [command, ...args] = {
    darwin: ['open', url],
    win32: ['rundll32', 'url.dll,FileProtocolHandler', url],
  }[process.platform] ?? ['xdg-open', url];
  // The address stands on the screen anyway.
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}

/** What a newcomer should see, without a click: rows of a conversation with speech, growing. */
async function check(url, started) {
  const missing = await setUp(['chromium']);
  if (missing.length > 0) throw new Trouble(missing.join('\n'));
  const { expect } = await import('@playwright/test');
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    const opened = Date.now();
    await page.goto(url);
    const app = page.frameLocator('iframe.webview').frameLocator('#active-frame').locator('rti-app');
    await expect(app.getByRole('row').first()).toBeVisible({ timeout: 60_000 });
    say(`First rows ${seconds(opened)} after the page was opened, ${seconds(started)} after the command.`);
    // The list cuts a long type to its column; its title is whole.
    const rows = (type) => app.locator(`[role=row]:has(.type[title="${type}"])`).first();
    await expect(rows('input_audio_buffer.append')).toBeVisible();
    await expect(rows('response.done')).toBeVisible({ timeout: 60_000 });
    await page.waitForTimeout(1500);
    const folder = join(root, 'test', 'e2e', 'output');
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: join(folder, 'try.png') });
    say('Seen: speech going out and an answer coming back. Screenshot: test/e2e/output/try.png');
  } finally {
    await browser.close();
  }
}
