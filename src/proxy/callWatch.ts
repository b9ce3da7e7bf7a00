/** Opens a sideband for each call that begins or is accepted through the proxy, and says once when that cannot be done. */
import type { WebSocket } from 'ws';
import { redactBody } from '../trace/redact';
import { secretsOf } from './requests';
import { callOf, Sideband, type CallExchange } from './sidebands';
import type { UpstreamTarget } from './upstreamTarget';

/** What the watch needs of the proxy. */
export interface CallWatchOptions {
  /** Opens it as a session of the inspector's own; rejects with the refusal's words. */
  connect(sideband: Sideband): Promise<WebSocket>;
  /** Some session of that call is open. */
  isOpen(call: string): boolean;
  /** Tells people. */
  say(message: string): void;
  /** Tells the log, what people were told before. */
  log(message: string): void;
}

/** See the file's head. */
export class CallWatch {
  readonly #options: CallWatchOptions;
  /** Sidebands on their way or open, by call. */
  readonly #sidebands = new Map<string, Sideband>();
  readonly #told = new Set<string>();
  #stopped = false;

  constructor(options: CallWatchOptions) {
    this.#options = options;
  }

  /**
   * A request has been answered whole. `path` and `rawHeaders` are as they went to that upstream. Returns at once: the
   * app's own request is over, and nothing of this is any of its business.
   */
  exchanged(path: string, exchange: CallExchange, upstream: UpstreamTarget, rawHeaders: readonly string[]): void {
    const call = this.#stopped ? undefined : callOf(path, exchange);
    if (!call || this.#sidebands.has(call.id) || this.#options.isOpen(call.id)) return;
    const sideband = new Sideband(call, upstream, rawHeaders);
    this.#sidebands.set(call.id, sideband);
    void this.#watch(sideband).finally(() => this.#sidebands.delete(call.id));
  }

  /** Gives up what is not open yet. */
  stop(): void {
    this.#stopped = true;
    for (const sideband of this.#sidebands.values()) sideband.stop();
  }

  async #watch(sideband: Sideband): Promise<void> {
    for (;;) {
      try {
        const refusal = await refusalOf(await this.#options.connect(sideband));
        if (refusal === undefined) return;
        if (!refusal.ofKey || !sideband.nextIdentity()) return this.#tell(sideband, refusal.reason);
      } catch (error) {
        return this.#tell(sideband, (error as Error).message);
      }
    }
  }

  #tell(sideband: Sideband, reason: string): void {
    if (this.#stopped) return;
    // Some gateways repeat the key they were given.
    const clean = redactBody(reason, secretsOf(sideband.headers))?.text ?? reason;
    const message = sideband.describe(clean);
    // An app that makes call after call is refused each time for the same reason.
    const kind = message.replaceAll(sideband.id, '');
    if (this.#told.has(kind)) this.#options.log(message);
    else this.#options.say(message);
    this.#told.add(kind);
  }
}

/** Close codes of the live service for what it will not have: it lets a client in first, and tells it then. */
const KEY_REFUSED = 3000;
const REFUSED = 4000;

/** Waits for the session's end, and tells whether it was a refusal: an error at most, and one of these codes. */
function refusalOf(socket: WebSocket): Promise<{ reason: string; ofKey: boolean } | undefined> {
  let messages = 0;
  socket.on('message', () => messages++);
  return new Promise((resolve) => {
    socket.on('close', (code, bytes) => {
      if (messages > 1 || (code !== KEY_REFUSED && code !== REFUSED)) return resolve(undefined);
      const reason = bytes.toString('utf8');
      resolve({
        reason: `The upstream closed it at once with ${code}${reason === '' ? '' : ` (${reason})`}.`,
        ofKey: code === KEY_REFUSED,
      });
    });
  });
}
