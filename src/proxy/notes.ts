/** What the traffic thread tells the recorder besides bytes, as JSON in the ring. Unredacted: it never leaves memory so. */
import type { Side } from '../protocol/side';

/** A handshake that was answered, or failed (`status` 0 when nobody answered). Headers alternate names and values. */
export interface OpenNote {
  session: string;
  url: string;
  upstream: string;
  requestHeaders: string[];
  subprotocols: string[];
  status: number;
  responseHeaders?: string[];
  subprotocol?: string;
  extensions?: string;
  phases: { dns?: number; tcp?: number; tls?: number; upgrade?: number };
  own: boolean;
  error?: string;
  body?: string;
}

/** Stands before an injected message's payload, parted from it by a zero byte. */
export interface InjectedNote {
  replaces?: number;
}

/** The inspector itself says goodbye to both ends of a session. */
export interface DroppedNote {
  code: number;
  reason: string;
}

/** Both sockets of a session are gone. */
export interface EndNote {
  /** Which end went first. */
  by: Side;
  /** Why, when the socket did not end in good order. */
  reason: string;
}
