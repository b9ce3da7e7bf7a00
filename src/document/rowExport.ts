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
 * Ranges with the last line of a note in the place of its first one: a note that was changed is what it says now. `last` has the row
 * of that line by the row of the first.
 */
export function withLastLines(ranges: RowRanges, last: ReadonlyMap<number, number>): RowRanges {
  const has = (row: number) => {
    for (let at = 0; at + 1 < ranges.length; at += 2)
      if ((ranges[at] ?? 0) <= row && row <= (ranges[at + 1] ?? -1)) return true;
    return false;
  };
  const wanted = [...last].filter(([first]) => has(first));
  if (wanted.length === 0) return ranges;
  const firsts = new Set(wanted.map(([first]) => first));
  const stretches: [number, number][] = wanted.filter(([, row]) => !has(row)).map(([, row]) => [row, row]);
  for (let at = 0; at + 1 < ranges.length; at += 2) {
    let from = ranges[at] ?? 0;
    const to = ranges[at + 1] ?? -1;
    for (const first of [...firsts].sort((a, b) => a - b)) {
      if (first < from || first > to) continue;
      if (first > from) stretches.push([from, first - 1]);
      from = first + 1;
    }
    if (from <= to) stretches.push([from, to]);
  }
  return stretches.sort((a, b) => a[0] - b[0]).flat();
}

/** The trace that rows are taken from. */
export interface RowSource {
  /** Its headers: more than one where traces were joined. */
  headers: readonly TraceHeader[];
  /** In which of the joined traces a row stands, counted from 1. */
  partOf(row: number): number;
  eachLine: EachLine;
  /** Its file. */
  source: string;
}

/**
 * Writes a trace of these rows: their lines as they stand, after a header with the same start, so that times and numbers stay
 * what they were. Of joined traces each row stays in its own, also where of those before it none is wanted: a part's times
 * count from its header, and its sessions are named by its number. The file takes its name when it is whole. Resolves with the
 * number of rows; rejects, for people, when it cannot be written.
 */
export async function saveRows(
  ranges: RowRanges,
  file: string,
  from: RowSource,
  /** Lines, each with its line feed, to stand before one of the rows. */
  before?: { row: number; lines: Buffer },
): Promise<number> {
  if (path.resolve(file) === path.resolve(from.source))
    throw new Error('A selection cannot be saved over the trace it is taken from. Choose another name.');
  const partial = `${file}.part`;
  const handle = await open(partial, 'w', 0o600);
  let count = 0;
  let part = 1;
  try {
    await handle.appendFile(lineOf(headerOf(ranges, from.headers[0])));
    await eachPart(ranges, from.eachLine, async (lines, rows) => {
      count += lines.length;
      const written: Buffer[] = [];
      for (const [at, line] of lines.entries()) {
        const wanted = from.partOf(rows[at] as number);
        while (part < wanted) {
          const header = from.headers[part++];
          if (header) written.push(lineOf(header));
        }
        if (before && before.row === rows[at]) written.push(before.lines);
        written.push(line, LINE_FEED);
      }
      // Goes on where a write was cut short, as on a disk that is full.
      await handle.appendFile(Buffer.concat(written));
      return true;
    });
    await handle.close();
    await rename(partial, file);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(partial, { force: true });
    throw error;
  }
  return count;
}

function headerOf(ranges: RowRanges, first: TraceHeader | undefined): TraceHeader {
  return {
    kind: 'trace',
    version: Math.max(TRACE_VERSION, first?.version ?? 0),
    // A selection is a trace of its own; the same one has the same id, so that saving it twice gives the same file.
    id: createHash('sha256')
      .update(`${first?.id ?? ''} ${ranges.join(' ')}`)
      .digest('hex')
      .slice(0, 32),
    startedAt: first?.startedAt ?? new Date(0).toISOString(),
    generator: first?.generator ?? 'realtime-inspector',
  };
}

const lineOf = (header: TraceHeader): Buffer => Buffer.from(`${JSON.stringify(header)}\n`);

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
