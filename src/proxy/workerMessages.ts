/** What the engine's owner and its two worker threads say to each other. */
import type { Side } from '../protocol/side';
import type { RulesText } from '../rules/model';
import type { UserNote } from '../trace/notes';
import type { ReplayOrigin } from '../trace/records';
import type { Breakpoint, BreakpointState, HeldMessage, HeldOutcome, WaitingCount } from './interception';
import type { Rotation } from './recording';
import type { SessionState } from './sessionState';
import type { UpstreamTarget } from './upstreamTarget';

/** How the traffic thread begins. */
export interface TrafficSetup {
  ring: SharedArrayBuffer;
  listen: { host: string; port: number; exact: boolean };
  allowedHosts: string[];
  allowedOrigins: string[];
  tls: { key: string; cert: string; caFile: string };
  upstream: UpstreamTarget;
  /** Path segment that must stand before `/v1` for the stored key to be spent. */
  segment: string | undefined;
  proxyUrl: string | undefined;
  trustedCertificates: string[];
}

/** How the recorder thread begins. */
export interface RecorderSetup {
  ring: SharedArrayBuffer;
  target: { file: string } | { folder: string };
  maxTotalBytes: number;
  rotation: Rotation | undefined;
  generator: string;
  /** For the header of a trace that a replay makes. */
  replayOf: ReplayOrigin | undefined;
  alsoSecret: string[];
  on: boolean;
  /** Wall-clock time of 0 on the traffic thread's clock, ms. */
  epoch: number;
  /** That clock's time now, ms. */
  now: number;
}

/** What can be asked of the traffic thread, and what it answers. */
export interface TrafficRequests {
  inject: { params: { session: string; to: Side; text: string; replaces?: number }; result: null };
  newSession: { params: { model?: string; intent?: string }; result: string };
  closeSession: { params: { session: string }; result: null };
  setUpstream: { params: UpstreamTarget; result: null };
  setBreakpoints: { params: { breakpoints: Breakpoint[] }; result: BreakpointState[] };
  /** Parsed again there; `undefined` lifts all rules. */
  setRules: { params: { rules: RulesText | undefined }; result: null };
  release: { params: { id: string; text?: string }; result: null };
  keep: { params: { id: string }; result: null };
  drop: { params: { id: string }; result: null };
  answer: { params: { id: string; text: string }; result: null };
  releaseAll: { params: { session?: string }; result: null };
  /** The recorder has died: traffic goes on without a record instead of waiting for it. */
  forgetRecorder: { params: Record<string, never>; result: null };
  stop: { params: Record<string, never>; result: null };
}

/** What can be asked of the recorder thread. */
export interface RecorderRequests {
  setOn: { params: { on: boolean }; result: null };
  /** These are secret from here on, in every session and REST call. */
  keepSecret: { params: { secrets: string[] }; result: null };
  /** Adds a note of the user to the trace being written; `kept` is false when that is not `file` (any more). */
  note: { params: { file: string; note: UserNote }; result: { kept: boolean } };
  stop: { params: Record<string, never>; result: { file: string; removed: boolean } };
}

/** An answer. */
export type Answer = { id: number; result: unknown } | { id: number; error: string };

/** What the traffic thread tells unasked. */
export type TrafficReport =
  | { report: 'clock'; epoch: number; now: number }
  | { report: 'listening'; port: number; moved: boolean }
  | { report: 'failed'; message: string }
  | { report: 'session'; session: SessionState }
  | { report: 'log'; level: 'info' | 'warn' | 'error'; message: string }
  | { report: 'problem'; message: string }
  | { report: 'breakpoints'; breakpoints: BreakpointState[] }
  /** A message is held at a breakpoint, and what became of it. */
  | { report: 'holds'; message: HeldMessage }
  | { report: 'settled'; id: string; outcome: HeldOutcome }
  /** All directions in which messages wait. */
  | { report: 'waiting'; waiting: WaitingCount[] }
  /** How often each rule took part, by its index. */
  | { report: 'ruleHits'; hits: number[] }
  /** Why rules are out of force, by index (`RuleSet.out`). */
  | { report: 'rulesOut'; out: string[] }
  /** The recorder is so far behind that sockets are held (or no longer). */
  | { report: 'held'; held: boolean };

/** What the recorder thread tells unasked. */
export type RecorderReport =
  | { report: 'ready'; file: string; size: number }
  | { report: 'failed'; message: string }
  | { report: 'recorded'; file: string; size: number; recording: boolean; trouble: string }
  | { report: 'log'; level: 'info' | 'warn' | 'error'; message: string };

/** Answers `EntryTag.window`, beside the ring; null on the same port says that the recorder has caught up. */
export interface WindowAnswer {
  stream: number;
  bytes: Uint8Array | undefined;
}
