/** The text of the rules file. Free of `vscode`. */
import { readTextFile } from '../files/textFile';

/** Undefined when the file is not there. Rejects with a message for people when it cannot be read. */
export async function readRulesText(file: string): Promise<string | undefined> {
  try {
    return await readTextFile(file, 'rules file');
  } catch (error) {
    const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
    if (cause?.code === 'ENOENT' || cause?.code === 'ENOTDIR') return undefined;
    throw error;
  }
}
