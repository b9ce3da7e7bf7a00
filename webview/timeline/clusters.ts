/** Entries of a lane as they are drawn: one by one where they can be told apart, together where several share a pixel. */
import type { TimedLane } from '../state/timedIndex';
import type { TimeScale } from './timeScale';

export interface Cluster<T> {
  start: number;
  /** Infinity while it goes on. */
  end: number;
  /** The entry, or the first of several. */
  entry: T;
  /** More than one stands here. */
  count: number;
}

/** Entries drawn over one another at a time at most. */
const mostAtOnce = 24;

/**
 * What of a lane is in view, in the order of start but for those that began before the view, which come first. Entries
 * narrower than `pixels` that begin on the same stretch of `pixels` are one cluster, so the work is that of the width.
 */
export function clusters<T>(lane: TimedLane<T>, scale: TimeScale, pixels = 3): Cluster<T>[] {
  const { times } = lane;
  const { span: view } = scale;
  const step = scale.msPerPixel * pixels;
  const found: Cluster<T>[] = [];
  const single = (at: number) => {
    const entry = lane.at(at);
    if (entry !== undefined) found.push({ start: times.start(at), end: times.end(at), entry, count: 1 });
  };
  const from = times.lowerBound(view.start);
  const to = times.after(view.end, from);
  let earlier = 0;
  for (let at = times.nextEnding(0, from, view.start); at < from; at = times.nextEnding(at + 1, from, view.start)) {
    if ((earlier += 1) > mostAtOnce) break;
    single(at);
  }
  let at = from;
  while (at < to) {
    // A grid in time, not of the screen: clusters keep their members while the view moves.
    const until = (Math.floor(times.start(at) / step) + 1) * step;
    const next = Math.min(to, Math.max(at + 1, times.lowerBound(until, at)));
    if (next - at === 1) single(at);
    else {
      let wide = 0;
      for (let one = times.nextEnding(at, next, until + step); one < next && wide < mostAtOnce; wide += 1) {
        single(one);
        one = times.nextEnding(one + 1, next, until + step);
      }
      const entry = lane.at(at);
      if (next - at > wide && entry !== undefined)
        found.push({ start: times.start(at), end: until, entry, count: next - at - wide });
    }
    at = next;
  }
  return found;
}

/** Gives each of overlapping clusters a row, from 0; a row is free again where its last one ends. */
export function packRows<T>(shown: readonly Cluster<T>[], scale: TimeScale): number[] {
  const ends: number[] = [];
  return shown.map((cluster) => {
    const x = scale.x(cluster.start);
    const free = ends.findIndex((end) => end <= x + 1);
    const row = free < 0 ? ends.length : free;
    ends[row] = Math.max(x + 3, scale.x(cluster.end));
    return row;
  });
}
