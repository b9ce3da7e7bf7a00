/** Maps that forget their oldest entry, so that neither an endless session nor a hostile one fills the memory. */

/** A map of at most `most` entries; setting a key anew makes it the newest. */
export class Recent<K, V> {
  #map = new Map<K, V>();
  #most: number;
  #forgotten: ((value: V) => void) | undefined;

  /** @param forgotten Told of each value that had to make room. */
  constructor(most: number, forgotten?: (value: V) => void) {
    this.#most = most;
    this.#forgotten = forgotten;
  }

  get size(): number {
    return this.#map.size;
  }

  get(key: K): V | undefined {
    return this.#map.get(key);
  }

  has(key: K): boolean {
    return this.#map.has(key);
  }

  set(key: K, value: V): void {
    this.#map.delete(key);
    if (this.#map.size >= this.#most) this.#forgetOldest();
    this.#map.set(key, value);
  }

  delete(key: K): boolean {
    return this.#map.delete(key);
  }

  clear(): void {
    this.#map.clear();
  }

  /** Oldest first. */
  values(): IterableIterator<V> {
    return this.#map.values();
  }

  #forgetOldest(): void {
    for (const [key, value] of this.#map) {
      this.#map.delete(key);
      this.#forgotten?.(value);
      return;
    }
  }
}
