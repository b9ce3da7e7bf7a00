/**
 * A set of row numbers that come in ascending order: how many stand before a row, and which one is the n-th. Kept as in a
 * roaring bitmap, by stretches of 65,536 rows: where few of the rows are in the set as a list of two bytes each, else as a bit
 * for each row with counts beside them, and where all of them are as nothing at all.
 */

const HIGH = 16;
const STRETCH = 1 << HIGH;
const LOW = STRETCH - 1;
/** A list of so many takes as much as the bits. */
const MOST_LISTED = STRETCH / 16;
/** Rows that have one count. */
const BLOCK = 512;
const WORDS = BLOCK / 32;

interface Stretch {
  /** Which of the document's stretches it is. */
  high: number;
  /** Members in the stretches before it. */
  before: number;
  count: number;
  /** Members in order, as long as they are few. */
  list: Uint16Array<ArrayBuffer> | null;
  bits: Uint32Array<ArrayBuffer> | null;
  /** Members before each block, as far as `lastBlock`, in which the last one is. */
  counts: Uint16Array<ArrayBuffer> | null;
  lastBlock: number;
}

export class RowSet {
  readonly #stretches: Stretch[] = [];
  #count = 0;
  #last = -1;

  get count(): number {
    return this.#count;
  }
  /** The greatest member; -1 when there is none. */
  get last(): number {
    return this.#last;
  }

  /** Adds a row. Throws a RangeError when it is not greater than all before it: the order would be lost. */
  add(row: number): void {
    if (row <= this.#last) throw new RangeError(`row ${row} came after row ${this.#last}`);
    const high = row >>> HIGH;
    const low = row & LOW;
    let stretch = this.#stretches.at(-1);
    if (stretch?.high !== high) {
      if (stretch?.list) stretch.list = stretch.list.slice(0, stretch.count);
      stretch = {
        high,
        before: this.#count,
        count: 0,
        list: new Uint16Array(16),
        bits: null,
        counts: null,
        lastBlock: 0,
      };
      this.#stretches.push(stretch);
    }
    if (stretch.list !== null && stretch.count === MOST_LISTED) toBits(stretch);
    if (stretch.list !== null) {
      if (stretch.count === stretch.list.length) {
        const longer = new Uint16Array(stretch.count * 2);
        longer.set(stretch.list);
        stretch.list = longer;
      }
      stretch.list[stretch.count] = low;
    } else mark(stretch, low, stretch.count);
    stretch.count += 1;
    if (stretch.count === STRETCH) stretch.bits = stretch.counts = null;
    this.#count += 1;
    this.#last = row;
  }

  /** The member at a place, from 0; -1 where there is none. */
  at(place: number): number {
    if (place < 0 || place >= this.#count) return -1;
    const stretch = this.#stretches[last(this.#stretches.length, (at) => this.#get(at).before <= place)] as Stretch;
    const within = place - stretch.before;
    return stretch.high * STRETCH + memberAt(stretch, within);
  }

  /** Members less than a row: the place of that row, or where it would stand. */
  rank(row: number): number {
    if (row > this.#last) return this.#count;
    if (row <= 0) return 0;
    const high = row >>> HIGH;
    const at = last(this.#stretches.length, (each) => this.#get(each).high <= high);
    if (at < 0) return 0;
    const stretch = this.#get(at);
    return stretch.before + (stretch.high < high ? stretch.count : rankIn(stretch, row & LOW));
  }

  /** The least member that is not less than a row; -1 when there is none. */
  next(row: number): number {
    if (row > this.#last) return -1;
    const high = row >>> HIGH;
    const stretch = this.#stretches[last(this.#stretches.length, (each) => this.#get(each).high <= high)];
    // The next one is near, mostly: its bit is looked for before places are counted.
    if (stretch?.high === high) {
      const low = row & LOW;
      if (stretch.list === null && stretch.bits === null) return row;
      if (stretch.bits !== null) {
        const found = nextBit(stretch.bits, low, low + BLOCK);
        if (found >= 0) return high * STRETCH + found;
      }
    }
    return this.at(this.rank(row));
  }

  #get(at: number): Stretch {
    return this.#stretches[at] as Stretch;
  }
}

function toBits(stretch: Stretch): void {
  const list = stretch.list as Uint16Array;
  stretch.list = null;
  stretch.bits = new Uint32Array(STRETCH / 32);
  stretch.counts = new Uint16Array(STRETCH / BLOCK);
  for (let at = 0; at < stretch.count; at += 1) mark(stretch, list[at] as number, at);
}

/** Sets the bit of the `nth` member, which is behind all others. */
function mark(stretch: Stretch, low: number, nth: number): void {
  const { bits, counts } = stretch;
  if (bits === null || counts === null) return;
  const word = low >>> 5;
  bits[word] = (bits[word] as number) | (1 << (low & 31));
  while (stretch.lastBlock < Math.floor(low / BLOCK)) counts[(stretch.lastBlock += 1)] = nth;
}

function memberAt({ list, bits, counts, lastBlock }: Stretch, within: number): number {
  if (list !== null) return list[within] as number;
  if (bits === null || counts === null) return within;
  const block = last(lastBlock + 1, (at) => (counts[at] as number) <= within);
  let left = within - (counts[block] as number);
  for (let word = block * WORDS; ; word += 1) {
    let rest = bits[word] as number;
    const here = ones(rest);
    if (left >= here) {
      left -= here;
      continue;
    }
    for (; left > 0; left -= 1) rest &= rest - 1;
    return word * 32 + 31 - Math.clz32(rest & -rest);
  }
}

function rankIn({ list, bits, counts, count, lastBlock }: Stretch, low: number): number {
  if (list !== null) return last(count, (at) => (list[at] as number) < low) + 1;
  if (bits === null || counts === null) return low;
  const block = Math.floor(low / BLOCK);
  const word = low >>> 5;
  if (block > lastBlock) return count;
  let rank = counts[block] as number;
  for (let at = block * WORDS; at < word; at += 1) rank += ones(bits[at] as number);
  return rank + ones((bits[word] as number) & ((1 << (low & 31)) - 1));
}

/** The next set bit at or behind `from` and before `to`, about; -1 when there is none. */
function nextBit(bits: Uint32Array, from: number, to: number): number {
  let word = from >>> 5;
  let rest = (bits[word] as number) & (-1 << (from & 31));
  const end = Math.min(bits.length, (to + 31) >>> 5);
  while (rest === 0) {
    word += 1;
    if (word >= end) return -1;
    rest = bits[word] as number;
  }
  return word * 32 + 31 - Math.clz32(rest & -rest);
}

/** Bits set in a word. */
function ones(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return (((n + (n >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/** The last place before `count` for which `holds` is true, when it is for all before it too; -1 when there is none. */
function last(count: number, holds: (at: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
