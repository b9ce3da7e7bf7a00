// `npm test`: sets up a fresh clone and passes every test. Stops at the first stage that fails and says which.
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

/** Each stage returns what it counted, or nothing when it is no test. */
const stages = {
  setup: async () => {
    const missing = await setUp(['packages', 'vscode', 'chromium', 'espeak']);
    if (missing.length > 0) throw new Trouble(missing.join('\n'));
  },
  typecheck: () => run('npm', ['run', '--silent', 'typecheck'], { doing: 'typecheck' }),
  lint: () => run('npm', ['run', '--silent', 'lint'], { doing: 'lint' }),
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
  package: () => run('npm', ['run', '--silent', 'package'], { quiet: true, doing: 'package' }),
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

await main(async () => {
  const started = Date.now();
  const totals = { passed: 0, failed: 0 };
  const times = [];
  let broken = '';
  await rm(reports, { recursive: true, force: true });
  await mkdir(reports, { recursive: true });
  for (const [name, stage] of Object.entries(stages)) {
    const began = Date.now();
    say(`\n== ${name}`);
    try {
      const counted = await stage();
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
      broken = `The stage "${name}" failed after ${seconds(began)}: ${error?.message ?? error}`;
    }
    times.push(`${name} ${seconds(began)}`);
    if (broken) break;
  }
  say(`\n${times.join(', ')}; together ${seconds(started)}`);
  if (broken) say(broken);
  say(`${totals.passed} passed, ${totals.failed} failed`);
  return broken ? 1 : 0;
});
