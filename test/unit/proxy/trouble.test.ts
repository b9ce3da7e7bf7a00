import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { RelaySink } from '../../../src/proxy/direction';
import { Relay } from '../../../src/proxy/relay';
import { createRing, RingReader, RingWriter } from '../../../src/proxy/ring';
import { Traffic } from '../../../src/proxy/traffic';
import type { TrafficReport } from '../../../src/proxy/workerMessages';
import { cleanUp, dist, later, temporaryFolder } from '../fidelity/bed';
import { linesOf, runEngine, until } from './runningEngine';

afterEach(cleanUp);
afterEach(() => vi.restoreAllMocks());

/** An upstream that sends `count` messages of `bytes` to whoever says something. */
async function talkative(count: number, bytes: number): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  const event = `{"type":"x","pad":"${'x'.repeat(bytes)}"}`;
  server.on('connection', (socket) => {
    socket.on('message', () => {
      for (let n = 0; n < count; n++) socket.send(event);
    });
  });
  await once(server, 'listening');
  later(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  return `ws://127.0.0.1:${(server.address() as net.AddressInfo).port}/v1`;
}

async function client(url: string): Promise<{ socket: WebSocket; got: () => number }> {
  const socket = new WebSocket(url);
  later(() => socket.terminate());
  let got = 0;
  socket.on('message', () => got++);
  await once(socket, 'open');
  return { socket, got: () => got };
}

describe('a recorder thread', () => {
  it('that hangs and then dies holds the traffic up only until then, which is said once', async () => {
    const workers = await temporaryFolder();
    for (const name of ['proxyWorker.cjs', 'simulatorWorker.cjs'])
      fs.symlinkSync(path.join(dist, name), path.join(workers, name));
    const [hang, die] = [path.join(workers, 'hang'), path.join(workers, 'die')];
    // The real recorder, in a thread that can be told to hang and to die.
    fs.writeFileSync(
      path.join(workers, 'recorderWorker.cjs'),
      `require(${JSON.stringify(path.join(dist, 'recorderWorker.cjs'))});
       const { existsSync } = require('node:fs');
       const { workerData } = require('node:worker_threads');
       const never = new Int32Array(new SharedArrayBuffer(4));
       setInterval(() => {
         if (!existsSync(${JSON.stringify(hang)})) return;
         workerData.wake.postMessage = () => undefined;
         while (!existsSync(${JSON.stringify(die)})) Atomics.wait(never, 0, 0, 5);
         process.exit(7);
       }, 5);`,
    );
    const COUNT = 90;
    const engine = await runEngine(await talkative(COUNT, 1 << 20), { workers });
    const troubles: string[] = [];
    engine.on('recorded', ({ trouble }) => troubles.push(trouble));
    const { socket, got } = await client(`${engine.address.http.replace('http', 'ws')}/realtime?model=m`);
    socket.send('{"type":"before"}');
    await until(() => got() === COUNT && linesOf(engine.file).length > COUNT);

    fs.writeFileSync(hang, '');
    socket.send('{"type":"go"}');
    await until(() => troubles.at(-1)?.includes('behind the traffic') === true);
    const held = got();
    expect(held).toBeLessThan(2 * COUNT);
    expect(engine.problems).toEqual([]);
    fs.writeFileSync(die, '');
    await until(() => got() === 2 * COUNT);
    expect(engine.problems).toEqual([expect.stringContaining('Traffic goes on, but nothing is recorded any more')]);
    expect(troubles.at(-1)).toBe('');
    // More than the ring holds goes through without anybody reading it.
    socket.send('{"type":"again"}');
    await until(() => got() === 3 * COUNT);
    await engine.stop();
    expect(engine.problems).toHaveLength(1);
  });

  it('that caught up and went to sleep just before it was asked to say so is woken again', async () => {
    const ring = createRing(4 << 20);
    const reader = new RingReader(ring);
    const { port1, port2 } = new MessageChannel();
    const takeAll = (): void => {
      while (reader.take());
    };
    let raced = 0;
    // As the recorder's thread does it, once it gets to it.
    const drain = (): void => {
      if (raced === 0) return;
      takeAll();
      if (reader.writerWaits()) port2.postMessage(null);
      if (!reader.sleep()) setImmediate(drain);
    };
    port2.on('message', drain);
    const reports: TrafficReport[] = [];
    const traffic = new Traffic(
      {
        ring,
        wake: port1,
        listen: { host: '127.0.0.1', port: 0, exact: true },
        allowedHosts: [],
        allowedOrigins: [],
        tls: { key: '', cert: '', caFile: '' },
        upstream: { url: await talkative(100, 64 << 10) },
        segment: undefined,
        proxyUrl: undefined,
        trustedCertificates: [],
      },
      (report) => reports.push(report),
    );
    await traffic.listen();
    later(async () => {
      await traffic.stop();
      port1.close();
    });
    // The other thread's part in the race, at the only moment at which it could go wrong: between the look at the ring
    // and the request.
    const ask = Object.getOwnPropertyDescriptor(RingWriter.prototype, 'waitForReader')?.value as () => void;
    vi.spyOn(RingWriter.prototype, 'waitForReader').mockImplementation(function (this: RingWriter) {
      if (raced++ === 0) {
        while (receiveMessageOnPort(port2));
        takeAll();
        expect(reader.sleep()).toBe(true);
      }
      ask.call(this);
    });
    const listening = reports.find((report) => report.report === 'listening');
    const { socket, got } = await client(`ws://127.0.0.1:${listening?.port}/v1/realtime?model=m`);
    socket.send('{"type":"go"}');
    await until(() => got() === 100);
    expect(raced).toBeGreaterThan(0);
    const held = reports.filter((report) => report.report === 'held').map((report) => report.held);
    expect(held.slice(0, 2)).toEqual([true, false]);
    expect(held.at(-1)).toBe(false);
  });
});

describe('a session', () => {
  /** Both ends of a real connection. */
  async function connection(): Promise<[net.Socket, net.Socket]> {
    const server = net.createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const near = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
    const [far] = (await once(server, 'connection')) as [net.Socket];
    if (near.connecting) await once(near, 'connect');
    server.close();
    later(() => {
      near.destroy();
      far.destroy();
    });
    return [near, far];
  }

  it.each(['client', 'server'] as const)(
    'whose %s went while the other end was being opened ends at once, and is recorded as ended by it',
    async (gone) => {
      const [client, clientFar] = await connection();
      const [server, serverFar] = await connection();
      const leaving = gone === 'client' ? client : server;
      const closed = once(leaving, 'close');
      leaving.destroy();
      await closed;
      const told: unknown[] = [];
      const sink: RelaySink = {
        bytes: () => told.push('bytes'),
        said: () => told.push('said'),
        window: () => told.push('window'),
        problem: () => told.push('problem'),
        dropped: () => told.push('dropped'),
        ended: (by, _t, reason) => told.push([by, reason]),
      };
      const stays = once(gone === 'client' ? serverFar : clientFar, 'close');
      (gone === 'client' ? serverFar : clientFar).resume();
      await new Promise<void>((ended) => {
        new Relay(client, server, sink, ended, { id: 's1' }).start(Buffer.from('early'), Buffer.alloc(0));
      });
      await stays;
      expect(told).toEqual([[gone, '']]);
    },
  );

  const silent = (ended: (by: string) => void = () => undefined): RelaySink => ({
    bytes: () => undefined,
    said: () => undefined,
    window: () => undefined,
    problem: () => undefined,
    dropped: () => undefined,
    ended: (by) => ended(by),
  });

  it.each(['destroy', 'resetAndDestroy', 'end'] as const)(
    'whose upstream reads nothing notices that its client has gone (%s)',
    async (how) => {
      const [client, clientFar] = await connection();
      const [server, serverFar] = await connection();
      serverFar.pause();
      clientFar.on('error', () => undefined);
      const seen: string[] = [];
      const ended = new Promise<void>((resolve) => {
        const patience = { stallMs: 20, lingerMs: 20 };
        const relay = new Relay(
          client,
          server,
          silent((by) => seen.push(by)),
          resolve,
          { id: 's1' },
          patience,
        );
        relay.start(Buffer.alloc(0), Buffer.alloc(0));
      });
      while (!client.isPaused()) {
        clientFar.write(Buffer.alloc(64 << 10));
        await new Promise((resolve) => setImmediate(resolve));
      }
      clientFar[how]();
      await ended;
      expect(seen).toEqual(['client']);
    },
  );

  it('whose upstream reads nothing for a while takes no more than a bound meanwhile, and all of it afterwards', async () => {
    const [client, clientFar] = await connection();
    const [server, serverFar] = await connection();
    serverFar.pause();
    new Relay(client, server, silent(), () => undefined, { id: 's1' }, { stallMs: 20, lingerMs: 20 }).start(
      Buffer.alloc(0),
      Buffer.alloc(0),
    );
    const TOTAL = 64 << 20;
    clientFar.write(Buffer.alloc(TOTAL));
    await until(() => client.isPaused() && server.writableLength > 16 << 20);
    expect(server.writableLength).toBeLessThan(18 << 20);
    let got = 0;
    serverFar.on('data', (chunk) => (got += chunk.length)).resume();
    await until(() => got === TOTAL);
  });
});
