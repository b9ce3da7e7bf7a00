#!/usr/bin/env node
// Takes desktop VS Code's command line and runs it in the served VS Code with a headless Chromium, so that
// `runTests({ vscodeExecutablePath })` of @vscode/test-electron works where desktop VS Code cannot be downloaded.
// Understood: --extensionDevelopmentPath, --extensionTestsPath, --user-data-dir, --extensions-dir and a folder to open.
// Exits with the suite's result: 0 when its `run()` resolved.
import { existsSync, statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { serveVscode, temporaryFolder } from '../../scripts/lib/servedVscode.mjs';
import { Trouble, main } from '../../scripts/lib/shell.mjs';
import { launchChromium } from '../../scripts/lib/chromium.mjs';

const { values, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: Object.fromEntries(
    ['extensionDevelopmentPath', 'extensionTestsPath', 'user-data-dir', 'extensions-dir'].map((name) => [
      name,
      { type: 'string' },
    ]),
  ),
});

await main(async () => {
  const tests = values.extensionTestsPath;
  const extension = values.extensionDevelopmentPath;
  if (!tests || !extension) throw new Trouble('Wanted: --extensionDevelopmentPath=FOLDER --extensionTestsPath=FILE');
  const scratch = await temporaryFolder('integration');
  const folder = positionals.find((path) => existsSync(path) && statSync(path).isDirectory()) ?? scratch.path;
  const server = await serveVscode({
    data: values['user-data-dir'] ?? `${scratch.path}/data`,
    extensions: values['extensions-dir'] ?? `${scratch.path}/extensions`,
    development: true,
  });
  const browser = await launchChromium();
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => void browser.close());
  try {
    const page = await browser.newPage();
    const lost = new Promise((_, reject) => {
      page.once('crash', () => reject(new Trouble('The browser page of the test run crashed.')));
      browser.on('disconnected', () => reject(new Trouble('The browser of the test run ended early.')));
      server.closed.then(() => reject(new Trouble('The served VS Code ended during the test run.')));
    });
    lost.catch(() => undefined);
    if (process.env.LAUNCH_VERBOSE) page.on('console', (message) => process.stderr.write(`${message.text()}\n`));
    const file = (path) => server.remote(resolve(path));
    await page.goto(
      server.workbench(resolve(folder), [
        ['extensionDevelopmentPath', file(extension)],
        ['extensionTestsPath', file(await wrapSuite(resolve(tests), scratch.path))],
      ]),
    );
    return await Promise.race([followSuite(scratch.path), lost]);
  } finally {
    await browser.close();
    await server.stop();
    await scratch.drop();
  }
});

/**
 * The page's console mixes the suite's lines with the workbench's own. This module stands before the suite in the
 * extension host, copies what the suite prints into a file before mocha takes its own hold of console.log, and keeps
 * the result: the workbench in a browser does not always report the end of its extension host.
 */
async function wrapSuite(suite, folder) {
  const wrapper = join(folder, 'suite.cjs');
  await writeFile(
    wrapper,
    `const { appendFileSync, writeFileSync } = require('node:fs');
const { Console } = require('node:console');
const { Writable } = require('node:stream');
const output = ${JSON.stringify(join(folder, 'output'))};
// spdlog stays unbuilt in this server; it says so at length and goes on.
const chatter = /^Error: Could not locate the bindings file/;
const write = (data, _encoding, done) => (chatter.test(data) || appendFileSync(output, data), done());
// The extension host's own console refuses to be patched, so it is replaced.
globalThis.console = new Console({ stdout: new Writable({ write }), colorMode: false });
exports.run = async () => {
  let code = 1;
  try {
    await require(${JSON.stringify(suite)}).run();
    code = 0;
  } finally {
    writeFileSync(${JSON.stringify(join(folder, 'result'))}, String(code));
  }
};
`,
  );
  return wrapper;
}

/** Copies what the suite prints to stdout as it comes; resolves with its result. */
async function followSuite(folder) {
  let offset = 0;
  const read = (name) => readFile(join(folder, name)).catch(() => Buffer.alloc(0));
  for (;;) {
    const result = (await read('result')).toString();
    const text = await read('output');
    process.stdout.write(text.subarray(offset));
    offset = text.length;
    if (result) return Number(result);
    await setTimeout(250);
  }
}
