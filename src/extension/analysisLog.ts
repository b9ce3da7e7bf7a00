/**
 * What the analysis of an open trace has come to, as the host keeps it: changes in their order, in which a later one replaces an
 * earlier one of the same entry, so that a page that was reloaded gets everything again without the file being read again. All
 * of it is bytes, and the older part compressed: as objects, the turns of a long trace take more than all its rows.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { AnalysisChanges } from '../analysis/model';
import { changesFromBytes, changesToBytes } from '../document/changeBytes';

/** The lists of `AnalysisChanges` whose entries have a key; metrics go by their session. */
const LISTS = ['spans', 'turns', 'playback', 'findings', 'configs', 'metrics'] as const;
type ListName = (typeof LISTS)[number];
type Entry = AnalysisChanges[ListName][number];

/** Newest changes kept as they came, bytes: a page that follows is sent them without more ado. */
const MOST_LOOSE = 512 * 1024;
/** Changes of so many bytes came of many rows at once, and have little to do with those before and after them. */
const LARGE = 16 * 1024;
/** Bytes of one post, or a little more. */
const POST = 64 * 1024;

interface Part {
  /** Number of the newest change in it. */
  last: number;
  bytes: Uint8Array;
}

export class AnalysisLog {
  /** Oldest first, compressed. An entry that changed again stands in a later part too, and that one holds. */
  readonly #packed: Part[] = [];
  /** What came after those, as it came. */
  #loose: Part[] = [];
  #looseBytes = 0;
  #last = 0;

  /** Number of the newest changes: a page that was sent them has everything. */
  get last(): number {
    return this.#last;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#packed.reduce((sum, part) => sum + part.bytes.length, this.#looseBytes);
  }

  /** Takes changes, made by `changesToBytes`. */
  add(bytes: Uint8Array): void {
    this.#loose.push({ last: ++this.#last, bytes });
    this.#looseBytes += bytes.length;
    if (this.#looseBytes > MOST_LOOSE) this.#putAway();
  }

  /**
   * The next post for a page that has all changes up to and with number `after` (0 for none), and where it stands then;
   * undefined when it has everything. Some entries the page may have already, but never a later state of them.
   */
  after(after: number): { changes: AnalysisChanges; last: number } | undefined {
    if (after >= this.#last) return undefined;
    const packed = this.#packed.find(({ last }) => last > after);
    if (packed) return { changes: changesFromBytes(inflateRawSync(packed.bytes)), last: packed.last };
    const parts: Part[] = [];
    let bytes = 0;
    for (const part of this.#loose) {
      if (part.last <= after) continue;
      parts.push(part);
      bytes += part.bytes.length;
      if (bytes > POST) break;
    }
    return { changes: merged(parts), last: parts.at(-1)?.last ?? this.#last };
  }

  #putAway(): void {
    // Those of a live session are small, and most of them only say anew what has changed a little: one state of each is kept.
    let small: Part[] = [];
    const pack = (last: number, bytes: Uint8Array) => {
      // At the lowest level entries become a tenth already, as they are so much alike.
      this.#packed.push({ last, bytes: deflateRawSync(bytes, { level: 1 }) });
    };
    const packSmall = () => {
      const newest = small.at(-1);
      if (newest) pack(newest.last, small.length === 1 ? newest.bytes : changesToBytes(merged(small)));
      small = [];
    };
    for (const part of this.#loose) {
      if (part.bytes.length < LARGE) {
        small.push(part);
        continue;
      }
      packSmall();
      pack(part.last, part.bytes);
    }
    packSmall();
    this.#loose = [];
    this.#looseBytes = 0;
  }
}

/** All changes as one, of each entry its last state only. */
function merged(parts: readonly Part[]): AnalysisChanges {
  const [only] = parts;
  if (only && parts.length === 1) return changesFromBytes(only.bytes);
  const entries = new Map<string, { list: ListName | 'withdrawn'; entry: Entry | string }>();
  for (const { bytes } of parts) {
    const changes = changesFromBytes(bytes);
    for (const list of LISTS)
      for (const entry of changes[list])
        entries.set(`${list} ${'key' in entry ? entry.key : entry.session}`, { list, entry });
    for (const key of changes.withdrawn) entries.set(`findings ${key}`, { list: 'withdrawn', entry: key });
  }
  const all: AnalysisChanges = {
    spans: [],
    turns: [],
    playback: [],
    findings: [],
    withdrawn: [],
    configs: [],
    metrics: [],
  };
  for (const { list, entry } of entries.values()) (all[list] as (Entry | string)[]).push(entry);
  return all;
}
