import { once } from 'node:events';
import http from 'node:http';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { startEngine } from '../../../src/proxy';
import type { Engine } from '../../../src/proxy';
import type { Side } from '../../../src/protocol/side';
import { brief, cleanUp, closeFrame, dist, frame, later, listen, RawUpstream, sessionOf, temporaryFolder } from './bed';
import type { RunningProxy } from './bed';

// Messages put in by the inspector stand between those of the two ends, which stay as they were.

afterEach(cleanUp);

async function engineTo(url: string): Promise<{ engine: Engine; proxy: RunningProxy; opened: () => Promise<string> }> {
  const folder = await temporaryFolder();
  const engine = await startEngine({
    workers: dist,
    listen: { host: '127.0.0.1', port: 0 },
    allowedHosts: [],
    allowedOrigins: [],
    certificates: path.join(folder, 'certificates'),
    upstream: { kind: 'url', url },
    recording: { on: true, maxTotalBytes: Infinity, file: path.join(folder, 'x.realtime.jsonl') },
    generator: 'test',
  });
  later(() => engine.stop());
  const open: string[] = [];
  engine.on('session', (session) => {
    if (session.status === 'open') open.push(session.id);
  });
  const { http: base, https, ca, port } = engine.address;
  return {
    engine,
    proxy: {
      http: base,
      https,
      ca,
      port,
      ws: base.replace(/^http/, 'ws'),
      pid: process.pid,
      file: engine.file,
      said: () => '',
      stop: () => engine.stop(),
    },
    /** The next session that has opened. */
    opened: async () => {
      await expect.poll(() => open.length).toBeGreaterThan(0);
      return open.shift() as string;
    },
  };
}

/** Resolves when the traffic thread has taken what was asked of it before: it answers in turn. */
const settled = (engine: Engine): Promise<unknown> => engine.inject('none', 'client', '').catch(() => undefined);

/** Takes a stream of whole frames apart. */
function frames(
  bytes: Buffer,
): { opcode: number; fin: boolean; rsv1: boolean; masked: boolean; data: Buffer; raw: Buffer }[] {
  const list = [];
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at] as number;
    const second = bytes[at + 1] as number;
    let head = 2;
    let size = second & 0x7f;
    if (size === 126) {
      size = bytes.readUInt16BE(at + 2);
      head = 4;
    } else if (size === 127) {
      size = Number(bytes.readBigUInt64BE(at + 2));
      head = 10;
    }
    const masked = (second & 0x80) !== 0;
    const key = bytes.subarray(at + head, at + head + 4);
    const start = at + head + (masked ? 4 : 0);
    const data = Buffer.from(bytes.subarray(start, start + size));
    if (masked) for (let i = 0; i < size; i += 1) data[i] = (data[i] as number) ^ (key[i & 3] as number);
    const raw = bytes.subarray(at, start + size);
    list.push({ opcode: first & 15, fin: first >= 128, rsv1: (first & 0x40) !== 0, masked, data, raw });
    at = start + size;
  }
  return list;
}

describe.each<[Side, boolean]>([
  ['server', true],
  ['client', false],
])('injected towards the %s', (to, mask) => {
  const from: Side = to === 'server' ? 'client' : 'server';

  it('a message waits until the one that is passing is complete, its fragments and pings too', async () => {
    const upstream = await RawUpstream.start();
    const { engine, proxy, opened } = await engineTo(upstream.url);
    const [client, server] = await upstream.session(proxy, 'mark=between');
    const [speaker, listener] = to === 'server' ? [client, server] : [server, client];
    const session = await opened();

    const first = frame('{"type":"first"}', { mask });
    const begin = Buffer.concat([frame('{"type":', { fin: false, mask }), frame('p', { opcode: 9, mask })]);
    const halfFrame = frame('"fragmented"}', { opcode: 0, mask });
    await speaker.write(Buffer.concat([first, begin, halfFrame.subarray(0, 5)]));
    await listener.until(first.length + begin.length + 5);

    const waiting = Promise.all([
      engine.inject(session, to, '{"type":"injected.one"}'),
      engine.inject(session, to, '{"type":"injected.two"}', 1),
    ]);
    await settled(engine);
    const rest = Buffer.concat([halfFrame.subarray(5), frame('{"type":"last"}', { mask })]);
    await speaker.write(rest);
    await waiting;
    await engine.inject(session, to, '{"type":"injected.three"}');
    const end = closeFrame(1000, '', mask);
    await speaker.write(end);

    const injected = ['{"type":"injected.one"}', '{"type":"injected.two"}', '{"type":"injected.three"}'];
    const extra = injected.reduce((sum, text) => sum + text.length + 2 + (mask ? 4 : 0), 0);
    const sent = Buffer.concat([first, begin, halfFrame.subarray(0, 5), rest, end]);
    const got = frames(await listener.until(sent.length + extra));
    const texts = got.map((one) => (one.opcode === 8 ? 'close' : String(one.data)));
    expect(texts).toEqual([
      '{"type":"first"}',
      '{"type":',
      'p',
      '"fragmented"}',
      injected[0],
      injected[1],
      '{"type":"last"}',
      injected[2],
      'close',
    ]);
    const own = got.filter((one) => injected.includes(String(one.data)));
    expect(own.map(({ opcode, fin, rsv1, masked }) => ({ opcode, fin, rsv1, masked }))).toEqual(
      injected.map(() => ({ opcode: 1, fin: true, rsv1: false, masked: mask })),
    );
    // Without the injected ones the stream is what the speaker wrote, byte for byte.
    const others = Buffer.concat(got.filter((one) => !injected.includes(String(one.data))).map((one) => one.raw));
    expect(others.equals(sent)).toBe(true);

    client.socket.end();
    server.socket.end();
    const trace = await sessionOf(proxy.file, 'mark=between', ({ messages }) => messages.length >= 6);
    const told = trace.messages.filter((one) => one.from === from);
    expect(told.map((one) => [String(one.data), one.origin])).toEqual([
      ['{"type":"first"}', undefined],
      ['{"type":"fragmented"}', undefined],
      [injected[0], 'inspector'],
      [injected[1], 'inspector'],
      ['{"type":"last"}', undefined],
      [injected[2], 'inspector'],
    ]);
    expect(told[3]?.line).toMatchObject({ replaces: 1 });
  });

  it('messages in the middle of compressed ones leave those intact, by Node with context takeover', async () => {
    const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: { threshold: 0 } });
    const server = http.createServer();
    const accepted = new Promise<WebSocket>((resolve) => {
      server.on('upgrade', (req, socket, head) => sockets.handleUpgrade(req, socket, head, resolve));
    });
    const { engine, proxy, opened } = await engineTo(await listen(server));
    const client = new WebSocket(`${proxy.ws}/realtime?mark=squeezed`, { perMessageDeflate: { threshold: 0 } });
    later(() => client.terminate());
    await once(client, 'open');
    expect(client.extensions).toContain('permessage-deflate');
    const session = await opened();
    const [speaker, listener] = to === 'server' ? [client, await accepted] : [await accepted, client];
    const got: string[] = [];
    listener.on('message', (data) => got.push(String(data)));
    const own = Array.from({ length: 30 }, (_, i) =>
      JSON.stringify({ type: 'own', i, text: 'the same words again '.repeat(i) }),
    );
    const injections: Promise<void>[] = [];
    for (const [i, text] of own.entries()) {
      speaker.send(text);
      if (i % 3 === 0) injections.push(engine.inject(session, to, JSON.stringify({ type: 'injected', i })));
      if (i % 7 === 0) await Promise.all(injections);
    }
    await Promise.all(injections);
    await expect.poll(() => got.length).toBe(40);
    expect(got.filter((text) => !text.includes('injected'))).toEqual(own);
    client.close();
    const trace = await sessionOf(proxy.file, 'mark=squeezed', ({ messages }) => messages.length >= 40);
    expect(brief(trace.messages)).toEqual(brief(got.map((text) => ({ data: Buffer.from(text) }))));
    expect(trace.messages.filter((one) => one.origin === 'inspector').length).toBe(10);
  });

  it('15 MiB go between messages of a busy session', async () => {
    const upstream = await RawUpstream.start();
    const { engine, proxy, opened } = await engineTo(upstream.url);
    const [client, server] = await upstream.session(proxy, 'mark=heavy');
    const [speaker, listener] = to === 'server' ? [client, server] : [server, client];
    const session = await opened();
    const large = JSON.stringify({
      type: 'input_audio_buffer.append',
      audio: Buffer.alloc(11 << 20, 'pcm').toString('base64'),
    });
    const small = frame('{"type":"busy"}', { mask });
    const writing = (async () => {
      for (let i = 0; i < 200; i += 1) await speaker.write(small);
    })();
    const injecting = engine.inject(session, to, large);
    await Promise.all([writing, injecting]);
    const total = 200 * small.length + large.length + 10 + (mask ? 4 : 0);
    const got = frames(await listener.until(total));
    expect(got.filter((one) => one.data.length === 15).length).toBe(200);
    expect(brief(got.filter((one) => one.data.length > 15))).toEqual(brief([{ data: Buffer.from(large) }]));
  }, 20_000);
});

describe('an injection', () => {
  it('into a session that has ended, or that never was, is rejected with words', async () => {
    const upstream = await RawUpstream.start();
    const { engine, proxy, opened } = await engineTo(upstream.url);
    const [client, server] = await upstream.session(proxy, 'mark=gone');
    const session = await opened();
    await client.write(closeFrame(1000, '', true));
    await server.until(8);
    await expect(engine.inject(session, 'server', '{"type":"x"}')).rejects.toThrow(/closing|not open/);
    server.socket.end();
    client.socket.end();
    await sessionOf(proxy.file, 'mark=gone');
    await expect(engine.inject(session, 'server', '{"type":"x"}')).rejects.toThrow(/not open/);
    await expect(engine.inject('s99', 'client', '{"type":"x"}')).rejects.toThrow(/not open/);
    expect(server.received.length).toBe(8);
  });

  it('that waits for a message which never ends is rejected when the connection does', async () => {
    const upstream = await RawUpstream.start();
    const { engine, proxy, opened } = await engineTo(upstream.url);
    const [client, server] = await upstream.session(proxy, 'mark=never');
    const session = await opened();
    const half = frame('x'.repeat(100), { mask: true }).subarray(0, 50);
    await client.write(half);
    await server.until(half.length);
    const waiting = engine.inject(session, 'server', '{"type":"x"}');
    const outcome = expect(waiting).rejects.toThrow(/Not sent/);
    await settled(engine);
    client.socket.destroy();
    await outcome;
    expect(server.received.equals(half)).toBe(true);
  });
});
