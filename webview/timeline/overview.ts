/** The whole trace in one strip: density of events, speech and responses, problems, and the window to drag. */
import type { SortedIndex } from '../state/sortedIndex';
import type { ColorName, Shape } from './shapes';
import { clusters } from './clusters';
import type { Lane } from './lanes';
import { severityLook } from './eventMarks';
import type { Picture } from './picture';
import type { TimeScale } from './timeScale';

/** The window of the view in the strip, pixels. */
export function overviewWindow(
  overview: TimeScale,
  view: { start: number; end: number },
): { left: number; right: number } {
  const left = overview.x(view.start);
  return { left, right: Math.max(left + 4, overview.x(view.end)) };
}

/** What is drawn of a trace as long as nothing is added to it and its place stays; the window lies over it. */
const drawn = new WeakMap<SortedIndex, { of: string; shapes: Shape[] }>();

/** @param picture With the scale of the whole trace. */
export function overviewStrip(picture: Picture, lane: Lane): void {
  const { input, scale, shapes } = picture;
  const { all, errors } = input.indexes;
  const lanes = [input.spans('speech'), input.spans('response'), input.findings];
  const { start, end } = scale.span;
  const place = [lane.y, lane.h, input.width, scale.left, scale.width, start, end, input.extent.end];
  const of = [...place, all.count, errors.count, ...lanes.map(({ version }) => version)].join();
  let strip = drawn.get(all);
  if (strip?.of !== of) {
    strip = { of, shapes: stripOf(picture, lane) };
    drawn.set(all, strip);
  }
  for (const shape of strip.shapes) shapes.push(shape);
  const { left, right } = overviewWindow(scale, input.view);
  const y = lane.y + 1;
  const h = lane.h - 2;
  shapes.push({ kind: 'rect', x: scale.left, y, w: Math.max(0, left - scale.left), h, color: 'band', alpha: 0.5 });
  shapes.push({ kind: 'rect', x: right, y, w: Math.max(0, input.width - right), h, color: 'band', alpha: 0.5 });
  const edge = Math.min(right, input.width - 1);
  shapes.push({ kind: 'frame', x: left, y, w: edge - left, h, color: 'focus' });
  if (edge - left > 14)
    for (const x of [left + 2.5, edge - 3.5])
      shapes.push({ kind: 'line', x1: x, y1: y + h / 3, x2: x, y2: y + (h * 2) / 3, color: 'focus', width: 2 });
  if (input.framed)
    shapes.push({ kind: 'frame', x: scale.left, y: lane.y, w: input.width - scale.left - 1, h: lane.h, color: 'grid' });
}

function stripOf({ input, scale }: Picture, lane: Lane): Shape[] {
  const shapes: Shape[] = [];
  const { all, errors } = input.indexes;
  shapes.push({ kind: 'rect', x: 0, y: lane.y, w: input.width, h: lane.h, color: 'background' });
  const bottom = lane.y + lane.h - 3;
  let at = all.lowerBound(scale.span.start);
  while (at < all.count && all.time(at) <= scale.span.end) {
    const pixel = Math.floor((scale.x(all.time(at)) - scale.left) / 2);
    const next = Math.max(at + 1, all.lowerBound(scale.t(scale.left + (pixel + 1) * 2), at));
    const h = Math.min(lane.h - 12, 2 + 1.6 * Math.log2(next - at + 1));
    shapes.push({ kind: 'rect', x: scale.left + pixel * 2, y: bottom - h, w: 1.5, h, color: 'other', alpha: 0.8 });
    at = next;
  }
  for (const name of ['speech', 'response'] as const) {
    const y = lane.y + (name === 'speech' ? 3 : 6);
    for (const { entry, start, end } of clusters(input.spans(name), scale, 2)) {
      const x = Math.max(scale.left, scale.x(start));
      const right = Math.max(x + 1.5, scale.x(Math.min(end, input.extent.end)));
      const color: ColorName = name === 'speech' ? 'input' : entry.status === 'failed' ? 'error' : 'response';
      shapes.push({ kind: 'rect', x, y, w: right - x, h: 2, color });
    }
  }
  for (const { entry, start } of clusters(input.findings, scale, 4)) {
    const { color } = severityLook[entry.severity];
    if (entry.severity !== 'info')
      shapes.push({ kind: 'rect', x: scale.x(start) - 1, y: lane.y + lane.h / 2, w: 2, h: lane.h / 2 - 2, color });
  }
  at = errors.lowerBound(scale.span.start);
  while (at < errors.count) {
    const x = scale.x(errors.time(at));
    shapes.push({ kind: 'rect', x: x - 1, y: lane.y + 2, w: 2, h: lane.h - 4, color: 'error' });
    at = Math.max(at + 1, errors.lowerBound(scale.t(x + 3), at));
  }
  return shapes;
}
