/**
 * Adds a note to a trace that nobody is writing: one line at its end, under the trace's lock. Nothing that is in the file is
 * changed: a torn last line gets the line feed it lacks, and stays.
 */
import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { tryLockTrace, type TraceLock } from './lock';
import { noteRecord, type UserNote } from './notes';
import { parseLine } from './parseLine';
import { TRACE_VERSION, type TraceHeader } from './records';

/** First look at the beginning and at the end of the file, bytes; lines may be longer. */
const LOOK_BYTES = 64 * 1024;
/** How far back a line with a time is looked for, bytes. */
const MOST_BACK = 64 * (1 << 20);
const LINE_FEED = 10;

/**
 * Appends the note to the file. Rejects, for people, when the file cannot be written, is no trace, or is being written by
 * another program; then nothing in it has changed.
 */
export async function appendNote(file: string, note: UserNote): Promise<void> {
  const name = path.basename(file);
  let handle: FileHandle;
  try {
    handle = await open(file, 'r+');
  } catch (error) {
    throw new Error(whyNot(name, error), { cause: error });
  }
  let lock: TraceLock | undefined;
  try {
    const header = await headerOf(handle, name);
    try {
      lock = await tryLockTrace(file, header.id);
    } catch (error) {
      throw new Error(whyNot(name, error), { cause: error });
    }
    if (lock === undefined)
      throw new Error(
        `${name} is being written by another program, so no note can be added here. Add it when the recording has ended, or in the window that records.`,
      );
    const { size } = await handle.stat();
    const { t, isWhole } = await endOf(handle, size);
    const line = Buffer.from(`${isWhole ? '' : '\n'}${JSON.stringify(noteRecord(note, t ?? note.at))}\n`);
    try {
      await writeAt(handle, line, size);
    } catch (error) {
      // Half a note is no note.
      await handle.truncate(size).catch(() => undefined);
      throw new Error(whyNot(name, error), { cause: error });
    }
  } finally {
    await handle.close();
    lock?.release();
  }
}

async function writeAt(handle: FileHandle, line: Buffer, size: number): Promise<void> {
  for (let at = 0; at < line.length;) {
    const { bytesWritten } = await handle.write(line, at, line.length - at, size + at);
    at += bytesWritten;
  }
}

async function headerOf(handle: FileHandle, name: string): Promise<TraceHeader> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(LOOK_BYTES), 0, LOOK_BYTES, 0);
  const end = buffer.indexOf(LINE_FEED);
  const parsed = parseLine(buffer.subarray(0, end < 0 ? bytesRead : end));
  if (parsed.kind !== 'header')
    throw new Error(`${name} does not begin with the header of a trace, so no note was added. Recover it first.`);
  if (parsed.header.version > TRACE_VERSION)
    throw new Error(`${name} was written by a later version of this program. Update it to add a note.`);
  return parsed.header;
}

/** The time of the last line that has one, ms, and whether the file ends with a whole line. */
async function endOf(handle: FileHandle, size: number): Promise<{ t: number | undefined; isWhole: boolean }> {
  let isWhole = true;
  for (let back = LOOK_BYTES; ; back *= 16) {
    const from = Math.max(0, size - back);
    const data = Buffer.alloc(size - from);
    const { bytesRead } = await handle.read(data, 0, data.length, from);
    const tail = data.subarray(0, bytesRead);
    isWhole = tail[tail.length - 1] === LINE_FEED;
    const t = lastTime(tail, from === 0);
    if (t !== undefined || from === 0 || back >= MOST_BACK) return { t, isWhole };
  }
}

function lastTime(tail: Buffer, isAll: boolean): number | undefined {
  let end = tail.length;
  while (end > 0) {
    const feed = tail.lastIndexOf(LINE_FEED, end - 1);
    // What stands before the first line feed may be the end of a longer line.
    if (feed < 0 && !isAll) return undefined;
    const parsed = parseLine(tail.subarray(feed + 1, end));
    if (parsed.kind === 'event') return parsed.head.t;
    if (parsed.kind === 'record') return parsed.record.t;
    end = feed;
  }
  return undefined;
}

function whyNot(name: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return `${name} may only be read here, so the note was not kept. Make the file and its folder writable, or copy the trace to where you may write.`;
  if (code === 'ENOSPC' || code === 'EDQUOT') return `The disk is full: the note was not added to ${name}.`;
  if (code === 'ENOENT') return `${name} is not there any more: the note was not kept.`;
  return `The note was not added to ${name}: ${message}`;
}
