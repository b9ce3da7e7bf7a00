/** What page and host say to each other of what is sent over time. */

/** A step of what the host sends for the composer, times in ms. */
export type ComposeStep =
  /** An event; `secrets` as in `send`, `to` where it is not the plan's. */
  | { text: string; to?: 'client' | 'server'; replaces?: number; secrets?: Record<string, string> }
  /** Waits for an event of the session: its type, or a filter. */
  | { wait: string; timeoutMs: number }
  | { delayMs: number }
  /** Encoded audio in pieces, as base64 in events of that type: as fast as it would be heard, or at once. */
  | { audio: Uint8Array; event: string; bytesPerMs: number; pieceMs: number; inRealTime: boolean };

/** What is sent over time, and how often. */
export interface ComposePlan {
  session: string;
  to: 'client' | 'server';
  steps: ComposeStep[];
  /** Before the first event, ms. */
  delayMs: number;
  /** All steps so many times, begun so long after one another, ms. */
  times: number;
  everyMs: number;
  /** Events of the client that have no `event_id` get one. */
  namesEvents: boolean;
  /** Variables of payload files are filled in when an event's turn has come. */
  fills?: boolean;
}

/** An event that a run has sent, and what the server said to it; rows are those of the live trace. */
export interface RunEvent {
  step: number;
  round: number;
  type: string;
  row: number | null;
  answer:
    | { kind: 'waiting' }
    | { kind: 'taken' | 'closed'; row: number; type: string }
    | { kind: 'refused'; row: number; message: string; param: string };
}

/** How a run stands. */
export interface ComposeRun {
  id: number;
  session: string;
  to: 'client' | 'server';
  state: 'running' | 'done' | 'failed' | 'cancelled';
  /** What it is doing, or why it ended, for people. */
  text: string;
  step: number;
  round: number;
  times: number;
  /** Events sent, and to be sent in all. */
  sent: number;
  total: number;
  /** The last events sent that are no pieces of audio. */
  events: RunEvent[];
}
