// Load client (child process): runs one measurement per IPC message and answers with the result.
import WebSocket from 'ws';
import { frame, rawConnect } from './lib/wire.mjs';
import { SideChannel, floodReceive, floodSend, prebuilt } from './lib/flood.mjs';
import { audioEvent, nowNs, smallEvent, spokenEvent } from './lib/payloads.mjs';

/** Sessions that go past the proxy: enough for the 99th percentile of a few seconds. */
const DIRECT = 3;

let side,
  ids = 0;
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
const path = (url, q) => `${url}/v1/realtime?${new URLSearchParams(q)}`;

function open(url) {
  const t = performance.now();
  const ws = new WebSocket(url, { perMessageDeflate: false, maxPayload: 64 << 20, handshakeTimeout: 8000 });
  return new Promise((resolve, reject) => {
    ws.once('open', () => {
      ws.connectMs = performance.now() - t;
      resolve(ws);
    });
    ws.once('error', reject);
  });
}
function shut(ws) {
  return new Promise((resolve) => {
    if (ws.readyState === ws.CLOSED) return resolve();
    const timer = setTimeout(() => {
      ws.terminate();
      resolve();
    }, 3000);
    ws.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    ws.close(1000);
  });
}

/**
 * Open-loop paced load: nobody waits for an answer before sending the next event, so stalls are not hidden. `spoken` events are
 * those of voice sessions; with `directUrl` three sessions more go past the proxy, and `direct` holds their round trips.
 */
async function paced({ url, directUrl, sessions, ms, warmMs, smallHz, deltaHz, deltaSize, spoken }) {
  const direct = [];
  const rtt = [],
    c2s = [],
    s2c = [],
    delta = [],
    lag = [];
  let sent = 0,
    echoed = 0,
    wrong = 0,
    all = 0;
  let from = Infinity,
    to = Infinity; // ns; only events sent inside are samples
  const list = await Promise.all(
    Array.from({ length: sessions + (directUrl ? DIRECT : 0) }, (_, i) =>
      open(
        path(i < sessions ? url : directUrl, {
          bench: 'paced',
          hz: deltaHz,
          size: deltaSize,
          phase: ((i * 0.618) % 1).toFixed(3),
          ...(spoken ? { spoken: 1 } : {}),
        }),
      ),
    ),
  );
  const stops = list.map((ws, i) => {
    const isDirect = i >= sessions;
    let nEcho = 0,
      nDelta = 0,
      n = 0,
      timer;
    ws.on('error', () => {
      wrong++;
    });
    ws.on('message', (data) => {
      const t = nowNs();
      if (!isDirect) all++;
      const headText = data.toString('latin1', 0, 180);
      if (!headText.includes('"k":"')) return; // how a voice session begins
      if (headText.includes('"k":"d"')) {
        const m = /"t":(\d+),"n":(\d+)/.exec(headText);
        if (Number(m[2]) !== nDelta++ || data.length < deltaSize) wrong++;
        const t0 = Number(m[1]);
        if (t0 >= from && t0 < to && !isDirect) {
          delta.push((t - t0) / 1e3);
        }
      } else {
        const e = JSON.parse(data);
        if (e.n !== nEcho++) wrong++;
        if (e.t0 >= from && e.t0 < to) {
          echoed++;
          if (isDirect) {
            direct.push((t - e.t0) / 1e3);
            return;
          }
          rtt.push((t - e.t0) / 1e3);
          c2s.push((e.t1 - e.t0) / 1e3);
          s2c.push((t - e.t1) / 1e3);
        }
      }
    });
    const period = 1000 / smallHz;
    let next = performance.now() + ((i * 0.382) % 1) * period;
    const tick = () => {
      const now = performance.now();
      if (ws.readyState === ws.OPEN) {
        const t0 = nowNs();
        const stamp = { k: 's', t0, n: n++ };
        ws.send(spoken ? spokenEvent('client', stamp) : smallEvent(stamp));
        if (!isDirect) all++;
        if (t0 >= from && t0 < to) {
          sent++;
          lag.push((now - next) * 1e3);
        }
      }
      next += period;
      timer = setTimeout(tick, Math.max(0, next - performance.now()));
    };
    timer = setTimeout(tick, Math.max(0, next - performance.now()));
    return () => clearTimeout(timer);
  });
  await sleep(warmMs);
  from = nowNs();
  to = from + ms * 1e6;
  await sleep(ms);
  for (const s of stops) s();
  for (let i = 0; i < 40 && echoed < sent; i++) await sleep(25);
  await Promise.all(list.map(shut));
  return {
    rtt,
    direct,
    from,
    to,
    c2s,
    s2c,
    delta,
    lag,
    lost: sent - echoed,
    wrong,
    messages: all,
    connectMs: list.map((w) => w.connectMs),
  };
}

async function down({ url, size, ms }) {
  const id = `f${++ids}`;
  const { socket, head } = await rawConnect(path(url, { bench: 'down', id, n: size, ms }));
  return floodReceive({ socket, head, side, id, size, ms, closeMask: true });
}

async function up({ url, size, ms }) {
  const id = `f${++ids}`;
  const { socket } = await rawConnect(path(url, { bench: 'up', id, n: size, ms }));
  socket.resume();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error('no result from the receiver'));
    }, 30000);
    side.on(id, {
      result: (r) => {
        clearTimeout(timer);
        side.off(id);
        resolve(r);
      },
    });
    floodSend({ socket, side, id, size, ms, mask: true });
  });
}

/** A very large client event (15 MiB) on one session while a second session keeps exchanging small events. */
async function big({ url, size, reps }) {
  const id = `f${++ids}`,
    bytes = largeFrame(size),
    times = [],
    stalls = [];
  const [{ socket }, b] = await Promise.all([
    rawConnect(path(url, { bench: 'big', id })),
    open(path(url, { bench: 'echo' })),
  ]);
  let inFlight = false,
    n = 0,
    worst = 0,
    failure = null,
    timer;
  b.on('message', (d) => {
    const ms = (nowNs() - JSON.parse(d).t0) / 1e6;
    if (ms > worst) worst = ms;
  });
  b.on('error', () => {});
  socket.resume();
  const send = () => {
    if (inFlight) b.send(smallEvent({ t0: nowNs(), n: n++ }));
    timer = setTimeout(send, 3);
  };
  send();
  for (let i = 0; i < reps && !failure; i++) {
    inFlight = true;
    await sleep(40);
    worst = 0;
    const t0 = nowNs();
    const got = await new Promise((resolve, reject) => {
      const to = setTimeout(() => reject(new Error('15 MiB event not delivered in 10 s')), 10000);
      side.on(id, {
        result: (r) => {
          clearTimeout(to);
          resolve(r);
        },
      });
      socket.once('error', (e) => {
        clearTimeout(to);
        reject(e);
      });
      socket.once('close', () => {
        clearTimeout(to);
        reject(new Error('connection closed during the 15 MiB event'));
      });
      socket.write(bytes);
    }).catch((e) => {
      failure = e.message;
      return null;
    });
    await sleep(60); // let stalled small events come in
    inFlight = false;
    await sleep(20);
    if (got && got.bytes !== size * (i + 1)) failure = `${got.bytes} bytes arrived`;
    if (got) {
      times.push((got.t1 - t0) / 1e6);
      stalls.push(worst);
    }
  }
  clearTimeout(timer);
  socket
    .removeAllListeners('close')
    .removeAllListeners('error')
    .on('error', () => {});
  side.off(id);
  socket.end(frame(Buffer.from([0x03, 0xe8]), { mask: true, opcode: 8 }));
  await shut(b);
  setTimeout(() => socket.destroy(), 200);
  return { times, stalls, failure };
}
let large;
const largeFrame = (size) => (large ??= frame(audioEvent({}, size), { mask: true }));

const jobs = { paced, down, up, big };
process.on('disconnect', () => process.exit(0));
process.on('message', async ({ job, args, controlPort }) => {
  try {
    if (controlPort) {
      side = await SideChannel.connect(controlPort);
      process.send({ ok: true });
      return;
    }
    process.send({ ok: true, result: await jobs[job](args) });
  } catch (e) {
    process.send({ ok: false, error: e.message || String(e) });
  }
});
for (const n of [300, 8192, 1 << 20]) prebuilt(n, true);
largeFrame(15 << 20);
