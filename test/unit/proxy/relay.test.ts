import { duplexPair } from 'node:stream';
import { expect, it } from 'vitest';
import type { RelaySink } from '../../../src/proxy/direction';
import { Relay } from '../../../src/proxy/relay';
import { NEVER_SENT } from '../../../src/proxy/ring';
import { frame } from './wireFrames';

it('reads an end on whose words the other does not take, once it has said goodbye to both', async () => {
  const [, relayToClient] = duplexPair();
  const [server, relayToServer] = duplexPair();
  const seen: { from: string; bytes: number; isSent: boolean }[] = [];
  const sink: RelaySink = {
    bytes: (from, _t, sent, chunk) => seen.push({ from, bytes: chunk.length, isSent: sent !== NEVER_SENT }),
    said: () => undefined,
    window: (_from, answer) => answer(undefined),
    problem: () => undefined,
    dropped: () => undefined,
    ended: () => undefined,
  };
  const relay = new Relay(relayToClient, relayToServer, sink, () => undefined, { id: 's1' });
  relay.start(Buffer.alloc(0), Buffer.alloc(0));
  // The client reads nothing; the relay stops reading the server behind this one.
  server.write(frame('x'.repeat(200_000)));
  await expect.poll(() => seen).toEqual([{ from: 'server', bytes: 200_010, isSent: true }]);
  server.write(frame('late'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen).toHaveLength(1);
  relay.close(1001, 'over');
  await expect.poll(() => seen.slice(1)).toEqual([{ from: 'server', bytes: 6, isSent: false }]);
  relay.cut();
});
