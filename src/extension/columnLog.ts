/**
 * The index of an open trace as the host keeps it (20 to 60 bytes a row), so that a page that was reloaded gets all
 * rows again without the file being read again. Small live batches are merged and packed as they pile up, so a replay is a
 * few large posts and appending costs the same however long the trace is.
 */
import type { ColumnBatch } from '../document/columns';
import { packColumn, packedAt, unpackColumn, type Column, type PackedColumn } from '../document/packedColumn';

const ARRAYS = [
  't',
  'sent',
  'seq',
  'kind',
  'from',
  'flags',
  'type',
  'session',
  'response',
  'item',
  'call',
  'bytes',
  'audioMs',
  'audioAt',
] as const satisfies (keyof ColumnBatch)[];
type ColumnName = (typeof ARRAYS)[number];

/** Rows at which a run of small batches becomes one large one. */
const SEAL = 16_384;
/** Most rows of one post: what a page takes in within a frame, about half a megabyte. */
const POST = 8_192;

/** Where a page stands: the first row and the first string it does not have yet. */
export interface ColumnCursor {
  row: number;
  string: number;
}

const make = (like: Column, length: number): Column =>
  new (like.constructor as unknown as new (length: number) => Column)(length);

/** Batches that follow each other as one, from row `first` on and at most `most` rows; every array is its own buffer. */
function merge(batches: ColumnBatch[], first: number, most: number): ColumnBatch {
  const head = batches[0]!;
  const end = Math.min(batches.at(-1)!.first + batches.at(-1)!.count, first + most);
  const columns = ARRAYS.map((name) => {
    const whole = make(head[name], end - first);
    for (const batch of batches) {
      const from = Math.max(first, batch.first);
      const to = Math.min(end, batch.first + batch.count);
      if (to > from) whole.set(batch[name].subarray(from - batch.first, to - batch.first), from - first);
    }
    return [name, whole] as const;
  });
  return {
    ...(Object.fromEntries(columns) as unknown as Pick<ColumnBatch, (typeof ARRAYS)[number]>),
    first,
    count: end - first,
    strings: batches.flatMap((batch) => batch.strings),
    firstString: head.firstString,
  };
}

/** A batch put away; its strings stand as they were. */
interface PackedBatch extends Pick<ColumnBatch, 'first' | 'count' | 'strings' | 'firstString'> {
  columns: Record<ColumnName, PackedColumn>;
}

function pack(batch: ColumnBatch): PackedBatch {
  const { first, count, strings, firstString } = batch;
  const columns = Object.fromEntries(ARRAYS.map((name) => [name, packColumn(batch[name])]));
  return { first, count, strings, firstString, columns: columns as Record<ColumnName, PackedColumn> };
}

/** Rows of a packed batch from row `start` on, at most `most`, with all of its strings. */
function unpack(
  { first, count, strings, firstString, columns }: PackedBatch,
  start: number,
  most: number,
): ColumnBatch {
  const from = start - first;
  const to = Math.min(count, from + most);
  const arrays = Object.fromEntries(ARRAYS.map((name) => [name, unpackColumn(columns[name], from, to)]));
  return {
    ...(arrays as unknown as Pick<ColumnBatch, ColumnName>),
    first: start,
    count: to - from,
    strings,
    firstString,
  };
}

/**
 * Gives back the memory of a batch that nobody needs any more. It lies outside of the heap, so that V8 is in no hurry to
 * collect it: left alone, those of a long trace pile up to more than what is kept of them.
 */
export function releaseBatch(batch: ColumnBatch): void {
  for (const name of ARRAYS) release(batch[name]);
}

function release({ buffer }: Column): void {
  // Node has it since version 21; an earlier one collects it some time.
  if ('transfer' in buffer && typeof buffer.transfer === 'function') buffer.transfer(0);
}

/** The columns of one document, in order. */
export class ColumnLog {
  #sealed: PackedBatch[] = [];
  #tail: ColumnBatch[] = [];
  #tailRows = 0;
  /** Rows held. */
  rows = 0;

  /** Takes the next batch. Throws when it does not follow the last one: a row would stand at the wrong number. */
  append(batch: ColumnBatch): void {
    if (batch.first !== this.rows) throw new Error(`row ${batch.first} came after ${this.rows} rows`);
    this.rows += batch.count;
    this.#tail.push(batch);
    this.#tailRows += batch.count;
    if (this.#tailRows < SEAL) return;
    const whole = merge(this.#tail, this.#tail[0]!.first, Infinity);
    for (const each of this.#tail) releaseBatch(each);
    const sealed = pack(whole);
    for (const name of ARRAYS) if (sealed.columns[name].kind !== 'as it was') release(whole[name]);
    this.#sealed.push(sealed);
    this.#tail = [];
    this.#tailRows = 0;
  }

  /** The next post for a page at `cursor`, and where it stands then; undefined when it has everything. */
  after(cursor: ColumnCursor): { batch: ColumnBatch; cursor: ColumnCursor } | undefined {
    const holds = (batch: ColumnBatch | PackedBatch) =>
      batch.first + batch.count > cursor.row || batch.firstString + batch.strings.length > cursor.string;
    const sealed = this.#sealed[firstOf(this.#sealed, holds)];
    let batch: ColumnBatch;
    if (sealed) batch = unpack(sealed, cursor.row, POST);
    else {
      const parts = this.#tail.filter(holds);
      if (!parts.length) return undefined;
      batch = merge(parts, cursor.row, POST);
    }
    // Strings the page has already are left out; all of a batch's strings travel with the first of its rows.
    const known = Math.max(0, cursor.string - batch.firstString);
    batch.strings = batch.strings.slice(known);
    batch.firstString += known;
    return {
      batch,
      cursor: {
        row: batch.first + batch.count,
        string: Math.max(cursor.string, batch.firstString + batch.strings.length),
      },
    };
  }

  /** Everything from the cursor's row and string on, in one batch; undefined when there is no such row. */
  since({ row, string }: ColumnCursor): ColumnBatch | undefined {
    const holds = ({ first, count }: { first: number; count: number }) => first + count > row;
    const sealed = this.#sealed.filter(holds).map((batch) => unpack(batch, row, Infinity));
    const parts = [...sealed, ...this.#tail.filter(holds)];
    if (parts.length === 0) return undefined;
    const firstString = Math.max(1, string);
    const strings = [...this.#sealed, ...this.#tail].flatMap((batch) =>
      batch.strings.slice(Math.max(0, firstString - batch.firstString)),
    );
    return { ...merge(parts, row, Infinity), strings, firstString };
  }

  /** A number of row `row` in a column, or undefined when there is no such row. */
  at(name: ColumnName, row: number): number | undefined {
    const sealed = this.#sealed[firstOf(this.#sealed, ({ first, count }) => first + count > row)];
    if (sealed) return row < sealed.first ? undefined : packedAt(sealed.columns[name], row - sealed.first);
    const batch = this.#tail.find(({ first, count }) => row >= first && row < first + count);
    return batch?.[name][row - batch.first];
  }
}

/** Index of the first for which `holds` is true, when it is for all after it too; the length when there is none. */
function firstOf<T>(list: readonly T[], holds: (each: T) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(list[middle] as T)) high = middle;
    else low = middle + 1;
  }
  return low;
}
