/** What the fidelity tests stand on: the built CLI as a process, upstreams, raw ends, and a trace read back as bytes. */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import type net from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import type { Side } from '../../../src/protocol/side';
import type { TraceRecord } from '../../../src/trace/records';

export const root = path.resolve(import.meta.dirname, '../../..');
/** The bundles under test. */
export const dist = path.resolve(root, process.env['REALTIME_INSPECTOR_DIST'] ?? 'dist');

const cleanups: (() => Promise<unknown> | unknown)[] = [];
/** Registers what to undo; `cleanUp` goes backwards. */
export const later = (undo: () => Promise<unknown> | unknown): void => void cleanups.push(undo);
export async function cleanUp(): Promise<void> {
  for (const undo of cleanups.splice(0).reverse()) await undo();
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'fidelity-'));
  later(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

// ---- the proxy -------------------------------------------------------------------------------------------------------------

export interface RunningProxy {
  http: string;
  https: string;
  ca: string;
  /** The same as `http` with the scheme of a WebSocket. */
  ws: string;
  port: number;
  pid: number;
  file: string;
  /** What was said to people so far. */
  said(): string;
  stop(): Promise<void>;
}

/** Runs `realtime-inspector proxy` in front of `upstream`. */
export async function startProxy(upstream: string, env: Record<string, string> = {}): Promise<RunningProxy> {
  const folder = await temporaryFolder();
  const file = path.join(folder, 'session.realtime.jsonl');
  const child = spawn(
    process.execPath,
    [
      path.join(dist, 'cli.cjs'),
      ...['proxy', '--listen', '127.0.0.1:0', '--upstream', upstream, '--record', file, '--json'],
      ...['--certificates', path.join(folder, 'certificates')],
    ],
    { env: { PATH: process.env['PATH'], HOME: folder, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk));
  const closed = once(child, 'close');
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
    await closed;
  };
  later(stop);
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([
    once(lines, 'line').then(([text]) => text as string),
    closed.then(() => Promise.reject(new Error(`The proxy ended before it listened: ${said}`))),
  ]);
  const { http: plain, https: secure, ca } = JSON.parse(line) as { http: string; https: string; ca: string };
  return {
    http: plain,
    https: secure,
    ca,
    ws: plain.replace(/^http/, 'ws'),
    port: Number(new URL(plain).port),
    pid: child.pid as number,
    file,
    said: () => said,
    stop,
  };
}

// ---- the trace -------------------------------------------------------------------------------------------------------------

/** A message as the trace tells it: `data` is exactly what the message's payload was. */
export interface Recorded {
  from: Side;
  binary: boolean;
  data: Buffer;
  how: 'event' | 'text' | 'base64' | 'none';
  seq: number;
  origin?: string;
  line: Record<string, unknown>;
}

export interface TraceContent {
  lines: string[];
  records: TraceRecord[];
  messages: Recorded[];
}

const EVENT = ',"event":';

/** Reads a trace as a program of the user's would: a line is a JSON object, `event` is the message's own text. */
export async function readTrace(
  file: string,
  keep: (record: TraceRecord) => boolean = () => true,
): Promise<TraceContent> {
  const text = await readFile(file);
  const lines: string[] = [];
  for (let at = 0; at < text.length;) {
    const end = text.indexOf(10, at);
    if (end < 0) break; // still being written
    lines.push(text.subarray(at, end).toString('utf8'));
    at = end + 1;
  }
  const records: TraceRecord[] = [];
  const messages: Recorded[] = [];
  for (const line of lines.slice(1)) {
    const record = JSON.parse(line) as TraceRecord;
    if (!keep(record)) continue;
    records.push(record);
    if (record.kind !== 'event') continue;
    const how = ['event', 'text', 'base64'].find((key) => key in record) as Recorded['how'] | undefined;
    const data =
      how === 'event'
        ? Buffer.from(line.slice(line.indexOf(EVENT) + EVENT.length, -1), 'utf8')
        : how === 'text'
          ? Buffer.from(record.text ?? '', 'utf8')
          : Buffer.from(record.base64 ?? '', 'base64');
    messages.push({
      from: record.from,
      binary: how === 'base64' && record.opcode === 2,
      data,
      how: how ?? 'none',
      seq: record.seq,
      ...(record.origin === undefined ? {} : { origin: record.origin }),
      line: record as unknown as Record<string, unknown>,
    });
  }
  return { lines, records, messages };
}

/**
 * The part of a trace that belongs to the session whose URL holds `mark`, once that session has ended and `complete` holds:
 * what the other end still said behind the first close frame stands behind the `close` line.
 */
export async function sessionOf(
  file: string,
  mark: string,
  complete: (trace: TraceContent) => boolean = () => true,
): Promise<TraceContent & { id: string }> {
  let found: (TraceContent & { id: string }) | undefined;
  await expect
    .poll(
      async () => {
        const all = await readTrace(file, (record) => record.kind === 'open');
        const open = all.records.find((record) => record.kind === 'open' && record.url.includes(mark));
        if (open?.kind !== 'open') return 'not opened';
        found = {
          ...(await readTrace(file, (record) => 'session' in record && record.session === open.session)),
          id: open.session,
        };
        if (open.status === 101 && !found.records.some((record) => record.kind === 'close')) return 'open';
        return complete(found) ? 'ended' : `incomplete: ${found.records.map((record) => record.kind).join(' ')}`;
      },
      { timeout: 10_000 },
    )
    .toBe('ended');
  return found as TraceContent & { id: string };
}

/** Messages for comparing and for reading when they differ: large ones by their hash. */
export function brief(messages: readonly { data: Buffer; binary?: boolean }[]): string[] {
  return messages.map(({ data, binary }) => {
    const head = `${binary === true ? 'binary' : 'text'} ${data.length} `;
    return head + (data.length > 200 ? createHash('sha256').update(data).digest('hex') : data.toString('latin1'));
  });
}

// ---- raw ends ----------------------------------------------------------------------------------------------------------------

export interface FrameOptions {
  opcode?: number;
  fin?: boolean;
  rsv1?: boolean;
  mask?: boolean;
}

/** A WebSocket frame, made by hand so that odd ones can be made too. */
export function frame(payload: string | Buffer, options: FrameOptions = {}): Buffer {
  const data = typeof payload === 'string' ? Buffer.from(payload, 'utf8') : payload;
  const { opcode = 1, fin = true, rsv1 = false, mask = false } = options;
  const size = data.length;
  const head = Buffer.alloc(2 + (size < 126 ? 0 : size < 65_536 ? 2 : 8));
  head[0] = (fin ? 0x80 : 0) | (rsv1 ? 0x40 : 0) | opcode;
  head[1] = (mask ? 0x80 : 0) | (size < 126 ? size : size < 65_536 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(size, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(size), 2);
  if (!mask) return Buffer.concat([head, data]);
  const key = randomBytes(4);
  const masked = Buffer.allocUnsafe(size);
  for (let i = 0; i < size; i += 1) masked[i] = (data[i] as number) ^ (key[i & 3] as number);
  return Buffer.concat([head, key, masked]);
}

export const closeFrame = (code: number, reason: string, mask: boolean): Buffer => {
  const payload = Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]);
  return frame(payload, { opcode: 8, mask });
};

/** One end of a connection after its handshake: a socket and every byte that came. */
export class RawEnd {
  #received: Buffer[] = [];
  #bytes = 0;
  readonly ended: Promise<unknown>;
  constructor(
    readonly socket: net.Socket,
    /** The handshake's request or answer head. */
    readonly head: http.IncomingMessage,
    early: Buffer,
  ) {
    this.#take(early);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      socket.once('end', resolve);
      socket.once('close', resolve);
    });
  }
  #take(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#received.push(chunk);
    this.#bytes += chunk.length;
  }
  get received(): Buffer {
    if (this.#received.length > 1) this.#received = [Buffer.concat(this.#received)];
    return this.#received[0] ?? Buffer.alloc(0);
  }
  get bytes(): number {
    return this.#bytes;
  }
  /** Resolves when that many bytes have come. */
  async until(bytes: number): Promise<Buffer> {
    while (this.#bytes < bytes) await once(this.socket, 'data');
    return this.received;
  }
  /** Writes in pieces of the given sizes, each handed to the system before the next. */
  async write(data: Buffer, sizes: readonly number[] = [data.length]): Promise<void> {
    for (let at = 0, i = 0; at < data.length; i += 1) {
      const size = Math.max(1, sizes[i % sizes.length] as number);
      const piece = data.subarray(at, at + size);
      await new Promise<void>((resolve) => this.socket.write(piece, () => resolve()));
      at += size;
    }
  }
}

/** An upstream that accepts every handshake and leaves the bytes to the test. */
export class RawUpstream {
  readonly #waiting = new Map<string, (end: RawEnd) => void>();
  private constructor(
    readonly server: http.Server,
    readonly url: string,
  ) {}

  static async start(answerHeaders: (req: http.IncomingMessage) => string[] = () => []): Promise<RawUpstream> {
    const server = http.createServer();
    const upstream = new RawUpstream(server, await listen(server));
    server.on('upgrade', (req, socket, head) => {
      const accept = createHash('sha1')
        .update(`${req.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
        .digest('base64');
      const extra = answerHeaders(req).map((line) => `${line}\r\n`);
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          `Sec-WebSocket-Accept: ${accept}\r\n${extra.join('')}\r\n`,
      );
      const end = new RawEnd(socket as net.Socket, req, head);
      end.socket.setNoDelay(true);
      upstream.#waiting.get(req.url ?? '')?.(end);
    });
    return upstream;
  }

  /** Opens a raw session through `proxy` and gives both its ends. */
  async session(proxy: RunningProxy, query: string, headers: Record<string, string> = {}): Promise<[RawEnd, RawEnd]> {
    const arrives = new Promise<RawEnd>((resolve) => this.#waiting.set(`/v1/realtime?${query}`, resolve));
    const client = await rawClient(proxy.port, `/v1/realtime?${query}`, headers);
    return [client, await arrives];
  }
}

/** A client's end after a handshake that was accepted. */
export async function rawClient(port: number, target: string, headers: Record<string, string> = {}): Promise<RawEnd> {
  const req = http.get({
    port,
    host: '127.0.0.1',
    path: target,
    agent: false,
    headers: {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
      ...headers,
    },
  });
  const [answer, socket, head] = (await once(req, 'upgrade')) as [http.IncomingMessage, net.Socket, Buffer];
  socket.setNoDelay(true);
  const end = new RawEnd(socket, answer, head);
  later(() => socket.destroy());
  return end;
}

/** Starts a server on loopback and gives its base URL; its connections end with the test. */
export async function listen(server: http.Server): Promise<string> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  later(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

/** Resident memory of a process in bytes; undefined where the system does not tell. */
export async function residentBytes(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /VmRSS:\s+(\d+)/.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
