/** Builds column batches for tests from readable rows. */
import type { ColumnBatch } from '../../../src/document/columns';
import { AudioLane } from '../../../webview/state/audioIndex';
import { Rows } from '../../../webview/state/rows';

export interface TestRow {
  t?: number;
  from?: 'client' | 'server';
  type?: string;
  session?: string;
  response?: string;
  item?: string;
  call?: string;
  flags?: number;
  bytes?: number;
  audioMs?: number;
  audioAt?: number;
  /** Of the `kind` column; without it 0 for an event and 1 for any other row. */
  kind?: number;
  /** 0 for a row that is not an event. */
  seq?: number;
}

/** Remembers the string table between batches, as the host does. */
export class BatchMaker {
  #strings = [''];
  #sent = 1;
  #next = 0;

  batch(rows: readonly TestRow[]): ColumnBatch {
    const first = this.#next;
    this.#next += rows.length;
    const intern = (text: string) => {
      const known = this.#strings.indexOf(text);
      return known >= 0 ? known : this.#strings.push(text) - 1;
    };
    const batch: ColumnBatch = {
      first,
      count: rows.length,
      t: Float64Array.from(rows, (row, at) => row.t ?? (first + at) * 10),
      sent: Float64Array.from(rows, () => NaN),
      seq: Uint32Array.from(rows, (row, at) => row.seq ?? first + at + 1),
      kind: Uint8Array.from(rows, (row) => row.kind ?? (row.seq === 0 ? 1 : 0)),
      from: Uint8Array.from(rows, (row) =>
        row.from === undefined ? (row.seq === 0 ? 2 : 1) : row.from === 'client' ? 0 : 1,
      ),
      flags: Uint16Array.from(rows, (row) => row.flags ?? 0),
      type: Uint32Array.from(rows, (row) => intern(row.type ?? 'session.created')),
      session: Uint32Array.from(rows, (row) => intern(row.session ?? 's1')),
      response: Uint32Array.from(rows, (row) => intern(row.response ?? '')),
      item: Uint32Array.from(rows, (row) => intern(row.item ?? '')),
      call: Uint32Array.from(rows, (row) => intern(row.call ?? '')),
      bytes: Float64Array.from(rows, (row) => row.bytes ?? 100),
      audioMs: Float32Array.from(rows, (row) => row.audioMs ?? 0),
      audioAt: Float64Array.from(rows, (row) => row.audioAt ?? 0),
      strings: this.#strings.slice(this.#sent),
      firstString: this.#sent,
    };
    this.#sent = this.#strings.length;
    return batch;
  }
}

export function rowsOf(rows: readonly TestRow[]): Rows {
  const made = new Rows();
  if (!made.append(new BatchMaker().batch(rows))) throw new Error('the test made a batch that does not fit');
  return made;
}

/** A lane whose rows hold what is added. */
export class TestLane extends AudioLane {
  readonly #starts: number[];
  readonly #lengths: number[];

  constructor() {
    const starts: number[] = [];
    const lengths: number[] = [];
    super({ audioAt: starts, audioMs: lengths });
    this.#starts = starts;
    this.#lengths = lengths;
  }

  override add(row: number, start: number, ms: number, response: string, item: string): void {
    this.#starts[row] = start;
    this.#lengths[row] = ms;
    super.add(row, start, ms, response, item);
  }
}
