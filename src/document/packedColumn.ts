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
  /** Units by which what is counted from moves on with each place. */
  step: 0 | 1;
  /** The code of all, or of each. */
  codes: number | Codes;
}

export type PackedColumn = Distances | { kind: 'as it was'; column: Column };

/** Packs a column; the array may be kept, and must not change any more. */
export function packColumn(column: Column): PackedColumn {
  const plain = inUnits(column, 1, 0);
  if (plain === undefined)
    return (
      (isFloat(column) ? inUnits(column, 1000, 0) : undefined) ?? countedOn(column) ?? { kind: 'as it was', column }
    );
  if (bytesEach(plain) < 2 || isFloat(column)) return plain;
  const counted = countedOn(column);
  return counted !== undefined && bytesEach(counted) < bytesEach(plain) ? counted : plain;
}

/** The numbers from one place to before another, in an array (and buffer) of its own of the kind that was packed. */
export function unpackColumn(packed: PackedColumn, from: number, to: number): Column {
  if (packed.kind === 'as it was') return packed.column.slice(from, to);
  const end = Math.min(to, packed.length);
  const column = packed.make(Math.max(0, end - from));
  for (let at = from; at < end; at++) column[at - from] = numberAt(packed, at);
  return column;
}

/** The number at a place; undefined where there is none. Asked a million times for a filter: it makes no array. */
export function packedAt(packed: PackedColumn, at: number): number | undefined {
  if (packed.kind === 'as it was') return packed.column[at];
  return at < packed.length ? numberAt(packed, at) : undefined;
}

function numberAt({ codes, base, scale, step }: Distances, at: number): number {
  const code = typeof codes === 'number' ? codes : (codes[at] as number);
  if (code === ZERO) return 0;
  return code === NOT_A_NUMBER ? NaN : (base + step * at + (code - FIRST)) / scale;
}

const countedOn = (column: Column) => (column instanceof Uint32Array ? inUnits(column, 1, 1) : undefined);

const bytesEach = ({ codes }: Distances) => (typeof codes === 'number' ? 0 : codes.BYTES_PER_ELEMENT);

/** `step`: what a number is expected to be more than the one before it, units; event numbers count on by one. */
function inUnits(column: Column, scale: number, step: 0 | 1): Distances | undefined {
  const round = column instanceof Float32Array ? Math.fround : (value: number) => value;
  let least = Infinity;
  let greatest = -Infinity;
  let zeros = 0;
  let noNumbers = 0;
  for (let at = 0; at < column.length; at++) {
    const value = column[at] as number;
    if (Object.is(value, 0)) {
      zeros++;
      continue;
    }
    if (Number.isNaN(value)) {
      noNumbers++;
      continue;
    }
    const units = Math.round(value * scale);
    // A negative zero would come back without its sign.
    if (units === 0 || !Number.isSafeInteger(units) || round(units / scale) !== value) return undefined;
    const distance = units - step * at;
    if (distance < least) least = distance;
    if (distance > greatest) greatest = distance;
  }
  const { length } = column;
  const isAlike = zeros === length || noNumbers === length || (zeros + noNumbers === 0 && least === greatest);
  const base = least === Infinity ? 0 : least;
  const most = least === Infinity ? NOT_A_NUMBER : greatest - least + FIRST;
  if (!isAlike && most > 0xffffffff) return undefined;
  const packed: Distances = { kind: 'distances', make: makerOf(column), length, scale, base, step, codes: ZERO };
  const codeOf = (value: number, at: number) =>
    Object.is(value, 0)
      ? ZERO
      : Number.isNaN(value)
        ? NOT_A_NUMBER
        : Math.round(value * scale) - step * at - base + FIRST;
  if (isAlike) return { ...packed, codes: length === 0 ? ZERO : codeOf(column[0] as number, 0) };
  const codes = codesFor(most, length);
  if (codes.BYTES_PER_ELEMENT >= column.BYTES_PER_ELEMENT) return undefined;
  for (let at = 0; at < length; at++) codes[at] = codeOf(column[at] as number, at);
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
