/** The recorded handshake once more, to a proxy of our own that records what comes of it. */
import { validateHeaderName, validateHeaderValue, type IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { shortReason } from '../closeReason';
import type { RecordedSession } from '../recording';
import { RefusedError, type Wire, type WireListener } from './wire';

/** Headers that belong to the connection or to a page, or that no longer hold what they did. */
const NOT_REPEATED =
  /^(?:host|connection|upgrade|origin|referer|cookie|authorization|api-key|x-api-key|content-length|transfer-encoding|te|trailer|keep-alive|accept-encoding|forwarded|via|proxy-.*|sec-.*|x-forwarded-.*)$/i;
const REPLACED = '[redacted]';
const OPEN_MS = 60_000;
const CLOSE_MS = 2000;
const MOST_BODY = 64 * 1024;
/** A name as HTTP has it (RFC 9110, 5.6.2). */
const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;

/** Path and query of a recorded session behind the base of the API; what Azure has before `/realtime` stays before it. */
export function pathOf({ url }: Pick<RecordedSession, 'url'>, model: string): string {
  if (!URL.canParse(url)) return `/realtime?model=${encodeURIComponent(model || 'gpt-realtime')}`;
  const { pathname, search } = new URL(url);
  const query = new URLSearchParams(search);
  for (const [name, value] of [...query]) if (value.includes(REPLACED)) query.delete(name);
  const kept = query.size === new URLSearchParams(search).size ? search : query.size > 0 ? `?${query}` : '';
  const at = pathname.search(/\/realtime(?:\/|$)/);
  return `${at < 0 ? pathname : pathname.slice(at)}${kept}`;
}

/** A recorded header that can be sent: a file of another hand may hold anything under that name. */
function isSendable(name: string, values: readonly string[]): boolean {
  try {
    validateHeaderName(name);
    for (const value of values) validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

/**
 * Opens a session as the recorded one was opened, at a base URL ending in `/v1`. Rejects with a `RefusedError`, also when the
 * signal ends it before it is open.
 */
export async function connect(
  base: string,
  session: RecordedSession,
  model: string,
  listener: WireListener,
  signal: AbortSignal,
): Promise<Wire & { ended: Promise<void> }> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(session.headers))
    if (
      !NOT_REPEATED.test(name) &&
      ![value].flat().some((one) => one.includes(REPLACED)) &&
      isSendable(name, [value].flat())
    )
      headers[name] = value;
  const protocols = [...new Set(session.subprotocols)].filter((one) => TOKEN.test(one));
  const compresses = Object.entries(session.headers).some(
    ([name, value]) =>
      name.toLowerCase() === 'sec-websocket-extensions' && String(value).includes('permessage-deflate'),
  );
  const socket = new WebSocket(`${base.replace(/^http/, 'ws')}${pathOf(session, model)}`, protocols, {
    headers,
    perMessageDeflate: compresses,
    handshakeTimeout: OPEN_MS,
    maxPayload: 256 << 20,
  });
  // Every end is one, also that by an error, which is told elsewhere.
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) listener.text(data.toString('utf8'));
  });
  socket.on('close', (code, reason) => listener.closed(code, reason.toString('utf8')));
  const giveUp = () => socket.terminate();
  signal.addEventListener('abort', giveUp, { once: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => {
      listener.opened();
      resolve();
    });
    socket.on('error', (error) => reject(new RefusedError(0, `The session could not be opened: ${error.message}`)));
    socket.once('unexpected-response', (request, response: IncomingMessage) => {
      void refusal(response).then((error) => {
        request.destroy();
        reject(error);
      });
    });
    if (signal.aborted) giveUp();
  });
  signal.removeEventListener('abort', giveUp);
  return {
    send: (data) => socket.send(data),
    get buffered() {
      return socket.bufferedAmount;
    },
    close: (code, reason) => {
      socket.close(code, shortReason(reason));
      setTimeout(() => socket.terminate(), CLOSE_MS).unref();
    },
    ended,
  };
}

async function refusal(response: IncomingMessage): Promise<RefusedError> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MOST_BODY) break;
    }
  } catch {
    // What came of it is enough.
  }
  const status = response.statusCode ?? 0;
  const text = Buffer.concat(chunks).toString('utf8');
  let said = text.split('\n', 1)[0] ?? '';
  try {
    const { error } = JSON.parse(text) as { error?: { message?: unknown } };
    if (typeof error?.message === 'string') said = error.message;
  } catch {
    // Not JSON: the first line says most.
  }
  return new RefusedError(
    status,
    `The upstream refused the session (${status})${said === '' ? '.' : `: ${said.slice(0, 500)}`}`,
  );
}
