// node --test checks/*.mjs
import assert from 'node:assert/strict';
import test from 'node:test';
import { FrameCounter, frame } from '../lib/wire.mjs';
import { audioEvent, smallEvent } from '../lib/payloads.mjs';
import { median, quantile } from '../lib/stats.mjs';

test('FrameCounter counts messages and bytes however the stream is cut', () => {
  const sizes = [0, 1, 125, 126, 300, 65535, 65536, 200000];
  const parts = [];
  for (const mask of [false, true]) for (const n of sizes) parts.push(frame(Buffer.alloc(n, 65), { mask }));
  parts.push(frame('ab', { fin: false }), frame('ping', { opcode: 9 }), frame('cd', { opcode: 0 })); // fragmented + control between
  const whole = Buffer.concat(parts);
  const bytes = 2 * sizes.reduce((a, b) => a + b) + 4;
  for (const cut of [1, 2, 3, 7, 13, 14, 64, 1000, 65536, whole.length]) {
    const c = new FrameCounter();
    for (let i = 0; i < whole.length; i += cut) c.push(whole.subarray(i, i + cut));
    assert.deepEqual([c.messages, c.bytes, c.closed], [2 * sizes.length + 1, bytes, false], `cut ${cut}`);
  }
});

test('frames are what the ws library reads', async () => {
  const { WebSocketServer } = await import('ws');
  const { rawConnect } = await import('../lib/wire.mjs');
  const wss = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise((r) => wss.once('listening', r));
  const got = [];
  const closed = new Promise((r) =>
    wss.on('connection', (ws) => {
      ws.on('message', (d) => got.push(d.toString()));
      ws.on('close', (code) => r(code));
    }),
  );
  const { socket } = await rawConnect(`ws://127.0.0.1:${wss.address().port}`);
  const texts = [smallEvent({ n: 1 }), audioEvent({ n: 2 }), audioEvent({ n: 3 }, 1 << 20)];
  for (const t of texts) socket.write(frame(t, { mask: true }));
  socket.end(frame(Buffer.from([0x03, 0xe8]), { mask: true, opcode: 8 }));
  assert.equal(await closed, 1000);
  assert.deepEqual(
    got.map((g) => g.length),
    texts.map((t) => t.length),
  );
  assert.deepEqual(got, texts);
  wss.close();
  socket.destroy();
});

test('events have the asked size and are JSON', () => {
  for (const n of [300, 512]) assert.equal(Buffer.byteLength(smallEvent({ t0: 1234567890123, n: 5 }, n)), n);
  assert.equal(JSON.parse(audioEvent({}, 8192)).type, 'response.output_audio.delta');
  assert.equal(audioEvent({}, 15 << 20).length, 15 << 20);
});

test('quantile and median', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.equal(median([null, 7]), 7);
  assert.equal(
    quantile(
      Array.from({ length: 100 }, (_, i) => i + 1),
      0.99,
    ),
    99,
  );
});
