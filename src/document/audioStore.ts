/** Where every piece of audio lies (row, place on the axis, format), lane by lane, and its waveform as far as it is known. */
import type { LanePlace } from '../analysis/audioLane';
import type { AudioFormat } from '../audio/format';
import { PEAK_MS, PeakBuckets } from '../audio/peaks';
import type { Side } from '../protocol/side';
import type { AudioSelector, Peaks } from './columns';
import { Growable } from '../analysis/growable';

/** A stored piece. */
export interface StoredPiece {
  row: number;
  start: number;
  ms: number;
  clock: number;
  format: AudioFormat;
}

const float64 = () => new Growable((length) => new Float64Array(length), 256);
const float32 = () => new Growable((length) => new Float32Array(length), 256);
const uint32 = () => new Growable((length) => new Uint32Array(length), 256);

/** Bit of `format`: nothing of the piece stands on the axis. */
const HIDDEN = 0x80;
const MOST_FORMATS = HIDDEN;

class Lane {
  row = uint32();
  start = float64();
  ms = float32();
  /**
   * What of the piece stands on the axis ends here: where it ends itself, or where the next answer begins, when it was cut off.
   * Nothing overlaps, and these ascend.
   */
  shownTo = float64();
  clock = float64();
  /** Shorter than the others where the last ones are 0, as they are in all input. */
  response = uint32();
  item = uint32();
  format = new Growable((length) => new Uint8Array(length), 256);
  /** Index of the piece's first pair in `peaks`; there are only as many as have a waveform. */
  firstPeak = uint32();
  peaks = new Growable((length) => new Int16Array(length), 4096);

  get length(): number {
    return this.row.length;
  }

  isHidden(at: number): boolean {
    return (this.format.at(at) & HIDDEN) !== 0;
  }

  /** Where what stands on the axis begins. */
  shownFrom(at: number): number {
    return this.isHidden(at) ? this.shownTo.at(at) : this.start.at(at);
  }

  end(at: number): number {
    return this.start.at(at) + this.ms.at(at);
  }
}

export class AudioStore {
  #lanes = new Map<string, Lane>();
  #formats: AudioFormat[] = [];

  /** Enters a piece. `response` and `item` are indexes into the string table. */
  add(session: string, from: Side, row: number, place: LanePlace, response: number, item: number): void {
    const lane = this.#lane(session, from);
    lane.row.push(row);
    lane.start.push(place.start);
    lane.ms.push(place.ms);
    lane.clock.push(place.clock);
    if (response !== 0) lane.response.set(lane.length - 1, response);
    if (item !== 0) lane.item.set(lane.length - 1, item);
    lane.format.push(this.#formatIndex(place.format));
    show(lane, place);
  }

  /** The format of the lane's first piece that has no waveform yet; undefined when all have one. */
  unseenFormat(session: string, from: Side): AudioFormat | undefined {
    const lane = this.#lanes.get(`${from} ${session}`);
    if (!lane || lane.firstPeak.length >= lane.length) return undefined;
    return this.#formatOf(lane, lane.firstPeak.length);
  }

  /** Gives that piece its waveform. */
  addPeaks(session: string, from: Side, peaks: Int16Array): void {
    const lane = this.#lane(session, from);
    lane.firstPeak.push(lane.peaks.length / 2);
    lane.peaks.append(peaks);
  }

  /** Waveform of a lane between two times. */
  peaks(session: string, from: Side, startMs: number, endMs: number, buckets: number): Peaks {
    const out = new PeakBuckets(startMs, endMs, buckets);
    const lane = this.#lanes.get(`${from} ${session}`);
    if (lane) {
      for (let i = lane.shownTo.after(startMs); i < lane.firstPeak.length && lane.shownFrom(i) < endMs; i++) {
        const start = lane.start.at(i);
        const end = lane.shownTo.at(i);
        if (lane.isHidden(i)) continue;
        const first = lane.firstPeak.at(i);
        const next = i + 1 < lane.firstPeak.length ? lane.firstPeak.at(i + 1) : lane.peaks.length / 2;
        const skipped = Math.max(0, Math.floor((startMs - start) / PEAK_MS));
        for (let peak = first + skipped; peak < next; peak++) {
          const from = start + (peak - first) * PEAK_MS;
          if (from >= endMs || from >= end) break;
          out.add(from, Math.min(end, from + PEAK_MS), lane.peaks.at(peak * 2), lane.peaks.at(peak * 2 + 1));
        }
      }
    }
    return { startMs, endMs, min: out.min, max: out.max };
  }

  /** The pieces a selector means, in order: of a response or an item all that was made, else what stands on the axis. `indexOf` finds a string's index in the table. */
  pieces(
    selector: AudioSelector,
    indexOf: (text: string) => number | undefined,
    clocks?: { from: number; to: number },
  ): StoredPiece[] {
    const lane = this.#lanes.get(`${selector.from} ${selector.session}`);
    if (!lane) return [];
    const response = selector.response === undefined ? undefined : (indexOf(selector.response) ?? -1);
    const item = selector.item === undefined || clocks ? undefined : (indexOf(selector.item) ?? -1);
    const found: StoredPiece[] = [];
    const isWhole = selector.response !== undefined || selector.item !== undefined;
    const { startMs = -Infinity, endMs = Infinity } = selector;
    for (let i = isWhole ? 0 : lane.shownTo.after(startMs); i < lane.length; i++) {
      if (!isWhole && lane.shownFrom(i) >= endMs) break;
      const start = lane.start.at(i);
      const end = isWhole ? lane.end(i) : lane.shownTo.at(i);
      if (start >= endMs || end <= startMs || (!isWhole && lane.isHidden(i))) continue;
      const ms = end - start;
      if (response !== undefined && lane.response.at(i) !== response) continue;
      if (item !== undefined && lane.item.at(i) !== item) continue;
      const clock = lane.clock.at(i);
      if (clocks && (clock + ms <= clocks.from || clock >= clocks.to)) continue;
      found.push({ row: lane.row.at(i), start, ms, clock, format: this.#formatOf(lane, i) as AudioFormat });
    }
    return found;
  }

  #formatOf(lane: Lane, at: number): AudioFormat | undefined {
    return this.#formats[lane.format.at(at) & ~HIDDEN];
  }

  #formatIndex(format: AudioFormat): number {
    const known = this.#formats.findIndex((other) => other.codec === format.codec && other.rate === format.rate);
    if (known >= 0) return known;
    // A few bits hold the index; nobody changes formats so many times but to do harm, and then the last one stands for all.
    if (this.#formats.length < MOST_FORMATS) this.#formats.push(format);
    return this.#formats.length - 1;
  }

  #lane(session: string, from: Side): Lane {
    const key = `${from} ${session}`;
    let lane = this.#lanes.get(key);
    if (!lane) {
      lane = new Lane();
      this.#lanes.set(key, lane);
    }
    return lane;
  }
}

/** Gives the newest piece its room on the axis: what nobody heard makes way for what is heard in its place. */
function show(lane: Lane, { start, ms, late }: LanePlace): void {
  const last = lane.shownTo.length - 1;
  const end = last < 0 ? -Infinity : lane.shownTo.at(last);
  if (late && end > start) {
    lane.shownTo.push(end);
    hide(lane, last + 1);
    return;
  }
  for (let at = last; at >= 0 && lane.shownTo.at(at) > start; at--) {
    lane.shownTo.set(at, start);
    if (lane.start.at(at) >= start) hide(lane, at);
  }
  lane.shownTo.push(start + ms);
  if (ms <= 0) hide(lane, last + 1);
}

function hide(lane: Lane, at: number): void {
  lane.format.set(at, lane.format.at(at) | HIDDEN);
}
