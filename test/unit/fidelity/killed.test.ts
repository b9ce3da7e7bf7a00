/** The recorder killed at a random moment, a hundred times: what it leaves can be read, but for the line being written. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { recover } from '../../../src/rewrite/recover';
import { TraceReader } from '../../../src/trace/reader';

const TIMES = 100;
const AT_ONCE = 4;
const cli = path.resolve('dist/cli.cjs');

let folder = '';
/** Says one thing to each client and hears the rest: a simulator in each recorder would take longer to start than it lives. */
let server: WebSocketServer;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'killed-'));
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket) => socket.on('error', () => undefined).send('{"type":"session.created"}'));
  await once(server, 'listening');
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

/** A proxy with a client that talks as fast as it can, killed after so many milliseconds of that; how much was sent. */
async function killed(file: string, after: number, size: number): Promise<number> {
  const upstream = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const where = ['--listen', '127.0.0.1:0', '--upstream', upstream, '--record', file];
  const proxy = spawn(process.execPath, [cli, 'proxy', ...where, '--json']);
  const gone = new Promise<void>((resolve) => proxy.once('exit', () => resolve()));
  const first = await new Promise<string>((resolve, reject) => {
    let out = '';
    proxy.stdout.on('data', (piece: Buffer) => {
      out += piece.toString();
      if (out.includes('\n')) resolve(out);
    });
    proxy.once('exit', () => reject(new Error('The proxy ended before it listened.')));
  });
  const { http } = JSON.parse(first.slice(0, first.indexOf('\n'))) as { http: string };
  const socket = new WebSocket(`${http.replace('http', 'ws')}/realtime?model=gpt-realtime`);
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.once('message', () => resolve()));
  let sent = 0;
  const event = JSON.stringify({ type: 'input_audio_buffer.append', audio: 'AAAA'.repeat(size) });
  const talk = setInterval(() => {
    if (socket.bufferedAmount > 4 << 20) return;
    for (let n = 0; n < 50; n += 1) socket.send(event);
    sent += 50;
  }, 1);
  await new Promise((resolve) => setTimeout(resolve, after));
  proxy.kill('SIGKILL');
  clearInterval(talk);
  await gone;
  socket.terminate();
  return sent;
}

it('opens with at most the last line missing', async () => {
  // A fixed spread of moments and sizes: from the first lines to many, from short lines to some larger than a write.
  const runs = Array.from({ length: TIMES }, (_, n) => ({
    n,
    after: (n * 37) % 211,
    size: [8, 200, 3000, 60_000][n % 4] ?? 8,
  }));
  let recorded = 0;
  let torn = 0;
  const work = async () => {
    for (let run = runs.shift(); run !== undefined; run = runs.shift()) {
      const file = path.join(folder, `${run.n}.realtime.jsonl`);
      const sent = await killed(file, run.after, run.size);
      const reader = await TraceReader.open(file);
      const seqs: number[] = [];
      await reader.read(({ parsed }) => {
        expect(parsed.kind).not.toBe('unreadable');
        if (parsed.kind === 'event') seqs.push(parsed.head.seq);
      });
      const { problems, header } = reader;
      await reader.close();
      expect(header?.version).toBe(1);
      expect(seqs).toEqual(seqs.map((_, at) => at + 1));
      expect(seqs.length).toBeLessThanOrEqual(sent * 2 + 10);
      for (const problem of problems) expect(problem).toMatch(/^The last line \(\d+\) is torn/);
      expect(problems.length).toBeLessThanOrEqual(1);
      recorded += seqs.length;
      if (problems.length > 0) {
        torn += 1;
        const whole = path.join(folder, `${run.n}.whole.realtime.jsonl`);
        const { rest } = await recover(file, whole, { generator: 'test/1' });
        const [before, kept, left] = await Promise.all([file, whole, rest ?? ''].map((name) => readFile(name, 'utf8')));
        const lines = (text = '') => text.slice(text.indexOf('\n') + 1);
        // Where the last line is missing a gap says so.
        const isGap = /\{"kind":"gap","t":[^\n]*\n$/;
        expect(lines(kept)).toMatch(isGap);
        expect(lines(kept).replace(isGap, '') + (left ?? '').trimEnd()).toBe(lines(before));
      }
      expect(existsSync(file)).toBe(true);
      await rm(file);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  // It says something only if much was recorded; lines larger than the recorder's buffer are torn now and then.
  expect(recorded).toBeGreaterThan(TIMES * 10);
  console.log(`${recorded} messages recorded, ${torn} of ${TIMES} traces torn`);
}, 240_000);
