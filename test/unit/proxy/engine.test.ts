import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { Engine } from '../../../src/proxy';
import { shakeHands } from '../../../src/proxy/handshake';
import { resolveTarget } from '../../../src/proxy/upstream';
import { cleanUp, frame, later } from '../fidelity/bed';
import { linesOf as lines, runEngine as engine, until } from './runningEngine';

afterEach(cleanUp);

async function upstream(onSession: (socket: WebSocket) => void = () => undefined): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', onSession);
  await new Promise((resolve) => server.on('listening', resolve));
  later(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  return `ws://127.0.0.1:${(server.address() as net.AddressInfo).port}/v1`;
}

/** An upstream that answers an upgrade with these bytes. */
async function rawUpstream(answer: (socket: net.Socket, head: string) => void): Promise<string> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', (head) => answer(socket, head.toString('latin1')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  later(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `ws://127.0.0.1:${(server.address() as net.AddressInfo).port}/v1`;
}

async function client(made: Engine, search = '?model=m'): Promise<WebSocket> {
  const socket = new WebSocket(`${made.address.http.replace('http', 'ws')}/realtime${search}`);
  later(() => socket.terminate());
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return socket;
}

describe('the engine', () => {
  it('keeps everything that arrived before it was stopped, also when the recorder had not read it yet', async () => {
    const COUNT = 60_000;
    const event = `{"type":"response.output_text.delta","delta":"${'x'.repeat(240)}"}`;
    const made = await engine(
      await upstream((socket) => {
        socket.once('message', () => {
          for (let n = 0; n < COUNT; n++) socket.send(event);
        });
      }),
    );
    const app = await client(made);
    let got = 0;
    app.on('message', () => got++);
    app.send('{"type":"go"}');
    await until(() => got === COUNT);
    await made.stop();
    const kept = lines(made.file);
    expect(kept.filter((line) => line.kind === 'event')).toHaveLength(COUNT + 1);
    expect(kept.at(-1)).toMatchObject({ kind: 'close', code: 1001, origin: 'inspector' });
  });

  it('records other sessions on when one says more behind its close frame', async () => {
    let first = true;
    const made = await engine(
      await upstream((socket) => {
        const { _socket: raw } = socket as unknown as { _socket: net.Socket };
        if (first)
          raw.write(
            Buffer.concat([frame('{"type":"a"}'), frame(Buffer.from([3, 232]), { opcode: 8 }), frame('{"type":"b"}')]),
          );
        else socket.send('{"type":"c"}');
        first = false;
      }),
    );
    await client(made);
    await client(made);
    await until(() => lines(made.file).some((line) => line.type === 'c'));
    expect(
      lines(made.file)
        .filter((line) => line.kind === 'event')
        .map((line) => line.type),
    ).toEqual(['a', 'c']);
  });

  it.each(['permessage-deflate;;', 'permessage-deflate; server_max_window_bits=99', '"'])(
    'survives an upstream that negotiates %s',
    async (header) => {
      const made = await engine(
        await rawUpstream((socket, head) => {
          const key = /sec-websocket-key: (\S+)/i.exec(head)?.[1];
          socket.write(
            `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Key: ${key}\r\nSec-WebSocket-Extensions: ${header}\r\n\r\n`,
          );
        }),
      );
      const problems: string[] = [];
      made.on('problem', (message) => problems.push(message));
      await expect(client(made)).rejects.toThrow();
      await until(() => lines(made.file).some((line) => line.kind === 'open'));
      expect(problems).toEqual([]);
      expect(lines(made.file).filter((line) => line.kind === 'gap')).toHaveLength(2);
    },
  );

  it('answers 502 and lives on when the HTTP proxy setting cannot be used', async () => {
    const made = await engine('http://upstream.invalid/v1', { proxyUrl: 'socks5://127.0.0.1:1080' });
    const problems: string[] = [];
    made.on('problem', (message) => problems.push(message));
    for (let n = 0; n < 2; n++) {
      const answer = await fetch(`${made.address.http}/models`);
      expect(answer.status).toBe(502);
      expect(await answer.text()).toContain('must be an http:// or https:// proxy');
    }
    await expect(client(made)).rejects.toThrow('502');
    expect(problems[0]).toContain('socks5:');
  });

  it('refuses an upstream URL with credentials or without sense, saying why', async () => {
    await expect(engine('http://user:pass@example.com/v1')).rejects.toThrow('without user and password');
    await expect(engine('ftp://example.com')).rejects.toThrow('must begin with https:');
    await expect(engine('not a url')).rejects.toThrow('is not a URL');
  });

  it('shows no key that an upstream repeats in its refusal', async () => {
    const url = await rawUpstream((socket, head) => {
      const body = `{"error":{"message":"Bad key ${/authorization: (.*)\r/i.exec(head)?.[1]}"}}`;
      socket.end(`HTTP/1.1 401 Unauthorized\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    });
    const made = await engine(url, { apiKey: 'STOREDKEY-0123456789', segment: 'SEGMENTSEGMENT1234567' });
    await expect(made.newSession({ model: 'm' })).rejects.toThrow(/401: Bad key Bearer \[redacted\]/);
    expect(JSON.stringify(made.sessionsSeen)).not.toMatch(/STOREDKEY|SEGMENT/);
    await until(() => lines(made.file).some((line) => line.kind === 'open'));
    expect(fs.readFileSync(made.file, 'utf8')).not.toMatch(/STOREDKEY|SEGMENT/);
  });

  it('passes a request on that merely offers another protocol', async () => {
    const seen: http.IncomingHttpHeaders[] = [];
    const server = http.createServer((request, response) => {
      seen.push(request.headers);
      request.pipe(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    later(() => server.close());
    const made = await engine(`http://127.0.0.1:${(server.address() as net.AddressInfo).port}/v1`);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = net.connect(made.address.port, '127.0.0.1', () =>
        socket.write(
          'POST /v1/responses HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nContent-Length: 5\r\n\r\nhello',
        ),
      );
      let text = '';
      socket.on('error', reject);
      socket.on('data', (chunk) => {
        text += chunk.toString();
        if (text.includes('hello')) resolve(text);
      });
      later(() => socket.destroy());
    });
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(seen[0]).not.toHaveProperty('upgrade');
  });

  it('slows the traffic down instead of growing when the recorder cannot follow, and goes on afterwards', async () => {
    const EVENT = 1 << 20;
    const COUNT = 150;
    const event = `{"type":"x","pad":"${'\\"'.repeat(EVENT / 2)}"}`;
    const made = await engine(
      await upstream((socket) => {
        socket.once('message', () => {
          for (let n = 0; n < COUNT; n++) socket.send(event);
        });
      }),
    );
    const troubles: string[] = [];
    made.on('recorded', ({ trouble }) => troubles.push(trouble));
    const app = await client(made);
    let got = 0;
    app.on('message', () => got++);
    app.send('{"type":"go"}');
    await until(() => got === COUNT);
    await made.stop();
    expect(lines(made.file).filter((line) => line.kind === 'event')).toHaveLength(COUNT + 1);
    expect(troubles.some((trouble) => trouble.includes('behind the traffic'))).toBe(true);
    expect(troubles.at(-1)).toBe('');
  });

  it('opens a session of its own also where its address is not one that clients may use', async () => {
    const made = await engine(await upstream((socket) => socket.send('{"type":"session.created"}')), {
      listen: { host: '127.0.0.1', port: 0 },
      allowedHosts: [],
    });
    const id = await made.newSession({ model: 'a model & more' });
    expect(made.sessions()).toMatchObject([{ id, label: 'a model & more', own: true, status: 'open' }]);
    await made.closeSession(id);
    await until(() => made.sessions().length === 0);
    await expect(made.inject(id, 'server', '{}')).rejects.toThrow('not open');
  });

  it("records a session the user drops as the inspector's doing", async () => {
    const made = await engine(await upstream());
    const app = await client(made);
    const closed = new Promise<number>((resolve) => app.on('close', resolve));
    await until(() => made.sessions()[0]?.status === 'open');
    await made.closeSession('s1');
    expect(await closed).toBe(1001);
    await until(() => lines(made.file).some((line) => line.kind === 'close'));
    expect(lines(made.file).filter((line) => line.kind === 'close')).toMatchObject([
      { code: 1001, origin: 'inspector' },
    ]);
  });
});

describe('a handshake', () => {
  it('gives up on an upstream that never answers, with 504', async () => {
    const url = await rawUpstream(() => undefined);
    const target = resolveTarget(new URL(url), '/v1/realtime');
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    later(() => server.close());
    const near = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
    const [far] = (await new Promise<net.Socket[]>((resolve) =>
      server.once('connection', (socket) => resolve([socket])),
    )) as [net.Socket];
    later(() => near.destroy());
    const answer = new Promise<string>((resolve) => near.once('data', (data) => resolve(data.toString())));
    const agent = new http.Agent();
    later(() => agent.destroy());
    const result = await shakeHands({
      target,
      agent,
      method: 'GET',
      headers: ['Connection', 'Upgrade', 'Upgrade', 'websocket'],
      client: far,
      patienceMs: 20,
    });
    expect(result).toMatchObject({
      accepted: false,
      status: 0,
      error: expect.stringContaining('did not answer in time') as string,
    });
    expect(await answer).toMatch(/^HTTP\/1\.1 504 /);
  });
});

describe('the embedded simulator under the engine', () => {
  it('holds a conversation through the proxy, opened by the inspector itself', async () => {
    const made = await engine('', { upstream: { kind: 'simulator' } });
    const id = await made.newSession({ model: 'gpt-realtime' });
    await until(() => lines(made.file).some((line) => line.type === 'session.created'));
    await made.inject(
      id,
      'server',
      '{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"Hello"}]}}',
    );
    await made.inject(id, 'server', '{"type":"response.create","response":{"output_modalities":["text"]}}');
    await until(() => lines(made.file).some((line) => line.type === 'response.done'));
    const kept = lines(made.file).filter((line) => line.kind === 'event');
    expect(kept.filter((line) => line.origin === 'inspector').map((line) => line.type)).toEqual([
      'conversation.item.create',
      'response.create',
    ]);
    expect(made.upstream).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
  });

  it('is left for another upstream, and taken up again, by sessions to come', async () => {
    const other = await upstream((socket) => socket.send('{"type":"other"}'));
    const made = await engine('', { upstream: { kind: 'simulator' } });
    const first = made.upstream;
    await made.setUpstream({ kind: 'url', url: other });
    await made.newSession({ model: 'm' });
    await until(() => lines(made.file).some((line) => line.type === 'other'));
    await made.setUpstream({ kind: 'simulator' });
    expect(made.upstream).toBe(first);
  });
});
