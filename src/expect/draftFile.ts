/** Writes a first file of expectations of a trace. */
import { writeFile } from 'node:fs/promises';
import type { UserPrices } from '../analysis/prices';
import { UnreadableFileError, whyUnreadable } from '../trace/unreadable';
import { checkTrace } from './checkTrace';
import { DRAFT_ASKS, draftOf, draftText } from './draft';
import { factsOf } from './facts';
import type { CheckReport } from './results';

/**
 * Writes it and holds the trace against it. Rejects with an `UnreadableFileError` when the trace cannot be read, or the file is
 * there already or cannot be written.
 */
export async function writeDraft(trace: string, file: string, prices?: UserPrices): Promise<CheckReport> {
  const text = draftText(draftOf(await factsOf(trace, DRAFT_ASKS, prices)), file);
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST')
      throw new UnreadableFileError(`${file} exists already: choose another name, or delete it first.`);
    throw new UnreadableFileError(`${file} cannot be written: ${whyUnreadable(cause)}.`);
  }
  return checkTrace(trace, file, prices);
}
