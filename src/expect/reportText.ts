/** Results of checks for people. */
import type { CheckReport, CheckResult, Where } from './results';

/** Captured text may hold anything: what would steer a terminal, or turn its text around, is not printed. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '?').slice(0, 1000);
}

/** The report, what failed first. */
export function formatCheck(report: CheckReport): string {
  if (report.error !== undefined) return `ERROR ${plain(report.error)}\n`;
  const failed = report.results.filter(({ passed }) => !passed);
  const right = report.results.filter(({ passed }) => passed);
  const lines: string[] = [];
  for (const warning of report.warnings ?? []) lines.push(`warning  ${plain(warning)}`);
  for (const problem of report.problems) lines.push(`  ${plain(problem)}`);
  for (const result of failed) lines.push(...formatFailure(result), '');
  for (const result of right) lines.push(`ok    ${plain(sentence(result))}: ${plain(result.actual)}`);
  return `${[...lines, verdict(failed.length, report.results.length)].join('\n')}\n`;
}

function verdict(failed: number, all: number): string {
  if (all === 1) return `The one expectation ${failed === 0 ? 'holds' : 'does not hold'}.`;
  if (failed === 0) return `All ${all} expectations hold.`;
  return `${failed} of ${all} expectations ${failed === 1 ? 'does' : 'do'} not hold.`;
}

/** What failed, for people: what, where, expected, came, and the lines that differ. */
export function formatFailure(result: CheckResult): string[] {
  return [
    `FAIL  ${plain(sentence(result))}`,
    ...(result.path === '' ? [] : [`      expectation: ${plain(result.path)}`]),
    `      expected:    ${plain(result.expected)}`,
    `      came:        ${plain(result.actual)}`,
    ...result.diff.map((line) => `        ${plain(line)}`),
  ];
}

function sentence({ what, where }: CheckResult): string {
  const place = whereWords(where);
  return place === '' ? what : `${what} (${place})`;
}

/** A place in words; '' for none. */
export function whereWords({ session, turn, seq }: Where): string {
  return [
    ...(session === '' ? [] : [`session ${session}`]),
    ...(turn > 0 ? [`turn ${turn}`] : []),
    ...(seq > 0 ? [`event #${seq}`] : []),
  ].join(', ');
}
