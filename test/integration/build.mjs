// Bundles the suite that runs inside VS Code's extension host: out/integration/index.cjs and one file per test.
import { build } from 'esbuild';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const outdir = path.join(here, '..', '..', 'out', 'integration');
const tests = (await readdir(here)).filter((name) => name.endsWith('.test.ts'));
await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: ['index.ts', ...tests].map((name) => path.join(here, name)),
  outdir,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  sourcemap: 'inline',
  outExtension: { '.js': '.cjs' },
  // vscode is the extension host's own; mocha must be one and the same for the runner and the tests.
  external: ['vscode', 'mocha', 'bufferutil', 'utf-8-validate'],
  // Its CommonJS form is UMD, which requires its own files in a way no bundler sees.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  logLevel: 'warning',
});
