// Makes a fresh clone ready: packages, the VS Code that is served to a browser, Chromium, espeak-ng. A second run only
// looks. Usage: node scripts/setup.mjs [packages] [vscode] [chromium] [espeak]   (nothing named: all of them)
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Trouble, main, root, run, say, seconds } from './lib/shell.mjs';
import { provide } from './lib/system.mjs';

const served = join(root, 'test', 'vscode');
const server = join(served, 'server');
const npmFlags = ['--no-audit', '--no-fund', '--no-progress', '--loglevel=error'];
const json = async (file) => JSON.parse(await readFile(file, 'utf8'));

/** True when node_modules holds what the lock file says; optional packages of other platforms may be absent. */
async function packagesAreCurrent() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const [want, have] = await Promise.all([json(join(root, 'package-lock.json')), json(installed)]);
  return Object.entries(want.packages).every(
    ([path, entry]) => path === '' || entry.optional || have.packages[path]?.version === entry.version,
  );
}

async function setUpPackages() {
  if (await packagesAreCurrent()) return;
  const started = Date.now();
  say('Installing packages (npm ci)');
  await run('npm', ['ci', ...npmFlags], { env: process.env, doing: 'npm ci' });
  say(`Packages installed in ${seconds(started)}`);
}

/** VS Code's own server build comes inside the npm package code-server; its inner dependencies are installed by hand. */
async function setUpVscode() {
  const stamp = join(server, '.complete');
  const lock = join(served, 'package-lock.json');
  const digest = createHash('sha256')
    .update(await readFile(lock))
    .digest('hex');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === digest) return;
  const started = Date.now();
  say('Installing VS Code for the browser (about 620 MB on disk, once)');
  await rm(server, { recursive: true, force: true });
  await mkdir(server, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) await copyFile(join(served, name), join(server, name));
  const vscode = join(server, 'node_modules', 'code-server', 'lib', 'vscode');
  const options = { env: process.env, quiet: true };
  // No scripts anywhere: nothing is compiled, and code-server's own start-up script, which checks the Node version, is
  // not what is run. The inner `npm install` cannot be `npm ci`: the shrinkwrap shipped there is out of step.
  const steps = [
    [server, ['ci', '--ignore-scripts'], 'its packages'],
    [vscode, ['install', '--omit=dev', '--ignore-scripts'], 'its server'],
    [join(vscode, 'extensions'), ['ci', '--omit=dev', '--ignore-scripts'], 'its built-in extensions'],
  ];
  for (const [index, [cwd, args, what]] of steps.entries()) {
    say(`  ${index + 1} of ${steps.length}: ${what}`);
    await run('npm', [...args, ...npmFlags], { ...options, cwd, doing: `installing ${what}` });
  }
  await writeFile(stamp, digest);
  say(`VS Code for the browser installed in ${seconds(started)}`);
}

/**
 * Makes ready what is named: `packages`, `vscode`, `chromium`, `espeak`. Rejects with Trouble when packages or VS Code
 * cannot be installed; returns a sentence for each system program that is missing and may not be installed.
 */
export async function setUp(what) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 12))
    throw new Trouble(`Node 20.12 or newer is needed; this is ${process.versions.node}. See https://nodejs.org.`);
  if (what.includes('packages')) await setUpPackages();
  if (what.includes('vscode')) await setUpVscode();
  return provide(what.filter((name) => name === 'chromium' || name === 'espeak'));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(async () => {
    const named = process.argv.slice(2);
    const missing = await setUp(named.length > 0 ? named : ['packages', 'vscode', 'chromium', 'espeak']);
    for (const sentence of missing) say(sentence);
    if (missing.length === 0) say('All is ready.');
  });
