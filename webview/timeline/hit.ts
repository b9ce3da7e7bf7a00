/** What lies under a point of the timeline. */
import type { Span } from '../../src/document/columns';
import type { AudioPiece } from '../state/audioIndex';
import type { LaneIndexes } from '../state/rows';
import { firstPieceEndingAfter, type LaneName, type TimelineLayout } from './layout';

export interface Hit {
  lane: LaneName;
  /** Time under the pointer, ms. */
  t: number;
  /** Nearest row of that lane, or of the session where the lane has none. */
  row: number | null;
  span: Span | null;
}

/** The hit at a point; rows of the lane first, nearest in time. */
export function hitTest(
  layout: TimelineLayout,
  indexes: LaneIndexes,
  pieces: { client: readonly AudioPiece[]; server: readonly AudioPiece[] },
  x: number,
  y: number,
): Hit {
  const lane = layout.lanes.find((box) => y >= box.y && y < box.y + box.h) ?? layout.lanes[layout.lanes.length - 1];
  const name = lane?.name ?? 'axis';
  const scale = name === 'overview' ? layout.overview : layout.scale;
  const t = scale.t(Math.max(scale.left, x));
  const bar = layout.bars.find((box) => x >= box.x && x <= box.x + box.w && y >= box.y && y <= box.y + box.h);
  if (bar !== undefined && bar.span.lane === 'response')
    return { lane: name, t, row: bar.span.startRow, span: bar.span };
  const piece =
    name === 'microphone' ? pieceAt(pieces.client, t) : name === 'speaker' ? pieceAt(pieces.server, t) : undefined;
  if (piece !== undefined) return { lane: name, t, row: piece.row, span: bar?.span ?? null };
  const index =
    name === 'client' || name === 'microphone' ? indexes.client : name === 'server' ? indexes.server : indexes.all;
  const found = index.count > 0 ? index : indexes.all;
  const at = nearestPreferringErrors(layout, found, indexes, name, t);
  return { lane: name, t, row: at, span: bar?.span ?? null };
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

function pieceAt(pieces: readonly AudioPiece[], t: number): AudioPiece | undefined {
  const piece = pieces[firstPieceEndingAfter(pieces, t)];
  return piece !== undefined && piece.start <= t ? piece : undefined;
}
