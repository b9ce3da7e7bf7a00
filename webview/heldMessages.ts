/** What page and host say to each other of messages that are held at breakpoints. */

/** A message that waits at a breakpoint. Its text is asked for when it is opened. */
export interface HeldRow {
  id: string;
  session: string;
  from: 'client' | 'server';
  /** When it arrived, ms of the host's wall clock. */
  at: number;
  /** '' when it is no event. */
  type: string;
  /** One line of plain text, without secrets; '' where there is none. */
  summary: string;
  bytes: number;
  binary: boolean;
  /** Id and filter of the breakpoint that holds it. */
  breakpoint: string;
  filter: string;
  /** When it is let go by itself, ms of the host's wall clock. */
  until?: number;
}

/** A message that is not held any more, and what became of it; `lost`: its connection ended first. */
export interface SettledRow {
  id: string;
  session: string;
  from: 'client' | 'server';
  type: string;
  outcome: 'released' | 'edited' | 'dropped' | 'answered' | 'timed out' | 'lost';
  at: number;
}

/** What is held now, oldest first, and what last became of others. */
export interface InterceptState {
  /** The host's wall clock when this was taken, ms: pages may be on a machine with another one. */
  now: number;
  /** At most 200. */
  held: HeldRow[];
  total: number;
  /** Messages that wait in each direction, held ones and those behind them. */
  waiting: { session: string; from: 'client' | 'server'; messages: number }[];
  settled: SettledRow[];
  breakpoints: { id: string; filter: string; enabled: boolean }[];
}
