/** Entry of the suite: VS Code loads this module in its extension host and waits for `run()`. */
import { readdirSync } from 'node:fs';
import path from 'node:path';

/** Runs every built test file. Rejects when one fails, and when there is none: an empty suite proves nothing. */
export async function run(): Promise<void> {
  // An ES module, which desktop VS Code's Node may not be able to `require`.
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ ui: 'bdd', color: false, timeout: 60_000, forbidOnly: true, forbidPending: true });
  const files = readdirSync(__dirname).filter((name) => name.endsWith('.test.cjs'));
  if (files.length === 0) throw new Error(`No test file was found in ${__dirname}.`);
  // The proof that activation starts nothing must come before anything has been activated.
  files.sort((a, b) => Number(b.startsWith('activation')) - Number(a.startsWith('activation')) || a.localeCompare(b));
  for (const file of files) mocha.addFile(path.join(__dirname, file));
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} of the integration tests failed.`);
}
