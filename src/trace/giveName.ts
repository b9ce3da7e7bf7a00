/** A file that is whole gets its name, and takes it from another only where its user said so. */
import { link, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { UnreadableFileError } from './unreadable';

/** What is said of a name that is taken. */
export const nameTaken = (file: string): string => `${file} exists already: choose another name, or delete it first.`;

/**
 * Names `part` `file`. Rejects with an `UnreadableFileError` when a file of that name has come meanwhile, unless it goes `over` that
 * one, and as `fs.rename` does; `part` is left then.
 */
export async function giveName(part: string, file: string, over = false): Promise<void> {
  if (over) return rename(part, file);
  try {
    // Unlike renaming, a link takes no name that is there.
    await link(part, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || existsSync(file)) throw new UnreadableFileError(nameTaken(file), { cause: error });
    // Not every file system knows links.
    await rename(part, file);
    return;
  }
  await rm(part, { force: true });
}
