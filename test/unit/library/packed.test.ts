import { execFile } from 'node:child_process';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { simulatedTrace, weatherSession } from '../expect/simulatedTrace';
import { root } from '../fidelity/bed';
import { scratch } from '../rewrite/traces';

// The package as `npm pack` makes it, installed into an empty project as docs/ci.md says: no network, no other package.

const execute = promisify(execFile);
let folder: string;
let project: string;
let remove: () => Promise<void>;

/** What a command said; with what it said when it failed. */
async function run(command: string, args: readonly string[], cwd = project): Promise<string> {
  const env = { PATH: `${path.dirname(process.execPath)}:${process.env['PATH']}`, HOME: folder };
  try {
    const { stdout, stderr } = await execute(command, args, { cwd, env, maxBuffer: 64 << 20 });
    return `${stdout}${stderr}`;
  } catch (cause) {
    const { stdout, stderr } = cause as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`, { cause });
  }
}

beforeAll(async () => {
  ({ folder, remove } = await scratch());
  project = path.join(folder, 'project');
  await mkdir(project);
  await writeFile(path.join(project, 'package.json'), '{ "private": true }\n');
  // The bundles of the test run are there already.
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], root);
  const [archive = ''] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', '-D', path.join(folder, archive)]);
  simulatedTrace(path.join(project, 'weather.realtime.jsonl'), weatherSession);
});
afterAll(() => remove());

it('holds the command and the library, and nothing of the source, the editor or the tests', async () => {
  const installed = path.join(project, 'node_modules', 'realtime-inspector');
  expect((await readdir(installed)).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'docs', 'media', 'package.json']);
  const built = await readdir(path.join(installed, 'dist'));
  expect(built).toContain('library.cjs');
  expect(built.filter((name) => /\.map$|webview|extension/.test(name))).toEqual([]);
  expect(await run('npx', ['--offline', 'realtime-inspector', '--version'])).toMatch(/^\d+\.\d+\.\d+/);
});

const USE = `
const server = await serveTrace({ trace: 'weather.realtime.jsonl', timing: 'fast' });
const at = server.url.startsWith('http://127.0.0.1:');
await server.stop();
const { passed } = await checkTrace('weather.realtime.jsonl', { turns: 2, tools: [{ name: 'get_weather' }] });
const replayed = await replayTrace({ trace: 'weather.realtime.jsonl', to: 'simulator', timing: 'fast' });
console.log(JSON.stringify({ at, passed, completed: replayed.completed }));`;
const DONE = '{"at":true,"passed":true,"completed":true}\n';

it('is imported by an ES module and required by a CommonJS one, and lets both end', async () => {
  const names = '{ serveTrace, checkTrace, replayTrace }';
  await writeFile(path.join(project, 'use.mjs'), `import ${names} from 'realtime-inspector';\n${USE}`);
  expect(await run(process.execPath, ['use.mjs'])).toBe(DONE);
  const wrapped = `const ${names} = require('realtime-inspector');\n(async () => {${USE}\n})();`;
  await writeFile(path.join(project, 'use.cjs'), wrapped);
  expect(await run(process.execPath, ['use.cjs'])).toBe(DONE);
});

it.each([
  ['Node16', 'Node16', ['typed.mts', 'typed.cts']],
  ['NodeNext', 'NodeNext', ['typed.mts']],
  ['ESNext', 'Bundler', ['typed.ts']],
])('has types of its own, all checked, for module %s, resolution %s and %j', async (module, resolution, files) => {
  await mkdir(path.join(project, 'node_modules', '@types'), { recursive: true });
  // What every TypeScript project for Node has.
  const types = path.join('node_modules', '@types', 'node');
  await symlink(path.join(root, types), path.join(project, types)).catch(() => undefined);
  const source = `
import { checkTrace, formatCheck, replayTrace, serveTrace } from 'realtime-inspector';
import type { CheckReport, Expectations, ReplayServer, ServeReport } from 'realtime-inspector';
const wanted: Expectations = { turns: { min: 1 }, latency: { speechToAudio: { p95: 1500 } }, ladder: ['session.created'] };
export async function test(): Promise<[CheckReport, ServeReport]> {
  const server: ReplayServer = await serveTrace({ trace: 'a', timing: 'gated', strict: true });
  const { check } = await replayTrace({ trace: 'a', to: server.url, expect: wanted });
  // @ts-expect-error There is no such timing.
  void serveTrace({ trace: 'a', timing: 'slow' });
  // @ts-expect-error There is no such measure.
  void checkTrace('a', { latency: { speechToAudi: { p95: 1 } } });
  console.log(check && formatCheck(check));
  return [await checkTrace('a', wanted), await server.stop()];
}
`;
  for (const file of files) await writeFile(path.join(project, file), source);
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const strict = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess'];
  const flags = ['--target', 'ES2023', '--types', 'node', '--module', module, '--moduleResolution', resolution];
  expect(await run(process.execPath, [tsc, ...strict, ...flags, ...files])).toBe('');
});
