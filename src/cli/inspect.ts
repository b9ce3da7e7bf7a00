/** `realtime-inspector inspect TRACE`: what a trace holds, for people. */
import { formatBytes, formatMs } from '../analysis/format';
import type { AnalysisReport } from '../document/wholeAnalysis';
import type { InspectReport } from '../exchange/page/inspectReport';
import { analysisLines, noteLines, plain } from './inspectText';

/** The report for people: plain text, a final line feed. What was captured is cleaned of control characters. */
export function formatReport(report: InspectReport, analysis?: AnalysisReport): string {
  const lines: string[] = [];
  const { client, server } = report.messages;
  lines.push(plain(report.file));
  lines.push(
    `  recorded ${plain(report.startedAt) || 'at an unknown time'} by ${plain(report.generator) || 'an unknown program'}, ${formatMs(report.durationMs)}`,
  );
  lines.push(
    `  ${count(client.count, 'message')} to the server (${formatBytes(client.bytes)}), ${count(server.count, 'message')} to the client (${formatBytes(server.bytes)})`,
  );
  lines.push(
    `  audio: ${client.audioSeconds.toFixed(1)} s to the server, ${server.audioSeconds.toFixed(1)} s to the client`,
  );
  const extras = [
    report.injected ? `${report.injected} sent by the inspector` : '',
    report.redacted ? `${report.redacted} with replaced secrets` : '',
    report.httpCalls ? count(report.httpCalls, 'HTTP call') : '',
    report.lost ? `${count(report.lost, 'message')} not kept` : '',
  ].filter(Boolean);
  if (extras.length > 0) lines.push(`  ${extras.join(', ')}`);

  lines.push('', 'Sessions');
  if (report.sessions.length === 0) lines.push('  none');
  for (const session of report.sessions) {
    const end = session.close
      ? `closed ${session.close.code}${session.close.reason ? ` ${session.close.reason}` : ''} by the ${session.close.by}`
      : session.status === 101
        ? 'not closed'
        : session.status === 0
          ? 'no answer'
          : `refused with ${session.status}`;
    lines.push(
      plain(
        `  ${session.id}  ${session.label || session.url}  ${formatMs(session.durationMs)}, ${count(session.messages, 'message')}, ${end}`,
      ),
    );
  }

  const responses = Object.entries(report.responses);
  lines.push('', 'Responses');
  lines.push(plain(`  ${responses.map(([status, times]) => `${times} ${status}`).join(', ') || 'none'}`));

  if (report.notes.length > 0) lines.push(...noteLines(report.notes));
  if (analysis) lines.push(...analysisLines(analysis));

  lines.push('', 'Events');
  const width = String(report.types[0]?.count ?? 0).length;
  for (const { from, type, count: times, bytes: size } of report.types) {
    lines.push(
      plain(
        `  ${from === 'client' ? '->' : '<-'} ${String(times).padStart(width)}  ${type || '(no type)'}  ${formatBytes(size)}`,
      ),
    );
  }
  if (report.types.length === 0) lines.push('  none');

  if (report.errorCount > 0) {
    lines.push('', `Errors (${report.errorCount})`);
    for (const { seq, session, t, message } of report.errors) {
      lines.push(plain(`  ${session}${seq ? ` #${seq}` : ''} at ${formatMs(t)}: ${message}`));
    }
    if (report.errorCount > report.errors.length) lines.push(`  and ${report.errorCount - report.errors.length} more`);
  }
  if (report.problems.length > 0) {
    lines.push('', 'Problems of the file');
    for (const problem of report.problems) lines.push(plain(`  ${problem}`));
  }
  return `${lines.join('\n')}\n`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
