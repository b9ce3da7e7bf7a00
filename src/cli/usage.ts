/** How the commands end: what they were told was wrong is told apart from what they found. */
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
     keys, check an expectation that does not hold, serve a client that diverged, replay
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
