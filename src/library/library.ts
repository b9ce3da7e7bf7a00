/**
 * Bundle `library`: what a test of another project imports. `import { serveTrace, replayTrace, checkTrace } from
 * 'realtime-inspector'` (docs/ci.md).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { checkTrace as check } from '../expect/checkTrace';
import { formatCheck as formatReport } from '../expect/reportText';
import { junitXml as junit } from '../expect/junit';
import type { CheckReport } from '../expect/results';
import type { Expectations } from '../expect/written';
import { certificatesFolder } from '../proxy/userData';
import { startReplay, type ReplayUpstream } from '../replay/client/replay';
import type { Timing } from '../replay/timing';
import { serveTrace as serve, type ReplayServer, type ServeOptions } from '../replay/server/serve';
import { formatSessionReport as formatSession, type SessionReport } from '../replay/server/sessionReport';
import { TRACE_EXTENSION } from '../trace/records';
import packageJson from '../../package.json';

export type { CheckReport, CheckResult } from '../expect/results';
export type { Expectations } from '../expect/written';
export type { ReplayServer, ServeOptions } from '../replay/server/serve';
export type { Divergence, ServeReport, SessionReport } from '../replay/server/sessionReport';

/** Serves a trace to client apps. Rejects with a message for people when it cannot be read, or the port cannot be had. */
export function serveTrace(options: ServeOptions): Promise<ReplayServer> {
  return serve(options);
}

/**
 * Holds a trace against expectations: the path of a file, or what would stand in it. Rejects with a message for people when
 * either cannot be read.
 */
export function checkTrace(trace: string, expectations: string | Expectations): Promise<CheckReport> {
  return check(trace, expectations);
}

/** A report of `checkTrace` for people, what failed first. */
export function formatCheck(report: CheckReport): string {
  return formatReport(report);
}

/** Reports of `checkTrace` as JUnit XML. */
export function junitXml(reports: readonly CheckReport[]): string {
  return junit(reports);
}

/** A session of `serveTrace` for people, its first divergence as a diff. */
export function formatSessionReport(report: SessionReport): string {
  return formatSession(report);
}

/** What to replay as the client, and where to. */
export interface ReplayTraceOptions {
  trace: string;
  /** Only this session of it; the first that can be replayed unless given. */
  session?: string;
  /** A base URL, `openai`, or `simulator`, which answers as the server of the recording did. */
  to: string;
  /** Spent at the upstream: the recording has none. */
  apiKey?: string;
  /** `gated` unless given. */
  timing?: Timing;
  /** How much faster than recorded. */
  speed?: number;
  /** The new trace, which must not exist yet. Left out, it is in a folder for temporary files. */
  out?: string;
  /** What the new trace is held against. */
  expect?: string | Expectations;
}

/** What came of a replay. */
export interface ReplayTraceResult {
  /** The new trace. */
  trace: string;
  /** Everything was sent that could be, and what the recording shows came. */
  completed: boolean;
  /** How it ended, for people. */
  message: string;
  sent: number;
  /** Messages that could not be sent, and things that were not as in the recording, for people. */
  problems: string[];
  durationMs: number;
  /** Present where expectations were given. */
  check?: CheckReport;
}

/** Replays the client of a recorded session and records the new one. Rejects when it cannot begin. */
export async function replayTrace(options: ReplayTraceOptions): Promise<ReplayTraceResult> {
  const { trace: file, session, to, apiKey, timing = 'gated', speed, expect } = options;
  const folder = options.out === undefined ? await mkdtemp(path.join(os.tmpdir(), 'realtime-replay-')) : undefined;
  const out = options.out ?? path.join(folder ?? '', `replay${TRACE_EXTENSION}`);
  try {
    const replay = await startReplay({
      ...{ file, upstream: upstreamOf(to), timing, trace: out },
      ...(session === undefined ? {} : { session }),
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(speed === undefined ? {} : { speed }),
      workers: __dirname,
      certificates: certificatesFolder(),
      generator: `realtime-inspector/${packageJson.version}`,
    });
    try {
      const { trace, ending, message, sent, skipped, notCome, problems, durationMs } = await replay.done;
      const unsent = skipped.map(({ name, type, reason }) => `${name} ${type} was not sent: ${reason}`);
      const result = {
        trace,
        completed: ending.kind === 'completed' && notCome.length === 0,
        message,
        sent,
        durationMs,
      };
      const told = { ...result, problems: [...unsent, ...replay.problems, ...problems] };
      return expect === undefined ? told : { ...told, check: await check(trace, expect) };
    } finally {
      await replay.close();
    }
  } catch (cause) {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    throw cause;
  }
}

function upstreamOf(to: string): ReplayUpstream {
  if (to === 'openai') return { kind: 'openai' };
  if (to === 'simulator') return { kind: 'recorded' };
  if (URL.canParse(to) && /^(?:https?|wss?):$/.test(new URL(to).protocol)) return { kind: 'url', url: to };
  throw new Error(`There is no upstream ${JSON.stringify(to)}: give a base URL, "simulator" or "openai".`);
}
