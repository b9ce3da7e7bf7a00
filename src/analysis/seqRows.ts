/** Finds the row of an event by its number: 16 bytes for each run of events whose numbers and rows are counted on together. */
import { Growable } from './growable';
import { Recent } from './recent';

export class SeqRows {
  /** Of each run its first number, its first row and its length. */
  #seq = new Growable((length) => new Float64Array(length), 64);
  #row = new Growable((length) => new Uint32Array(length), 64);
  #count = new Growable((length) => new Uint32Array(length), 64);
  #last = { seq: -Infinity, row: -1 };
  /** Events that stand behind one with a greater number; an edited file may be in any order. */
  #late = new Recent<number, number>(4096);

  add(seq: number, row: number): void {
    const last = this.#last;
    if (!(seq > last.seq)) {
      this.#late.set(seq, row);
      return;
    }
    if (seq === last.seq + 1 && row === last.row + 1) {
      const run = this.#count.length - 1;
      this.#count.set(run, this.#count.at(run) + 1);
    } else {
      this.#seq.push(seq);
      this.#row.push(row);
      this.#count.push(1);
    }
    last.seq = seq;
    last.row = row;
  }

  rowOf(seq: number): number | undefined {
    const run = this.#seq.after(seq) - 1;
    const along = seq - this.#seq.at(run);
    const isThere = run >= 0 && Number.isInteger(along) && along < this.#count.at(run);
    return isThere ? this.#row.at(run) + along : this.#late.get(seq);
  }
}
