/** The lines of rows, read from the file when they are asked for. */
import type { LineReader } from '../trace/lineReader';
import type { TraceIndex } from './indexer';

/** Takes a row with its line, whose bytes are the caller's only until it returns. */
export type TakeLine = (row: number, line: Buffer) => void;

/** Bytes read at once for rows that lie together. */
const READ_TOGETHER = 4 << 20;
/** A gap so small costs less than another read, bytes. */
const SMALL_GAP = 64 * 1024;
/** Bytes read at once when all rows are gone through: others have their turn between two reads. */
const BLOCK = 1 << 20;
/** Of a longer line only the beginning is handed on when all rows are gone through, bytes. */
const LONGEST = 64 << 20;
const LONG_LINE_HEAD = 64 * 1024;

export class RowLines {
  readonly #index: TraceIndex;
  readonly #lines: LineReader;

  constructor(index: TraceIndex, lines: LineReader) {
    this.#index = index;
    this.#lines = lines;
  }

  /** Throws, for people, when there is no such row. */
  check(row: number): void {
    const { rows } = this.#index;
    if (!Number.isSafeInteger(row) || row < 0 || row >= rows)
      throw new Error(`Row ${row} is not in this trace (it has ${rows}).`);
  }

  /** Hands over the lines of rows, in ascending order and each once; neighbours are read in one go. */
  async each(rows: number[], take: TakeLine): Promise<void> {
    const { offset, bytes } = this.#index;
    const ordered = [...new Set(rows)].filter((row) => row >= 0 && row < offset.length).sort((a, b) => a - b);
    for (let i = 0; i < ordered.length;) {
      const start = offset.at(ordered[i] as number);
      let next = i + 1;
      let end = start + bytes.at(ordered[i] as number);
      for (; next < ordered.length; next++) {
        const row = ordered[next] as number;
        const rowEnd = offset.at(row) + bytes.at(row);
        if (rowEnd - start > READ_TOGETHER || offset.at(row) - end > SMALL_GAP) break;
        end = rowEnd;
      }
      const block = await this.#lines.range(start, end - start);
      for (; i < next; i++) {
        const row = ordered[i] as number;
        const at = offset.at(row) - start;
        take(row, block.subarray(at, at + bytes.at(row)));
      }
    }
  }

  /**
   * Goes through all rows from `first` to before `end`, in one place of memory. `goesOn` runs after each block of them.
   * Resolves with the row it came to: before `end` when `goesOn` said false, or when the file ends before the next row does.
   */
  async through(first: number, end: number, take: TakeLine, goesOn: () => boolean): Promise<number> {
    const { offset, bytes } = this.#index;
    const kept = (row: number) => (bytes.at(row) > LONGEST ? LONG_LINE_HEAD : bytes.at(row));
    let room: Buffer | undefined;
    for (let row = first; row < end;) {
      const start = offset.at(row);
      let stop = start + kept(row);
      let next = row + 1;
      for (; next < end; next++) {
        const rowEnd = offset.at(next) + kept(next);
        if (rowEnd - start > BLOCK) break;
        stop = rowEnd;
      }
      if (!room || room.length < stop - start)
        room = Buffer.allocUnsafeSlow(Math.max(stop - start, next < end ? BLOCK : 0));
      const block = await this.#lines.range(start, stop - start, room);
      for (; row < next; row++) {
        const at = offset.at(row) - start;
        if (at + kept(row) > block.length) return row;
        take(row, block.subarray(at, at + kept(row)));
      }
      if (!goesOn()) return row;
    }
    return end;
  }
}
