/** `realtime-inspector ladder TRACE`: a recorded session and the simulator made from it, side by side. */
import { compareLadders, type Difference, type Ladder, type LadderRow } from '../simulator/ladder';
import { UnreadableRecordingError, readRecordingFile } from '../simulator/recording';
import type { Rung } from '../simulator/rungs';

/** What `ladder --json` prints. */
export interface LadderReport {
  file: string;
  /** No session differs. */
  same: boolean;
  /** Lines of the file that are no JSON, and messages known not to have been kept. */
  unreadable: number;
  lost: number;
  sessions: Ladder[];
}

export interface LadderOptions {
  seed?: number;
  /** Only this session of the trace. */
  session?: string;
}

/**
 * Compares every session of a recording, or one. Rejects with an `UnreadableRecordingError` when the file cannot be read,
 * has no such session, or holds nothing a server sent.
 */
export async function ladderReport(file: string, { seed = 1, session }: LadderOptions = {}): Promise<LadderReport> {
  const { sessions, unreadable, lost } = await readRecordingFile(file);
  const wanted = sessions.filter(({ id }) => session === undefined || id === session);
  if (wanted.length === 0) {
    const known = sessions.map(({ id }) => plain(id) || 'one without an id').join(', ');
    throw new UnreadableRecordingError(`${file} has no session ${session}; it has ${known}.`);
  }
  const spoke = wanted.some(({ messages }) => messages.some(({ from, event }) => from === 'server' && event));
  if (!spoke) {
    const where = session === undefined ? file : `Session ${session} of ${file}`;
    throw new UnreadableRecordingError(`${where} holds no server events: there is nothing to compare.`);
  }
  const compared = wanted.map((recording) => compareLadders(recording, seed));
  return { file, same: compared.every(({ same }) => same), unreadable, lost, sessions: compared };
}

/** Width of the first column: as its longest name, within these. A name that is longer has a line to itself. */
const [LEAST_WIDTH, MOST_WIDTH] = [40, 80];
/** Differences inside events that are printed for a session; `--json` has them all. */
const MOST = 100;

/** The report for people. Control characters of what was captured are not printed. */
export function formatLadder(report: LadderReport): string {
  const lines: string[] = [];
  if (report.unreadable > 0) lines.push(`Lines that could not be read and were left out: ${report.unreadable}`);
  if (report.lost > 0) lines.push(`Messages that were not kept when this was recorded: ${report.lost}`);
  if (lines.length > 0) lines.push('');
  for (const session of report.sessions) lines.push(...formatSession(session), '');
  return lines.join('\n');
}

function formatSession({ session, rows, floating, differences, afterwards, notes, same }: Ladder): string[] {
  const verdict = same ? (rows.length > 0 ? 'same' : 'not compared') : 'different';
  const lines = [`${session === '' ? 'session' : `session ${plain(session)}`}: ${verdict}`];
  for (const note of notes) lines.push(`  ${note}`);
  const all = [...rows, ...floating.flatMap(({ rows: own }) => own)].map(({ recorded }) => label(recorded).length);
  const width = Math.max(LEAST_WIDTH, ...all.filter((length) => length <= MOST_WIDTH));
  if (rows.length > 0) lines.push(`    ${'recorded'.padEnd(width)} simulated`);
  for (const row of rows) lines.push(...formatRow(row, width));
  for (const { of, rows: own } of floating) {
    lines.push(`  at any time: ${of}`, ...own.flatMap((row) => formatRow(row, width)));
  }
  if (afterwards.length > 0) {
    lines.push(`  after the recording's end, not compared: ${afterwards.map((type) => plain(type)).join(', ')}`);
  }
  const inside = differences.filter(({ kind }) => kind !== 'event');
  if (inside.length > 0) lines.push('  inside the events');
  for (const difference of inside.slice(0, MOST)) lines.push(...formatDifference(difference));
  if (inside.length > MOST) lines.push(`  and ${inside.length - MOST} more, which --json lists`);
  return lines;
}

function formatRow({ recorded, simulated }: LadderRow, width: number): string[] {
  const mark = recorded && simulated ? ' ' : '!';
  const [one, other] = [label(recorded), label(simulated)];
  if (one.length > width) return [`  ${mark} ${one}`, `    ${' '.repeat(width)} ${other}`];
  return [`  ${mark} ${one.padEnd(width)} ${other}`];
}

function formatDifference(difference: Difference): string[] {
  const { of, rung, type } = difference;
  const head = `  ! ${plain(type)} (${of === '' ? '' : `${of}, `}rung ${rung})`;
  switch (difference.kind) {
    case 'event':
      return [`${head}: only ${difference.only}`];
    case 'order':
      return [
        `${head}: other deltas`,
        `      recorded:  ${difference.recorded.map(plain).join(', ')}`,
        `      simulated: ${difference.simulated.map(plain).join(', ')}`,
      ];
    case 'fields': {
      const lines = [`${head}: other fields`];
      if (difference.onlyRecorded.length > 0) lines.push(`      only recorded:  ${paths(difference.onlyRecorded)}`);
      if (difference.onlySimulated.length > 0) lines.push(`      only simulated: ${paths(difference.onlySimulated)}`);
      return lines;
    }
    case 'value':
      return [
        `${head}: other ${plain(difference.path)}`,
        `      recorded:  ${shown(difference.recorded)}`,
        `      simulated: ${shown(difference.simulated)}`,
      ];
  }
}

/** Paths without those that only go on from another one in the list. */
function paths(all: readonly string[]): string {
  const known = new Set(all);
  const whole = all.filter(
    (path) => !known.has(path.replace(/\.[^.]*$/, '').replace(/(\[\])+$/, '')) || !path.includes('.'),
  );
  return whole.map(plain).join(', ');
}

function label(rung: Rung | undefined): string {
  if (!rung) return '-';
  return rung.count > 1 ? `${plain(rung.type)} x${rung.count}` : plain(rung.type);
}

function shown(value: unknown): string {
  return plain(JSON.stringify(value) ?? 'nothing');
}

function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '?').slice(0, 200);
}
