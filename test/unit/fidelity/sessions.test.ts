import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import type net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import {
  brief,
  cleanUp,
  frame,
  later,
  listen,
  RawUpstream,
  readTrace,
  residentBytes,
  sessionOf,
  startProxy,
} from './bed';
import type { RunningProxy } from './bed';

// Both ends are `ws` here, as most apps are: handshakes, compression, closing, and many sessions beside each other.

let proxy: RunningProxy;
let arrivals: http.IncomingMessage[] = [];
/** What the upstream does with the next session; the query says which. */
const behaviours = new Map<string, (ws: WebSocket, req: http.IncomingMessage) => void>();

beforeAll(async () => {
  const server = http.createServer((_req, res) => res.writeHead(404).end());
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 0,
    perMessageDeflate: { threshold: 0 },
    handleProtocols: (protocols) => (protocols.has('realtime') ? 'realtime' : false),
  });
  const bare = new WebSocketServer({
    noServer: true,
    maxPayload: 0,
    perMessageDeflate: { threshold: 0, serverNoContextTakeover: true, clientNoContextTakeover: true },
  });
  server.on('upgrade', (req, socket, head) => {
    arrivals.push(req);
    const chosen = req.url?.includes('no-takeover') ? bare : sockets;
    chosen.handleUpgrade(req, socket, head, (ws) => {
      const mark = /mark=([\w-]+)/.exec(req.url ?? '')?.[1] ?? '';
      const behaviour = behaviours.get(mark);
      if (behaviour !== undefined) behaviour(ws, req);
      else ws.on('message', (data, binary) => ws.send(data, { binary }));
    });
  });
  proxy = await startProxy(await listen(server));
});
afterAll(cleanUp);

async function connect(
  path: string,
  options: ConstructorParameters<typeof WebSocket>[2] & { protocols?: string[] } = {},
): Promise<WebSocket> {
  const { protocols = [], ...rest } = options;
  const ws = new WebSocket(`ws://127.0.0.1:${proxy.port}${path}`, protocols, { maxPayload: 0, ...rest });
  ws.on('error', () => undefined);
  later(() => ws.terminate());
  await once(ws, 'open');
  return ws;
}

const closed = async (ws: WebSocket): Promise<[number, string]> => {
  const [code, reason] = (await once(ws, 'close')) as [number, Buffer];
  return [code, reason.toString()];
};

describe('a handshake', () => {
  it('reaches the upstream with its path, query and headers, in order and in their case', async () => {
    arrivals = [];
    const ws = await connect('/v1/realtime?mark=head&model=gpt-realtime&x=%2F%7e', {
      headers: { AuthoriZation: 'Bearer sk-secret', 'OpenAI-Organization': 'org', 'X-Two': ['1', '2'] },
    });
    ws.close();
    const [req] = arrivals;
    expect(req?.url).toBe('/v1/realtime?mark=head&model=gpt-realtime&x=%2F%7e');
    const names = (req?.rawHeaders ?? []).filter((_, i) => i % 2 === 0);
    expect(names).toEqual(
      expect.arrayContaining(['AuthoriZation', 'OpenAI-Organization', 'X-Two', 'Sec-WebSocket-Key']),
    );
    expect(req?.headers['authorization']).toBe('Bearer sk-secret');
    expect(req?.headers['x-two']).toBe('1, 2');
    expect(req?.headers.host).not.toBe(`127.0.0.1:${proxy.port}`);
    const trace = await sessionOf(proxy.file, 'mark=head');
    expect(JSON.stringify(trace.records)).not.toContain('sk-secret');
    expect(trace.records[0]).toMatchObject({ kind: 'open', status: 101, subprotocols: [] });
  });

  it('agrees on a subprotocol with the upstream, keys among them, which the trace does not hold', async () => {
    arrivals = [];
    const protocols = ['realtime', 'openai-insecure-api-key.sk-secret', 'openai-beta.realtime-v1'];
    const ws = await connect('/v1/realtime?mark=protocols', { protocols });
    expect(ws.protocol).toBe('realtime');
    ws.close();
    expect(arrivals[0]?.headers['sec-websocket-protocol']).toBe(protocols.join(','));
    const trace = await sessionOf(proxy.file, 'mark=protocols');
    expect(trace.records[0]).toMatchObject({ kind: 'open', subprotocol: 'realtime' });
    expect(JSON.stringify(trace.records)).not.toContain('sk-secret');
  });

  it.each(['/v1/live/sessions?mark=live', '/v1/unknown/path?mark=unknown', '/elsewhere?mark=elsewhere'])(
    'to %s passes too',
    async (path) => {
      const ws = await connect(path);
      ws.send('{"type":"anything"}');
      const [data] = (await once(ws, 'message')) as [Buffer];
      expect(String(data)).toBe('{"type":"anything"}');
      ws.close();
      const trace = await sessionOf(proxy.file, path);
      expect(trace.messages.length).toBe(2);
    },
  );

  it('agrees on compression with the upstream, or on none', async () => {
    const packed = await connect('/v1/realtime?mark=deflate-yes', { perMessageDeflate: true });
    const plain = await connect('/v1/realtime?mark=deflate-no', { perMessageDeflate: false });
    expect([packed.extensions, plain.extensions]).toEqual(['permessage-deflate', '']);
    packed.close();
    plain.close();
  });

  it('that the upstream refuses is mirrored with its status, words, headers and body', async () => {
    const refusing = http.createServer();
    refusing.on('upgrade', (_req, socket) => {
      socket.end(
        'HTTP/1.1 401 No Way\r\nWWW-Authenticate: Bearer\r\nx-REQUEST-id: req_1\r\nContent-Type: application/json\r\n' +
          'Content-Length: 37\r\n\r\n{"error":{"message":"bad key","a":1}}',
      );
    });
    const other = await startProxy(await listen(refusing));
    const ws = new WebSocket(`${other.ws}/realtime?mark=refused`).on('error', () => undefined);
    const [, res] = (await once(ws, 'unexpected-response')) as [http.ClientRequest, http.IncomingMessage];
    expect([res.statusCode, res.statusMessage]).toEqual([401, 'No Way']);
    expect(res.headers).toMatchObject({ 'www-authenticate': 'Bearer', 'x-request-id': 'req_1' });
    expect(Buffer.concat((await res.toArray()) as Buffer[]).toString()).toBe('{"error":{"message":"bad key","a":1}}');
    ws.terminate();
    const trace = await sessionOf(other.file, 'mark=refused');
    expect(trace.records).toMatchObject([{ kind: 'open', status: 401, body: '{"error":{"message":"bad key","a":1}}' }]);
  });

  it('to an upstream that is not there is a 502 that says so, here and in the trace', async () => {
    const other = await startProxy('http://127.0.0.1:1/v1');
    const ws = new WebSocket(`${other.ws}/realtime?mark=down`).on('error', () => undefined);
    const [, res] = (await once(ws, 'unexpected-response')) as [http.ClientRequest, http.IncomingMessage];
    expect(res.statusCode).toBe(502);
    const body = JSON.parse(Buffer.concat((await res.toArray()) as Buffer[]).toString()) as {
      error: { message: string };
    };
    expect(body.error.message).toContain('The upstream 127.0.0.1:1 could not be reached: the connection was refused');
    ws.terminate();
    const trace = await sessionOf(other.file, 'mark=down');
    expect(trace.records).toMatchObject([{ kind: 'open', status: 0, error: body.error.message }]);
  });

  it('under a foreign Host or from a foreign page is refused and never reaches the upstream', async () => {
    arrivals = [];
    for (const headers of [{ Host: 'evil.example' }, { Origin: 'https://evil.example' }, { Origin: 'null' }]) {
      const ws = new WebSocket(`ws://127.0.0.1:${proxy.port}/v1/realtime`, {
        headers: headers as Record<string, string>,
      });
      const [, res] = (await once(ws, 'unexpected-response')) as [http.ClientRequest, http.IncomingMessage];
      expect([403, 421]).toContain(res.statusCode);
      ws.on('error', () => undefined).terminate();
    }
    expect(arrivals).toEqual([]);
  });
});

describe('compression', () => {
  const messages = Array.from({ length: 60 }, (_, i) =>
    JSON.stringify({ type: 'response.output_text.delta', delta: `part ${i} `.repeat(1 + (i % 7) * 40), n: i }),
  );

  it.each([
    ['with context takeover', 'takeover'],
    ['without context takeover', 'no-takeover'],
  ])('by Node %s: both ends and the trace have the same messages', async (_what, mark) => {
    const got: string[] = [];
    behaviours.set(mark, (ws) => {
      ws.on('message', (data, binary) => {
        got.push(String(data));
        ws.send(data, { binary });
      });
    });
    const ws = await connect(`/v1/realtime?mark=${mark}`, { perMessageDeflate: { threshold: 0 } });
    expect(ws.extensions).toContain('permessage-deflate');
    const back: string[] = [];
    ws.on('message', (data) => back.push(String(data)));
    for (const message of messages) ws.send(message);
    await expect.poll(() => back.length).toBe(messages.length);
    expect(got).toEqual(messages);
    expect(back).toEqual(messages);
    ws.close(1000);
    const trace = await sessionOf(proxy.file, `mark=${mark}`, (t) => t.messages.length >= 2 * messages.length);
    for (const from of ['client', 'server']) {
      expect(trace.messages.filter((one) => one.from === from).map((one) => String(one.data))).toEqual(messages);
    }
  });

  it('of 15 MiB each way, beside small messages', async () => {
    const ws = await connect('/v1/realtime?mark=deflate-large', { perMessageDeflate: { threshold: 0 } });
    const large = JSON.stringify({
      type: 'input_audio_buffer.append',
      audio: Buffer.alloc(11 << 20, 'pcm').toString('base64'),
    });
    const sent = ['{"type":"a"}', large, '{"type":"b"}'];
    const back: Buffer[] = [];
    ws.on('message', (data) => back.push(data as Buffer));
    for (const message of sent) ws.send(message);
    await expect.poll(() => back.length, { timeout: 10_000 }).toBe(3);
    expect(brief(back.map((data) => ({ data })))).toEqual(brief(sent.map((data) => ({ data: Buffer.from(data) }))));
    ws.close();
    const trace = await sessionOf(proxy.file, 'mark=deflate-large', (t) => t.messages.length >= 6);
    expect(brief(trace.messages.filter((one) => one.from === 'server'))).toEqual(brief(back.map((data) => ({ data }))));
  }, 20_000);
});

describe('closing', () => {
  it.each([
    [1000, ''],
    [1000, 'bye \u00e9\u{1f600}'],
    [3000, 'invalid_api_key'],
    [4000, 'x'.repeat(123)],
    [1011, 'server error'],
  ])('by the server with %i %j reaches the client and the trace', async (code, reason) => {
    const mark = `close-server-${code}-${reason.length}`;
    behaviours.set(mark, (ws) => ws.close(code, reason));
    const ws = await connect(`/v1/realtime?mark=${mark}`);
    expect(await closed(ws)).toEqual([code, reason]);
    const trace = await sessionOf(proxy.file, `mark=${mark}`);
    expect(trace.records.find((record) => record.kind === 'close')).toMatchObject({ code, reason, by: 'server' });
  });

  it.each([
    [1000, 'done'],
    [4999, 'mine'],
  ])('by the client with %i %j reaches the server and the trace', async (code, reason) => {
    const mark = `close-client-${code}`;
    const seen = new Promise<[number, string]>((resolve) => behaviours.set(mark, (ws) => resolve(closed(ws))));
    const ws = await connect(`/v1/realtime?mark=${mark}`);
    ws.close(code, reason);
    expect(await seen).toEqual([code, reason]);
    const trace = await sessionOf(proxy.file, `mark=${mark}`);
    expect(trace.records.find((record) => record.kind === 'close')).toMatchObject({ code, reason, by: 'client' });
  });

  it('without a code is 1005 at the other end and in the trace', async () => {
    behaviours.set('close-empty', (ws) => ws.close());
    const ws = await connect('/v1/realtime?mark=close-empty');
    expect(await closed(ws)).toEqual([1005, '']);
    const trace = await sessionOf(proxy.file, 'mark=close-empty');
    expect(trace.records.find((record) => record.kind === 'close')).toMatchObject({ code: 1005, by: 'server' });
  });

  it('abnormally by the server is 1006 at the client, after all it said before', async () => {
    behaviours.set('cut-server', (ws) => ws.send('{"type":"last"}', () => ws.terminate()));
    const ws = await connect('/v1/realtime?mark=cut-server');
    const messages: string[] = [];
    ws.on('message', (data) => messages.push(String(data)));
    expect(await closed(ws)).toEqual([1006, '']);
    expect(messages).toEqual(['{"type":"last"}']);
    const trace = await sessionOf(proxy.file, 'mark=cut-server');
    expect(trace.records.at(-1)).toMatchObject({ kind: 'close', code: 1006, by: 'server' });
  });

  it('by a reset of the client ends the session at the server', async () => {
    const seen = new Promise<[number, string]>((resolve) => behaviours.set('reset', (ws) => resolve(closed(ws))));
    const ws = await connect('/v1/realtime?mark=reset');
    (ws as unknown as { _socket: net.Socket })._socket.resetAndDestroy();
    expect((await seen)[0]).toBe(1006);
    const trace = await sessionOf(proxy.file, 'mark=reset');
    expect(trace.records.at(-1)).toMatchObject({ kind: 'close', code: 1006, by: 'client' });
  });
});

it('pings and pongs go end to end, and the proxy makes none of its own', async () => {
  const heard: string[] = [];
  behaviours.set('ping', (ws) => {
    ws.on('ping', (data) => heard.push(`server heard ping ${String(data)}`));
    ws.on('pong', (data) => heard.push(`server heard pong ${String(data)}`));
    ws.on('message', () => ws.ping('from the server'));
  });
  const ws = await connect('/v1/realtime?mark=ping', { autoPong: true });
  ws.on('pong', (data) => {
    heard.push(`client heard pong ${String(data)}`);
    ws.send('go');
  });
  ws.on('ping', (data) => heard.push(`client heard ping ${String(data)}`));
  ws.ping('from the client');
  await expect.poll(() => heard.length).toBe(4);
  expect(heard).toEqual([
    'server heard ping from the client',
    'client heard pong from the client',
    'client heard ping from the server',
    'server heard pong from the server',
  ]);
  ws.close();
  const trace = await sessionOf(proxy.file, 'mark=ping');
  const controls = trace.records.filter((record) => record.kind === 'control');
  expect(controls.map((one) => `${one.from} ${one.op} ${one.bytes}`)).toEqual([
    'client ping 15',
    'server pong 15',
    'server ping 15',
    'client pong 15',
  ]);
});

describe('many sessions at once', () => {
  it('keep their messages apart, in order, each in the trace under its own name', async () => {
    const count = 40;
    const each = 50;
    const clients = await Promise.all(
      Array.from({ length: count }, (_, i) =>
        connect(`/v1/realtime?mark=many-${i}-`, { perMessageDeflate: i % 2 === 0 ? { threshold: 0 } : false }),
      ),
    );
    const back = await Promise.all(
      clients.map(async (ws, i) => {
        const got: string[] = [];
        ws.on('message', (data) => got.push(String(data)));
        for (let n = 0; n < each; n += 1) {
          ws.send(JSON.stringify({ type: 'echo', i, n, pad: 'x'.repeat((n * 97) % 3000) }));
          if (n % 10 === i % 10) await once(ws, 'message');
        }
        await expect.poll(() => got.length, { timeout: 10_000 }).toBe(each);
        ws.close();
        return got;
      }),
    );
    back.forEach((got, i) => {
      expect(got.map((text) => JSON.parse(text) as object)).toEqual(
        Array.from({ length: each }, (_, n) => expect.objectContaining({ i, n }) as unknown),
      );
    });
    for (const i of [0, 1, count - 1]) {
      const trace = await sessionOf(proxy.file, `mark=many-${i}-`, (t) => t.messages.length >= 2 * each);
      for (const from of ['client', 'server']) {
        expect(trace.messages.filter((one) => one.from === from).map((one) => String(one.data))).toEqual(back[i]);
      }
    }
    const all = await readTrace(proxy.file);
    const seqs = all.messages.map((one) => one.seq);
    expect(new Set(seqs).size).toBe(seqs.length);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  }, 30_000);
});

it('over TLS everything is the same: text, binary, 15 MiB each way, close code and reason', async () => {
  const mark = 'secure';
  behaviours.set(mark, (ws) => {
    ws.on('message', (data, binary) => {
      if (String(data) === 'bye') ws.close(4321, 'secure bye');
      else ws.send(data, { binary });
    });
  });
  const url = `${proxy.https.replace('https', 'wss')}/realtime?mark=${mark}`;
  const ws = new WebSocket(url, { ca: await readFile(proxy.ca), maxPayload: 0, perMessageDeflate: false });
  later(() => ws.terminate());
  await once(ws, 'open');
  const messages = [
    { data: Buffer.from('{"type":"session.update"}'), binary: false },
    { data: Buffer.alloc(0), binary: true },
    { data: Buffer.from(`{"type":"x","audio":"${'A'.repeat(15 << 20)}"}`), binary: false },
    { data: Buffer.alloc(70_000, 7), binary: true },
  ];
  const back: { data: Buffer; binary: boolean }[] = [];
  ws.on('message', (data, binary) => back.push({ data: data as Buffer, binary }));
  for (const { data, binary } of messages) ws.send(data, { binary });
  await expect.poll(() => back.length, { timeout: 10_000 }).toBe(messages.length);
  expect(brief(back)).toEqual(brief(messages));
  ws.send('bye');
  expect(await closed(ws)).toEqual([4321, 'secure bye']);
  const trace = await sessionOf(proxy.file, `mark=${mark}`, (t) => t.messages.length >= 9);
  expect(brief(trace.messages.filter((one) => one.from === 'server'))).toEqual(brief(messages));
}, 20_000);

describe('back pressure', () => {
  it('holds a client back whose server does not read, while other sessions go on', async () => {
    const upstream = await RawUpstream.start();
    const other = await startProxy(upstream.url);
    const [client, server] = await upstream.session(other, 'mark=deaf');
    server.socket.pause();
    const before = await residentBytes(other.pid);
    const chunk = frame(Buffer.alloc(1 << 20, 97), { opcode: 2, mask: true });
    let written = 0;
    for (;;) {
      written += chunk.length;
      if (client.socket.write(chunk)) continue;
      const drained = await Promise.race([
        once(client.socket, 'drain').then(() => true),
        new Promise<boolean>((resolve) => setTimeout(resolve, 500, false)),
      ]);
      if (!drained || written > 600 << 20) break;
    }
    expect(written).toBeLessThan(64 << 20);
    const after = await residentBytes(other.pid);
    if (before !== undefined && after !== undefined) expect(after - before).toBeLessThan(200 << 20);
    const [second, answering] = await upstream.session(other, 'mark=lively');
    await second.write(frame('{"type":"a"}', { mask: true }));
    await answering.until(18);
    server.socket.resume();
    await server.until(written);
    expect(server.bytes).toBe(written);
  }, 30_000);

  it('holds a server back whose client does not read: memory stays bounded, and nothing is lost', async () => {
    const upstream = await RawUpstream.start();
    const other = await startProxy(upstream.url);
    const [client, server] = await upstream.session(other, 'mark=stalled');
    client.socket.pause();
    const before = await residentBytes(other.pid);
    const chunk = frame(Buffer.alloc(1 << 20, 97), { opcode: 2 });
    let written = 0;
    // As much as the proxy takes: what is not taken for half a second is not taken.
    for (;;) {
      written += chunk.length;
      if (server.socket.write(chunk)) continue;
      const drained = await Promise.race([
        once(server.socket, 'drain').then(() => true),
        new Promise<boolean>((resolve) => setTimeout(resolve, 500, false)),
      ]);
      if (!drained || written > 600 << 20) break;
    }
    expect(written).toBeLessThan(64 << 20);
    const after = await residentBytes(other.pid);
    if (before !== undefined && after !== undefined) expect(after - before).toBeLessThan(200 << 20);
    client.socket.resume();
    await client.until(written);
    expect(client.bytes).toBe(written);
    client.socket.end();
    server.socket.end();
    const trace = await sessionOf(other.file, 'mark=stalled');
    expect(trace.messages.map((one) => one.data.length)).toEqual(
      Array.from({ length: written / chunk.length }, () => 1 << 20),
    );
  }, 30_000);
});
