/** Keeps a folder of traces below a size: the oldest closed ones go first. */
import { readdir, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { TRACE_EXTENSION } from './records';

/** What was deleted, and what could not be. */
export interface RetentionResult {
  deleted: string[];
  /** Bytes of traces that are still there. */
  bytes: number;
  problems: string[];
}

/**
 * Deletes the oldest traces of a folder (by last change) until all of them together are at most `maxTotalBytes`. Never
 * touches those in `inUse` (whole paths), other files, links, or folders below. A folder that is not there is empty.
 */
export async function retainTraces(
  folder: string,
  maxTotalBytes: number,
  inUse: readonly string[],
): Promise<RetentionResult> {
  const result: RetentionResult = { deleted: [], bytes: 0, problems: [] };
  const used = new Set(inUse.map((file) => path.resolve(file)));
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') result.problems.push(`The traces in ${folder} cannot be listed: ${error.message}.`);
    return [];
  });
  const traces: { file: string; size: number; changed: number }[] = [];
  for (const entry of entries) {
    if (!entry.isFile() || !entry.name.endsWith(TRACE_EXTENSION)) continue;
    const file = path.resolve(folder, entry.name);
    // It may be gone by now; then there is nothing to count.
    const found = await stat(file).catch(() => undefined);
    if (found) traces.push({ file, size: found.size, changed: found.mtimeMs });
  }
  traces.sort((a, b) => a.changed - b.changed || a.file.localeCompare(b.file));
  result.bytes = traces.reduce((sum, trace) => sum + trace.size, 0);
  for (const trace of traces) {
    if (result.bytes <= maxTotalBytes) break;
    if (used.has(trace.file)) continue;
    try {
      await unlink(trace.file);
      result.deleted.push(trace.file);
      result.bytes -= trace.size;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') result.bytes -= trace.size;
      else result.problems.push(`${trace.file} could not be deleted: ${(error as Error).message}.`);
    }
  }
  return result;
}
