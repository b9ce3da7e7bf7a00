// The browser of tests, benches and `npm run try -- --check`: looked for in one place, started in one way.
import { Trouble } from './shell.mjs';
import { findChromium } from './system.mjs';

/** Nothing of a person's browser: no sandbox (containers), no screen, no connection of its own. */
const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Starts a Chromium without a window, with `more` arguments behind the usual ones; resolves with Playwright's Browser.
 * Rejects with Trouble where there is none.
 */
export async function launchChromium(...more) {
  const executablePath = findChromium();
  if (!executablePath) throw new Trouble('No Chromium was found; "node scripts/setup.mjs chromium" gets one.');
  const { chromium } = await import('@playwright/test');
  return chromium.launch({ executablePath, args: [...chromiumArguments, ...more] });
}
