/** Marks of single events by direction, and the lane of errors and findings. */
import type { Severity } from '../../src/analysis/model';
import type { SortedIndex } from '../state/sortedIndex';
import type { Lane } from './lanes';
import { clusters } from './clusters';
import type { Picture } from './picture';
import { familyColor, type ColorName, type Glyph } from './shapes';

/** Two pixels a mark: thinner ones cannot be told apart. */
const markPixels = 2;

/** Direction is told by shape: client marks stand on the floor of their lane, server marks hang from its top. */
export function eventMarks(picture: Picture, lane: Lane, side: 'client' | 'server'): void {
  const { input, scale, shapes } = picture;
  const index: SortedIndex = input.indexes[side];
  const bottom = lane.y + lane.h - 2;
  const top = lane.y + 2;
  const most = bottom - top;
  let at = index.lowerBound(scale.span.start);
  while (at < index.count && index.time(at) <= scale.span.end) {
    const pixel = Math.floor((scale.x(index.time(at)) - scale.left) / markPixels);
    const next = Math.max(at + 1, index.lowerBound(scale.t(scale.left + (pixel + 1) * markPixels), at));
    const row = index.row(at);
    const h = Math.min(most, most * (0.45 + 0.14 * Math.log2(next - at + 1)));
    const x = scale.left + pixel * markPixels;
    const y = side === 'client' ? bottom - h : top;
    shapes.push({ kind: 'rect', x, y, w: 1.5, h, color: familyColor(input.typeOf(row)) });
    if (next - at === 1 && input.isInjected(row))
      shapes.push({ kind: 'frame', x: x - 2, y: y - 1, w: 5.5, h: h + 2, color: 'warning' });
    if (next - at === 1) handMark(picture, row, x, { y, h });
    at = next;
  }
  if (side === 'server') errorMarks(picture, lane, Infinity);
}

/** What was held stands between two bars, what never went on is struck out. */
function handMark({ input, shapes }: Picture, row: number, x: number, { y, h }: { y: number; h: number }): void {
  const fate = input.fateOf(row);
  if (fate === 'held') {
    shapes.push({ kind: 'rect', x: x - 2, y, w: 1, h, color: 'warning' });
    shapes.push({ kind: 'rect', x: x + 2.5, y, w: 1, h, color: 'warning' });
  }
  if (fate === 'dropped') shapes.push({ kind: 'rect', x: x - 3, y: y + h / 2 - 0.75, w: 7.5, h: 1.5, color: 'error' });
}

/** Errors by their own sign, where none of `most` fewer pixels stands already. */
function errorMarks({ input, scale, shapes }: Picture, lane: Lane, most: number): void {
  const { errors } = input.indexes;
  let at = errors.lowerBound(scale.span.start);
  while (at < errors.count && errors.time(at) <= scale.span.end) {
    const x = scale.x(errors.time(at));
    const size = Math.min(11, lane.h - 2, most);
    // The first event of a session is an error too often to be shown by half.
    const shown = Math.max(scale.left + size / 2, x);
    shapes.push({ kind: 'glyph', x: shown, y: lane.y + lane.h / 2, size, glyph: 'bang', color: 'error' });
    at = Math.max(at + 1, errors.lowerBound(scale.t(x + 8), at));
  }
}

/** How severe something is stands in its shape. */
export const severityLook: Readonly<Record<Severity, { glyph: Glyph; color: ColorName; rank: number }>> = {
  error: { glyph: 'bang', color: 'error', rank: 2 },
  warning: { glyph: 'triangle', color: 'warning', rank: 1 },
  info: { glyph: 'info', color: 'info', rank: 0 },
};

/** Errors, and over them what the analysis found; several on one place show the gravest and how many there are. */
export function problemLane(picture: Picture, lane: Lane): void {
  const { input, scale, shapes, bars } = picture;
  errorMarks(picture, lane, lane.h - 6);
  const size = Math.min(12, lane.h - 4);
  const y = lane.y + lane.h / 2;
  for (const cluster of clusters(input.findings, scale, 13)) {
    const { count, start } = cluster;
    let gravest = cluster.entry;
    const first = input.findings.times.lowerBound(start);
    for (let at = first; at < first + Math.min(count, 64); at += 1) {
      const finding = input.findings.at(at);
      if (finding !== undefined && severityLook[finding.severity].rank > severityLook[gravest.severity].rank)
        gravest = finding;
    }
    const { glyph, color } = severityLook[gravest.severity];
    const x = Math.max(scale.left + size / 2, scale.x(count === 1 ? start : gravest.t));
    // The error itself stands there too: the finding tells more, so it stands alone.
    shapes.push({ kind: 'rect', x: x - size / 2 - 1, y: lane.y + 1, w: size + 2, h: lane.h - 2, color: 'background' });
    shapes.push({ kind: 'glyph', x, y, size, glyph, color });
    let w = size + 2;
    if (count > 1 && lane.h >= 12) {
      shapes.push({
        kind: 'text',
        x: x + size / 2 + 2,
        y: y + 0.5,
        text: String(count),
        color: 'foreground',
        most: 22,
      });
      w += 14;
    }
    bars.push({ x: x - size / 2 - 1, y: lane.y, w, h: lane.h, target: { kind: 'finding', finding: gravest, count } });
  }
}
