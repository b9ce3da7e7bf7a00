// What must come from the system: a Chromium to look through, and espeak-ng to speak for the tests.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run, say, which } from './shell.mjs';

const windows = process.platform === 'win32';
const works = (file) => windows || spawnSync(file, ['--version'], { timeout: 20_000 }).status === 0;

/**
 * Path of a Chromium that starts (CHROMIUM_PATH, PATH, the usual places, Playwright's own), or undefined. Nobody looks at
 * it, so the headless shell comes first: the same engine without the browser around it, with a page in half the time.
 */
export function findChromium() {
  const asked = process.env.CHROMIUM_PATH;
  if (asked) return existsSync(asked) ? asked : undefined;
  const names = [
    ...['chromium-headless-shell', 'chromium', 'chromium-browser'],
    ...['google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge'],
  ];
  const places = {
    darwin: ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    ),
    win32: [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
      .filter(Boolean)
      .flatMap((base) => [
        `${base}\\Google\\Chrome\\Application\\chrome.exe`,
        `${base}\\Microsoft\\Edge\\Application\\msedge.exe`,
      ]),
  };
  const candidates = [...names.map(which), ...(places[process.platform] ?? []), ...playwrightBrowsers()];
  return candidates.find((file) => file && existsSync(file) && works(file));
}

/** Browsers that `npx playwright install chromium` has put into its cache, newest first. */
function playwrightBrowsers() {
  const caches = {
    linux: join(homedir(), '.cache', 'ms-playwright'),
    darwin: join(homedir(), 'Library', 'Caches', 'ms-playwright'),
    win32: join(homedir(), 'AppData', 'Local', 'ms-playwright'),
  };
  const cache = process.env.PLAYWRIGHT_BROWSERS_PATH ?? caches[process.platform];
  if (!cache || !existsSync(cache)) return [];
  const inside = ['chrome-linux/chrome', 'chrome-linux64/chrome', 'chrome-win/chrome.exe', 'chrome-win64/chrome.exe'];
  const mac = 'Chromium.app/Contents/MacOS/Chromium';
  inside.push(`chrome-mac/${mac}`, `chrome-mac-arm64/${mac}`);
  return readdirSync(cache)
    .filter((name) => /^chromium-\d+$/.test(name))
    .sort((a, b) => Number(b.split('-')[1]) - Number(a.split('-')[1]))
    .flatMap((name) => inside.map((file) => join(cache, name, file)));
}

/** Path of espeak-ng (ESPEAK_PATH or PATH), or undefined. */
export function findEspeak() {
  const asked = process.env.ESPEAK_PATH;
  if (asked) return existsSync(asked) ? asked : undefined;
  return which('espeak-ng');
}

const needs = {
  chromium: {
    find: findChromium,
    variable: 'CHROMIUM_PATH',
    packages: ['chromium-headless-shell', 'chromium'],
    missing:
      'Chromium is missing: install Chrome or Chromium (or run "npx playwright install chromium"), or set CHROMIUM_PATH to one, and run this again.',
  },
  espeak: {
    find: findEspeak,
    variable: 'ESPEAK_PATH',
    packages: ['espeak-ng'],
    missing:
      'espeak-ng is missing, the tests speak with it: install it ("apt install espeak-ng", "brew install espeak-ng", or from its releases page), or set ESPEAK_PATH, and run this again.',
  },
};

/** How apt-get may be called here, or undefined when it may not: as root, or by sudo without a password. */
function aptGet() {
  if (process.platform !== 'linux' || !which('apt-get')) return undefined;
  if (process.getuid() === 0) return ['apt-get'];
  if (which('sudo') && spawnSync('sudo', ['-n', 'true']).status === 0) return ['sudo', '-n', 'apt-get'];
  return undefined;
}

/** Installs the first of these packages that there is: not every distribution has each. */
async function installFirst(packages, get) {
  for (const [at, name] of packages.entries())
    try {
      return await get('install', '-y', '--no-install-recommends', name);
    } catch (error) {
      if (at === packages.length - 1) throw error;
    }
}

/**
 * Finds each of `names` (`chromium`, `espeak`), installing by apt-get where that is allowed. Returns one clear sentence
 * for each that is still missing; never throws, because what is missing may not be needed.
 */
export async function provide(names) {
  const absent = names.filter((name) => !needs[name].find());
  const wanted = absent.filter((name) => !process.env[needs[name].variable]);
  const apt = wanted.length > 0 ? aptGet() : undefined;
  if (apt) {
    const [command, ...args] = apt;
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const get = (...words) =>
      run(command, [...args, ...words], { env, quiet: true, doing: `apt-get ${words[0]} ${words.at(-1)}` });
    say(`Installing ${wanted.map((name) => needs[name].packages[0]).join(' and ')} with apt-get`);
    try {
      await get('update');
      for (const name of wanted) await installFirst(needs[name].packages, get);
    } catch (error) {
      say(error.message);
    }
  }
  return absent
    .filter((name) => !needs[name].find())
    .map((name) => {
      const { variable, missing } = needs[name];
      return process.env[variable] ? `${variable} names a file that is not there: ${process.env[variable]}` : missing;
    });
}
