/** An engine whose traffic is taken in hand: sessions with raw ends or with ws, and what is held. */
import { once } from 'node:events';
import http from 'node:http';
import type net from 'node:net';
import { expect } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { HeldMessage, WaitingCount } from '../../../src/proxy';
import { runEngine, type RunningEngine } from '../proxy/runningEngine';
import { later, listen, RawUpstream, type RawEnd, type RunningProxy } from './bed';

/** An engine in front of a raw upstream, and everything it said of held messages. */
export interface Hand {
  engine: RunningEngine;
  held: HeldMessage[];
  waiting: WaitingCount[];
  /** `id outcome` of every message that is not held any more. */
  settled: string[];
  /** Resolves with the message once so many are held. */
  holds(count: number): Promise<HeldMessage[]>;
}

function handOf(engine: RunningEngine): Hand {
  const hand: Hand = {
    engine,
    held: [],
    waiting: [],
    settled: [],
    async holds(count) {
      await expect.poll(() => hand.held.length, { timeout: 10_000 }).toBe(count);
      return hand.held;
    },
  };
  engine.on('held', (messages, waiting) => Object.assign(hand, { held: messages, waiting }));
  engine.on('settled', ({ id }, outcome) => hand.settled.push(`${id} ${outcome}`));
  return hand;
}

/** Raw sockets at both ends. */
export async function rawHand(): Promise<Hand & { session(mark: string): Promise<[RawEnd, RawEnd]> }> {
  const upstream = await RawUpstream.start();
  const engine = await runEngine(upstream.url);
  const proxy = { port: engine.address.port } as RunningProxy;
  return Object.assign(handOf(engine), { session: (mark: string) => upstream.session(proxy, `mark=${mark}`) });
}

/** Real WebSocket ends, whose messages are gathered. */
export interface Ends {
  client: WebSocket;
  server: WebSocket;
  /** The sockets below them. */
  sockets: { server: net.Socket };
  /** What each end got, as text. */
  got: { client: string[]; server: string[] };
}

/** ws at both ends, with compression when `deflate` gives its options. */
export async function wsHand(
  deflate: object | false = false,
): Promise<Hand & { session(mark: string): Promise<Ends> }> {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: deflate });
  const server = http.createServer();
  const waiting = new Map<string, (end: [WebSocket, net.Socket]) => void>();
  server.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (end) =>
      waiting.get(request.url ?? '')?.([end, socket as net.Socket]),
    );
  });
  const engine = await runEngine(await listen(server));
  const session = async (mark: string): Promise<Ends> => {
    const arrives = new Promise<[WebSocket, net.Socket]>((resolve) =>
      waiting.set(`/v1/realtime?mark=${mark}`, resolve),
    );
    const client = new WebSocket(`${engine.address.http.replace(/^http/, 'ws')}/realtime?mark=${mark}`, {
      perMessageDeflate: deflate,
    });
    later(() => client.terminate());
    const got: Ends['got'] = { client: [], server: [] };
    client.on('message', (data) => got.client.push(String(data)));
    await once(client, 'open');
    const [end, socket] = await arrives;
    end.on('message', (data) => got.server.push(String(data)));
    return { client, server: end, sockets: { server: socket }, got };
  };
  return Object.assign(handOf(engine), { session });
}

/** A breakpoint that is on. */
export const at = (filter: string, more: object = {}) => ({ id: filter, filter, enabled: true, ...more });
