import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { afterEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { cleanUp, dist, later, temporaryFolder } from '../fidelity/bed';

afterEach(cleanUp);

const modelIs = (model: string) =>
  JSON.stringify({ rules: [{ name: 'Model', match: 'type:session.created', set: { 'session.model': model } }] });

interface Running {
  child: ChildProcess;
  out: Record<string, unknown>[];
  said: string[];
}

async function run(folder: string, file: string): Promise<Running> {
  const args = ['proxy', '--listen', '127.0.0.1:0', '--certificates', path.join(folder, 'certificates'), '--json'];
  const child = spawn(process.execPath, [path.join(dist, 'cli.cjs'), ...args, '--record', folder, '--rules', file]);
  later(() => child.kill('SIGKILL'));
  const running: Running = { child, out: [], said: [] };
  const lines = (stream: NodeJS.ReadableStream, take: (line: string) => void) => {
    let rest = '';
    stream.on('data', (data) => {
      const parts = (rest + String(data)).split('\n');
      rest = parts.pop() ?? '';
      parts.forEach(take);
    });
  };
  lines(child.stdout, (line) => running.out.push(JSON.parse(line) as Record<string, unknown>));
  lines(child.stderr, (line) => running.said.push(line));
  await expect.poll(() => running.out[0], { timeout: 20_000 }).toBeDefined();
  return running;
}

/** The model that the server tells a new session. */
async function greeting(http: string): Promise<unknown> {
  const socket = new WebSocket(`${http.replace('http', 'ws')}/realtime?model=m`);
  later(() => socket.terminate());
  const data = await new Promise((resolve, reject) => socket.once('message', resolve).once('error', reject));
  return (JSON.parse(String(data)) as { session: { model: unknown } }).session.model;
}

it('proxy --rules has them in force from the first session on, follows the file, and counts', async () => {
  const folder = await temporaryFolder();
  const file = path.join(folder, 'r.jsonc');
  writeFileSync(file, modelIs('first'));
  const { child, out, said } = await run(folder, file);
  const http = String(out[0]!['http']);
  expect(await greeting(http)).toBe('first');
  writeFileSync(file, '{ "rules": [');
  await expect.poll(() => said.at(-1), { timeout: 20_000 }).toBe('The rules of before stay in force.');
  expect(await greeting(http)).toBe('first');
  writeFileSync(file, modelIs('second'));
  await expect.poll(() => said.at(-1), { timeout: 20_000 }).toBe(`1 of 1 rules in ${file} are on.`);
  expect(await greeting(http)).toBe('second');
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGINT');
  expect(await ended).toBe(0);
  expect(out.at(-1)).toEqual({ rules: [{ name: 'Model', hits: 1 }] });
  expect(said.at(-1)).toBe('Model: once');
});

it('proxy --rules with a mistake in them does not begin', async () => {
  const file = path.join(await temporaryFolder(), 'r.jsonc');
  writeFileSync(file, '{ "rules": [ { "dorp": true } ] }');
  const { status, stderr } = spawnSync(process.execPath, [path.join(dist, 'cli.cjs'), 'proxy', '--rules', file], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([1, `${file}:1:16: There is no "dorp" in a rule. Is "drop" meant?\n`]);
});
