/** Old numbers to new ones, four bytes each: a trace has millions. */
export class GrowableInts {
  #values = new Uint32Array(1024);

  set(at: number, value: number): void {
    // A number that no trace of ours has is nobody's to refer to.
    if (at >= MOST) return;
    if (at >= this.#values.length) {
      const grown = new Uint32Array(Math.min(MOST, Math.max(at + 1, this.#values.length * 2)));
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[at] = value;
  }
  get(at: number): number | undefined {
    const value = this.#values[at];
    return value === 0 ? undefined : value;
  }
}

const MOST = 1 << 27;
