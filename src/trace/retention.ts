/** Keeps a folder of traces below a size: the oldest closed ones go first. */
import { readdir, rm, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { isLocked, LOCK_SUFFIX } from './lock';
import { TRACE_EXTENSION } from './records';

/** What was deleted, and what could not be. */
export interface RetentionResult {
  /** Traces only; locks left by processes that died go without a word. */
  deleted: string[];
  /** Bytes of traces that are still there. */
  bytes: number;
  problems: string[];
}

/**
 * Deletes the oldest traces of a folder (by last change) until all of them together are at most `maxTotalBytes`. Never
 * touches those in `inUse` (whole paths), those that another process is writing (see `lock.ts`), other files, links, or
 * folders below. Locks without a trace or a living writer are removed. A folder that is not there is empty.
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
  const locks: string[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = path.resolve(folder, entry.name);
    if (entry.name.endsWith(TRACE_EXTENSION + LOCK_SUFFIX)) locks.push(file);
    if (!entry.name.endsWith(TRACE_EXTENSION)) continue;
    // It may be gone by now; then there is nothing to count.
    const found = await stat(file).catch(() => undefined);
    if (found) traces.push({ file, size: found.size, changed: found.mtimeMs });
  }
  const stale: string[] = [];
  for (const lock of locks) {
    if (!(await isLocked(lock))) stale.push(lock);
    else used.add(lock.slice(0, -LOCK_SUFFIX.length));
  }
  traces.sort((a, b) => a.changed - b.changed || a.file.localeCompare(b.file));
  result.bytes = traces.reduce((sum, trace) => sum + trace.size, 0);
  for (const trace of traces) {
    if (result.bytes <= maxTotalBytes) break;
    // A trace may have been begun since the folder was listed.
    if (used.has(trace.file) || (await isLocked(trace.file + LOCK_SUFFIX))) continue;
    try {
      await unlink(trace.file);
      result.deleted.push(trace.file);
      result.bytes -= trace.size;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') result.bytes -= trace.size;
      else result.problems.push(`${trace.file} could not be deleted: ${(error as Error).message}.`);
    }
  }
  for (const lock of stale) {
    // Read again: its trace may have been made anew under the same name.
    if (!(await isLocked(lock))) await rm(lock, { force: true }).catch(() => undefined);
  }
  return result;
}
