/** An open session, as a replay sees it. */
export interface Wire {
  send(data: string | Buffer): void;
  /** Bytes that have not left yet. */
  readonly buffered: number;
  close(code: number, reason: string): void;
}

/** What the other end of a wire tells; `opened` comes first. */
export interface WireListener {
  opened(): void;
  text(text: string): void;
  closed(code: number, reason: string): void;
}

/** The handshake was answered otherwise than with a session; the message is for people. `status` 0: nobody answered. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}
