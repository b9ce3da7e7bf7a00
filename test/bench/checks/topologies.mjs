// Every topology that can start here must carry events unchanged, in order, both ways. node --test checks/*.mjs
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import WebSocket, { WebSocketServer } from 'ws';
import { audioEvent, smallEvent } from '../lib/payloads.mjs';

fs.mkdirSync(new URL('../results/', import.meta.url), { recursive: true });
const dir = new URL('../topologies/', import.meta.url).pathname;
for (const f of fs.readdirSync(dir).filter((x) => x.endsWith('.mjs'))) {
  const t = (await import(dir + f)).default;
  test(t.name, async () => {
    const texts = Array.from({ length: 200 }, (_, n) => (n % 5 ? smallEvent({ n }) : audioEvent({ n }))).concat(
      audioEvent({ n: 200 }, 4 << 20),
    );
    const wss = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
    await new Promise((r) => wss.once('listening', r));
    wss.on('connection', (ws) => ws.on('message', (d, binary) => ws.send(d, { binary })));
    const workDir = fs.mkdtempSync(new URL('../results/tmp-test-', import.meta.url).pathname);
    const x = await t.start({
      upstreamPort: wss.address().port,
      workDir,
      cacheDir: workDir,
      nodeBin: process.execPath,
    });
    try {
      const ws = new WebSocket(`${x.url}/v1/realtime?model=test`, { perMessageDeflate: false, maxPayload: 64 << 20 });
      await new Promise((r, j) => {
        ws.once('open', r);
        ws.once('error', j);
      });
      const got = [];
      const all = new Promise((r) =>
        ws.on('message', (d, binary) => {
          assert.equal(binary, false);
          got.push(d.toString());
          if (got.length === texts.length) r();
        }),
      );
      for (const s of texts) ws.send(s);
      await all;
      assert.deepEqual(got, texts);
      const closed = new Promise((r) => ws.once('close', r));
      ws.close(1000);
      await closed;
      await new Promise((r) => setTimeout(r, 300));
    } finally {
      await x.stop();
      wss.close();
    }
    const own = `${workDir}/trace.realtime.jsonl`;
    if (fs.existsSync(own)) {
      const lines = fs
        .readFileSync(own, 'utf8')
        .trim()
        .split('\n')
        .map((l) => JSON.parse(l));
      assert.deepEqual(
        lines.filter((l) => l.from === 'client' && l.kind === 'event').map((l) => JSON.stringify(l.event)),
        texts,
      );
      assert.equal(lines.filter((l) => l.from === 'server' && l.kind === 'event').length, 201);
    }
    const trace = `${workDir}/trace.jsonl`;
    if (fs.existsSync(trace)) {
      const lines = fs
        .readFileSync(trace, 'utf8')
        .trim()
        .split('\n')
        .map((l) => JSON.parse(l));
      assert.equal(lines.length, 402);
      assert.deepEqual(
        [lines.filter((l) => l.dir === 'c2s').length, new Set(lines.map((l) => l.seq)).size],
        [201, 402],
      );
    }
    fs.rmSync(workDir, { recursive: true, force: true });
  });
}
