/** The text of a file that a person wrote. */
import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { UnreadableFileError, whyUnreadable } from '../trace/unreadable';

/** The text without a byte order mark. Rejects with an `UnreadableFileError` when it cannot be read or is no text; `what` is e.g. `scenario`. */
export async function readTextFile(file: string, what: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new UnreadableFileError(`The ${what} ${file} cannot be read: ${whyUnreadable(cause)}.`, { cause });
  }
  if (bytes.includes(0) || !isUtf8(bytes)) {
    throw new UnreadableFileError(
      `The ${what} ${file} cannot be read: it is not text in UTF-8. Give JSON with comments, or YAML.`,
    );
  }
  return bytes.toString('utf8').replace(/^\ufeff/, '');
}
