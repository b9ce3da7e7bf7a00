/** Walking the timeline by keys: along a lane, and from lane to lane at the same time. */
import type { Span } from '../../src/document/columns';
import type { Sighting, Sightings } from '../state/sightings';
import type { TimedIndex, TimedLane } from '../state/timedIndex';

/** Lanes from top to bottom; findings stand in one of their own. */
const lanes: readonly (Span['lane'] | 'finding')[] = [
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
  'finding',
  'note',
];

/** What a key leads to. */
export type Place = { kind: 'span'; span: Span } | { kind: 'finding'; finding: Sighting };

export interface Walked {
  spans: TimedIndex<Span>;
  findings: Pick<Sightings, 'lane'>;
  /** '' for all. */
  session: string;
}

/** What is nearest in time in the next lane up (-1) or down (1) that has something; undefined past the last. */
export function placeInNextLane(
  { spans, findings, session }: Walked,
  from: { lane: Span['lane'] | 'finding' | undefined; t: number },
  step: 1 | -1,
): Place | undefined {
  let at = from.lane === undefined ? (step > 0 ? -1 : lanes.length) : lanes.indexOf(from.lane);
  for (at += step; at >= 0 && at < lanes.length; at += step) {
    const lane = lanes[at];
    if (lane === 'finding') {
      const finding = nearest(findings.lane(session), from.t);
      if (finding !== undefined) return { kind: 'finding', finding };
    } else {
      const span = nearest(spans.lane(session, lane), from.t);
      if (span !== undefined) return { kind: 'span', span };
    }
  }
  return undefined;
}

function nearest<T>(lane: TimedLane<T>, t: number): T | undefined {
  const { times } = lane;
  if (times.count === 0) return undefined;
  const after = times.after(t);
  // What goes on at that time before what begins soon after it.
  const before = Math.max(0, after - 1);
  const next = Math.min(times.count - 1, after);
  const isNearer = times.end(before) >= t || t - times.end(before) <= times.start(next) - t;
  return lane.at(isNearer ? before : next);
}
