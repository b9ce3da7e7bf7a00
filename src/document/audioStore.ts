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

class Lane {
  row = new Growable((length) => new Uint32Array(length), 256);
  start = new Growable((length) => new Float64Array(length), 256);
  end = new Growable((length) => new Float64Array(length), 256);
  /**
   * What of the piece stands on the axis: from `start` to where the next answer begins, when it was cut off. Nothing overlaps,
   * and both ascend.
   */
  shownFrom = new Growable((length) => new Float64Array(length), 256);
  shownTo = new Growable((length) => new Float64Array(length), 256);
  clock = new Growable((length) => new Float64Array(length), 256);
  response = new Growable((length) => new Uint32Array(length), 256);
  item = new Growable((length) => new Uint32Array(length), 256);
  format = new Growable((length) => new Uint8Array(length), 256);
  /** Index of the piece's first pair in `peaks`; there are only as many as have a waveform. */
  firstPeak = new Growable((length) => new Uint32Array(length), 256);
  peaks = new Growable((length) => new Int16Array(length), 4096);
}

export class AudioStore {
  #lanes = new Map<string, Lane>();
  #formats: AudioFormat[] = [];

  /** Enters a piece. `response` and `item` are indexes into the string table. */
  add(session: string, from: Side, row: number, place: LanePlace, response: number, item: number): void {
    const lane = this.#lane(session, from);
    lane.row.push(row);
    lane.start.push(place.start);
    lane.end.push(place.start + place.ms);
    show(lane, place);
    lane.clock.push(place.clock);
    lane.response.push(response);
    lane.item.push(item);
    lane.format.push(this.#formatIndex(place.format));
  }

  /** The format of the lane's first piece that has no waveform yet; undefined when all have one. */
  unseenFormat(session: string, from: Side): AudioFormat | undefined {
    const lane = this.#lanes.get(`${from} ${session}`);
    if (!lane || lane.firstPeak.length >= lane.row.length) return undefined;
    return this.#formats[lane.format.at(lane.firstPeak.length)];
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
      for (let i = lane.shownTo.after(startMs); i < lane.firstPeak.length && lane.shownFrom.at(i) < endMs; i++) {
        const start = lane.start.at(i);
        const end = lane.shownTo.at(i);
        if (lane.shownFrom.at(i) >= end) continue;
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
    for (let i = isWhole ? 0 : lane.shownTo.after(startMs); i < lane.start.length; i++) {
      if (!isWhole && lane.shownFrom.at(i) >= endMs) break;
      const start = lane.start.at(i);
      const end = isWhole ? lane.end.at(i) : lane.shownTo.at(i);
      if (start >= endMs || end <= startMs || (!isWhole && lane.shownFrom.at(i) >= end)) continue;
      const ms = end - start;
      if (response !== undefined && lane.response.at(i) !== response) continue;
      if (item !== undefined && lane.item.at(i) !== item) continue;
      const clock = lane.clock.at(i);
      if (clocks && (clock + ms <= clocks.from || clock >= clocks.to)) continue;
      found.push({ row: lane.row.at(i), start, ms, clock, format: this.#formats[lane.format.at(i)] as AudioFormat });
    }
    return found;
  }

  #formatIndex(format: AudioFormat): number {
    const known = this.#formats.findIndex((other) => other.codec === format.codec && other.rate === format.rate);
    if (known >= 0) return known;
    // A byte holds the index; nobody changes formats 256 times but to do harm, and then the last one stands for all.
    if (this.#formats.length < 255) this.#formats.push(format);
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
    lane.shownFrom.push(end);
    lane.shownTo.push(end);
    return;
  }
  for (let at = last; at >= 0 && lane.shownTo.at(at) > start; at--) {
    lane.shownTo.set(at, start);
    if (lane.shownFrom.at(at) > start) lane.shownFrom.set(at, start);
  }
  lane.shownFrom.push(start);
  lane.shownTo.push(start + ms);
}
