/** Walking the timeline by keys: along a lane, and from lane to lane at the same time. */
import type { Span } from '../../src/document/columns';
import type { TimedIndex } from '../state/timedIndex';

/** Lanes of spans from top to bottom. */
const lanes: readonly Span['lane'][] = [
  'connection',
  'http',
  'speech',
  'turn',
  'response',
  'item',
  'part',
  'call',
  'mcp',
  'transcription',
];

/** The span nearest in time in the next lane up (-1) or down (1) that has one; undefined past the last. */
export function spanInNextLane(
  index: TimedIndex<Span>,
  session: string,
  from: { lane: Span['lane'] | undefined; t: number },
  step: 1 | -1,
): Span | undefined {
  let at = from.lane === undefined ? (step > 0 ? -1 : lanes.length) : lanes.indexOf(from.lane);
  for (at += step; at >= 0 && at < lanes.length; at += step) {
    const lane = index.lane(session, lanes[at]);
    const { times } = lane;
    if (times.count === 0) continue;
    const after = times.after(from.t);
    // What goes on at that time before what begins soon after it.
    const before = Math.max(0, after - 1);
    const next = Math.min(times.count - 1, after);
    const isNearer = times.end(before) >= from.t || from.t - times.end(before) <= times.start(next) - from.t;
    return lane.at(isNearer ? before : next);
  }
  return undefined;
}
