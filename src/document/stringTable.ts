/** Every string of a trace's columns once, by number; found by its bytes, so that a row makes no string of its own. */
import { scannedText, type TextPlace } from '../trace/headScan';

/** Names longer than this are cut: a hostile file must not fill the table. */
const LONGEST_STRING = 256;
/** Longest text found by its bytes; longer ones are rare. */
const LONGEST_KEPT = 64;

/** FNV-1a of bytes [start, end), folded so that the low bits depend on all of it. */
function hashOf(data: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (data[i] as number), 0x01000193);
  return hash ^ (hash >>> 15);
}

export class StringTable {
  #indexes = new Map<string, number>([['', 0]]);
  #strings = [''];
  /** Index of the string by hash of its bytes, open addressing; 0 is free. */
  #slots = new Uint32Array(1024);
  #used = 0;
  /** Bytes of the strings found by them: `LONGEST_KEPT` each. */
  #bytes = Buffer.alloc(1024 * LONGEST_KEPT);
  #lengths = new Uint8Array(1024);

  get size(): number {
    return this.#strings.length;
  }

  /** The index of the string, entered when it is new; 0 for none. */
  add(text: string | undefined): number {
    if (!text) return 0;
    const short = text.length > LONGEST_STRING ? text.slice(0, LONGEST_STRING) : text;
    let index = this.#indexes.get(short);
    if (index === undefined) {
      index = this.#strings.length;
      this.#strings.push(short);
      this.#indexes.set(short, index);
    }
    return index;
  }

  /** The same for text that a scan found in `data`. */
  addScanned(data: Buffer, place: TextPlace): number {
    const { start, end } = place;
    const length = end - start;
    if (length <= 0) return 0;
    if (place.escaped || length > LONGEST_KEPT) return this.add(scannedText(data, place));
    const mask = this.#slots.length - 1;
    for (let slot = hashOf(data, start, end) & mask; ; slot = (slot + 1) & mask) {
      const index = this.#slots[slot] as number;
      if (index === 0) return this.#enter(data, place, slot);
      if (this.#isAt(index, data, start, length)) return index;
    }
  }

  /** The index of a string that is in the table. */
  find(text: string): number | undefined {
    return this.#indexes.get(text);
  }

  get(index: number): string {
    return this.#strings[index] ?? '';
  }

  /** True when the text may have been longer than what is kept of it. */
  isCut(index: number): boolean {
    return this.get(index).length >= LONGEST_STRING;
  }

  from(first: number): string[] {
    return this.#strings.slice(first);
  }

  #isAt(index: number, data: Buffer, start: number, length: number): boolean {
    if (this.#lengths[index] !== length) return false;
    const kept = this.#bytes;
    for (let i = 0, at = index * LONGEST_KEPT; i < length; i++) if (kept[at + i] !== data[start + i]) return false;
    return true;
  }

  #enter(data: Buffer, place: TextPlace, slot: number): number {
    const index = this.add(scannedText(data, place));
    this.#keepBytes(index, data, place);
    this.#slots[slot] = index;
    this.#used++;
    if (this.#used * 2 > this.#slots.length) this.#rehash();
    return index;
  }

  #keepBytes(index: number, data: Buffer, { start, end }: TextPlace): void {
    if (index >= this.#lengths.length) {
      const room = Math.max(index + 1, this.#lengths.length * 2);
      const bytes = Buffer.alloc(room * LONGEST_KEPT);
      this.#bytes.copy(bytes);
      this.#bytes = bytes;
      const lengths = new Uint8Array(room);
      lengths.set(this.#lengths);
      this.#lengths = lengths;
    }
    data.copy(this.#bytes, index * LONGEST_KEPT, start, end);
    this.#lengths[index] = end - start;
  }

  #rehash(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (const index of this.#slots) {
      if (index === 0) continue;
      const from = index * LONGEST_KEPT;
      let slot = hashOf(this.#bytes, from, from + (this.#lengths[index] as number)) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = index;
    }
    this.#slots = slots;
  }
}
