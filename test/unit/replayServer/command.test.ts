import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ServeReport, SessionReport } from '../../../src/replay/server/sessionReport';
import { dist } from '../fidelity/bed';
import { simulatedTrace, weatherSession } from '../expect/simulatedTrace';
import { scratch } from '../rewrite/traces';
import { mimic } from './mimic';

let folder: string;
let remove: () => Promise<void>;
let trace: string;
beforeAll(async () => {
  ({ folder, remove } = await scratch());
  trace = simulatedTrace(path.join(folder, 'weather.realtime.jsonl'), weatherSession);
});
afterAll(() => remove());

const cli = path.join(dist, 'cli.cjs');

it('the command says where, tells of each client, writes a report, and ends with 1 when one did otherwise', async () => {
  const report = path.join(folder, 'report.json');
  const given = ['serve', trace, '--timing', 'fast', '--json', '--clients', '2', '--report', report];
  const child = spawn(process.execPath, [cli, ...given, '--certificates', path.join(folder, 'certificates')]);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, 'close');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => JSON.parse((await lines.next()).value ?? '');
  const { listening, ws } = (await next()) as { listening: boolean; ws: string };
  expect(listening).toBe(true);
  await mimic(ws, trace);
  expect((await next()) as { session: SessionReport }).toMatchObject({ session: { client: 1, outcome: 'complete' } });
  await mimic(ws, trace, 0, { edit: (text) => text.replace('Thank you!', '\\u001b[31mNo thanks\u202e') });
  expect((await next()) as { session: SessionReport }).toMatchObject({ session: { client: 2, outcome: 'diverged' } });
  expect(await ended).toEqual([1, null]);
  expect(said).toContain('client 1: session s1 complete (7 of 7 as recorded, 58 of 58 sent)');
  expect(said).toMatch(
    /conversation\.item\.create differs from the recorded one \(#\d+\) in item\.content\[0\]\.text\./,
  );
  // What the client sent must not steer the terminal.
  expect(said).not.toMatch(/[\u001b\u202e]/);
  const written = JSON.parse(await readFile(report, 'utf8')) as ServeReport;
  expect(written).toMatchObject({ trace, clients: 2, diverged: 1, sessions: [{}, { first: { kind: 'changed' } }] });
});

it('what cannot be served ends with 2 and says why', () => {
  const { status, stderr } = spawnSync(process.execPath, [cli, 'serve', path.join(folder, 'none.jsonl')], {
    encoding: 'utf8',
  });
  expect(status).toBe(2);
  expect(stderr).toContain('none.jsonl cannot be read: it does not exist.');
});

it('a report that cannot be written ends nobody’s session, and is told of', async () => {
  const given = ['serve', trace, '--timing', 'fast', '--json', '--clients', '2', '--report', folder];
  const child = spawn(process.execPath, [cli, ...given, '--certificates', path.join(folder, 'certificates')]);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, 'close');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { ws } = JSON.parse((await lines.next()).value ?? '') as { ws: string };
  for (let client = 0; client < 2; client++) {
    await mimic(ws, trace);
    await lines.next();
  }
  expect(await ended).toEqual([1, null]);
  expect(said.match(/cannot be written: it is a folder\./g)).toHaveLength(1);
  expect(said).toContain('client 2: session s1 complete');

  const nowhere = spawnSync(process.execPath, [cli, 'serve', trace, '--report', path.join(folder, 'none', 'x.json')]);
  expect(nowhere.status).toBe(2);
  expect(nowhere.stderr.toString()).toContain('There is no folder');
});

it.each([
  [
    'a text',
    'hello\n',
    /is none of the formats that can be imported: .* import it with "realtime-inspector import --format"\./,
  ],
  ['nothing', '', /cannot be read: it is empty\./],
])('a file of %s is told what it is', async (_what, text, expected) => {
  const file = path.join(folder, 'wrong.jsonl');
  await writeFile(file, text);
  const { status, stderr } = spawnSync(process.execPath, [cli, 'serve', file], { encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr).toMatch(expected);
});

it('a port that is taken is named', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const given = ['serve', trace, '--listen', `127.0.0.1:${port}`, '--certificates', path.join(folder, 'certificates')];
  const { status, stderr } = spawnSync(process.execPath, [cli, ...given], { encoding: 'utf8' });
  taken.close();
  expect(status).toBe(1);
  expect(stderr).toContain(`Port ${port} on 127.0.0.1 is in use by another program; choose another port.`);
});
