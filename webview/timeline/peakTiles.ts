/**
 * Waveforms by tiles: at power-of-two resolutions, so that panning and live growth ask for little and zooming reuses what
 * is there. A tile is asked for once; one that new audio falls into is asked for again. What one drawing lacks is one question.
 */
import type { Peaks, Waveforms, WavePlace } from '../../src/document/columns';
import type { TimeSpan } from './timeScale';

export type Side = 'client' | 'server';
/** Asks for the waveforms of some places, at most `MOST_PLACES`, each of `buckets` pairs. */
export type FetchWaveforms = (places: WavePlace[], buckets: number) => Promise<Waveforms>;

/** Buckets of a tile: a wide screen needs three at most. */
export const TILE_BUCKETS = 1024;
/** Places of one question. */
export const MOST_PLACES = 64;
/** A screen's worth for as many sessions as are drawn at once, on both lanes: fewer would be fetched in a circle. */
const mostTiles = 2000;
/**
 * Tiles that have their peaks are asked for again so long after such were asked for last, ms, all that need it together. With a
 * dozen live sessions each piece of audio made a question of its own, and each answer a frame; until it comes, the plain block shows
 * that there is audio.
 */
const REFRESH_MS = 250;

interface Tile {
  session: string;
  from: Side;
  startMs: number;
  endMs: number;
  peaks: Peaks | null;
  stale: boolean;
  pending: boolean;
}

export class PeakTiles {
  readonly #tiles = new Map<string, Tile>();
  readonly #fetch: FetchWaveforms;
  readonly #changed: () => void;
  readonly #now: () => number;
  /** What the drawing under way lacks. */
  #wanted: Tile[] = [];
  /** When tiles were last asked for again, ms of the clock; while a drawing asks, all of its tiles may. */
  #refreshedAt = -Infinity;
  #refreshes = false;
  #later: ReturnType<typeof setTimeout> | undefined;

  /** @param now Any clock that never goes back, ms. */
  constructor(fetch: FetchWaveforms, changed: () => void, now: () => number = () => performance.now()) {
    this.#fetch = fetch;
    this.#changed = changed;
    this.#now = now;
  }

  /**
   * What is known of a side within the view, coarse where the fine is still on its way; asks for what lacks, together with what
   * is asked for until the end of this task.
   */
  peaks(session: string, from: Side, view: TimeSpan, msPerPixel: number, audio: TimeSpan): Peaks[] {
    const found: Peaks[] = [];
    for (const startMs of tileStarts(view, msPerPixel, audio)) {
      const length = resolution(msPerPixel) * TILE_BUCKETS;
      const tile = this.#tile(session, from, startMs, length);
      if (tile.peaks !== null) found.push(tile.peaks);
      else {
        const coarse = this.#coarser(session, from, startMs, length);
        if (coarse !== null) found.push(coarse);
      }
    }
    return found;
  }

  /** New audio stands between these times: tiles there are asked for again when next shown. */
  invalidate(session: string, from: Side, span: TimeSpan): void {
    for (const tile of this.#tiles.values())
      if (tile.endMs > span.start && tile.startMs < span.end && tile.session === session && tile.from === from)
        tile.stale = true;
  }

  clear(): void {
    clearTimeout(this.#later);
    this.#later = undefined;
    this.#wanted = [];
    this.#tiles.clear();
  }

  #tile(session: string, from: Side, startMs: number, length: number): Tile {
    const key = `${session}|${from}|${length}|${startMs}`;
    let tile = this.#tiles.get(key);
    if (tile === undefined) {
      tile = { session, from, startMs, endMs: startMs + length, peaks: null, stale: true, pending: false };
      this.#tiles.set(key, tile);
      if (this.#tiles.size > mostTiles) this.#dropOldest();
    }
    if (tile.stale && !tile.pending) this.#want(tile);
    return tile;
  }

  #want(tile: Tile): void {
    if (tile.peaks !== null && !this.#refreshes) {
      const early = this.#refreshedAt + REFRESH_MS - this.#now();
      if (early > 0) return this.#askLater(early);
      this.#refreshedAt = this.#now();
      this.#refreshes = true;
    }
    tile.pending = true;
    tile.stale = false;
    if (this.#wanted.push(tile) === 1) queueMicrotask(() => this.#ask());
  }

  /** What is drawn then asks for it, if it is still in view. */
  #askLater(ms: number): void {
    this.#later ??= setTimeout(() => {
      this.#later = undefined;
      this.#changed();
    }, ms);
  }

  #ask(): void {
    const wanted = this.#wanted;
    this.#wanted = [];
    this.#refreshes = false;
    for (let at = 0; at < wanted.length; at += MOST_PLACES) void this.#load(wanted.slice(at, at + MOST_PLACES));
  }

  async #load(tiles: readonly Tile[]): Promise<void> {
    try {
      const places = tiles.map(({ session, from, startMs, endMs }) => ({ session, from, startMs, endMs }));
      const { min, max } = await this.#fetch(places, TILE_BUCKETS);
      for (const [at, tile] of tiles.entries()) {
        const from = at * TILE_BUCKETS;
        // Of its own: the tiles of one answer are forgotten at different times.
        const peaks = { min: min.slice(from, from + TILE_BUCKETS), max: max.slice(from, from + TILE_BUCKETS) };
        tile.peaks = { startMs: tile.startMs, endMs: tile.endMs, ...peaks };
      }
    } catch {
      // The lanes then show their audio as plain blocks, or as it was; the next new piece of audio asks again.
    }
    for (const tile of tiles) tile.pending = false;
    this.#changed();
  }

  #coarser(session: string, from: Side, startMs: number, length: number): Peaks | null {
    for (let factor = 2; factor <= 64; factor *= 2) {
      const wide = length * factor;
      const start = Math.floor(startMs / wide) * wide;
      const tile = this.#tiles.get(`${session}|${from}|${wide}|${start}`);
      if (tile?.peaks !== null && tile?.peaks !== undefined) return clip(tile.peaks, startMs, startMs + length);
    }
    return null;
  }

  #dropOldest(): void {
    for (const [key, tile] of this.#tiles) {
      if (this.#tiles.size <= mostTiles * 0.75) return;
      if (!tile.pending) this.#tiles.delete(key);
    }
  }
}

/** Milliseconds a bucket stands for: a power of two, at most a pixel. */
export function resolution(msPerPixel: number): number {
  return 2 ** Math.floor(Math.log2(Math.max(msPerPixel, 1 / 64)));
}

/** Starts of the tiles that cover a view, as far as there is audio. */
export function tileStarts(view: TimeSpan, msPerPixel: number, audio: TimeSpan): number[] {
  const length = resolution(msPerPixel) * TILE_BUCKETS;
  const starts: number[] = [];
  const end = Math.min(view.end, audio.end);
  const begin = Math.max(0, view.start, audio.start);
  for (let start = Math.floor(begin / length) * length; start < end; start += length) starts.push(start);
  return starts;
}

function clip(peaks: Peaks, startMs: number, endMs: number): Peaks {
  const perBucket = (peaks.endMs - peaks.startMs) / Math.max(1, peaks.min.length);
  const first = Math.max(0, Math.floor((startMs - peaks.startMs) / perBucket));
  const last = Math.min(peaks.min.length, Math.ceil((endMs - peaks.startMs) / perBucket));
  return {
    startMs: peaks.startMs + first * perBucket,
    endMs: peaks.startMs + last * perBucket,
    min: peaks.min.slice(first, last),
    max: peaks.max.slice(first, last),
  };
}
