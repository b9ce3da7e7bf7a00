/**
 * Where everything of the timeline stands: a pure function of rows, spans, audio, the span of time shown and the size.
 * Work grows with the pixels, not with what is in the trace: everything is found by binary search from one pixel to the next.
 */
import { drawArrows } from './arrows';
import { microphoneLane, speakerLane } from './audioLanes';
import { eventMarks, problemLane } from './eventMarks';
import { laneBoxes, type Lane, type LaneName } from './lanes';
import { noteLane } from './noteFlags';
import { overviewStrip } from './overview';
import { gutterFor, laneOf, type Picture, type TimelineInput, type TimelineLayout } from './picture';
import { callLane, connectionLane, packedInView, responseLane, transcriptionLane } from './spanBars';
import { ticks, TimeScale, type TimeSpan } from './timeScale';
import { turnLane } from './turnBars';
import { formatDuration } from '../logic/format';

/** A lane's name stands in the middle of so many pixels at its top. */
export const labelHeight = 24;

/** Room for the length of a range. */
const rangeLabel = 64;

/** Lays the whole picture out. */
export function layoutTimeline(input: TimelineInput): TimelineLayout {
  const gutter = gutterFor(input.width);
  const scale = new TimeScale(input.view, gutter, input.width - gutter);
  const overview = new TimeScale(input.extent, gutter, input.width - gutter);
  const picture: Picture = { input, scale, shapes: [], bars: [] };
  const { shapes } = picture;
  const { shown, rows } = packedInView(picture, 'response');
  const calls = packedInView(picture, 'call', 'mcp');
  const lanes = laneBoxes({
    height: input.height,
    has: lanesWithContent(input),
    responseRows: 1 + Math.max(0, ...rows),
    callRows: 1 + Math.max(0, ...calls.rows),
    depth: input.spans('item').times.count === 0 ? 0 : input.spans('part').times.count === 0 ? 1 : 2,
    folded: input.folded,
    narrow: input.width < 560,
  });
  const strip = laneOf(lanes, 'overview');
  const whole: Picture = { ...picture, scale: overview };
  const result: TimelineLayout = { shapes, lanes, scale, overview, bars: picture.bars };
  if (strip === undefined) return result;
  if (lanes.length === 1) {
    overviewStrip(whole, strip);
    cursors(whole, 0);
    return result;
  }
  const gridTop = axis(picture, laneOf(lanes, 'axis'));
  for (const { name, y } of lanes)
    if (name !== 'overview' && name !== 'axis')
      shapes.push({ kind: 'line', x1: 0, y1: y, x2: input.width, y2: y, color: 'grid' });
  range(picture, gridTop);
  const draw: Partial<Record<LaneName, (lane: Lane) => void>> = {
    connection: (lane) => connectionLane(picture, lane),
    client: (lane) => eventMarks(picture, lane, 'client'),
    microphone: (lane) => microphoneLane(picture, lane),
    note: (lane) => noteLane(picture, lane),
    turn: (lane) => turnLane(picture, lane),
    response: (lane) => responseLane(picture, lane, shown, rows),
    call: (lane) => callLane(picture, lane, calls),
    transcription: (lane) => transcriptionLane(picture, lane),
    speaker: (lane) => speakerLane(picture, lane),
    server: (lane) => eventMarks(picture, lane, 'server'),
    problem: (lane) => problemLane(picture, lane),
  };
  for (const lane of lanes) draw[lane.name]?.(lane);
  drawArrows(picture, lanes);
  cursors(picture, gridTop);
  labels(picture, lanes, gutter);
  overviewStrip(whole, strip);
  return result;
}

/** Lanes of which the session has something anywhere, so that they stay while the view moves. */
function lanesWithContent(input: TimelineInput): Set<LaneName> {
  const { indexes, audio, spans } = input;
  const has = (lane: Parameters<typeof spans>[0]) => spans(lane).times.count > 0;
  const present: Partial<Record<LaneName, boolean>> = {
    connection: has('connection') || has('http'),
    client: indexes.client.count > 0,
    microphone: audio.client.count > 0 || has('speech'),
    turn: has('turn'),
    response: has('response'),
    call: has('call') || has('mcp'),
    transcription: has('transcription'),
    speaker: audio.server.count > 0,
    server: indexes.server.count > 0,
    problem: indexes.errors.count > 0 || input.findings.times.count > 0,
    note: has('note'),
  };
  return new Set((Object.keys(present) as LaneName[]).filter((name) => present[name] === true));
}

/** Times over a grid through all lanes; gives where the grid begins. */
function axis({ input, scale, shapes }: Picture, lane: Lane | undefined): number {
  if (lane === undefined) return 0;
  const top = lane.y + Math.min(13, lane.h - 2);
  const length = rangeLabelAt(input.range, scale);
  for (const mark of ticks(scale, 84, input.origin)) {
    const x = scale.x(mark.t);
    shapes.push({ kind: 'line', x1: x, y1: top, x2: x, y2: input.height, color: 'grid' });
    // The first label would lose its left half behind the lane names.
    const isCut = x - scale.left < 24;
    // And the last one its right half.
    const isAtEnd = input.width - x < 24;
    if (length !== null && Math.abs(x - length) < (rangeLabel + 44) / 2) continue;
    shapes.push({
      kind: 'text',
      x: isCut ? x + 3 : isAtEnd ? x - 3 : x,
      y: lane.y + Math.min(9, lane.h / 2),
      text: mark.label,
      color: 'dim',
      most: 82,
      align: isCut ? 'left' : isAtEnd ? 'right' : 'center',
    });
  }
  return top;
}

function range({ input, scale, shapes }: Picture, top: number): void {
  if (input.range === null) return;
  const { start, end } = input.range;
  const x = Math.max(scale.left, scale.x(start));
  const right = Math.min(input.width, scale.x(end));
  if (right <= x) return;
  const { height } = input;
  shapes.push({ kind: 'rect', x, y: top, w: right - x, h: height - top, color: 'selection', alpha: 0.35 });
  shapes.push({ kind: 'line', x1: x, y1: top, x2: x, y2: height, color: 'focus' });
  shapes.push({ kind: 'line', x1: right, y1: top, x2: right, y2: height, color: 'focus' });
  const middle = rangeLabelAt(input.range, scale);
  if (middle === null) return;
  const text = formatDuration(end - start);
  shapes.push({ kind: 'text', x: middle, y: top - 5, text, color: 'foreground', most: rangeLabel, align: 'center' });
}

/** Where the length of a range stands, in its middle; null where there is no room. */
function rangeLabelAt(selected: TimeSpan | null, scale: TimeScale): number | null {
  if (selected === null) return null;
  const x = Math.max(scale.left, scale.x(selected.start));
  const right = Math.min(scale.left + scale.width, scale.x(selected.end));
  return right - x < rangeLabel ? null : (x + right) / 2;
}

/** Lines at the selected event and at what is being played, where they are in view. */
function cursors({ input, scale, shapes }: Picture, top: number): void {
  for (const [t, color] of [
    [input.selectedTime, 'focus'],
    [input.playhead, 'foreground'],
  ] as const) {
    if (t === null || t < scale.span.start || t > scale.span.end) continue;
    const x = scale.x(t);
    shapes.push({ kind: 'line', x1: x, y1: top, x2: x, y2: input.height, color, width: 1.5 });
  }
}

/** Names of the lanes over what may have run under them; room is left for the button that folds a group. */
function labels({ input, shapes }: Picture, lanes: readonly Lane[], gutter: number): void {
  const [first] = lanes;
  const top = first === undefined ? 0 : first.h;
  shapes.push({ kind: 'rect', x: 0, y: top, w: gutter, h: input.height - top, color: 'background' });
  for (const lane of lanes) {
    if (lane.label === '') continue;
    // High lanes have their name at the top, beside the button.
    const y = lane.y + Math.min(lane.h, labelHeight) / 2;
    shapes.push({ kind: 'line', x1: 0, y1: lane.y, x2: gutter, y2: lane.y, color: 'grid' });
    shapes.push({ kind: 'text', x: 17, y: y + 0.5, text: lane.label, color: 'dim', most: gutter - 18 });
  }
  shapes.push({ kind: 'line', x1: gutter - 0.5, y1: top, x2: gutter - 0.5, y2: input.height, color: 'grid' });
}
