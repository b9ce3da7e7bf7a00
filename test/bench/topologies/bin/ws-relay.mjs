// Minimal ws-to-ws relay, as one would write it first. Usage: ws-relay.mjs PORT UPSTREAM_PORT [TRACE.jsonl]
// With a trace file it also JSON.parses every event and appends one JSONL line. It has backpressure both ways.
import fs from 'node:fs';
import WebSocket, { WebSocketServer } from 'ws';

const [port, upstreamPort, trace] = process.argv.slice(2);
const HIGH = 1 << 20,
  FILE_HIGH = 16 << 20;
const out = trace ? fs.createWriteStream(trace, { flags: 'a' }) : null;
let seq = 0;

function record(dir, data) {
  const text = data.toString();
  const event = JSON.parse(text);
  out.write(
    `{"seq":${seq++},"ts":${Date.now()},"dir":"${dir}","type":${JSON.stringify(event.type)},"event":${text}}\n`,
  );
}

function pipe(from, to, dir) {
  from.on('message', (data, binary) => {
    if (to.bufferedAmount > HIGH) {
      from.pause();
      to.send(data, { binary }, () => from.resume());
    } else to.send(data, { binary });
    if (out) {
      record(dir, data); // after forwarding: the trace must not delay the event
      if (out.writableLength > FILE_HIGH && !from.isPaused) {
        from.pause();
        out.once('drain', () => from.resume());
      }
    }
  });
  from.on('close', (code, reason) => to.close(code === 1005 || code === 1006 ? 1000 : code, reason));
  from.on('error', () => to.terminate());
}

const opts = { perMessageDeflate: false, maxPayload: 64 << 20 };
new WebSocketServer({ host: '127.0.0.1', port: Number(port), ...opts }).on('connection', (client, req) => {
  client.pause();
  const server = new WebSocket(`ws://127.0.0.1:${upstreamPort}${req.url}`, opts);
  server.once('open', () => client.resume());
  pipe(client, server, 'c2s');
  pipe(server, client, 's2c');
});
process.stdin.resume().on('end', () => process.exit(0)); // goes when the harness goes
