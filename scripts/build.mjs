// Builds every bundle of the product into dist/. `--watch` keeps building; `--production` minifies and drops source maps.
import { context, build } from 'esbuild';
import { cp, mkdir, rm, access } from 'node:fs/promises';
import { writeLibraryTypes } from './lib/libraryTypes.mjs';

const watch = process.argv.includes('--watch');
const production = process.argv.includes('--production');
const shared = { bundle: true, minify: production, sourcemap: production ? false : 'linked', logLevel: 'info' };
const node = {
  ...shared,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  outExtension: { '.js': '.cjs' },
  // Its CommonJS form is UMD, which requires its own files in a way no bundler sees.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
};

/** Entry points of the Node side; the key is the bundle's name in dist/. A worker is a bundle of its own. */
const entries = {
  extension: 'src/extension/extension.ts',
  cli: 'src/cli/main.ts',
  library: 'src/library/library.ts',
  proxyWorker: 'src/proxy/worker.ts',
  recorderWorker: 'src/proxy/recorderWorker.ts',
  simulatorWorker: 'src/simulator/worker.ts',
  scenarioWorker: 'src/simulator/scenarioWorker.ts',
  documentWorker: 'src/document/worker.ts',
  rewriteWorker: 'src/rewrite/worker.ts',
  exchangeWorker: 'src/exchange/worker.ts',
  replayWorker: 'src/replay/client/worker.ts',
  serveWorker: 'src/replay/server/worker.ts',
  compareWorker: 'src/compare/worker.ts',
  preload: 'src/proxy/preload.ts',
  sampleClient: 'src/cli/sampleClient.ts',
};
const exists = async (file) =>
  access(file).then(
    () => true,
    () => false,
  );

const configs = [
  { ...node, entryPoints: entries, outdir: 'dist', external: ['vscode', 'bufferutil', 'utf-8-validate'] },
  {
    ...shared,
    platform: 'browser',
    format: 'esm',
    // What is loaded when it is first asked for (the words of the schema) is a file of its own.
    splitting: true,
    chunkNames: 'webview-[name]-[hash]',
    target: 'chrome128',
    entryPoints: { webview: 'webview/main.ts', 'webview-compare': 'webview/compare/main.ts' },
    outdir: 'dist',
    tsconfig: 'webview/tsconfig.json',
    loader: { '.ttf': 'dataurl' },
  },
];
await rm('dist', { recursive: true, force: true });
await mkdir('dist', { recursive: true });
const codicons = 'node_modules/@vscode/codicons/dist';
if (await exists(codicons)) {
  await cp(`${codicons}/codicon.css`, 'dist/codicon.css');
  await cp(`${codicons}/codicon.ttf`, 'dist/codicon.ttf');
}
await writeLibraryTypes('.', 'src/library/library.ts', 'dist/types');
for (const config of configs) {
  if (watch) await (await context(config)).watch();
  else await build(config);
}
