// `npm test`: sets up a fresh clone and passes every test. Stops at the first stage that fails and says which.
// What waits for the network (VS Code, Chromium) goes beside what does not need it.
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Trouble, main, root, run, say, seconds, toolEnvironment, toolNode } from './lib/shell.mjs';
import { setUp } from './setup.mjs';

const reports = join(root, 'out', 'reports');
const report = (name) => join(reports, `${name}.json`);
const bin = (name, script) => join(root, 'node_modules', ...name.split('/'), script);
const node = (script, ...args) => run(toolNode(), [script, ...args], { doing: script.split(/[\\/]/).pop() });
const vitest = bin('vitest', 'vitest.mjs');
const playwright = bin('@playwright/test', 'cli.js');

const script = (name) => run('npm', ['run', '--silent', name], { quiet: true, doing: name });

/** Each stage returns what it counted, or nothing when it is no test. */
const stages = {
  packages: async () => {
    await setUp(['packages']);
  },
  setup: async () => {
    const missing = await setUp(['vscode', 'chromium', 'espeak']);
    if (missing.length > 0) throw new Trouble(missing.join('\n'));
  },
  typecheck: () => script('typecheck'),
  lint: () => script('lint'),
  build: () => run(toolNode(), ['scripts/build.mjs'], { quiet: true, doing: 'build' }),
  unit: async () => {
    const failure = await settled(
      node(vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report('unit')}`),
    );
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numFailedTestSuites } = await json('unit');
    // A file that could not even be loaded counts no test, and must not pass for that.
    const failed = Math.max(numFailedTests, numFailedTestSuites > 0 ? 1 : 0);
    return { passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests, failure };
  },
  package: () => script('package'),
  integration: async () => {
    const { output, failure } = await tee(toolNode(), [join(root, 'test', 'vscode', 'integration.mjs')]);
    // The lines mocha's spec reporter ends with.
    const count = (word) => Number(new RegExp(`^\\s*(\\d+) ${word}`, 'm').exec(output)?.[1] ?? 0);
    return { passed: count('passing'), failed: count('failing'), skipped: count('pending'), failure };
  },
  e2e: async () => {
    const env = toolEnvironment({ PLAYWRIGHT_JSON_OUTPUT_FILE: report('e2e') });
    const failure = await settled(run(toolNode(), [playwright, 'test', '--reporter=list,json'], { env, doing: 'e2e' }));
    const { expected, unexpected, flaky, skipped } = (await json('e2e')).stats;
    return { passed: expected + flaky, failed: unexpected, skipped, failure };
  },
};

/** In this order; those of one line side by side. */
const ORDER = [
  ['packages'],
  ['setup', 'typecheck', 'lint'],
  ['build'],
  ['unit'],
  ['package'],
  ['integration'],
  ['e2e'],
];

const json = async (name) => {
  try {
    return JSON.parse(await readFile(report(name), 'utf8'));
  } catch (cause) {
    throw new Trouble(`The ${name} tests left no report.`, { cause });
  }
};
const settled = (promise) =>
  promise.then(
    () => undefined,
    (error) => error,
  );

/** Runs a program, its output shown and kept. */
async function tee(command, args) {
  const child = spawn(command, args, { cwd: root, env: toolEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (data) => {
    output += data;
    process.stdout.write(data);
  });
  child.stderr.pipe(process.stderr);
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  return { output, failure: code === 0 ? undefined : new Trouble(`exit ${code}`) };
}

const totals = { passed: 0, failed: 0 };
const times = [];

/** Runs a stage; what is wrong in a sentence, or undefined. */
async function pass(name) {
  const began = Date.now();
  say(`\n== ${name}`);
  try {
    const counted = await stages[name]();
    if (counted) {
      totals.passed += counted.passed;
      totals.failed += counted.failed;
      if (counted.failure) throw counted.failure;
      if (counted.failed > 0) throw new Trouble(`${counted.failed} failed`);
      if (counted.passed === 0) throw new Trouble('no test ran');
      say(
        `${counted.passed} passed${counted.skipped > 0 ? `, ${counted.skipped} skipped: what they need is not here` : ''}`,
      );
    }
  } catch (error) {
    if (!(error instanceof Trouble)) process.stderr.write(`${error?.stack ?? error}\n`);
    return `The stage "${name}" failed after ${seconds(began)}: ${error?.message ?? error}`;
  } finally {
    times.push(`${name} ${seconds(began)}`);
  }
}

await main(async () => {
  const started = Date.now();
  let broken = [];
  await rm(reports, { recursive: true, force: true });
  await mkdir(reports, { recursive: true });
  for (const names of ORDER) {
    broken = (await Promise.all(names.map(pass))).filter(Boolean);
    if (broken.length > 0) break;
  }
  say(`\n${times.join(', ')}; together ${seconds(started)}`);
  for (const sentence of broken) say(sentence);
  say(`${totals.passed} passed, ${totals.failed} failed`);
  return broken.length > 0 ? 1 : 0;
});
