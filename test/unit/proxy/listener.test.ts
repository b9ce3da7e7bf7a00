import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { ensureAuthority } from '../../../src/proxy/certificates';
import type { Authority } from '../../../src/proxy/certificates';
import { createListener } from '../../../src/proxy/listener';
import type { Listener, ListenerOptions } from '../../../src/proxy/listener';

let authority: Authority;
let folder = '';
const open: Listener[] = [];
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'listener-'));
  authority = await ensureAuthority(folder, []);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close()));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function listener(options: Partial<ListenerOptions> = {}): Listener {
  const made = createListener({
    key: authority.key,
    cert: authority.cert,
    caFile: authority.caFile,
    onRequest: (req, res) => res.end(`${req.method} ${req.url}`),
    onUpgrade: (_req, socket) => socket.destroy(),
    ...options,
  });
  open.push(made);
  return made;
}
async function listening(options: Partial<ListenerOptions> = {}): Promise<number> {
  return (await listener(options).listen('127.0.0.1', 0, false)).port;
}

/** What the server sends to raw bytes until it ends. */
async function raw(port: number, bytes: string | Buffer): Promise<string> {
  const socket = net.connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  if (bytes.length > 0) socket.write(bytes);
  await once(socket, 'close');
  return text;
}

async function get(url: string, options: https.RequestOptions = {}): Promise<string> {
  const [res] = (await once((url.startsWith('https') ? https : http).get(url, options), 'response')) as [
    http.IncomingMessage,
  ];
  let text = '';
  for await (const chunk of res) text += chunk as string;
  return text;
}

describe('one port', () => {
  it('serves plain and TLS', async () => {
    const port = await listening();
    expect(await get(`http://127.0.0.1:${port}/v1/a`)).toBe('GET /v1/a');
    expect(await get(`https://localhost:${port}/v1/b`, { ca: authority.ca })).toBe('GET /v1/b');
  });

  it('serves many of both at once, and several requests on one connection', async () => {
    const port = await listening();
    const agents = [new http.Agent({ keepAlive: true, maxSockets: 2 }), new https.Agent({ keepAlive: true })];
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        i % 2 === 0
          ? get(`http://127.0.0.1:${port}/${i}`, { agent: agents[0] as https.Agent })
          : get(`https://127.0.0.1:${port}/${i}`, { agent: agents[1] as https.Agent, ca: authority.ca }),
      ),
    );
    expect(answers).toEqual(Array.from({ length: 40 }, (_, i) => `GET /${i}`));
    for (const agent of agents) agent.destroy();
  });

  it('waits for a head that comes byte by byte', async () => {
    const port = await listening();
    const socket = net.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.setNoDelay(true);
    for (const byte of 'GET /slow HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n') {
      await new Promise((resolve) => socket.write(byte, resolve));
    }
    const chunks = await socket.toArray();
    expect(Buffer.concat(chunks as Buffer[]).toString()).toMatch(/GET \/slow$/);
  });

  it('answers a client that has already ended its own side', async () => {
    const port = await listening();
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.end('GET /half HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(Buffer.concat((await socket.toArray()) as Buffer[]).toString()).toMatch(/GET \/half$/);
  });

  it('passes a large body whole, in plain and over TLS', async () => {
    const port = await listening({
      onRequest: (req, res) => {
        let bytes = 0;
        req.on('data', (chunk: Buffer) => (bytes += chunk.length));
        req.on('end', () => res.end(String(bytes)));
      },
    });
    for (const secure of [false, true]) {
      const req = (secure ? https : http).request({ port, host: 'localhost', method: 'POST', ca: authority.ca });
      req.end(Buffer.alloc(5_000_000, 120));
      const [res] = (await once(req, 'response')) as [http.IncomingMessage];
      expect(Buffer.concat((await res.toArray()) as Buffer[]).toString()).toBe('5000000');
    }
  });
});

describe('an upgrade', () => {
  it('hands over the bare socket of a plain connection, without time-outs or other listeners', async () => {
    let seen: unknown;
    const port = await listening({
      silenceMs: 5_000,
      onUpgrade: (req, socket, head) => {
        seen = {
          bare: socket.constructor === net.Socket,
          timeout: socket.timeout ?? 0,
          errors: socket.listenerCount('error'),
          data: socket.listenerCount('data'),
          readable: socket.listenerCount('readable'),
          url: req.url,
          head: head.toString(),
        };
        socket.destroy();
      },
    });
    await raw(port, 'GET /v1/realtime HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nHEAD');
    expect(seen).toEqual({
      bare: true,
      timeout: 0,
      errors: 0,
      data: 0,
      readable: 0,
      url: '/v1/realtime',
      head: 'HEAD',
    });
  });

  it('carries real WebSockets over plain and TLS', async () => {
    const server = new WebSocketServer({ noServer: true });
    server.on('connection', (client) => client.on('message', (data, binary) => client.send(data, { binary })));
    const port = await listening({
      onUpgrade: (req, socket, head) => server.handleUpgrade(req, socket, head, (ws) => server.emit('connection', ws)),
    });
    for (const url of [`ws://127.0.0.1:${port}/`, `wss://localhost:${port}/`]) {
      const client = new WebSocket(url, { ca: authority.ca });
      await once(client, 'open');
      for (const size of [1, 100_000, 3_000_000]) {
        client.send(Buffer.alloc(size, size & 255));
        const [data] = (await once(client, 'message')) as [Buffer];
        expect(data.equals(Buffer.alloc(size, size & 255))).toBe(true);
      }
      client.close();
      await once(client, 'close');
    }
  });
});

describe('ports', () => {
  it('moves to the next free one and says so', async () => {
    const taken = await listening();
    const moved = await listener().listen('127.0.0.1', taken, false);
    expect(moved.moved).toBe(true);
    expect(moved.port).toBeGreaterThan(taken);
    expect(await get(`http://127.0.0.1:${moved.port}/`)).toBe('GET /');
  });

  it('stays where it was told to be, or says that the port is in use', async () => {
    const taken = await listening();
    await expect(listener().listen('127.0.0.1', taken, true)).rejects.toThrow(`Port ${taken} on 127.0.0.1 is in use`);
  });

  it('says that an address is not of this machine', async () => {
    await expect(listener().listen('203.0.113.7', 0, true)).rejects.toThrow('203.0.113.7 is not an address');
  });

  it('is free again after close, which ends what was connected', async () => {
    const first = listener();
    const { port } = await first.listen('127.0.0.1', 0, false);
    const idle = net.connect(port, '127.0.0.1');
    await once(idle, 'connect');
    const closed = once(idle, 'close');
    await first.close();
    await closed;
    expect((await listener().listen('127.0.0.1', port, true)).moved).toBe(false);
  });
});

describe('clients that misbehave', () => {
  it('are dropped when they say nothing, before and after a TLS handshake', async () => {
    const port = await listening({ silenceMs: 50 });
    expect(await raw(port, '')).toBe('');
    expect(await raw(port, 'GET / HTTP/1.1\r\n')).toBe('');
    expect(await raw(port, Buffer.from([0x16, 3, 1]))).toBe('');
    const secure = tls.connect({ port, host: '127.0.0.1', ca: authority.ca });
    await once(secure, 'secureConnect');
    await once(secure.resume(), 'close');
  });

  it('are not dropped while their request is being answered', async () => {
    const port = await listening({
      silenceMs: 50,
      onRequest: (_req, res) => void setTimeout(() => res.end('late'), 200),
    });
    expect(await get(`http://127.0.0.1:${port}/`)).toBe('late');
    expect(await get(`https://localhost:${port}/`, { ca: authority.ca })).toBe('late');
  });

  it('get 400 for what is not HTTP and 431 for a head over 64 KiB', async () => {
    const port = await listening();
    expect(await raw(port, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1.1 400 .*"proxy_error"/s);
    const head = (bytes: number): string =>
      `GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: ${'a'.repeat(bytes)}\r\n\r\n`;
    expect(await raw(port, head(60_000))).toMatch(/^HTTP\/1.1 200 /);
    expect(await raw(port, head(70_000))).toMatch(/^HTTP\/1.1 431 .*64 KiB/s);
  });

  it('that refuse the certificate are reported once, with what to set', async () => {
    const said: string[] = [];
    const port = await listening({ onClientError: (message) => said.push(message) });
    for (let i = 0; i < 3; i += 1) await expect(get(`https://localhost:${port}/`)).rejects.toThrow();
    await expect.poll(() => said.length).toBe(1);
    expect(said[0]).toContain(`NODE_EXTRA_CA_CERTS=${authority.caFile}`);
  });

  it('that trust the certificate and make requests are not reported', async () => {
    const said: string[] = [];
    const port = await listening({ onClientError: (message) => said.push(message) });
    await get(`https://localhost:${port}/`, { ca: authority.ca, agent: false });
    await get(`https://localhost:${port}/`, { ca: authority.ca, agent: false });
    expect(said).toEqual([]);
  });

  it('that reset the connection at any stage do not bring the server down', async () => {
    const port = await listening();
    for (const bytes of ['', 'G', 'GET / HTTP/1.1\r\n', '\x16\x03\x01']) {
      const socket = net.connect(port, '127.0.0.1');
      await once(socket, 'connect');
      if (bytes !== '') await new Promise((resolve) => socket.write(bytes, 'latin1', resolve));
      socket.resetAndDestroy();
      await once(socket, 'close');
    }
    expect(await get(`http://127.0.0.1:${port}/still`)).toBe('GET /still');
  });
});

it('leaves `Expect: 100-continue` to whoever answers', async () => {
  const port = await listening({
    onRequest: (req, res) => {
      res.statusCode = 417;
      res.end(String(req.headers.expect));
    },
  });
  const req = http.request({ port, method: 'POST', headers: { Expect: '100-continue' } });
  req.on('continue', () => expect.unreachable());
  req.flushHeaders();
  const [res] = (await once(req, 'response')) as [http.IncomingMessage];
  expect(res.statusCode).toBe(417);
  req.destroy();
});
