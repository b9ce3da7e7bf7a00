// Flood in one direction with an application-level window.
//
// The sender keeps at most `window` messages unacknowledged; acknowledgements come back over a side channel (a plain
// TCP connection between client and upstream that does not go through the proxy). Without a window, proxies that have
// no backpressure of their own would just buffer the flood in memory and the number measured would be a lie.
import net from 'node:net';
import { FrameCounter, frame } from './wire.mjs';
import { eventOfSize } from './payloads.mjs';

/** Line protocol of the side channel: "<id> <messages acknowledged>\n" or "= <id> <json result>\n". */
export class SideChannel {
  #handlers = new Map();
  #socket;
  #rest = '';
  constructor(socket) {
    this.#socket = socket;
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (s) => {
      const lines = (this.#rest + s).split('\n');
      this.#rest = lines.pop();
      for (const line of lines) {
        const isResult = line.startsWith('= ');
        const [id, ...rest] = (isResult ? line.slice(2) : line).split(' ');
        const h = this.#handlers.get(id);
        if (isResult) h?.result?.(JSON.parse(rest.join(' ')));
        else h?.ack?.(Number(rest[0]));
      }
    });
    socket.on('error', () => {});
  }
  static connect(port) {
    return new Promise((resolve, reject) => {
      const s = net.connect(port, '127.0.0.1', () => resolve(new SideChannel(s)));
      s.once('error', reject);
    });
  }
  on(id, handlers) {
    this.#handlers.set(id, { ...this.#handlers.get(id), ...handlers });
  }
  off(id) {
    this.#handlers.delete(id);
  }
  ack(id, n) {
    this.#socket.write(`${id} ${n}\n`);
  }
  result(id, obj) {
    this.#socket.write(`= ${id} ${JSON.stringify(obj)}\n`);
  }
}

const chunks = new Map(); // prebuilt chunks are kept, so building them is never inside a measurement
export function prebuilt(size, mask) {
  const key = `${size}/${mask}`;
  if (!chunks.has(key)) {
    const perChunk = Math.max(1, Math.floor(65536 / size));
    const one = frame(eventOfSize(size), { mask });
    chunks.set(key, { perChunk, bytes: Buffer.concat(Array(perChunk).fill(one)) });
  }
  return chunks.get(key);
}

export const windowFor = (size) => Math.max(8, Math.min(4096, Math.floor((4 << 20) / size)));

/** Sends for `ms`, then waits until everything was acknowledged, then closes. */
export function floodSend({ socket, side, id, size, ms, mask }) {
  const { perChunk, bytes } = prebuilt(size, mask);
  const window = windowFor(size);
  let sent = 0,
    acked = 0,
    over = false;
  const pump = () => {
    while (!over && sent - acked + perChunk <= window && !socket.writableNeedDrain && !socket.destroyed) {
      socket.write(bytes);
      sent += perChunk;
    }
    if (over && acked >= sent && !socket.destroyed) {
      socket.end(frame(Buffer.from([0x03, 0xe8]), { mask, opcode: 8 }));
    }
  };
  socket.on('drain', pump);
  socket.on('error', () => {});
  side.on(id, {
    ack: (n) => {
      acked = n;
      pump();
    },
  });
  setTimeout(() => {
    over = true;
    pump();
  }, ms);
  pump();
}

/** Receives, acknowledges, and resolves with the rate once the socket closes. */
export function floodReceive({ socket, head, side, id, size, ms, closeMask, timeoutMs = 25000 }) {
  return new Promise((resolve) => {
    const counter = new FrameCounter();
    const warmMs = ms * 0.25,
      step = Math.max(1, Math.floor(windowFor(size) / 8));
    let tFirst = 0,
      tWarm = 0,
      atWarm = 0,
      tLast = 0,
      acked = 0,
      ackTimer = null,
      done = false;
    const ackNow = () => {
      ackTimer = null;
      if (acked !== counter.messages) {
        acked = counter.messages;
        side.ack(id, acked);
      }
    };
    const onData = (buf) => {
      const before = counter.messages;
      counter.push(buf);
      if (counter.messages !== before) {
        const t = performance.now();
        tFirst ||= t;
        if (!tWarm && t - tFirst >= warmMs) {
          tWarm = t;
          atWarm = counter.messages;
        }
        tLast = t;
        if (counter.messages - acked >= step) ackNow();
        else ackTimer ??= setTimeout(ackNow, 2);
      }
      if (counter.closed && !socket.writableEnded)
        socket.end(frame(Buffer.from([0x03, 0xe8]), { mask: closeMask, opcode: 8 }));
    };
    const finish = (why) => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      clearTimeout(ackTimer);
      socket.destroy();
      const secs = (tLast - tWarm) / 1000,
        msgs = counter.messages - atWarm;
      const ok = why === 'closed' && counter.bytes === counter.messages * size && tWarm > 0 && secs > 0;
      resolve({
        ok,
        why: ok ? undefined : `${why}; ${counter.messages} messages, ${counter.bytes} bytes of ${size}`,
        messages: counter.messages,
        perSec: ok ? msgs / secs : null,
        MBps: ok ? (msgs * size) / secs / 1e6 : null,
      });
    };
    const timer = setTimeout(() => finish('timed out'), timeoutMs);
    socket.on('data', onData);
    // Some proxies (mitmproxy) reset instead of closing cleanly; that is fine once the close frame has arrived.
    socket.on('error', (e) => finish(counter.closed ? 'closed' : e.message));
    socket.on('close', () => finish(counter.closed ? 'closed' : 'cut off'));
    if (head?.length) onData(head);
  });
}
