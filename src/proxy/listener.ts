/**
 * One port for plain and TLS connections: the first byte of a TLS handshake is 0x16, which no HTTP request begins with.
 * A plain connection keeps its bare net.Socket, so that a relay may splice it without a layer in between.
 */
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

/** What to serve and whom to tell. */
export interface ListenerOptions {
  /** Server key and certificate, PEM. */
  key: string;
  cert: string;
  /** Path of the authority's certificate, named in the advice for clients that do not trust it. */
  caFile?: string;
  /** Any request; also one with `Expect: 100-continue`, which is then not yet answered. */
  onRequest(req: http.IncomingMessage, res: http.ServerResponse): void;
  /** Any request to become a WebSocket; time-outs are off, errors on the socket are the receiver's from here on. */
  onUpgrade(req: http.IncomingMessage, socket: net.Socket, head: Buffer): void;
  /** A client that could not be served, in words for people; each kind is said once. */
  onClientError?(message: string): void;
  /** How long a connection may say nothing before its first request, ms (30 000). */
  silenceMs?: number;
}

/** A server that may be started once. */
export interface Listener {
  readonly server: net.Server;
  /**
   * Listens; `port` 0 is any. A taken port moves to the next free one (`moved`), at most 50 further, unless `exact`.
   * Rejects with a message for people.
   */
  listen(host: string, port: number, exact: boolean): Promise<{ port: number; moved: boolean }>;
  /** Stops listening and ends every connection that is still open. */
  close(): Promise<void>;
}

const MAX_HEADER_BYTES = 64 * 1024;
const PORTS_TO_TRY = 50;
const TLS_HANDSHAKE = 0x16;

/** Makes the listener; see ListenerOptions. */
export function createListener(options: ListenerOptions): Listener {
  const silenceMs = options.silenceMs ?? 30_000;
  const sockets = new Set<net.Socket>();
  const told = new Set<string>();
  const tell = (kind: string, message: string): void => {
    if (told.has(kind)) return;
    told.add(kind);
    options.onClientError?.(message);
  };

  const shared: http.ServerOptions = { maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: 65_000, noDelay: true };
  const plain = http.createServer(shared);
  const secure = https.createServer({ ...shared, key: options.key, cert: options.cert, handshakeTimeout: silenceMs });
  for (const server of [plain, secure]) {
    const answer = (req: http.IncomingMessage, res: http.ServerResponse): void => {
      req.socket.setTimeout(0);
      options.onRequest(req, res);
    };
    server.on('request', answer);
    // Without these two Node answers in the upstream's place.
    server.on('checkContinue', answer);
    server.on('checkExpectation', answer);
    server.on('upgrade', (req: http.IncomingMessage, socket: Duplex, head: Buffer) => {
      const raw = socket as net.Socket;
      raw.setTimeout(0);
      if (req.headers.upgrade?.toLowerCase() === 'websocket') options.onUpgrade(req, raw, head);
      else {
        // An offer of another protocol (Java's client offers h2c) may be ignored (RFC 9110 7.8): read the request again
        // without it. Node has already taken the connection away from its HTTP server.
        raw.unshift(Buffer.concat([withoutUpgrade(req), head]));
        server.emit(server === secure ? 'secureConnection' : 'connection', raw);
      }
    });
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
      refuseMalformed(error, socket as net.Socket);
    });
  }
  secure.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    const advice = describeTlsError(error, options.caFile);
    tell(advice.kind, advice.message);
    socket.destroy();
  });
  secure.on('secureConnection', (socket: TLSSocket) => {
    socket.setTimeout(silenceMs, () => socket.destroy());
  });

  const server = net.createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const dropped = (): void => {
      socket.destroy();
    };
    socket.on('error', dropped);
    socket.setTimeout(silenceMs, dropped);
    const sniff = (): void => {
      const first = socket.read(1) as Buffer | null;
      if (first === null) {
        if (socket.readableEnded || socket.destroyed) dropped();
        else socket.once('readable', sniff);
        return;
      }
      socket.removeListener('end', dropped);
      socket.unshift(first);
      if (first[0] === TLS_HANDSHAKE) {
        socket.setTimeout(0);
        socket.removeListener('timeout', dropped);
        // As in Node's own TLS server; a client that hangs up in the handshake would otherwise stay unnoticed.
        socket.allowHalfOpen = false;
        secure.emit('connection', socket);
      } else {
        plain.emit('connection', socket);
      }
      // The HTTP server has its own listener by now; a relay that takes the socket over must not find ours.
      socket.removeListener('error', dropped);
      if (first[0] === TLS_HANDSHAKE) socket.on('error', dropped);
    };
    socket.once('end', dropped);
    socket.once('readable', sniff);
  });

  const attempt = (host: string, port: number): Promise<number> =>
    new Promise((resolve, reject) => {
      const failed = (error: Error): void => reject(error);
      server.once('error', failed);
      server.listen({ host, port }, () => {
        server.removeListener('error', failed);
        resolve((server.address() as net.AddressInfo).port);
      });
    });

  return {
    server,
    async listen(host, port, exact) {
      const last = exact || port === 0 ? port : Math.min(port + PORTS_TO_TRY, 65_535);
      for (let candidate = port; ; candidate += 1) {
        try {
          const bound = await attempt(host, candidate);
          return { port: bound, moved: port !== 0 && bound !== port };
        } catch (error) {
          const code = (error as NodeJS.ErrnoException).code ?? '';
          if (code === 'EADDRINUSE' && candidate < last) continue;
          throw new Error(describeListenError(code, host, port, candidate, error as Error), { cause: error });
        }
      }
    },
    close() {
      return new Promise((resolve) => {
        if (server.listening) server.close(() => resolve());
        else resolve();
        for (const socket of sockets) socket.destroy();
        plain.close();
        secure.close();
      });
    },
  };
}

/** The request's head as it came, less the headers that offer another protocol. */
function withoutUpgrade(req: http.IncomingMessage): Buffer {
  let text = `${req.method} ${req.url} HTTP/${req.httpVersion}\r\n`;
  for (let i = 0; i + 1 < req.rawHeaders.length; i += 2)
    if (!/^(upgrade|connection|http2-settings)$/i.test(req.rawHeaders[i] as string))
      text += `${req.rawHeaders[i]}: ${req.rawHeaders[i + 1]}\r\n`;
  return Buffer.from(`${text}\r\n`, 'latin1');
}

function refuseMalformed(error: NodeJS.ErrnoException, socket: net.Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  const message =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? `The request's headers are over ${MAX_HEADER_BYTES / 1024} KiB.`
      : 'The request is not HTTP/1.1.';
  const body = JSON.stringify({ error: { message, type: 'proxy_error' } });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `Connection: close\r\n\r\n${body}`,
  );
}

const untrusted = (what: string, caFile: string | undefined): string =>
  `A client ${what} the proxy's certificate. Make it trust ${caFile ?? 'the certificate authority of the proxy'}: ` +
  `NODE_EXTRA_CA_CERTS=${caFile ?? 'ca.pem'} for Node, SSL_CERT_FILE for Python, or use the http:// address.`;

/** Errors of one kind are one to the user, however often they come. */
function describeTlsError(error: NodeJS.ErrnoException, caFile: string | undefined): { kind: string; message: string } {
  const code = error.code ?? '';
  if (/ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|UNSUPPORTED_CERTIFICATE)/.test(code)) {
    return { kind: 'untrusted', message: untrusted('refused', caFile) };
  }
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') {
    return { kind: code, message: 'A client began a TLS handshake and did not finish it.' };
  }
  // Node's own clients look at the certificate themselves and hang up in the handshake, without an alert.
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return { kind: 'untrusted', message: untrusted('hung up during the TLS handshake, so it may not trust', caFile) };
  }
  return { kind: code, message: `A client's TLS handshake failed: ${error.message.split('\n')[0]?.slice(0, 200)}` };
}

function describeListenError(code: string, host: string, port: number, last: number, error: Error): string {
  if (code === 'EADDRINUSE') {
    return last === port
      ? `Port ${port} on ${host} is in use by another program; choose another port.`
      : `Ports ${port} to ${last} on ${host} are all in use; choose another port.`;
  }
  if (code === 'EACCES')
    return `The system does not allow listening on port ${port} of ${host}; choose one above 1023.`;
  if (code === 'EADDRNOTAVAIL') return `${host} is not an address of this machine; listen on 127.0.0.1 instead.`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `The host name ${host} to listen on is unknown.`;
  return `The proxy cannot listen on ${host} port ${port}: ${error.message}`;
}
