/** What lies under a point of the timeline. */
import type { LaneIndexes } from '../state/rows';
import type { LaneName } from './lanes';
import type { TimelineInput, TimelineLayout, Target } from './picture';

export interface Hit {
  lane: LaneName;
  /** Time under the pointer, ms. */
  t: number;
  /** Row that a click selects: of the bar, of the piece of audio, or the lane's nearest; null where the session has none. */
  row: number | null;
  target: Target | null;
}

/** The hit at a point; rows of the lane first, nearest in time. */
export function hitTest(
  layout: TimelineLayout,
  { indexes, audio }: Pick<TimelineInput, 'indexes' | 'audio'>,
  x: number,
  y: number,
): Hit {
  const lane = layout.lanes.find((box) => y >= box.y && y < box.y + box.h) ?? layout.lanes[layout.lanes.length - 1];
  const name = lane?.name ?? 'axis';
  const scale = name === 'overview' ? layout.overview : layout.scale;
  const t = scale.t(Math.max(scale.left, x));
  const bar = layout.bars.findLast((box) => x >= box.x && x <= box.x + box.w && y >= box.y && y <= box.y + box.h);
  const target = bar?.target ?? null;
  const side = name === 'microphone' ? audio.client : name === 'speaker' ? audio.server : undefined;
  const heard = side?.at(timeInLane(target, audio, t)) ?? -1;
  // Speech and answers stand for the sound under the pointer; the bar is told in words.
  if (side !== undefined && heard >= 0) return { lane: name, t, row: side.row(heard), target };
  const row = target === null ? null : rowOf(target);
  if (row !== null) return { lane: name, t, row, target };
  const index =
    name === 'client' || name === 'microphone'
      ? indexes.client
      : name === 'server'
        ? indexes.server
        : name === 'problem' && indexes.errors.count > 0
          ? indexes.errors
          : indexes.all;
  const found = index.count > 0 ? index : indexes.all;
  return { lane: name, t, row: nearestPreferringErrors(layout, found, indexes, name, t), target };
}

/** An answer is drawn where it is heard; its pieces lie where they would be without any interruption. */
function timeInLane(target: Target | null, audio: TimelineInput['audio'], t: number): number {
  if (target?.kind !== 'playback') return t;
  const { item, playsFrom } = target.playback;
  return t - playsFrom + (audio.server.ofItem(item)?.start ?? playsFrom);
}

function rowOf(target: Target): number | null {
  switch (target.kind) {
    case 'span':
      return target.span.startRow;
    case 'spans':
      return target.first.startRow;
    case 'playback':
      return target.playback.cutRow;
    case 'finding':
      return target.finding.rows[0] ?? null;
  }
}

/** An error is drawn wide, so within its width it wins over nearer, thinner marks. */
function nearestPreferringErrors(
  layout: TimelineLayout,
  index: LaneIndexes['all'],
  indexes: LaneIndexes,
  name: LaneName,
  t: number,
): number | null {
  const error = indexes.errors.nearest(t);
  if (name === 'server' && error >= 0 && Math.abs(indexes.errors.time(error) - t) < layout.scale.msPerPixel * 5)
    return indexes.errors.row(error);
  const at = index.nearest(t);
  return at < 0 ? null : index.row(at);
}
