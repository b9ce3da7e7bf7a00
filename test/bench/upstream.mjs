// Upstream server (child process): plays the Realtime API. One port for WebSockets, one for the side channel.
//   ?bench=paced  small events are echoed (stamped on arrival); audio deltas are streamed at a fixed rate; with &spoken=1 they
//                 are events of a voice session
//   ?bench=echo   small events are echoed    ?bench=big  reports arrival of large events on the side channel
//   ?bench=down   floods the client      ?bench=up   is flooded by the client
import http from 'node:http';
import net from 'node:net';
import { WebSocketServer } from 'ws';
import { FrameCounter, frame, rawAccept } from './lib/wire.mjs';
import { SideChannel, floodReceive, floodSend, prebuilt } from './lib/flood.mjs';
import { audioEvent, beginning, nowNs, smallEvent, spokenEvent } from './lib/payloads.mjs';

let side; // the one load client
const wss = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 64 << 20 });

let sessions = 0;
const num = (q, k) => Number(q.get(k));

function paced(ws, q) {
  const period = 1000 / num(q, 'hz'),
    size = num(q, 'size'),
    spoken = q.has('spoken'),
    session = (sessions += 1);
  let seq = 0,
    next = 0,
    timer;
  // Template split around the stamp: building an event costs the same small amount for every topology.
  const [a, b] = audioEvent({ k: 'd', t: '@@', n: '##' }, size + 40, spoken ? session : undefined).split('"@@"');
  const [b1, b2] = b.split('"##"');
  const tick = () => {
    if (ws.readyState !== ws.OPEN) return;
    const n = seq++;
    const text = `${a}${nowNs()}${b1}${n}${b2}`;
    ws.send(text);
    next += period;
    timer = setTimeout(tick, Math.max(0, next - performance.now()));
  };
  ws.once('message', () => {
    // the stream starts with the first client event, when all sessions are open
    if (spoken) for (const text of beginning(session)) ws.send(text);
    next = performance.now() + num(q, 'phase') * period;
    timer = setTimeout(tick, Math.max(0, next - performance.now()));
  });
  ws.on('message', (data) => {
    const t1 = nowNs();
    const e = JSON.parse(data);
    const stamp = { k: 'e', t0: e.t0, t1, n: e.n };
    ws.send(spoken ? spokenEvent('server', stamp, session) : smallEvent(stamp));
  });
  ws.on('close', () => clearTimeout(timer));
  ws.on('error', () => {});
}

function echo(ws) {
  ws.on('message', (data) => {
    const e = JSON.parse(data);
    ws.send(smallEvent({ k: 'e', t0: e.t0, n: e.n }));
  });
  ws.on('error', () => {});
}

/** Reports over the side channel when each large event has arrived completely. */
function big(socket, head, id) {
  const counter = new FrameCounter();
  const onData = (buf) => {
    const before = counter.messages;
    counter.push(buf);
    if (counter.messages !== before) side.result(id, { t1: nowNs(), bytes: counter.bytes, messages: counter.messages });
    if (counter.closed) socket.end(frame(Buffer.from([0x03, 0xe8]), { opcode: 8 }));
  };
  socket.on('data', onData);
  if (head.length) onData(head);
}

const server = http.createServer((_q, res) => res.end('ok'));
server.on('upgrade', (req, socket, head) => {
  const q = new URL(req.url, 'http://x').searchParams;
  const kind = q.get('bench'),
    id = q.get('id'),
    size = num(q, 'n'),
    ms = num(q, 'ms');
  socket.on('error', () => {});
  if (kind === 'paced') wss.handleUpgrade(req, socket, head, (ws) => paced(ws, q));
  else if (kind === 'echo') wss.handleUpgrade(req, socket, head, (ws) => echo(ws));
  else if (kind === 'big') {
    rawAccept(req, socket);
    big(socket, head, id);
  } else if (kind === 'down') {
    rawAccept(req, socket);
    socket.resume(); // the client's close frame
    floodSend({ socket, side, id, size, ms, mask: false });
  } else if (kind === 'up') {
    rawAccept(req, socket);
    floodReceive({ socket, head, side, id, size, ms, closeMask: false }).then((r) => side.result(id, r));
  } else socket.destroy();
});
for (const n of [300, 8192, 1 << 20]) prebuilt(n, false);

const control = net.createServer((s) => {
  side = new SideChannel(s);
});
process.on('disconnect', () => process.exit(0));
await new Promise((r) => server.listen(0, '127.0.0.1', r));
await new Promise((r) => control.listen(0, '127.0.0.1', r));
process.send({ port: server.address().port, controlPort: control.address().port });
