/**
 * Numbers in typed arrays that grow: eight bytes a number and less, where a list of objects takes a hundred. A long list grows by
 * pieces of one size: neither is room held that nothing stands in, nor are old and new list held at once to copy one to the other.
 */
type Numbers = Float64Array | Float32Array | Uint32Array | Int16Array | Uint16Array | Uint8Array;

/** Numbers in a piece: a list that has come so far takes another piece instead of a larger one. */
const BITS = 15;
const PIECE = 1 << BITS;
const WITHIN = PIECE - 1;

export class Growable<A extends Numbers> {
  /** All but the first are of `PIECE` numbers, and it too once there is another. */
  #pieces: A[];
  #room: number;
  #length = 0;
  #make: (length: number) => A;

  constructor(make: (length: number) => A, capacity = 1024) {
    this.#make = make;
    this.#room = Math.min(capacity, PIECE);
    this.#pieces = [make(this.#room)];
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    const at = this.#length;
    if (at === this.#room) this.#grow(at + 1);
    (this.#pieces[at >>> BITS] as A)[at & WITHIN] = value;
    this.#length = at + 1;
  }

  append(values: ArrayLike<number>): void {
    for (let at = 0; at < values.length; at++) this.push(values[at] as number);
  }

  /** Puts a number at an index; everything skipped is 0. */
  set(index: number, value: number): void {
    if (index >= this.#room) this.#grow(index + 1);
    // What `take` left behind lies beyond the end.
    for (let at = this.#length; at < index; at++) (this.#pieces[at >>> BITS] as A)[at & WITHIN] = 0;
    if (index >= this.#length) this.#length = index + 1;
    (this.#pieces[index >>> BITS] as A)[index & WITHIN] = value;
  }

  /** A copy of those from one index to before another. */
  slice(from: number, to = this.#length): A {
    const end = Math.min(to, this.#length);
    const copy = this.#make(Math.max(0, end - from));
    for (let at = from; at < end;) {
      const start = at & WITHIN;
      const piece = this.#pieces[at >>> BITS] as A;
      const taken = piece.subarray(start, Math.min(PIECE, start + end - at));
      copy.set(taken, at - from);
      at += taken.length;
    }
    return copy;
  }

  /** The number at an index; 0 where there is none. */
  at(index: number): number {
    return index >= 0 && index < this.#length ? this.#get(index) : 0;
  }

  /** Index of the first of these ascending numbers that is greater than `value`; the length when none is. */
  after(value: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#get(middle) <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Everything so far in an array of its own, and begins anew. */
  take(): A {
    const taken = this.slice(0);
    this.#length = 0;
    return taken;
  }

  #get(index: number): number {
    return (this.#pieces[index >>> BITS] as A)[index & WITHIN] as number;
  }

  #grow(least: number): void {
    const first = this.#pieces[0] as A;
    if (first.length < PIECE) {
      const larger = this.#make(Math.min(PIECE, Math.max(least, Math.ceil(first.length * 1.5))));
      larger.set(first.subarray(0, this.#length));
      this.#pieces[0] = larger;
      this.#room = larger.length;
    }
    for (; this.#room < least; this.#room += PIECE) this.#pieces.push(this.#make(PIECE));
  }
}
