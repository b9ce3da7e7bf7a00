/** Breakpoints and held messages, as the engine's owner and the traffic thread speak of them. */
import type { Side } from '../protocol/side';

/** Messages that match are held until somebody says what is to become of them. */
export interface Breakpoint {
  id: string;
  /** In the filter language (`src/protocol/messageFilter.ts`); '' holds every message. */
  filter: string;
  /** Only messages from this end. */
  side?: Side;
  /** Only messages of this session. */
  session?: string;
  enabled: boolean;
  /** Switched off by its first hit. */
  once?: boolean;
  /** Lets a message go as it came after so long, ms; without it, it waits for ever. */
  timeoutMs?: number;
}

/** A breakpoint, how often it has held a message, and what is wrong with it ('' when nothing is; else it holds none). */
export interface BreakpointState extends Breakpoint {
  hits: number;
  problem: string;
}

/** A message that waits at a breakpoint. */
export interface HeldMessage {
  /** Names it to `release`, `drop` and `answer`. */
  id: string;
  session: string;
  from: Side;
  /** When it arrived, ms of wall-clock time since 1970. */
  at: number;
  /** Undefined when it is binary or not UTF-8. */
  text: string | undefined;
  bytes: number;
  binary: boolean;
  /** Id of the breakpoint. */
  breakpoint: string;
}

/** What became of a held message. `lost`: the connection ended first. */
export type HeldOutcome = 'released' | 'edited' | 'dropped' | 'answered' | 'timed out' | 'lost';

/** How many messages of a direction wait, the held ones and those behind them, and their bytes on the wire. */
export interface WaitingCount {
  session: string;
  from: Side;
  messages: number;
  bytes: number;
}
