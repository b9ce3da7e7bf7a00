/** Numbers in a typed array that grows: eight bytes a number and less, where a list of objects takes a hundred. */
type Numbers = Float64Array | Float32Array | Uint32Array | Int16Array | Uint16Array | Uint8Array;

export class Growable<A extends Numbers> {
  #array: A;
  #length = 0;
  #make: (length: number) => A;

  constructor(make: (length: number) => A, capacity = 1024) {
    this.#make = make;
    this.#array = make(capacity);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#array.length) this.#grow(this.#length + 1);
    this.#array[this.#length++] = value;
  }

  append(values: ArrayLike<number>): void {
    if (this.#length + values.length > this.#array.length) this.#grow(this.#length + values.length);
    this.#array.set(values, this.#length);
    this.#length += values.length;
  }

  /** Puts a number at an index; everything skipped is 0. */
  set(index: number, value: number): void {
    if (index >= this.#array.length) this.#grow(index + 1);
    if (index >= this.#length) {
      // What `take` left behind lies beyond the end.
      if (index > this.#length) this.#array.fill(0, this.#length, index);
      this.#length = index + 1;
    }
    this.#array[index] = value;
  }

  /** A copy of those from one index to before another. */
  slice(from: number, to = this.#length): A {
    return this.#array.slice(from, Math.min(to, this.#length)) as A;
  }

  /** The number at an index; 0 where there is none. */
  at(index: number): number {
    return index >= 0 && index < this.#length ? (this.#array[index] as number) : 0;
  }

  /** Index of the first of these ascending numbers that is greater than `value`; the length when none is. */
  after(value: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#array[middle] as number) <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Everything so far in an array of its own, and begins anew. */
  take(): A {
    const taken = this.#array.slice(0, this.#length) as A;
    this.#length = 0;
    return taken;
  }

  #grow(least: number): void {
    const larger = this.#make(Math.max(least, Math.ceil(this.#array.length * 1.5)));
    larger.set(this.#array.subarray(0, this.#length));
    this.#array = larger;
  }
}
