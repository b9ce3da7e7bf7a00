/** `realtime-inspector ladder TRACE`: a recorded session and the simulator made from it, side by side. */
import { compareLadders, type Ladder, type LadderRow, type Rung } from '../simulator/ladder';
import { readRecordings } from '../simulator/recording';

/** What `ladder --json` prints. `same` is true when no session differs. */
export interface LadderReport {
  file: string;
  same: boolean;
  sessions: Ladder[];
}

/** Compares every session of a recording. Rejects with a message for people when it cannot be read. */
export async function ladderReport(file: string, seed = 1): Promise<LadderReport> {
  const recordings = await readRecordings(file);
  const sessions = recordings.map((recording) => compareLadders(recording, seed));
  return { file, same: sessions.every(({ same }) => same), sessions };
}

const WIDTH = 62;

/** The report for people. Control characters of captured types are not printed. */
export function formatLadder(report: LadderReport): string {
  return report.sessions.map((session) => formatSession(session)).join('\n');
}

function formatSession({ session, rows, floating, fields, afterwards, same }: Ladder): string {
  const lines = [`${session === '' ? 'session' : `session ${plain(session)}`}: ${same ? 'same' : 'different'}`];
  lines.push(`    ${'recorded'.padEnd(WIDTH)}simulated`);
  for (const row of rows) lines.push(formatRow(row));
  if (floating.length > 0) lines.push('  at any time');
  for (const row of floating) lines.push(formatRow(row));
  if (afterwards.length > 0) {
    lines.push(`  after the recording's end, not compared: ${afterwards.map((type) => plain(type)).join(', ')}`);
  }
  if (fields.length > 0) lines.push('  fields');
  for (const { type, rung, onlyRecorded, onlySimulated } of fields) {
    lines.push(`  ! ${plain(type)}${rung > 0 ? ` (rung ${rung})` : ''}`);
    if (onlyRecorded.length > 0) lines.push(`      only recorded: ${onlyRecorded.map(plain).join(', ')}`);
    if (onlySimulated.length > 0) lines.push(`      only simulated: ${onlySimulated.map(plain).join(', ')}`);
  }
  return `${lines.join('\n')}\n`;
}

function formatRow({ recorded, simulated }: LadderRow): string {
  const mark = recorded && simulated ? ' ' : '!';
  return `  ${mark} ${label(recorded).padEnd(WIDTH)}${label(simulated)}`.trimEnd();
}

function label(rung: Rung | undefined): string {
  if (!rung) return '-';
  return rung.count > 1 ? `${plain(rung.type)} x${rung.count}` : plain(rung.type);
}

function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '?').slice(0, 200);
}
