/** Curves from cause to effect, between the places where their events stand. */
import type { Lane } from './lanes';
import { laneOf, type Bar, type Picture } from './picture';

/** More would hide what they are about. */
const mostArrows = 40;

interface Place {
  x: number;
  y: number;
}

export function drawArrows(picture: Picture, lanes: readonly Lane[]): void {
  const { input, scale, shapes, bars } = picture;
  if (input.arrows.length === 0) return;
  const places = placesOf(bars, picture);
  const place = (row: number): Place => {
    const x = scale.x(input.timeOf(row));
    const known = places.get(row);
    if (known !== undefined) return { x, y: known };
    const name = input.isFromClient(row) ? 'client' : 'server';
    const lane = laneOf(lanes, name) ?? lanes[lanes.length - 1];
    return { x, y: lane === undefined ? 0 : lane.y + lane.h / 2 };
  };
  for (const { cause, effect, direct } of input.arrows.slice(0, mostArrows)) {
    const from = place(cause);
    const to = place(effect);
    if (Math.max(from.x, to.x) < scale.left || Math.min(from.x, to.x) > input.width) continue;
    // An end out of view is led to its edge, so that one sees that there is more.
    shapes.push({
      kind: 'arrow',
      x1: Math.max(scale.left - 40, Math.min(input.width + 40, from.x)),
      y1: from.y,
      x2: Math.max(scale.left - 40, Math.min(input.width + 2, to.x)),
      y2: to.y,
      color: direct ? 'focus' : 'dim',
      alpha: direct ? 1 : 0.5,
      left: scale.left,
    });
  }
}

/** Height at which the rows of bars stand: where it begins, where it ends, and what is marked within. */
function placesOf(bars: readonly Bar[], { input }: Picture): Map<number, number> {
  const wanted = new Set(input.arrows.flatMap(({ cause, effect }) => [cause, effect]));
  const places = new Map<number, number>();
  for (const { target, y, h } of bars) {
    if (target.kind !== 'span') continue;
    const { span } = target;
    const rows = [span.startRow, span.endRow, ...span.marks.map(({ row }) => row)];
    // Turns begin with what others stand for more closely.
    if (span.lane === 'turn') continue;
    for (const row of rows) if (row !== null && wanted.has(row) && !places.has(row)) places.set(row, y + h / 2);
  }
  return places;
}
