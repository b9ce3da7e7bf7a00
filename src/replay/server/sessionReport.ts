/** How a client's session with a recording went: plain data, for `--json`, `--report` and tests. */
import type { Percentiles } from '../../analysis/model';
import type { FieldDifference } from './sameEvent';

/**
 * `changed`: the message that was due, with other fields; `unexpected`: another message; `order`: one that was due later;
 * `missing`: it did not come, and the replay went on without it; `sound`: more or less than was recorded; `address`: another
 * model; `left`: the session ended before the client had sent everything; `used up`: the client went on where the recording of it
 * had ended, told once.
 */
export type DivergenceKind = 'changed' | 'unexpected' | 'order' | 'missing' | 'sound' | 'address' | 'left' | 'used up';

/** One thing that the client did otherwise than in the recording. */
export interface Divergence {
  kind: DivergenceKind;
  /** ms since the client connected. */
  t: number;
  /** In one sentence. */
  message: string;
  /** The recorded message that was due; `seq` is its number in the trace. Null where none was. */
  expected: { seq: number; type: string } | null;
  /** The message that came, counted from 1 among the client's; null where none came. */
  came: { number: number; type: string } | null;
  differences: FieldDifference[];
}

export interface SessionReport {
  /** Counted from 1 in the order of connecting. */
  client: number;
  /** Id of the recorded session. */
  session: string;
  url: string;
  /** `open` while it goes on; `complete`: everything expected came and nothing else. */
  outcome: 'open' | 'complete' | 'diverged';
  /** Recorded messages of the client, sound left out; how many came as recorded, and how many came with other fields. */
  expected: number;
  matched: number;
  otherwise: number;
  /** Messages that came when all of those had: the recording was used up. */
  beyond: number;
  /** Recorded messages of the server, and how many of them were sent. */
  toSend: number;
  sent: number;
  /** ms of audio that came, and of it ms of sound; recorded ones beside them. */
  audio: { ms: number; soundMs: number; recordedMs: number };
  /** What it waits for (or waited for when the client went), in words; '' for nothing. */
  waitsFor: string;
  /** How late messages were sent, ms; null where none had a time. */
  lateness: Percentiles | null;
  /** The first of them. All are in `divergences`, at most 100. */
  first: Divergence | null;
  divergences: Divergence[];
  durationMs: number;
  closed: { code: number; reason: string } | null;
}

/** All sessions that were served. */
export interface ServeReport {
  trace: string;
  clients: number;
  /** Handshakes that were refused, as they were recorded. */
  refused: number;
  diverged: number;
  sessions: SessionReport[];
}

/** Captured text may hold anything: what would steer a terminal, or turn its text around, is not printed. */
const plain = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '?').slice(0, 500);

/** A divergence as lines of a diff. */
export function divergenceLines({ expected, came, differences }: Divergence): string[] {
  const head = [
    ...(expected ? [`- #${expected.seq} ${plain(expected.type || '(no event)')}`] : []),
    ...(came ? [`+ message ${came.number} ${plain(came.type || '(no event)')}`] : []),
  ];
  return [
    ...head,
    ...differences.flatMap((one) => [
      `-   ${plain(one.path || 'value')}: ${plain(one.expected)}`,
      `+   ${plain(one.path || 'value')}: ${plain(one.came)}`,
    ]),
  ];
}

/** A session's report for people. */
export function formatSessionReport(report: SessionReport): string {
  const { client, session, outcome, matched, expected, otherwise, beyond, sent, toSend } = report;
  const { waitsFor, divergences, first } = report;
  const whole = [
    `${matched} of ${expected} as recorded`,
    ...(otherwise > 0 ? [`${otherwise} otherwise`] : []),
    ...(beyond > 0 ? [`${beyond} when the recording was used up`] : []),
    `${sent} of ${toSend} sent`,
  ].join(', ');
  const lines = [`client ${client}: session ${plain(session) || '1'} ${outcome} (${whole})`];
  if (waitsFor !== '' && outcome !== 'complete') lines.push(`  waited for ${plain(waitsFor)}`);
  if (first) {
    lines.push(`  ${plain(first.message)}`, ...divergenceLines(first).map((line) => `    ${line}`));
    if (divergences.length > 1) lines.push(`  and ${divergences.length - 1} more`);
  }
  return lines.join('\n');
}
