/**
 * The index of an open trace as the host keeps it (60 to 100 bytes a row), so that a page that was reloaded gets all
 * rows again without the file being read again. Small live batches are merged as they pile up, so a replay is a few
 * large posts and appending costs the same however long the trace is.
 */
import type { ColumnBatch } from '../document/columns';

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
type Column = ColumnBatch[(typeof ARRAYS)[number]];

/** Rows at which a run of small batches becomes one large one, and most rows of one post. */
const SEAL = 16_384;
const POST = 65_536;

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

/** The columns of one document, in order. */
export class ColumnLog {
  #sealed: ColumnBatch[] = [];
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
    this.#sealed.push(merge(this.#tail, this.#tail[0]!.first, Infinity));
    this.#tail = [];
    this.#tailRows = 0;
  }

  /** The next post for a page at `cursor`, and where it stands then; undefined when it has everything. */
  after(cursor: ColumnCursor): { batch: ColumnBatch; cursor: ColumnCursor } | undefined {
    const holds = (batch: ColumnBatch) =>
      batch.first + batch.count > cursor.row || batch.firstString + batch.strings.length > cursor.string;
    const sealed = this.#sealed.find(holds);
    const parts = sealed ? [sealed] : this.#tail.filter(holds);
    if (!parts.length) return undefined;
    const batch = merge(parts, cursor.row, POST);
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
    const all = [...this.#sealed, ...this.#tail];
    const parts = all.filter((batch) => batch.first + batch.count > row);
    if (parts.length === 0) return undefined;
    const firstString = Math.max(1, string);
    const strings = all.flatMap((batch) => batch.strings.slice(Math.max(0, firstString - batch.firstString)));
    return { ...merge(parts, row, Infinity), strings, firstString };
  }

  /** A number of row `row` in a column, or undefined when there is no such row. */
  at(name: (typeof ARRAYS)[number], row: number): number | undefined {
    const batch = [...this.#sealed, ...this.#tail].find((b) => row >= b.first && row < b.first + b.count);
    return batch?.[name][row - batch.first];
  }
}
