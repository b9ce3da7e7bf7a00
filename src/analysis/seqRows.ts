/** Finds the row of an event by its number: 8 bytes an event. */
import { Growable } from './growable';
import { Recent } from './recent';

export class SeqRows {
  #seq = new Growable((length) => new Float64Array(length));
  #row = new Growable((length) => new Uint32Array(length));
  /** Events that stand behind one with a greater number; an edited file may be in any order. */
  #late = new Recent<number, number>(4096);

  add(seq: number, row: number): void {
    const last = this.#seq.length - 1;
    if (last >= 0 && !(seq > this.#seq.at(last))) this.#late.set(seq, row);
    else {
      this.#seq.push(seq);
      this.#row.push(row);
    }
  }

  rowOf(seq: number): number | undefined {
    const at = this.#seq.after(seq) - 1;
    return at >= 0 && this.#seq.at(at) === seq ? this.#row.at(at) : this.#late.get(seq);
  }
}
