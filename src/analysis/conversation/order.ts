/**
 * A list whose entries are found, put before one another and moved at a cost that hardly grows with its length: a server may name
 * any item as the one before, and a hostile one the first for each of a million.
 */

/** Entries in a block: when there are more it is parted. */
const MOST = 512;

interface Block<T> {
  /** Its place among the blocks. */
  at: number;
  entries: T[];
}

export class Order<T extends object> {
  #blocks: Block<T>[] = [{ at: 0, entries: [] }];
  #blockOf = new Map<T, Block<T>>();

  get length(): number {
    return this.#blockOf.size;
  }

  /** Adds an entry that is not in it at the end. */
  push(entry: T): void {
    this.#put(entry, this.#blocks[this.#blocks.length - 1] as Block<T>, Infinity);
  }

  /** Entries from a place on, at most so many. */
  slice(from: number, count: number): T[] {
    const found: T[] = [];
    let skip = Math.max(0, from);
    for (const { entries } of this.#blocks) {
      if (found.length >= count) break;
      if (skip < entries.length) found.push(...entries.slice(skip, skip + count - found.length));
      skip = Math.max(0, skip - entries.length);
    }
    return found;
  }

  /** Its place from 0 on; -1 when it is not in it. */
  placeOf(entry: T): number {
    const block = this.#blockOf.get(entry);
    if (!block) return -1;
    let place = block.entries.indexOf(entry);
    for (let at = 0; at < block.at; at++) place += this.#blocks[at]?.entries.length ?? 0;
    return place;
  }

  /** Place of the first entry that is as told; -1 for none. */
  findPlace(is: (entry: T) => boolean): number {
    let place = 0;
    for (const { entries } of this.#blocks) {
      const at = entries.findIndex(is);
      if (at >= 0) return place + at;
      place += entries.length;
    }
    return -1;
  }

  /** True when one comes before the other; both are in it. */
  isBefore(one: T, other: T): boolean {
    const [first, second] = [this.#blockOf.get(one), this.#blockOf.get(other)];
    if (!first || !second || first === second)
      return (first?.entries.indexOf(one) ?? -1) < (second?.entries.indexOf(other) ?? -1);
    return first.at < second.at;
  }

  /** Those that follow an entry, in their order. */
  *after(entry: T): Generator<T, void> {
    const block = this.#blockOf.get(entry);
    if (!block) return;
    for (let at = block.entries.indexOf(entry) + 1; at < block.entries.length; at++) yield block.entries[at] as T;
    for (let at = block.at + 1; at < this.#blocks.length; at++) yield* this.#blocks[at]?.entries ?? [];
  }

  /** Moves an entry to the beginning. */
  moveFirst(entry: T): void {
    this.#take(entry);
    this.#put(entry, this.#blocks[0] as Block<T>, 0);
  }

  /** Moves an entry to before (0) or behind (1) another one. */
  moveTo(entry: T, other: T, behind: 0 | 1): void {
    if (entry === other || !this.#blockOf.has(other)) return;
    this.#take(entry);
    const block = this.#blockOf.get(other);
    if (block) this.#put(entry, block, block.entries.indexOf(other) + behind);
  }

  #put(entry: T, block: Block<T>, at: number): void {
    block.entries.splice(at, 0, entry);
    this.#blockOf.set(entry, block);
    if (block.entries.length <= MOST) return;
    // At the end a new block begins; elsewhere there may be more to come.
    const isLast = block.at === this.#blocks.length - 1 && at === Infinity;
    const part: Block<T> = { at: block.at + 1, entries: block.entries.splice(isLast ? MOST : MOST / 2) };
    for (const moved of part.entries) this.#blockOf.set(moved, part);
    this.#blocks.splice(part.at, 0, part);
    this.#number(part.at + 1);
  }

  #take(entry: T): void {
    const block = this.#blockOf.get(entry);
    if (!block) return;
    block.entries.splice(block.entries.indexOf(entry), 1);
    this.#blockOf.delete(entry);
    if (block.entries.length > 0 || this.#blocks.length === 1) return;
    this.#blocks.splice(block.at, 1);
    this.#number(block.at);
  }

  #number(from: number): void {
    for (let at = from; at < this.#blocks.length; at++) (this.#blocks[at] as Block<T>).at = at;
  }
}
