/**
 * A column of numbers as it is kept while nobody looks at it: every number as its distance from the least one, in as many bytes as
 * the greatest distance needs. Times of a trace are whole microseconds, so they are counted as such. What this would change
 * stays as it is: unpacked is always what was packed.
 */

/** The arrays a column can be. */
export type Column = Float64Array | Float32Array | Uint32Array | Uint16Array | Uint8Array;
type Codes = Uint8Array | Uint16Array | Uint32Array;

/** Codes that stand for no distance. */
const ZERO = 0;
const NOT_A_NUMBER = 1;
const FIRST = 2;

interface Distances {
  kind: 'distances';
  make: (length: number) => Column;
  length: number;
  /** Units of one. */
  scale: number;
  /** What the first distance counts from, in units. */
  base: number;
  /** The code of all, or of each. */
  codes: number | Codes;
}

export type PackedColumn = Distances | { kind: 'as it was'; column: Column };

/** Packs a column; the array may be kept, and must not change any more. */
export function packColumn(column: Column): PackedColumn {
  return inUnits(column, 1) ?? (isFloat(column) ? inUnits(column, 1000) : undefined) ?? { kind: 'as it was', column };
}

/** The numbers from one place to before another, in an array (and buffer) of its own of the kind that was packed. */
export function unpackColumn(packed: PackedColumn, from: number, to: number): Column {
  if (packed.kind === 'as it was') return packed.column.slice(from, to);
  const { make, codes, length } = packed;
  const end = Math.min(to, length);
  const column = make(Math.max(0, end - from));
  if (typeof codes === 'number') {
    if (codes !== ZERO) column.fill(numberOf(packed, codes));
  } else for (let at = from; at < end; at++) column[at - from] = numberOf(packed, codes[at] as number);
  return column;
}

/** The number at a place; undefined where there is none. */
export function packedAt(packed: PackedColumn, at: number): number | undefined {
  return unpackColumn(packed, at, at + 1)[0];
}

function numberOf({ base, scale }: Distances, code: number): number {
  if (code === ZERO) return 0;
  return code === NOT_A_NUMBER ? NaN : (base + (code - FIRST)) / scale;
}

function inUnits(column: Column, scale: number): Distances | undefined {
  const round = column instanceof Float32Array ? Math.fround : (value: number) => value;
  let least = Infinity;
  let greatest = -Infinity;
  let isAlike = true;
  for (let at = 0; at < column.length; at++) {
    const value = column[at] as number;
    if (at > 0 && isAlike && !Object.is(value, column[0])) isAlike = false;
    if (Object.is(value, 0) || Number.isNaN(value)) continue;
    const units = Math.round(value * scale);
    // A negative zero would come back without its sign.
    if (units === 0 || !Number.isSafeInteger(units) || round(units / scale) !== value) return undefined;
    if (units < least) least = units;
    if (units > greatest) greatest = units;
  }
  const base = least === Infinity ? 0 : least;
  const most = least === Infinity ? NOT_A_NUMBER : greatest - least + FIRST;
  if (!isAlike && most > 0xffffffff) return undefined;
  const packed: Distances = {
    kind: 'distances',
    make: makerOf(column),
    length: column.length,
    scale,
    base,
    codes: ZERO,
  };
  const codeOf = (value: number) =>
    Object.is(value, 0) ? ZERO : Number.isNaN(value) ? NOT_A_NUMBER : Math.round(value * scale) - base + FIRST;
  if (isAlike) return { ...packed, codes: column.length === 0 ? ZERO : codeOf(column[0] as number) };
  const codes = codesFor(most, column.length);
  if (codes.BYTES_PER_ELEMENT >= column.BYTES_PER_ELEMENT) return undefined;
  for (let at = 0; at < column.length; at++) codes[at] = codeOf(column[at] as number);
  return { ...packed, codes };
}

function codesFor(most: number, length: number): Codes {
  if (most <= 0xff) return new Uint8Array(length);
  return most <= 0xffff ? new Uint16Array(length) : new Uint32Array(length);
}

const isFloat = (column: Column) => column instanceof Float64Array || column instanceof Float32Array;

const MAKERS = {
  float64: (length: number) => new Float64Array(length),
  float32: (length: number) => new Float32Array(length),
  uint32: (length: number) => new Uint32Array(length),
  uint16: (length: number) => new Uint16Array(length),
  uint8: (length: number) => new Uint8Array(length),
};

/** Makes arrays of that kind, and does not keep the one at hand alive. */
function makerOf(column: Column): (length: number) => Column {
  if (column instanceof Float64Array) return MAKERS.float64;
  if (column instanceof Float32Array) return MAKERS.float32;
  if (column instanceof Uint32Array) return MAKERS.uint32;
  return column instanceof Uint16Array ? MAKERS.uint16 : MAKERS.uint8;
}
