import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createListener } from '../../../src/proxy/listener';
import { forwardRequest, headerRecord, isRealtimeCall } from '../../../src/proxy/rest';
import type { ForwardOptions, RestExchange } from '../../../src/proxy/rest';
import { resolveTarget } from '../../../src/proxy/upstream';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function listen(server: net.Server): Promise<number> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

/** A proxy in front of `port`; what it forwards has ended when its `finished` has that many entries. */
async function proxyTo(
  port: number,
  options: Partial<ForwardOptions> & { record?: boolean; base?: string } = {},
): Promise<{ port: number; exchanges: RestExchange[]; finished: string[] }> {
  const exchanges: RestExchange[] = [];
  const finished: string[] = [];
  const agent = new http.Agent({ keepAlive: true });
  let time = 0;
  const listener = createListener({
    key: '',
    cert: '',
    onUpgrade: (_req, socket) => socket.destroy(),
    onRequest: (req, res) => {
      void forwardRequest(req, res, {
        target: resolveTarget(new URL(`http://127.0.0.1:${port}${options.base ?? ''}`), req.url ?? '/'),
        agent,
        clock: () => (time += 1),
        ...(options.record === true ? { onRecorded: (exchange) => exchanges.push(exchange) } : {}),
      }).then(() => finished.push(req.url ?? ''));
    },
  });
  closers.push(() => {
    agent.destroy();
    void listener.close();
  });
  return { port: (await listener.listen('127.0.0.1', 0, true)).port, exchanges, finished };
}

/** Everything a raw server read of one request, and its answer in raw bytes. */
async function rawServer(answer: string | Buffer): Promise<{ port: number; read: () => string }> {
  let text = '';
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (/\r\n\r\n(?:$|.*(?:0\r\n(?:.+\r\n)*\r\n|BODY)$)/s.test(text)) socket.end(answer);
    });
  });
  return { port: await listen(server), read: () => text };
}

async function raw(port: number, bytes: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(bytes, 'latin1');
  const chunks = (await socket.toArray()) as Buffer[];
  return Buffer.concat(chunks).toString('latin1');
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok';

describe('a request on the wire', () => {
  it('keeps method, path, header order, case and repetition; Host is the upstream', async () => {
    const upstream = await rawServer(OK);
    const proxy = await proxyTo(upstream.port, { base: '/openai/v1' });
    await raw(
      proxy.port,
      'REPORT /v1/x?a=%7e&b="q" HTTP/1.1\r\nX-One: 1\r\nhOsT: localhost:8787\r\naUTHORIZATION: Bearer k\r\nX-One: 2\r\n' +
        'Connection: close, X-Mine\r\nX-Mine: hop\r\nKeep-Alive: 5\r\nProxy-Authorization: no\r\nAccept: */*\r\n' +
        'Content-Length: 4\r\n\r\nBODY',
    );
    expect(upstream.read()).toBe(
      `REPORT /openai/v1/x?a=%7e&b="q" HTTP/1.1\r\nX-One: 1\r\nhOsT: 127.0.0.1:${upstream.port}\r\n` +
        'aUTHORIZATION: Bearer k\r\nX-One: 2\r\nAccept: */*\r\nContent-Length: 4\r\nConnection: keep-alive\r\n\r\nBODY',
    );
  });

  it('carries chunked bodies and their trailers', async () => {
    const upstream = await rawServer(OK);
    const proxy = await proxyTo(upstream.port);
    await raw(
      proxy.port,
      'DELETE /v1/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\nConnection: close\r\n\r\n' +
        '4\r\nBODY\r\n0\r\nX-Sum: 7\r\n\r\n',
    );
    expect(upstream.read()).toMatch(/Trailer: X-Sum\r\n.*\r\n\r\n4\r\nBODY\r\n0\r\nX-Sum: 7\r\n\r\n$/s);
  });

  it('has the bytes of its fields as they came, also before a body that waits to be asked for', async () => {
    const upstream = await rawServer(OK);
    const proxy = await proxyTo(upstream.port);
    const fields = 'Host: x\r\nX-N: \xc3\xa9\xff\r\nConnection: close\r\n';
    await raw(proxy.port, `GET / HTTP/1.1\r\n${fields}\r\n`);
    await raw(proxy.port, `POST / HTTP/1.1\r\n${fields}Expect: 100-continue\r\nContent-Length: 4\r\n\r\nBODY`);
    expect(upstream.read().match(/X-N: \xc3\xa9\xff\r\n/g)).toHaveLength(2);
  });

  it('ends where its length says, whatever is said of the connection: what follows is no request', async () => {
    const upstream = await rawServer(OK);
    const proxy = await proxyTo(upstream.port);
    const hidden = 'GET /hidden HTTP/1.1\r\nHost: x\r\nX: BODY';
    await raw(
      proxy.port,
      `GET / HTTP/1.1\r\nHost: x\r\nConnection: close, Content-Length\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
    );
    expect(upstream.read()).toContain(`\r\nContent-Length: ${hidden.length}\r\n`);
  });

  it('has no body when the client sent none', async () => {
    const upstream = await rawServer(OK);
    const proxy = await proxyTo(upstream.port);
    await raw(proxy.port, 'POST /v1/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(upstream.read()).toMatch(/^POST .*Content-Length: 0\r\n.*\r\n\r\n$/s);
    expect(upstream.read()).not.toContain('chunked');
  });
});

describe('an answer on the wire', () => {
  it('keeps status, words, header order, case and repetition, and adds nothing of its own', async () => {
    const upstream = await rawServer(
      'HTTP/1.1 418 Short And Stout\r\nx-B: 1\r\nSET-cookie: a\r\nX-b: 2\r\nset-Cookie: b\r\nContent-Length: 3\r\n' +
        'Keep-Alive: timeout=9\r\nConnection: close\r\n\r\ntea',
    );
    const proxy = await proxyTo(upstream.port);
    expect(await raw(proxy.port, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toBe(
      'HTTP/1.1 418 Short And Stout\r\nx-B: 1\r\nSET-cookie: a\r\nX-b: 2\r\nset-Cookie: b\r\nContent-Length: 3\r\n' +
        'Connection: close\r\n\r\ntea',
    );
  });

  it('carries chunks, trailers and interim answers', async () => {
    const upstream = await rawServer(
      'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n' +
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 9\r\n\r\n',
    );
    const proxy = await proxyTo(upstream.port);
    const text = await raw(proxy.port, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1.1 102 .*HTTP\/1.1 103 .*<\/a>; rel=preload.*HTTP\/1.1 200 OK/s);
    expect(text).toMatch(/\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 9\r\n\r\n$/);
  });

  it('carries every interim answer, whatever it holds, but to a client that knows none', async () => {
    const interim =
      'HTTP/1.1 103 Early Hints\r\nLink: </a>; title="a b"\r\nLink: </b>\r\nX-N: \xe9\r\n\r\n' +
      'HTTP/1.1 142 Odd\r\n\r\n';
    const upstream = await rawServer(Buffer.from(interim + OK, 'latin1'));
    const proxy = await proxyTo(upstream.port);
    const text = await raw(proxy.port, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(text.slice(0, text.indexOf('HTTP/1.1 200 OK'))).toBe(interim);
    expect(await raw(proxy.port, 'GET / HTTP/1.0\r\nHost: x\r\n\r\n')).toMatch(/^HTTP\/1.1 200 OK/);
  });

  it('has the bytes of its fields as they came', async () => {
    // As the upstream writes them, and not as their characters.
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(Buffer.from(OK.replace('\r\n', '\r\nX-N: \xc3\xa9\xff\r\n'), 'latin1')));
    });
    const proxy = await proxyTo(await listen(server));
    const text = await raw(proxy.port, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(text).toContain('\r\nX-N: \xc3\xa9\xff\r\n');
  });

  it.each([
    ['HEAD', '1.1'],
    ['GET', '1.0'],
  ])('to %s of HTTP/%s announces no trailers where there is no place for them', async (method, version) => {
    const upstream = await rawServer(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n' +
        (method === 'HEAD' ? '' : '3\r\nabc\r\n0\r\nX-Sum: 9\r\n\r\n'),
    );
    const proxy = await proxyTo(upstream.port);
    const text = await raw(proxy.port, `${method} / HTTP/${version}\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(text).toMatch(
      method === 'HEAD' ? /^HTTP\/1.1 200 OK\r\n.*\r\n\r\n$/s : /^HTTP\/1.1 200 OK\r\n.*\r\n\r\nabc$/s,
    );
    expect(text).not.toMatch(/trailer|X-Sum/i);
  });

  it('to HEAD has a length and no body, and 204 has neither', async () => {
    const server = http.createServer((req, res) => {
      if (req.method === 'HEAD') res.writeHead(200, { 'Content-Length': 42 }).end();
      else res.writeHead(204).end();
    });
    const proxy = await proxyTo(await listen(server));
    const head = await raw(proxy.port, 'HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1.1 200 OK\r\nContent-Length: 42\r\n.*\r\n\r\n$/s);
    expect(await raw(proxy.port, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).not.toContain('chunked');
  });

  it('comes as it is made: the first part is there before the last is written', async () => {
    let last: () => void = () => undefined;
    const server = http.createServer((_req, res) => {
      res.write('data: first\n\n');
      last = () => res.end('data: last\n\n');
    });
    const proxy = await proxyTo(await listen(server));
    const [res] = (await once(http.get({ port: proxy.port }), 'response')) as [http.IncomingMessage];
    const [first] = (await once(res, 'data')) as [Buffer];
    expect(String(first)).toBe('data: first\n\n');
    last();
    const [rest] = (await once(res, 'data')) as [Buffer];
    expect(String(rest)).toBe('data: last\n\n');
  });

  it('of 100 Continue comes from the upstream, and so does a refusal to continue', async () => {
    const server = http.createServer((req, res) => void req.pipe(res));
    server.on('checkContinue', (req, res) => {
      if (req.url === '/no') res.writeHead(413).end();
      else {
        res.writeContinue();
        req.pipe(res);
      }
    });
    const proxy = await proxyTo(await listen(server));
    const ask = (path: string): http.ClientRequest =>
      http.request({
        port: proxy.port,
        path,
        method: 'POST',
        headers: { Expect: '100-continue', 'Content-Length': 4 },
      });
    const yes = ask('/yes');
    yes.flushHeaders();
    await once(yes, 'continue');
    yes.end('body');
    const [echoed] = (await once(yes, 'response')) as [http.IncomingMessage];
    expect(Buffer.concat((await echoed.toArray()) as Buffer[]).toString()).toBe('body');
    const no = ask('/no');
    no.on('error', () => undefined);
    no.flushHeaders();
    const [refused] = (await once(no, 'response')) as [http.IncomingMessage];
    expect(refused.statusCode).toBe(413);
    no.destroy();
  });
});

describe('back pressure', () => {
  it('reaches the upstream when the client does not read', async () => {
    let written = 0;
    let blocked: () => void = () => undefined;
    const stuck = new Promise<void>((resolve) => (blocked = resolve));
    const server = http.createServer((_req, res) => {
      const chunk = Buffer.alloc(1 << 20);
      const push = (): void => {
        while (written < 200 << 20) {
          written += chunk.length;
          if (!res.write(chunk)) {
            const timer = setTimeout(blocked, 500);
            res.once('drain', () => {
              clearTimeout(timer);
              push();
            });
            return;
          }
        }
        res.end();
        blocked();
      };
      push();
    });
    const proxy = await proxyTo(await listen(server));
    const [res] = (await once(http.get({ port: proxy.port }), 'response')) as [http.IncomingMessage];
    res.pause();
    await stuck;
    expect(written).toBeLessThan(100 << 20);
    let read = 0;
    for await (const chunk of res) read += (chunk as Buffer).length;
    expect(read).toBe(200 << 20);
  });

  it('reaches the client when the upstream does not read', async () => {
    let go: () => void = () => undefined;
    const server = http.createServer((req, res) => {
      req.pause();
      go = () => {
        let bytes = 0;
        req.on('data', (chunk: Buffer) => (bytes += chunk.length));
        req.on('end', () => res.end(String(bytes)));
        req.resume();
      };
    });
    const proxy = await proxyTo(await listen(server));
    const req = http.request({ port: proxy.port, method: 'PUT' });
    const chunk = Buffer.alloc(1 << 20);
    let written = 0;
    for (;;) {
      written += chunk.length;
      if (req.write(chunk)) continue;
      const drained = await Promise.race([
        once(req, 'drain').then(() => true),
        new Promise<boolean>((resolve) => setTimeout(resolve, 500, false)),
      ]);
      if (!drained || written > 200 << 20) break;
    }
    expect(written).toBeLessThan(100 << 20);
    go();
    req.end();
    const [res] = (await once(req, 'response')) as [http.IncomingMessage];
    expect(Buffer.concat((await res.toArray()) as Buffer[]).toString()).toBe(String(written));
  });
});

describe('failures', () => {
  it('to reach the upstream are a 502 in the shape of an API error', async () => {
    const proxy = await proxyTo(1, { record: true });
    const answer = await fetch(`http://127.0.0.1:${proxy.port}/v1/models`, { method: 'POST', body: 'x' });
    expect(answer.status).toBe(502);
    expect(await answer.json()).toEqual({
      error: {
        message: 'The upstream 127.0.0.1:1 could not be reached: the connection was refused; nothing listens there.',
        type: 'proxy_error',
      },
    });
    expect(proxy.exchanges).toMatchObject([{ status: 0, error: expect.stringContaining('refused') as unknown }]);
  });

  it('in the middle of an answer cut it off, so that the client cannot take it for whole', async () => {
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf!', () => socket.destroy());
      });
    });
    const proxy = await proxyTo(await listen(server), { record: true });
    const [res] = (await once(http.get({ port: proxy.port, path: '/x' }), 'response')) as [http.IncomingMessage];
    await expect(res.toArray()).rejects.toThrow('aborted');
    await expect.poll(() => proxy.exchanges.length).toBe(1);
    expect(proxy.exchanges[0]?.error).toMatch(/closed the connection in the middle of its answer/);
  });

  it('in the middle of an answer have one name, however the connection ended', async () => {
    let go: () => void = () => undefined;
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf!\r\n');
        go = () => socket.write('no size\r\n');
      });
    });
    const proxy = await proxyTo(await listen(server), { record: true });
    const [res] = (await once(http.get({ port: proxy.port, path: '/x' }), 'response')) as [http.IncomingMessage];
    go();
    await expect(res.toArray()).rejects.toThrow('aborted');
    await expect.poll(() => proxy.exchanges.length).toBe(1);
    expect(proxy.exchanges[0]?.error).toMatch(/closed the connection in the middle of its answer/);
  });

  it('of the client end the request to the upstream', async () => {
    const server = http.createServer((_req, res) => void res.write('begin'));
    const upstreamPort = await listen(server);
    const proxy = await proxyTo(upstreamPort, { record: true });
    const arrived = once(server, 'request') as Promise<[http.IncomingMessage]>;
    const req = http.get({ port: proxy.port, path: '/x' });
    req.on('error', () => undefined);
    const [seen] = await arrived;
    await once(req, 'response');
    const gone = once(seen.socket, 'close');
    req.destroy();
    await gone;
    await expect.poll(() => proxy.finished).toEqual(['/x']);
    expect(proxy.exchanges[0]?.error).toContain('client went away');
  });

  it('of one request leave the others alone', async () => {
    const server = http.createServer((req, res) => {
      if (req.url === '/bad') req.socket.destroy();
      else res.end('good');
    });
    const proxy = await proxyTo(await listen(server));
    const answers = await Promise.all(
      ['/good', '/bad', '/good', '/bad', '/good'].map(
        async (path) => (await fetch(`http://127.0.0.1:${proxy.port}${path}`)).status,
      ),
    );
    expect(answers).toEqual([200, 502, 200, 502, 200]);
  });

  it('an answer before the whole body was sent reaches the client', async () => {
    const server = http.createServer((req, res) => {
      res.writeHead(413).end('too large');
      req.resume();
    });
    const proxy = await proxyTo(await listen(server));
    const req = http.request({ port: proxy.port, method: 'POST' });
    req.write('begin');
    const [res] = (await once(req, 'response')) as [http.IncomingMessage];
    expect(res.statusCode).toBe(413);
    expect(Buffer.concat((await res.toArray()) as Buffer[]).toString()).toBe('too large');
    req.on('error', () => undefined).destroy();
  });

  it('an upstream that answers and leaves does not hold up a client that sends all of its body first', async () => {
    const refusal = 'HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(refusal));
    });
    const proxy = await proxyTo(await listen(server));
    const client = net.connect(proxy.port, '127.0.0.1');
    let text = '';
    client.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const size = 20 << 20;
    client.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\n`);
    await new Promise<void>((sent) => client.write(Buffer.alloc(size, 97), () => sent()));
    await expect.poll(() => text).toContain('413 Too Large');
    client.destroy();
  });
});

describe('a recorded exchange', () => {
  const reply = (body: Buffer | string, headers: Record<string, string> = {}): http.Server =>
    http.createServer((req, res) => {
      req.resume().on('end', () => {
        res.writeHead(201, { 'Content-Type': 'application/json', ...headers });
        res.end(body);
      });
    });

  it('is reported once, raw, with both times', async () => {
    const proxy = await proxyTo(await listen(reply('{"value":"ek_1"}')), { record: true });
    const url = `http://127.0.0.1:${proxy.port}/v1/realtime/client_secrets?a=1`;
    await (await fetch(url, { method: 'POST', body: '{"session":{}}', headers: { Authorization: 'Bearer s' } })).text();
    await expect.poll(() => proxy.exchanges.length).toBe(1);
    const [exchange] = proxy.exchanges;
    expect(exchange).toMatchObject({
      start: 1,
      t: 2,
      method: 'POST',
      status: 201,
      requestBody: '{"session":{}}',
      responseBody: '{"value":"ek_1"}',
    });
    expect(exchange?.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1\/realtime\/client_secrets\?a=1$/);
    expect(exchange?.requestHeaders['authorization'] ?? exchange?.requestHeaders['Authorization']).toBe('Bearer s');
    expect(exchange).not.toHaveProperty('error');
  });

  it('shows a compressed answer as text, while the client gets it compressed', async () => {
    const packed = gzipSync('{"value":"ek_1"}');
    const proxy = await proxyTo(await listen(reply(packed, { 'Content-Encoding': 'gzip' })), { record: true });
    const [res] = (await once(http.get({ port: proxy.port }), 'response')) as [http.IncomingMessage];
    expect(Buffer.concat((await res.toArray()) as Buffer[]).equals(packed)).toBe(true);
    await expect.poll(() => proxy.exchanges[0]?.responseBody).toBe('{"value":"ek_1"}');
  });

  it.each([
    ['over 1 MiB', Buffer.alloc((1 << 20) + 1, 97), {}],
    ['that inflate to over 1 MiB', gzipSync(Buffer.alloc(2 << 20, 97)), { 'Content-Encoding': 'gzip' }],
    ['that are not text', Buffer.from([0xff, 0xfe, 0x00]), {}],
    ['in an unknown encoding', Buffer.from('x'), { 'Content-Encoding': 'odd' }],
    ['that are empty', Buffer.alloc(0), {}],
  ])('leaves out bodies %s', async (_what, body, headers) => {
    const proxy = await proxyTo(await listen(reply(body, headers as Record<string, string>)), { record: true });
    const [res] = (await once(http.get({ port: proxy.port }), 'response')) as [http.IncomingMessage];
    expect(Buffer.concat((await res.toArray()) as Buffer[]).equals(body)).toBe(true);
    await expect.poll(() => proxy.exchanges.length).toBe(1);
    expect(proxy.exchanges[0]).not.toHaveProperty('responseBody');
    expect(proxy.exchanges[0]?.status).toBe(201);
  });

  it('leaves out bodies that were cut off: what is secret in them cannot be told', async () => {
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        const half = 'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"value":"any-shape-of-key","expi';
        socket.write(half, () => setTimeout(() => socket.destroy(), 50));
      });
    });
    const proxy = await proxyTo(await listen(server), { record: true });
    const socket = net.connect(proxy.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      'POST /v1/realtime/client_secrets HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{"headers":{"X-Token":"mi',
    );
    await expect.poll(() => proxy.exchanges.length).toBe(1);
    expect(proxy.exchanges[0]).toMatchObject({ status: 200, error: expect.stringContaining('middle') as unknown });
    expect(proxy.exchanges[0]).not.toHaveProperty('responseBody');
    expect(proxy.exchanges[0]).not.toHaveProperty('requestBody');
    socket.destroy();
  });

  it('keeps a repeated header as a list', () => {
    expect(headerRecord(['A', '1', 'B', '2', 'A', '3', '__proto__', 'x'])).toEqual(
      Object.fromEntries([
        ['A', ['1', '3']],
        ['B', '2'],
        ['__proto__', 'x'],
      ]),
    );
  });
});

it.each([
  ['POST', '/v1/realtime/client_secrets', true],
  ['POST', '/v1/realtime/translations/client_secrets', true],
  ['POST', '/v1/realtime/calls', true],
  ['POST', '/openai/v1/realtime/calls/rtc_1/hangup?x', true],
  ['POST', '/v1/realtime/calls?webrtcfilter=on', true],
  ['GET', '/v1/realtime/calls', false],
  ['POST', '/v1/realtime/callsigns', false],
  ['POST', '/v1/chat/completions?x=/realtime/calls', false],
])('%s %s belongs into a trace: %s', (method, path, belongs) => {
  expect(isRealtimeCall(method, path)).toBe(belongs);
});
