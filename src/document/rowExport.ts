/** Rows picked out of a trace: as a trace of their own, as their messages one a line, or as a list to read. */
import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseLine } from '../trace/parseLine';
import { TRACE_VERSION, type TraceHeader } from '../trace/records';
import { messageText } from './eventBody';

/** First and last row of each stretch, one after the other, ascending. */
export type RowRanges = readonly number[];

/** Rows read at a time. */
const AT_ONCE = 2000;

/** Hands the lines of rows on, in ascending order. */
export type EachLine = (rows: number[], take: (row: number, line: Buffer) => void) => Promise<void>;

/** Goes through the lines of ranges, a part at a time; ends early when `take` says false for a part. */
async function eachPart(
  ranges: RowRanges,
  eachLine: EachLine,
  take: (lines: Buffer[], rows: number[]) => Promise<boolean>,
) {
  let rows: number[] = [];
  const flush = async () => {
    const lines: Buffer[] = [];
    const taken: number[] = [];
    await eachLine(rows, (row, line) => {
      // The bytes lie in a block that is used again.
      lines.push(Buffer.from(line));
      taken.push(row);
    });
    rows = [];
    return lines.length === 0 || (await take(lines, taken));
  };
  for (let at = 0; at + 1 < ranges.length; at += 2)
    for (let row = ranges[at] ?? 0; row <= (ranges[at + 1] ?? -1); row += 1) {
      rows.push(row);
      if (rows.length === AT_ONCE && !(await flush())) return;
    }
  await flush();
}

/**
 * Writes a trace of these rows: their lines as they stand, after a header with the same start, so that times and numbers stay
 * what they were. The file takes its name when it is whole. Resolves with the number of lines; rejects, for people, when
 * it cannot be written.
 */
export async function saveRows(
  ranges: RowRanges,
  file: string,
  from: { header: TraceHeader | undefined; eachLine: EachLine; source: string },
): Promise<number> {
  if (path.resolve(file) === path.resolve(from.source))
    throw new Error('A selection cannot be saved over the trace it is taken from. Choose another name.');
  const started = from.header?.startedAt ?? new Date(0).toISOString();
  const header: TraceHeader = {
    kind: 'trace',
    version: Math.max(TRACE_VERSION, from.header?.version ?? 0),
    // A selection is a trace of its own; the same one has the same id, so that saving it twice gives the same file.
    id: createHash('sha256')
      .update(`${from.header?.id ?? ''} ${ranges.join(' ')}`)
      .digest('hex')
      .slice(0, 32),
    startedAt: started,
    generator: from.header?.generator ?? 'realtime-inspector',
  };
  const part = `${file}.part`;
  const handle = await open(part, 'w', 0o600);
  let count = 0;
  try {
    await handle.write(`${JSON.stringify(header)}\n`);
    await eachPart(ranges, from.eachLine, async (lines) => {
      count += lines.length;
      await handle.writev(lines.flatMap((line) => [line, LINE_FEED]));
      return true;
    });
    await handle.close();
    await rename(part, file);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(part, { force: true });
    throw error;
  }
  return count;
}

const LINE_FEED = Buffer.from('\n');

/** What can be put on a clipboard. */
export interface RowTexts {
  text: string;
  rows: number;
  /** Rows that did not fit. */
  left: number;
}

/**
 * The messages of these rows, one a line as they were sent (a row that is no event, and a message that is no JSON on one line, is
 * the trace's line); at most `most` characters.
 */
export async function messagesOf(ranges: RowRanges, most: number, eachLine: EachLine): Promise<RowTexts> {
  const all: string[] = [];
  let length = 0;
  await eachPart(ranges, eachLine, (lines) => {
    for (const line of lines) {
      const text = messageOf(line);
      length += text.length + 1;
      if (length > most) return Promise.resolve(false);
      all.push(text);
    }
    return Promise.resolve(true);
  });
  return { text: all.map((text) => `${text}\n`).join(''), rows: all.length, left: countOf(ranges) - all.length };
}

function messageOf(line: Buffer): string {
  const parsed = parseLine(line);
  if (parsed.kind === 'event' && parsed.body?.format === 'event') {
    const text = messageText(line, parsed.body);
    if (text !== undefined) return text;
  }
  return line.toString('utf8');
}

/** Rows in the ranges. */
export function countOf(ranges: RowRanges): number {
  let count = 0;
  for (let at = 0; at + 1 < ranges.length; at += 2) count += (ranges[at + 1] ?? 0) - (ranges[at] ?? 0) + 1;
  return count;
}
