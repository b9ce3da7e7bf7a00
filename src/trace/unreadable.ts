/** Files that cannot be read at all, and why, for people. */

/** Nothing can be made of a file: it is not there, may not be read, or is something else. The message says which file and why. */
export class UnreadableFileError extends Error {
  override readonly name: string = 'UnreadableFileError';
}

const WHY: Record<string, string> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'it does not exist',
  EISDIR: 'it is a folder',
  EACCES: 'its permissions do not allow it',
  EPERM: 'its permissions do not allow it',
};

/** Why opening or reading a file failed, to be put behind `... cannot be read: ` and before a full stop. */
export function whyUnreadable(cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? '';
  const message = cause instanceof Error ? cause.message : String(cause);
  return (Object.hasOwn(WHY, code) ? WHY[code] : undefined) ?? message.replace(/\.$/, '');
}
