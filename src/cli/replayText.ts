/** A replay and a sweep as text for people. */
import { formatMs } from '../analysis/format';
import type { Percentiles } from '../analysis/model';
import type { SweepRow } from '../replay/client/sweep';
import { sweepTable } from '../replay/client/sweepTable';
import { few } from '../replay/client/result';
import { plain } from './inspectText';
import type { ReplayReport } from './replayReport';

const MOST = 20;

/** The report of one run. */
export function formatReplay(report: ReplayReport): string {
  const { sent, skipped, leftOut, filledMs, refusals, problems, timing, ending, durationMs } = report;
  const lines = [
    `${report.message} ${report.session} of ${report.file}, ${report.timingMode}${report.speed === 1 ? '' : ` at ${report.speed} times the speed`}${report.overlay === '' ? '' : ` with ${report.overlay}`}`,
    `  new trace            ${report.trace || 'none, as there was nothing to record yet'}`,
  ];
  if (ending.kind === 'refused') return text(lines);
  lines.push(
    `  sent                 ${sent} in ${formatMs(durationMs)}${leftOut > 0 ? `, ${leftOut} left out as asked` : ''}`,
  );
  if (filledMs > 0)
    lines.push(`  silence in between   ${formatMs(filledMs)}, while a message waited and the microphone was open`);
  lines.push(
    `  timing error         ${errorText(timing.all)}`,
    `    sound              ${errorText(timing.audio)}`,
    `    other messages     ${errorText(timing.control)}`,
  );
  const all = timing.all?.count ?? 0;
  for (const { upToMs, count } of timing.bars) {
    if (count === 0) continue;
    const name = upToMs === Infinity ? 'more' : `up to ${upToMs} ms`;
    lines.push(`    ${name.padEnd(18)} ${String(count).padStart(6)} ${'#'.repeat(Math.ceil((count / all) * 40))}`);
  }
  lines.push(
    ...section(
      'not sent',
      skipped.map(({ name, type, reason }) => `${name} (${type}): ${reason}`),
    ),
  );
  lines.push(
    ...section(
      'refused',
      refusals.map(({ frame, code, message }) => `${frame || 'a message'} ${code}: ${message}`),
    ),
  );
  lines.push(...section('otherwise than recorded', problems));
  return text(lines);
}

/** The runs of a sweep in one table. */
export function formatSweep(rows: readonly SweepRow[], reports: readonly ReplayReport[]): string {
  const lines = sweepTable(rows, plain);
  const speed = reports[0]?.speed ?? 1;
  if (speed !== 1)
    lines.push('', `The runs went at ${speed} times the speed of the recording, and their times are as measured.`);
  for (const { overlay, trace, message, skipped, problems } of reports)
    lines.push(
      '',
      `${overlay}: ${message} ${trace}`.trimEnd(),
      ...section('otherwise than recorded', [
        ...skipped.map(({ name, type, reason }) => `${name} (${type}) was not sent: ${reason}`),
        ...problems,
      ]),
    );
  return text(lines);
}

/**
 * Why a sweep is not as it should be, in one sentence: what was not sent, did not come, or ended otherwise; undefined when it is. A
 * build that fails has to say so where its last lines are read.
 */
export function whyIncomplete(reports: readonly ReplayReport[]): string | undefined {
  const runs = reports.flatMap(({ overlay, ending, skipped, notCome }) => {
    const what = [
      ...(ending.kind === 'completed' ? [] : [ending.kind === 'refused' ? 'refused' : `ended as ${ending.kind}`]),
      ...(skipped.length > 0 ? [`${skipped.length} not sent, ${few(skipped.map(({ name }) => name))}`] : []),
      ...(notCome.length > 0 ? [`${notCome.length} did not come, ${few(notCome)}`] : []),
    ];
    return what.length > 0 ? [`${overlay}: ${what.join('; ')}`] : [];
  });
  if (runs.length === 0) return undefined;
  const which = `${runs.length} of ${reports.length} ${reports.length === 1 ? 'run' : 'runs'}`;
  return plain(`${which} did not go as the recording did. ${runs.join('. ')}.`);
}

function section(title: string, entries: readonly string[]): string[] {
  if (entries.length === 0) return [];
  const more = entries.length - MOST;
  return [
    '',
    `${title} (${entries.length})`,
    ...entries.slice(0, MOST).map((entry) => `  ${entry}`),
    ...(more > 0 ? [`  and ${more} more; --json has all`] : []),
  ];
}

function errorText(error: Percentiles | undefined): string {
  if (!error) return 'nothing sent';
  const { p50, p95, max, count } = error;
  return `p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, most ${max.toFixed(1)} ms (${count})`;
}

const text = (lines: readonly string[]): string => `${lines.map(plain).join('\n')}\n`;
