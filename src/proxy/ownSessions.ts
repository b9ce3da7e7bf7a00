/**
 * Sessions with the inspector as their client. They come in by the proxy's own listener like any other, so that relay,
 * recorder and injection need not know them; a token in the handshake tells which ones they are.
 */
import { WebSocket } from 'ws';
import type { Sideband } from './sidebands';

/** Carries the token; never sent on. */
export const OWN_HEADER = 'x-realtime-inspector-own';

/** A session that is being opened. Whoever took it says how that went. */
export interface Opening {
  /** The call it listens to, when it is a sideband. */
  readonly sideband: Sideband | undefined;
  opened(id: string): void;
  failed(error: Error): void;
}

/** See the file's head. */
export class OwnSessions {
  /** By the token their handshake carries. */
  readonly #opening = new Map<string, Opening & { socket: WebSocket }>();
  readonly #open = new Map<string, WebSocket>();

  /** Opens one at that address of the proxy; rejects with the refusal's words. */
  open(url: string, sideband?: Sideband): Promise<{ id: string; socket: WebSocket }> {
    const token = crypto.randomUUID();
    const socket = new WebSocket(url, {
      headers: { [OWN_HEADER]: token },
      perMessageDeflate: false,
      maxPayload: 0,
      skipUTF8Validation: true,
      agent: undefined,
    });
    socket.on('message', () => undefined);
    return new Promise((opened, failed) => {
      this.#opening.set(token, {
        sideband,
        socket,
        opened: (id) => {
          this.#open.set(id, socket);
          opened({ id, socket });
        },
        failed,
      });
      socket.on('error', (error) => {
        // Once the proxy has the handshake it tells what became of it, in the upstream's own words.
        if (this.#opening.delete(token)) failed(new Error(`The session could not be opened: ${error.message}`));
      });
    });
  }

  /** The session that this handshake opens, if it is one of these; given once. */
  take(token: string | string[] | undefined): Opening | undefined {
    const opening = this.#opening.get(String(token));
    this.#opening.delete(String(token));
    return opening;
  }

  /** Says goodbye with 1000; false when that session is none of these. */
  close(id: string): boolean {
    const socket = this.#open.get(id);
    socket?.close(1000);
    return socket !== undefined;
  }

  ended(id: string): void {
    this.#open.delete(id);
  }
}
