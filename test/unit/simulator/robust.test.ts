import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { startSimulator } from '../../../src/simulator';
import { startServer } from '../../../src/simulator/server';
import { Session } from '../../../src/simulator/session';
import { TURNED_AWAY } from '../../../src/simulator/texts';
import type { Json } from '../../../src/simulator/wire';

afterEach(() => vi.restoreAllMocks());

async function next(socket: WebSocket): Promise<Json> {
  const [data] = (await once(socket, 'message')) as [Buffer];
  return JSON.parse(data.toString()) as Json;
}

describe('a fault inside a session', () => {
  it('is answered with a server_error, logged once, and the session goes on', async () => {
    const logged: string[] = [];
    const log = (message: string): void => void logged.push(message);
    const server = await startServer({ host: '127.0.0.1', port: 0, seed: 1, log });
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/realtime?model=gpt-realtime`);
    await next(socket);
    const broken = vi.spyOn(Session.prototype, 'receive').mockImplementation(() => {
      throw new Error('out of order');
    });
    for (let time = 0; time < 2; time += 1) {
      socket.send('{"type":"input_audio_buffer.clear"}');
      expect(await next(socket)).toMatchObject({
        type: 'error',
        error: { type: 'server_error', code: null, message: expect.stringContaining('out of order') as string },
      });
    }
    broken.mockRestore();
    socket.send('{"type":"input_audio_buffer.clear"}');
    expect((await next(socket))['type']).toBe('input_audio_buffer.cleared');
    expect(logged).toEqual([expect.stringMatching(/had an error and went on: Error: out of order/)]);
    await server.stop();
  });
});

describe('the simulator seen from the thread that started it', () => {
  it('says that its thread has died after it had started, with the reason, and can still be stopped', async () => {
    const workers = mkdtempSync(path.join(tmpdir(), 'simulator-'));
    const code = `const { parentPort } = require('node:worker_threads');
      const server = require('node:http').createServer(() => { throw new Error('memory is gone'); });
      server.listen(0, '127.0.0.1', () => {
        parentPort.postMessage({ kind: 'listening', url: 'http://127.0.0.1:' + server.address().port });
      });`;
    writeFileSync(path.join(workers, 'simulatorWorker.cjs'), code);
    let told: (reason: string) => void = () => undefined;
    const reason = new Promise<string>((resolve) => (told = resolve));
    const simulator = await startSimulator({
      workers,
      listen: { host: '127.0.0.1', port: 0 },
      onExit: (why) => told(why),
    });
    await expect(fetch(simulator.url)).rejects.toThrow();
    expect(await reason).toBe('The simulator has ended: memory is gone.');
    await simulator.stop();
    rmSync(workers, { recursive: true });
  });

  it('says nothing of an end that was asked for', async () => {
    const workers = path.resolve(process.env['REALTIME_INSPECTOR_DIST'] ?? 'dist');
    const onExit = vi.fn();
    const simulator = await startSimulator({ workers, listen: { host: '127.0.0.1', port: 0 }, onExit });
    await simulator.stop();
    expect(onExit).not.toHaveBeenCalled();
  });
});

describe('every error of the handshake', () => {
  it.each(Object.entries(TURNED_AWAY))('%s can be asked for in the URL', async (name, { code, close }) => {
    const server = await startServer({ host: '127.0.0.1', port: 0, seed: 1 });
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/realtime?model=m&fail=${name}`);
    const closed = once(socket, 'close') as Promise<[number, Buffer]>;
    expect(await next(socket)).toMatchObject({ type: 'error', error: { code, type: 'invalid_request_error' } });
    const [number, reason] = await closed;
    expect([number, reason.toString()]).toEqual([close, ['invalid_request_error', ...(code ? [code] : [])].join('.')]);
    await server.stop();
  });

  it('comes to a client without a key where the scenario wants one', async () => {
    const server = await startServer({ host: '127.0.0.1', port: 0, seed: 1, scenario: { requireKey: true } });
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/realtime?model=m`);
    expect(await next(socket)).toMatchObject({ error: { message: TURNED_AWAY.missing_key.message } });
    await server.stop();
  });
});
