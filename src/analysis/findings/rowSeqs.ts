/** The numbers of events by their rows: 16 bytes for each run of events whose numbers and rows are counted on together. */
import { Growable } from '../growable';

const NO_EVENT = -1;

export class RowSeqs {
  #row = new Growable((length) => new Float64Array(length), 16);
  #seq = new Growable((length) => new Float64Array(length), 16);
  #last = { row: -1, seq: NaN };

  /** Rows must ascend. */
  add(row: number, seq: number): void {
    const last = this.#last;
    if (row !== last.row + 1 || seq !== last.seq + 1) {
      // Rows left out are no events.
      if (row > last.row + 1) this.#begin(last.row + 1, NO_EVENT);
      this.#begin(row, seq);
    }
    last.row = row;
    last.seq = seq;
  }

  /** The number of the event in a row; 0 when it is no event, or not known. */
  seqOf(row: number): number {
    const run = this.#row.after(row) - 1;
    const seq = this.#seq.at(run);
    return run < 0 || seq === NO_EVENT || row > this.#last.row ? 0 : seq + row - this.#row.at(run);
  }

  #begin(row: number, seq: number): void {
    this.#row.push(row);
    this.#seq.push(seq);
  }
}
