/** What can be read of a damaged trace as a whole one, and what cannot beside it: nothing recorded is lost. */
import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, openSync, rmSync, writeSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { giveName, nameTaken } from '../trace/giveName';
import { lineData, LineReader, LONGEST_COPY } from '../trace/lineReader';
import { parseLine, type ParsedLine } from '../trace/parseLine';
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
 * missing header is made from the file's own date. Where lines are missing a `gap` says so. Rejects with an `UnreadableFileError` when nothing of a trace is in it.
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
  const missing = new MissingLines(path.basename(rest));
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
      if (parsed.kind !== 'header') {
        target ??= begin(undefined);
        missing.before(parsed, target);
        target.verbatim(data);
      } else if (target === undefined) target = begin(parsed.header);
      else target.header(parsed.header);
      return true;
    };
    const keepUnread = (data: Buffer, bytes: number) => {
      missing.add();
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
    missing.end(made);
    await made.finish();
    if (unread > 0) await giveName(restPart, rest, over);
    return {
      made: [{ file: out, lines: made.lines }],
      kept: made.lines - missing.told,
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

/** Says in the new trace where lines are missing: without a word it would pass for a whole one. */
class MissingLines {
  readonly #rest: string;
  /** Since the last line that could be read. */
  #count = 0;
  #seq: number | undefined;
  #t: number | undefined;
  /** Lines written by this. */
  told = 0;

  constructor(rest: string) {
    this.#rest = rest;
  }

  /** One could not be read. */
  add(): void {
    this.#count += 1;
  }

  /** The next one that can be read; events have numbers, which tell how many are missing. */
  before(line: Extract<ParsedLine, { kind: 'event' | 'record' }>, target: Target): void {
    const { t } = line.kind === 'event' ? line.head : line.record;
    const seq = line.kind === 'event' ? line.head.seq : undefined;
    if (this.#count > 0) this.#tell(target, this.#t ?? t, seq);
    this.#t = t;
    this.#seq = seq ?? this.#seq;
  }

  /** There are no more. */
  end(target: Target): void {
    if (this.#count > 0) this.#tell(target, this.#t ?? 0, undefined);
  }

  #tell(target: Target, t: number, next: number | undefined): void {
    const from = this.#seq === undefined ? 0 : this.#seq + 1;
    const isKnown = next !== undefined && from > 0 && next > from;
    const lines = this.#count === 1 ? 'A line' : `${this.#count} lines`;
    const reason = `${lines} of the damaged trace could not be read: what is left is in ${this.#rest}.`;
    const numbers = isKnown ? { from, to: next - 1, count: next - from } : { from: 0, to: 0, count: 0 };
    target.record({ kind: 'gap', t, ...numbers, reason });
    this.#count = 0;
    this.told += 1;
  }
}

/** A disk may take a part of it at a time. */
function writeAll(fd: number, data: Buffer): void {
  for (let at = 0; at < data.length;) at += writeSync(fd, data, at);
}
