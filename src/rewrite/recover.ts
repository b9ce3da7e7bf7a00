/** What can be read of a damaged trace as a whole one, and what cannot beside it: nothing recorded is lost. */
import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, openSync, rmSync, writeSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { giveName, nameTaken } from '../trace/giveName';
import { lineData, LineReader, LONGEST_COPY } from '../trace/lineReader';
import { parseLine } from '../trace/parseLine';
import type { TraceHeader } from '../trace/records';
import { notRewritten } from '../trace/upgrade';
import { UnreadableFileError, whyUnreadable } from '../trace/unreadable';
import type { CutOptions, Rewritten } from './cut';
import { originsOf, Target } from './target';

export interface Recovered extends Rewritten {
  /** Lines kept and lines that could not be read. */
  kept: number;
  unread: number;
  /** The file with what could not be read, when there is any. */
  rest: string | undefined;
}

/**
 * Writes every line of `file` that can be read to `out`, unchanged, and every other one to `out` with `.unread` behind it. A
 * missing header is made from the file's own date. Rejects with an `UnreadableFileError` when nothing of a trace is in it.
 */
export async function recover(
  file: string,
  out: string,
  { generator, over, signal, progress }: CutOptions,
): Promise<Recovered> {
  const rest = `${out}.unread`;
  if (over !== true && existsSync(rest)) throw new UnreadableFileError(nameTaken(rest));
  const lines = await LineReader.open(file, { longestLine: LONGEST_COPY }).catch((error: unknown) => {
    throw new UnreadableFileError(`The trace ${file} cannot be opened: ${whyUnreadable(error)}.`, { cause: error });
  });
  const restPart = `${rest}.part-${randomUUID().slice(0, 8)}`;
  const notes: string[] = [];
  const origins = { generator, madeBy: 'recover', over };
  let target: Target | undefined;
  let restFd: number | undefined;
  let unread = 0;
  try {
    const { size, mtime } = await stat(file);
    const begin = (header: TraceHeader | undefined) => {
      if (header === undefined)
        notes.push('It has no header: times are counted from its last change, which is later than its start.');
      const startedAt = header?.startedAt ?? mtime.toISOString();
      return new Target(out, { ...origins, ...originsOf(header), startedAt, continues: header?.continues });
    };
    const take = (data: Buffer, bytes: number): boolean => {
      if (bytes === 0) return true;
      // Of a line that is too long only the beginning is here.
      if (bytes > data.length) return false;
      const parsed = parseLine(data, bytes);
      if (parsed.kind === 'unreadable') return false;
      if (parsed.kind === 'header') {
        const why = notRewritten(file, parsed.header.version);
        if (why !== '') throw new UnreadableFileError(why);
      }
      if (parsed.kind !== 'header') (target ??= begin(undefined)).verbatim(data);
      else if (target === undefined) target = begin(parsed.header);
      else target.header(parsed.header);
      return true;
    };
    const keepUnread = (data: Buffer, bytes: number) => {
      restFd ??= openSync(restPart, 'ax', 0o600);
      writeAll(restFd, data);
      writeAll(restFd, Buffer.from('\n'));
      unread += 1;
      if (bytes > data.length)
        notes.push(`A line of ${bytes} bytes is too long: only its first ${data.length} were kept.`);
    };
    await lines.read(
      (line) => {
        const data = lineData(line);
        if (!take(data, line.bytes)) keepUnread(data, line.bytes);
      },
      () => {
        signal?.throwIfAborted();
        if (size > 0) progress?.(Math.min(1, lines.position / size));
        return true;
      },
    );
    lines.takeTail((line) => {
      const data = lineData(line);
      if (!take(data, line.bytes)) {
        keepUnread(data, line.bytes);
        notes.push(`The last line was torn after ${line.bytes} bytes.`);
      }
      return true;
    });
    // The compiler does not see what the callbacks did.
    const made = target as Target | undefined;
    if (made === undefined) throw new UnreadableFileError(`Nothing in ${file} can be read as a Realtime trace.`);
    await made.finish();
    if (unread > 0) await giveName(restPart, rest, over);
    return {
      made: [{ file: out, lines: made.lines }],
      kept: made.lines,
      unread,
      rest: unread > 0 ? rest : undefined,
      notes,
      problems: [],
    };
  } catch (error) {
    (target as Target | undefined)?.discard();
    throw error;
  } finally {
    if (restFd !== undefined) closeSync(restFd);
    rmSync(restPart, { force: true });
    await lines.close();
  }
}

/** A disk may take a part of it at a time. */
function writeAll(fd: number, data: Buffer): void {
  for (let at = 0; at < data.length;) at += writeSync(fd, data, at);
}
