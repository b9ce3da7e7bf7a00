/** How the commands end: what they were told was wrong is told apart from what they found. */
import { Option } from 'commander';
import type { Severity } from '../analysis/model';
import { UnreadableFileError } from '../trace/unreadable';

/** Options that do not go together, or name what is not there. The message is for people. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What `--help` says about the exit codes. */
export const EXIT_CODES = `
Exit codes:
  0  done; validate and ladder found nothing wrong, diff no difference, all of check holds, inspect could
     read the trace
  1  validate found problems, ladder or diff differences, inspect --fail-on findings, share shapes of
     keys, --fail-on unreadable (of import, export, trim, split, merge, recover, share) what could not
     be read, check an expectation that does not hold, serve a client that diverged, replay
     anything that was not sent or did not come, payload an error; a scenario has mistakes,
     or the command failed
  2  not begun: an unknown option or command, or a file that is missing or unreadable`;

/** The exit code of a command that was rejected. */
export function exitCodeOf(error: unknown): 1 | 2 {
  return error instanceof UnreadableFileError || error instanceof UsageError ? 2 : 1;
}

/** Why `inspect --fail-on` ends with 1, for people; undefined when no finding is as bad as that. */
export function failure(findings: readonly { severity: Severity }[], least: 'error' | 'warning'): string | undefined {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = least === 'warning' ? findings.filter(({ severity }) => severity === 'warning').length : 0;
  if (errors + warnings === 0) return undefined;
  const counts = [
    ...(errors > 0 ? [`${errors} error${errors === 1 ? '' : 's'}`] : []),
    ...(warnings > 0 ? [`${warnings} warning${warnings === 1 ? '' : 's'}`] : []),
  ];
  return `Ends with 1 (--fail-on ${least}): ${counts.join(' and ')} among the findings.`;
}

/** `--fail-on` of the commands that make files of others and go on without what cannot be read. */
export const failOnUnreadable = (): Option =>
  new Option(
    '--fail-on <what>',
    'end with 1 when a part of what was read could not be (else 0: the rest is written, and what is missing told)',
  ).choices(['unreadable']);
export interface FailOnUnreadable {
  failOn?: 'unreadable';
}

/** Ends with 1 and says why, when that was asked for and so much could not be read; the files that were made stay. */
export function failUnreadable({ failOn }: FailOnUnreadable, problems: number, say: (line: string) => void): void {
  if (failOn !== 'unreadable' || problems === 0) return;
  say(
    `Ends with 1 (--fail-on unreadable): ${problems === 1 ? '1 problem' : `${problems} problems`} with what was read.`,
  );
  process.exitCode = 1;
}
