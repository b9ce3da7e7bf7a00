import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';
import { startServer, type RunningServer } from '../../../src/simulator/server';
import type { Json } from '../../../src/simulator/wire';
import { ladder } from './script';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ host: '127.0.0.1', port: 0, seed: 1, pingMs: 50 });
});
afterAll(() => server.stop());

/** A WebSocket client that keeps what it gets. */
class Client {
  readonly events: Json[] = [];
  readonly socket: WebSocket;
  closed: Promise<{ code: number; reason: string }>;
  #waiting: { until: (event: Json) => boolean; resolve: (event: Json) => void }[] = [];

  constructor(query: string, protocols: string[] = [], options: ClientOptions = {}) {
    this.socket = new WebSocket(`${server.url.replace('http', 'ws')}/realtime${query}`, protocols, options);
    this.socket.on('message', (data: Buffer) => {
      const event = JSON.parse(data.toString('utf8')) as Json;
      this.events.push(event);
      this.#waiting = this.#waiting.filter(({ until, resolve }) => !until(event) || resolve(event));
    });
    this.closed = once(this.socket, 'close').then(([code, reason]) => ({
      code: code as number,
      reason: String(reason),
    }));
  }

  /** The first event of that type, come already or yet to come. */
  async event(type: string): Promise<Json> {
    const have = this.events.find((event) => event['type'] === type);
    if (have) return have;
    return new Promise((resolve) => this.#waiting.push({ until: (event) => event['type'] === type, resolve }));
  }

  async send(event: Json): Promise<void> {
    if (this.socket.readyState === WebSocket.CONNECTING) await once(this.socket, 'open');
    this.socket.send(JSON.stringify(event));
  }
}

const hello = {
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] },
};

describe('the simulator on a socket', () => {
  it('holds a whole turn without any key', async () => {
    const client = new Client('?model=gpt-realtime');
    await client.event('session.created');
    await client.send(hello);
    await client.send({ type: 'response.create' });
    await client.event('rate_limits.updated');
    expect(ladder(client.events).slice(0, 4)).toEqual([
      'session.created',
      'conversation.item.added',
      'conversation.item.done',
      'response.created',
    ]);
    client.socket.close(1000, 'done');
    expect((await client.closed).code).toBe(1000);
  });

  it('compresses when the client offers it, and not otherwise', async () => {
    const received = async (perMessageDeflate: boolean): Promise<[string, number]> => {
      const client = new Client('?model=gpt-realtime', [], { perMessageDeflate });
      // The handshake's own socket tells how many bytes came, before anything was inflated.
      const upgraded = once(client.socket, 'upgrade') as Promise<[IncomingMessage]>;
      await client.event('session.created');
      client.socket.close();
      await client.closed;
      return [client.socket.extensions, (await upgraded)[0].socket.bytesRead];
    };
    const [offered, small] = await received(true);
    const [none, large] = await received(false);
    expect(offered).toContain('permessage-deflate');
    expect(none).toBe('');
    expect(large).toBeGreaterThan(1000);
    expect(small).toBeLessThan(large * 0.7);
  });

  it('selects the subprotocol `realtime` beside a key, and none when it is not offered', async () => {
    const client = new Client('?model=gpt-realtime', ['realtime', 'openai-insecure-api-key.ek_any']);
    await client.event('session.created');
    expect(client.socket.protocol).toBe('realtime');
    const plain = new Client('?model=gpt-realtime', [], { headers: { authorization: 'Bearer sk-any' } });
    await plain.event('session.created');
    expect(plain.socket.protocol).toBe('');
    client.socket.terminate();
    plain.socket.terminate();
  });

  it('pings, and outlives binary messages and broken JSON', async () => {
    const client = new Client('?model=gpt-realtime');
    const pinged = once(client.socket, 'ping');
    await client.event('session.created');
    client.socket.send(Buffer.from([1, 2, 3]));
    client.socket.send('{');
    await client.send(hello);
    await client.event('conversation.item.done');
    expect(client.events.filter((event) => event['type'] === 'error')).toHaveLength(2);
    expect(String((await pinged)[0])).toBe('ping');
    client.socket.terminate();
  });

  it('takes 15 MiB in one event', async () => {
    const client = new Client('?model=gpt-realtime');
    await client.event('session.created');
    await client.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { turn_detection: null } } },
    });
    const audio = Buffer.alloc(15 * 1024 * 1024).toString('base64');
    await client.send({ type: 'input_audio_buffer.append', audio });
    await client.send({ type: 'input_audio_buffer.commit' });
    await client.event('input_audio_buffer.committed');
    client.socket.terminate();
  });

  it('opens transcription sessions and joins calls without a greeting', async () => {
    const transcription = new Client('?intent=transcription');
    expect((await transcription.event('session.created'))['session']).toMatchObject({ type: 'transcription' });
    const made = await fetch(`${server.url}/realtime/calls`, { method: 'POST', body: 'v=0\r\n' });
    const joined = new Client(`?call_id=${made.headers.get('location')?.split('/').at(-1)}`);
    await joined.send({ type: 'session.update', session: { type: 'realtime' } });
    await joined.event('session.updated');
    expect(joined.events[0]?.['type']).toBe('session.updated');
    transcription.socket.terminate();
    joined.socket.terminate();
  });
});

describe('the simulator lets in and turns away', () => {
  const beta = { headers: { 'OpenAI-Beta': 'realtime=v1' } };
  const badKey = { headers: { authorization: 'Bearer sk-invalid-0000' } };
  it.each([
    ['an unknown model', '?model=nope', {}, 'invalid_model', 4000],
    ['no model', '', {}, 'missing_model', 4000],
    ['the beta header', '?model=gpt-realtime', beta, 'beta_api_shape_disabled', 4000],
    ['a wrong key', '?model=gpt-realtime', badKey, 'invalid_api_key', 3000],
  ])('%s', async (_name, query, options, code, close) => {
    const client = new Client(query, [], options);
    expect(await client.closed).toEqual({ code: close, reason: `invalid_request_error.${code}` });
    expect(client.events).toHaveLength(1);
    expect(client.events[0]?.['error']).toMatchObject({ code, event_id: null });
  });
});

describe('the simulator answers without a WebSocket', () => {
  async function refusedWith(query: string): Promise<[number, Json]> {
    const client = new Client(query);
    client.socket.on('error', () => undefined);
    const [, response] = (await once(client.socket, 'unexpected-response')) as [
      unknown,
      AsyncIterable<Buffer> & { statusCode: number },
    ];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    return [response.statusCode, JSON.parse(Buffer.concat(chunks).toString()) as Json];
  }

  it('to a call nobody knows, and with any status asked for', async () => {
    const [status, body] = await refusedWith('?call_id=rtc_u2_never');
    expect([status, (body['error'] as Json)['code']]).toEqual([404, 'call_id_not_found']);
    const made = await fetch(`${server.url}/realtime/calls`, { method: 'POST', body: 'v=0\r\n' });
    const place = made.headers.get('location') ?? '';
    await fetch(new URL(`${place}/hangup`, server.url), { method: 'POST' });
    expect((await refusedWith(`?call_id=${place.split('/').at(-1)}`))[0]).toBe(404);
    expect((await refusedWith('?model=gpt-realtime&refuse=429'))[0]).toBe(429);
  });

  it('404 with JSON to paths it does not have, upgrade or not', async () => {
    const response = await fetch(`${server.url}/models`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
    expect((await refusedWith('/nothing'))[0]).toBe(404);
    expect((await fetch(`${server.url}/realtime`)).status).toBe(426);
  });

  it('and lives on when a request makes no sense', async () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.end('GET // HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 404/);
    expect((await fetch(`${server.url}/models`)).status).toBe(404);
  });
});

describe('an ephemeral key', () => {
  const create = async (body: string): Promise<[number, Json]> => {
    const response = await fetch(`${server.url}/realtime/client_secrets`, { method: 'POST', body });
    return [response.status, (await response.json()) as Json];
  };

  it('carries the session it was made for, and needs no model in the URL', async () => {
    const session = { type: 'realtime', model: 'gpt-realtime-2.1', instructions: 'Be short.' };
    const [status, secret] = await create(
      JSON.stringify({ session, expires_after: { anchor: 'created_at', seconds: 60 } }),
    );
    expect(status).toBe(200);
    expect(Object.keys(secret)).toEqual(['value', 'expires_at', 'session']);
    expect(secret['value']).toMatch(/^ek_[0-9a-f]{32}$/);
    expect(secret['session']).toMatchObject({ ...session, object: 'realtime.session', expires_at: 0 });
    const client = new Client('', ['realtime', `openai-insecure-api-key.${String(secret['value'])}`]);
    expect((await client.event('session.created'))['session']).toMatchObject(session);
    client.socket.terminate();
  });

  it('begins a call with the session it was made for, as a page with WebRTC does', async () => {
    const session = { type: 'realtime', model: 'gpt-realtime-2.1', instructions: 'Be a lighthouse.' };
    const [, secret] = await create(JSON.stringify({ session }));
    const headers = { authorization: `Bearer ${String(secret['value'])}`, 'content-type': 'application/sdp' };
    const made = await fetch(`${server.url}/realtime/calls`, { method: 'POST', headers, body: 'v=0\r\n' });
    expect(made.status).toBe(201);
    const side = new Client(`?call_id=${made.headers.get('location')?.split('/').at(-1)}`);
    await side.send({ type: 'session.update', session: { type: 'realtime', tool_choice: 'none' } });
    expect((await side.event('session.updated'))['session']).toMatchObject(session);
    side.socket.terminate();
  });

  it('is refused for a session that would be', async () => {
    expect((await create('{"session":{"type":"realtime","bogus":1}}'))[1]).toMatchObject({
      error: { code: 'unknown_parameter', param: 'session.bogus' },
    });
    expect((await create('{'))[0]).toBe(400);
    expect((await create('{"expires_after":{"seconds":1}}'))[0]).toBe(400);
  });
});

describe('stopping', () => {
  it('says goodbye to every session and frees the port', async () => {
    const other = await startServer({ host: '127.0.0.1', port: 0, seed: 1 });
    const socket = new WebSocket(`${other.url.replace('http', 'ws')}/realtime?model=gpt-realtime`);
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await other.stop();
    expect((await closed)[0]).toBe(1001);
    const again = await startServer({ host: '127.0.0.1', port: other.port, seed: 1 });
    await again.stop();
  });

  it('is not needed when the port is taken: starting fails', async () => {
    await expect(startServer({ host: '127.0.0.1', port: server.port, seed: 1 })).rejects.toThrow(/EADDRINUSE/);
  });
});
