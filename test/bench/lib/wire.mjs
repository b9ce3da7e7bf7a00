// The smallest possible WebSocket endpoints for the flood phases: frames are prebuilt once and written in bulk,
// and the receiver only walks frame headers. That keeps the load generator cheap, so that the proxy and not the
// generator is what saturates. (The latency phases use the real `ws` library at both ends.)
import crypto from 'node:crypto';
import http from 'node:http';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** One complete frame as a Buffer. Clients must mask (RFC 6455 5.3); a fixed key is fine on loopback. */
export function frame(payload, { mask = false, opcode = 1, fin = true } = {}) {
  const data = Buffer.from(payload);
  const n = data.length;
  const lenBytes = n < 126 ? 0 : n < 65536 ? 2 : 8;
  const out = Buffer.allocUnsafe(2 + lenBytes + (mask ? 4 : 0) + n);
  out[0] = (fin ? 0x80 : 0) | opcode;
  out[1] = (mask ? 0x80 : 0) | (lenBytes === 0 ? n : lenBytes === 2 ? 126 : 127);
  if (lenBytes === 2) out.writeUInt16BE(n, 2);
  if (lenBytes === 8) out.writeBigUInt64BE(BigInt(n), 2);
  let at = 2 + lenBytes;
  if (!mask) {
    data.copy(out, at);
    return out;
  }
  const key = [0x37, 0xfa, 0x21, 0x3d];
  for (let i = 0; i < 4; i++) out[at++] = key[i];
  for (let i = 0; i < n; i++) out[at + i] = data[i] ^ key[i & 3];
  return out;
}

/** Walks frames in a byte stream without touching payloads. Counts messages (FIN data frames) and payload bytes. */
export class FrameCounter {
  messages = 0;
  bytes = 0;
  closed = false;
  #left = 0;
  #fin = false;
  #data = false;
  #head = Buffer.alloc(14);
  #have = 0;

  push(buf) {
    const n = buf.length;
    let i = 0;
    while (i < n) {
      if (this.#left > 0) {
        const take = Math.min(this.#left, n - i);
        this.#left -= take;
        i += take;
        if (this.#data) this.bytes += take;
        if (this.#left === 0) this.#endFrame();
        continue;
      }
      // Header: collect into #head, as it may be split over chunks.
      this.#head[this.#have++] = buf[i++];
      if (this.#have < 2) continue;
      const b1 = this.#head[1],
        len7 = b1 & 0x7f;
      const need = 2 + (len7 === 126 ? 2 : len7 === 127 ? 8 : 0) + (b1 & 0x80 ? 4 : 0);
      while (this.#have < need && i < n) this.#head[this.#have++] = buf[i++];
      if (this.#have < need) continue;
      const b0 = this.#head[0],
        opcode = b0 & 0x0f;
      this.#fin = (b0 & 0x80) !== 0;
      this.#data = opcode < 8;
      if (opcode === 8) this.closed = true;
      this.#left =
        len7 < 126 ? len7 : len7 === 126 ? this.#head.readUInt16BE(2) : Number(this.#head.readBigUInt64BE(2));
      this.#have = 0;
      if (this.#left === 0) this.#endFrame();
    }
  }
  #endFrame() {
    if (this.#data && this.#fin) this.messages++;
  }
}

/** Opens a WebSocket by hand and gives the bare socket. */
export function rawConnect(url, timeoutMs = 8000) {
  const u = new URL(url);
  return new Promise((resolve, reject) => {
    const req = http.request({
      host: u.hostname,
      port: u.port,
      path: u.pathname + u.search,
      agent: false,
      headers: {
        Host: u.host,
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': crypto.randomBytes(16).toString('base64'),
      },
    });
    const timer = setTimeout(() => req.destroy(new Error('upgrade timed out')), timeoutMs);
    req.on('upgrade', (_res, socket, head) => {
      clearTimeout(timer);
      socket.setNoDelay(true);
      resolve({ socket, head });
    });
    req.on('response', (res) => {
      clearTimeout(timer);
      req.destroy();
      reject(new Error(`upgrade refused: HTTP ${res.statusCode}`));
    });
    req.on('error', (e) => {
      clearTimeout(timer);
      reject(e);
    });
    req.end();
  });
}

/** Server side of the same. */
export function rawAccept(req, socket) {
  const accept = crypto
    .createHash('sha1')
    .update(req.headers['sec-websocket-key'] + GUID)
    .digest('base64');
  socket.setNoDelay(true);
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
}
