/** How the commands end: what they were told was wrong is told apart from what they found. */
import { UnreadableFileError } from '../trace/unreadable';

/** Options that do not go together, or name what is not there. The message is for people. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What `--help` says about the exit codes. */
export const EXIT_CODES = `
Exit codes:
  0  done, and nothing is wrong
  1  problems were found, sessions differ, a scenario has mistakes, or the command failed
  2  not begun: an unknown option or command, or a file that is missing or unreadable`;

/** The exit code of a command that was rejected. */
export function exitCodeOf(error: unknown): 1 | 2 {
  return error instanceof UnreadableFileError || error instanceof UsageError ? 2 : 1;
}
