/** A recording that goes on in a new file: each can be read alone, and together they are what was said. */
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import WebSocket from 'ws';
import { analyseTrace } from '../../../src/document/wholeAnalysis';
import { merge } from '../../../src/rewrite/merge';
import { problemsOf, valuesOf } from '../rewrite/traces';
import { cleanUp, temporaryFolder } from '../fidelity/bed';
import { runEngine, type RunningEngine } from './runningEngine';

afterEach(cleanUp);

/** A client that keeps talking; what it got. */
async function talk(engine: RunningEngine, count: number): Promise<void> {
  const socket = new WebSocket(`${engine.address.http.replace('http', 'ws')}/realtime?model=gpt-realtime`);
  await once(socket, 'message');
  socket.send(JSON.stringify({ type: 'session.update', session: { type: 'realtime', instructions: 'Rotate.' } }));
  for (let n = 0; n < count; n += 1) {
    socket.send(JSON.stringify({ type: 'input_audio_buffer.append', audio: 'AAAA'.repeat(200), n }));
    if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  socket.send(JSON.stringify({ type: 'input_audio_buffer.clear' }));
  for (;;) {
    const [data] = (await once(socket, 'message')) as [Buffer];
    if (String(data).includes('input_audio_buffer.cleared')) break;
  }
  socket.close();
  await once(socket, 'close');
}

async function recorded(target: (folder: string) => object) {
  const folder = await temporaryFolder();
  const engine = await runEngine('', {
    upstream: { kind: 'simulator' },
    simulation: { speed: 50 },
    recording: { on: true, maxTotalBytes: 1e9, rotation: { bytes: 30_000, ms: Infinity }, ...target(folder) } as never,
  });
  await talk(engine, 200);
  await engine.stop();
  return { folder, files: inOrder(folder) };
}

/** The traces of a folder, each after the one it goes on with. */
function inOrder(folder: string): string[] {
  const all = fs.readdirSync(folder).map((name) => path.join(folder, name));
  const files = all.filter((name) => name.endsWith('.realtime.jsonl'));
  const byBefore = new Map(files.map((file) => [headerOf(file)['continues'], file]));
  const ordered: string[] = [];
  for (let next = byBefore.get(undefined); next !== undefined; next = byBefore.get(headerOf(next)['id']))
    ordered.push(next);
  expect(ordered).toHaveLength(files.length);
  return ordered;
}
const headerOf = (file: string) =>
  JSON.parse(fs.readFileSync(file, 'utf8').split('\n')[0] ?? '') as Record<string, unknown>;

it.each([
  ['a file', (folder: string) => ({ file: path.join(folder, 'talk.realtime.jsonl') })],
  ['a folder', (folder: string) => ({ folder })],
])('goes on beside %s, with handshake and configuration of what is open', async (_name, target) => {
  const { folder, files } = await recorded(target);
  expect(files.length).toBeGreaterThan(3);
  expect(new Set(files.map((file) => path.dirname(file)))).toEqual(new Set([folder]));
  const headers = files.map(headerOf);
  expect(headers.map(({ continues }) => continues)).toEqual([undefined, ...headers.slice(0, -1).map(({ id }) => id)]);
  expect(new Set(headers.map(({ startedAt }) => startedAt)).size).toBe(1);
  const parts = await Promise.all(files.map((file) => valuesOf(file)));
  for (const [at, part] of parts.entries()) {
    expect(await problemsOf(files[at] ?? '')).toEqual([]);
    if (at > 0)
      expect(part.slice(0, 3).map(({ kind, type }) => (type ?? kind) as string)).toEqual([
        'open',
        'session.created',
        'session.updated',
      ]);
  }
  const all = path.join(folder, 'all.realtime.jsonl');
  // However they are named.
  await merge(files.toReversed(), all, { generator: 'test' });
  const whole = await valuesOf(all);
  const events = whole.filter(({ kind }) => kind === 'event');
  expect(events.map(({ seq }) => seq as number)).toEqual(events.map((_, at) => at + 1));
  expect(events.flatMap(({ event }) => (event as { n?: number }).n ?? [])).toEqual(
    Array.from({ length: 200 }, (_, n) => n),
  );
  expect(whole.filter(({ kind }) => kind === 'open')).toHaveLength(1);
  expect(whole.at(-1)).toMatchObject({ kind: 'close', session: 's1' });
  const times = whole.map(({ t }) => t as number);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(await problemsOf(all)).toEqual([]);
  expect((await analyseTrace(all)).turns).toBeDefined();
});

it('stays in its file where a new one cannot be made, and says so', async () => {
  const folder = await temporaryFolder();
  const engine = await runEngine('', {
    upstream: { kind: 'simulator' },
    simulation: { speed: 50 },
    recording: {
      on: true,
      maxTotalBytes: 1e9,
      rotation: { bytes: 5000, ms: Infinity },
      file: path.join(folder, 'talk.realtime.jsonl'),
    },
  });
  // Root may write anywhere: only a name that is a folder's stops it.
  for (let n = 2; n < 40; n += 1) fs.mkdirSync(path.join(folder, `talk-${n}.realtime.jsonl`));
  fs.chmodSync(folder, 0o500);
  await talk(engine, 60);
  await engine.stop();
  fs.chmodSync(folder, 0o700);
  const files = fs.readdirSync(folder).filter((name) => fs.statSync(path.join(folder, name)).isFile());
  const seqs = (await Promise.all(files.map((name) => valuesOf(path.join(folder, name)))))
    .flat()
    .flatMap(({ seq }) => (seq as number) ?? []);
  expect(new Set(seqs).size).toBeGreaterThan(60);
});
