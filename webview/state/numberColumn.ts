/**
 * A column of a growing trace, packed to what its numbers need: full pieces as distances (`packedColumn.ts`), the newest rows as
 * they came. Nothing is moved when it grows, and no room is held that nothing stands in.
 */
import { packColumn, packedAt, type Column, type PackedColumn } from '../../src/document/packedColumn';
import type { Numbers } from '../logic/rowSource';

/** Rows of a piece: in so few, ids and times lie near to one another, so that a byte or two tell them apart. */
const BITS = 12;
const PIECE = 1 << BITS;
const WITHIN = PIECE - 1;

export class NumberColumn implements Numbers {
  readonly #make: (length: number) => Column;
  readonly #pieces: PackedColumn[] = [];
  #newest: Column;
  /** Rows in full pieces, and in all. */
  #packed = 0;
  #count = 0;

  /** @param make An array of the column's kind, which is what `append` takes. */
  constructor(make: (length: number) => Column) {
    this.#make = make;
    this.#newest = make(PIECE);
  }

  /** The number of a row, to the bit what was appended; undefined where there is no row. */
  at(row: number): number | undefined {
    if (row >= this.#packed) return row < this.#count ? this.#newest[row - this.#packed] : undefined;
    const piece = this.#pieces[row >>> BITS];
    return piece === undefined ? undefined : packedAt(piece, row & WITHIN);
  }

  /** Takes the first `count` numbers over; the array is not kept. */
  append(numbers: Column, count: number): void {
    for (let at = 0; at < count;) {
      const filled = this.#count - this.#packed;
      const taken = Math.min(count - at, PIECE - filled);
      this.#newest.set(numbers.subarray(at, at + taken), filled);
      at += taken;
      this.#count += taken;
      if (filled + taken < PIECE) continue;
      const piece = packColumn(this.#newest);
      this.#pieces.push(piece);
      this.#packed = this.#count;
      if (piece.kind === 'as it was') this.#newest = this.#make(PIECE);
    }
  }

  /** Bytes of its arrays. */
  get bytes(): number {
    return this.#pieces.reduce((sum, piece) => sum + bytesOf(piece), this.#newest.byteLength);
  }
}

function bytesOf(piece: PackedColumn): number {
  if (piece.kind === 'as it was') return piece.column.byteLength;
  return typeof piece.codes === 'number' ? 0 : piece.codes.byteLength;
}
