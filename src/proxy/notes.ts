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
  /** The rule that refused it; the upstream was not asked. */
  rule?: string;
}

/**
 * Stands before the payload of a message that the inspector sent, let go or took away, parted from it by a zero byte. What
 * was held back is named by its number among those of its direction (`RelaySink.bytes` without a `sent`), counted from 0.
 */
export interface SaidNote {
  /** Number in the trace of the message it was made from. */
  replaces?: number;
  /** Number of the held message it was made from, or is. */
  held?: number;
  /** It was made from a message of its session recorded so many lines before it, with nothing between. */
  again?: number;
  /** It is the held message as it came. */
  same?: true;
  /** It was taken away, and nothing was sent. */
  fate?: 'dropped' | 'lost';
  rule?: string;
  /** Filter of the breakpoint at which it was held. */
  breakpoint?: string;
  binary?: true;
  /** The payload could not be decoded; so many bytes stood on the wire. */
  unknown?: number;
}

/** The inspector itself says goodbye to both ends of a session, of its own or by a rule. */
export interface DroppedNote {
  code: number;
  reason: string;
  rule?: string;
}

/** Both sockets of a session are gone. */
export interface EndNote {
  /** Which end went first. */
  by: Side;
  /** Why, when the socket did not end in good order. */
  reason: string;
}
