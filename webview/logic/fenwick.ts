/** Counts at places 0, 1, 2, ...; how many stand before a place, and where the n-th stands, in log(places) steps each. */
export class Fenwick {
  /** A power of two; `#tree[at]` is the sum of the counts in the block that ends at place `at - 1`. */
  #size = 1024;
  #tree = new Int32Array(this.#size + 1);
  #total = 0;

  get total(): number {
    return this.#total;
  }

  add(place: number, by: number): void {
    if (place >= this.#size) this.#grow(place + 1);
    this.#total += by;
    for (let at = place + 1; at <= this.#size; at += at & -at) this.#tree[at] = (this.#tree[at] ?? 0) + by;
  }

  /** Sum of the counts before a place. */
  before(place: number): number {
    let sum = 0;
    for (let at = Math.min(place, this.#size); at > 0; at -= at & -at) sum += this.#tree[at] ?? 0;
    return sum;
  }

  /** Place in whose count the `nth` (from 0) lies, and how many of that place stand before it. */
  find(nth: number): { place: number; inside: number } {
    let at = 0;
    let left = nth;
    for (let step = this.#size; step > 0; step >>= 1) {
      const next = at + step;
      const sum = this.#tree[next];
      if (next <= this.#size && sum !== undefined && sum <= left) {
        at = next;
        left -= sum;
      }
    }
    return { place: at, inside: left };
  }

  #grow(needed: number): void {
    let size = this.#size;
    while (size < needed) size *= 2;
    const tree = new Int32Array(size + 1);
    tree.set(this.#tree);
    // The blocks that end beyond the old size begin at 0: they hold all there was.
    for (let at = this.#size * 2; at <= size; at *= 2) tree[at] = this.#total;
    this.#tree = tree;
    this.#size = size;
  }
}
