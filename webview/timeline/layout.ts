/**
 * Where everything of the timeline stands: a pure function of rows, spans, audio, the span of time shown and the size.
 * Work grows with the pixels, not with the rows: marks are found by binary search from one pixel to the next.
 */
import type { Peaks, Span } from '../../src/document/columns';
import { shortenMiddle } from '../logic/format';
import type { AudioPiece } from '../state/audioIndex';
import { leastLanes } from '../logic/paneHeights';
import type { LaneIndexes } from '../state/rows';
import { familyColor, type ColorName, type Glyph, type Shape } from './shapes';
import type { SortedIndex } from '../state/sortedIndex';
import { TimeScale, ticks, type TimeSpan } from './timeScale';

export type LaneName = 'overview' | 'axis' | 'client' | 'microphone' | 'response' | 'speaker' | 'server';

/** A lane's place, top to bottom. */
export interface Lane {
  name: LaneName;
  label: string;
  y: number;
  h: number;
}

/** Everything a layout depends on. */
export interface TimelineInput {
  indexes: LaneIndexes;
  typeOf(row: number): string;
  isError(row: number): boolean;
  isInjected(row: number): boolean;
  /** In the order of their start. */
  spans: readonly Span[];
  pieces: { client: readonly AudioPiece[]; server: readonly AudioPiece[] };
  peaks: { client: readonly Peaks[]; server: readonly Peaks[] };
  view: TimeSpan;
  extent: TimeSpan;
  width: number;
  height: number;
  selectedTime: number | null;
  selectedSpan: string;
  range: TimeSpan | null;
  playhead: number | null;
  /** Draw frames around bands, as high contrast wants it. */
  framed: boolean;
}

export interface TimelineLayout {
  shapes: Shape[];
  lanes: Lane[];
  scale: TimeScale;
  overview: TimeScale;
  /** Response and speech bars, for hits. */
  bars: { x: number; y: number; w: number; h: number; span: Span }[];
}

export const GUTTER = 92;
const narrowGutter = 34;
const rowOfResponses = 20;
/** Room for the word in a stretch of speech. */
const labelWidth = 46;

/** Width of the label column for a timeline that wide. */
export function gutterFor(width: number): number {
  return width < 560 ? narrowGutter : GUTTER;
}

/** Heights of the lanes with room for everything, and where nothing can be taken from them any more, pixels. */
const fullLanes = { overview: 26, axis: 20, client: 24, wave: 18, response: rowOfResponses + 6, server: 24 };
const thinLanes = { overview: 20, axis: 15, client: 13, wave: 12, response: 19, server: 13 };
const sum = (lanes: typeof fullLanes) =>
  lanes.overview + lanes.axis + lanes.client + 2 * lanes.wave + lanes.response + lanes.server;

/**
 * The lanes of a timeline of that height: fixed ones first, waveforms share what is left. Where that is too little,
 * responses keep to fewer rows, then all lanes get thinner, and under the thinnest only the overview stays.
 */
export function laneBoxes(height: number, responseRows: number): Lane[] {
  if (height < leastLanes) return [{ name: 'overview', label: '', y: 0, h: height }];
  const rowsThatFit = 1 + Math.max(0, Math.floor((height - sum(fullLanes)) / rowOfResponses));
  const full = { ...fullLanes, response: Math.min(responseRows, rowsThatFit) * rowOfResponses + 6 };
  const share = Math.max(0, Math.min(1, (height - leastLanes) / (sum(fullLanes) - leastLanes)));
  const size = (name: 'overview' | 'axis' | 'client' | 'response' | 'server') =>
    Math.floor(thinLanes[name] + share * (full[name] - thinLanes[name]));
  const used = size('overview') + size('axis') + size('client') + size('response') + size('server');
  const wave = Math.max(thinLanes.wave, Math.floor((height - used) / 2));
  const rows: [LaneName, string, number][] = [
    ['overview', '', size('overview')],
    ['axis', '', size('axis')],
    ['client', 'client', size('client')],
    ['microphone', 'microphone', wave],
    ['response', 'responses', size('response')],
    ['speaker', 'speaker', wave],
    ['server', 'server', size('server')],
  ];
  let y = 0;
  return rows.map(([name, label, h]) => {
    const lane = { name, label, y, h };
    y += h;
    return lane;
  });
}

/** Where the bars of responses stand in their lane: rows of one height below one another. */
function barRows(lane: Lane): { y: number; step: number; h: number; count: number } {
  const count = Math.max(1, Math.floor((lane.h - 6) / rowOfResponses));
  const isThin = lane.h < rowOfResponses + 6;
  return isThin
    ? { y: lane.y + 2, step: lane.h - 2, h: lane.h - 3, count: 1 }
    : { y: lane.y + 3, step: rowOfResponses, h: rowOfResponses - 3, count };
}

/** Lays the whole picture out. */
export function layoutTimeline(input: TimelineInput): TimelineLayout {
  const gutter = gutterFor(input.width);
  const scale = new TimeScale(input.view, gutter, input.width - gutter);
  const overview = new TimeScale(input.extent, gutter, input.width - gutter);
  const shown = input.spans.filter((span) => span.lane === 'response' && isInView(span, input.view));
  const packed = packRows(shown, scale);
  const rows = Math.max(1, Math.min(3, 1 + Math.max(0, ...packed.map((bar) => bar.row))));
  const lanes = laneBoxes(input.height, rows);
  const shapes: Shape[] = [];
  const bars: TimelineLayout['bars'] = [];
  const lane = (name: LaneName) =>
    lanes.find((candidate) => candidate.name === name) ?? { name, label: '', y: 0, h: 0 };
  if (lanes.length === 1) {
    overviewStrip(input, lane('overview'), overview, shapes);
    cursors(input, overview, { y: 0, to: input.height }, shapes);
    return { shapes, lanes, scale, overview, bars };
  }

  const axis = lane('axis');
  const gridTop = axis.y + Math.min(13, axis.h - 2);
  for (const mark of ticks(scale, 84)) {
    const x = scale.x(mark.t);
    shapes.push({ kind: 'line', x1: x, y1: gridTop, x2: x, y2: input.height, color: 'grid' });
    // The first label would lose its left half behind the lane names.
    const isCut = x - scale.left < 24;
    shapes.push({
      kind: 'text',
      x: isCut ? x + 3 : x,
      y: axis.y + Math.min(9, axis.h / 2),
      text: mark.label,
      color: 'dim',
      most: 82,
      align: isCut ? 'left' : 'center',
    });
  }
  for (const { name, y } of lanes)
    if (name !== 'overview' && name !== 'axis')
      shapes.push({ kind: 'line', x1: 0, y1: y, x2: input.width, y2: y, color: 'grid' });

  if (input.range !== null) {
    const x = Math.max(gutter, scale.x(input.range.start));
    const right = Math.min(input.width, scale.x(input.range.end));
    const y = lane('client').y;
    if (right > x) {
      shapes.push({ kind: 'rect', x, y, w: right - x, h: input.height - y, color: 'selection', alpha: 0.35 });
      shapes.push({ kind: 'line', x1: x, y1: y, x2: x, y2: input.height, color: 'focus' });
      shapes.push({ kind: 'line', x1: right, y1: y, x2: right, y2: input.height, color: 'focus' });
    }
  }
  shapes.push(...marks(input, input.indexes.client, lane('client'), scale, 'client'));
  shapes.push(...marks(input, input.indexes.server, lane('server'), scale, 'server'));
  waveLane(input, 'client', lane('microphone'), scale, shapes, bars);
  waveLane(input, 'server', lane('speaker'), scale, shapes, bars);
  const rowsOfBars = barRows(lane('response'));
  for (const { span, row } of packed) {
    const y = rowsOfBars.y + Math.min(row, rowsOfBars.count - 1) * rowsOfBars.step;
    const bar = responseBar(span, { y, h: rowsOfBars.h }, scale, input);
    shapes.push(...bar.shapes);
    bars.push({ ...bar.box, span });
  }
  cursors(input, scale, { y: gridTop, to: input.height }, shapes);
  labels(lanes, gutter, input, shapes);
  overviewStrip(input, lane('overview'), overview, shapes);
  return { shapes, lanes, scale, overview, bars };
}

/** Lines at the selected event and at what is being played, where they are in view. */
function cursors(input: TimelineInput, scale: TimeScale, place: { y: number; to: number }, shapes: Shape[]): void {
  for (const [t, color] of [
    [input.selectedTime, 'focus'],
    [input.playhead, 'foreground'],
  ] as const) {
    if (t === null || t < scale.span.start || t > scale.span.end) continue;
    const x = scale.x(t);
    shapes.push({ kind: 'line', x1: x, y1: place.y, x2: x, y2: place.to, color, width: 1.5 });
  }
}

/** Direction is told by shape: client marks hang from a line and point up to the server, server marks point down. */
function marks(
  input: TimelineInput,
  index: SortedIndex,
  lane: Lane,
  scale: TimeScale,
  side: 'client' | 'server',
): Shape[] {
  const shapes: Shape[] = [];
  const bottom = lane.y + lane.h - 3;
  const top = lane.y + 3;
  const most = bottom - top;
  let at = index.lowerBound(scale.span.start);
  while (at < index.count && index.time(at) <= scale.span.end) {
    // Two pixels a mark: thinner ones cannot be told apart.
    const pixel = Math.floor((scale.x(index.time(at)) - scale.left) / 2);
    const next = Math.max(at + 1, index.lowerBound(scale.t(scale.left + (pixel + 1) * 2)));
    const row = index.row(at);
    const height = Math.min(most, most * (0.45 + 0.14 * Math.log2(next - at + 1)));
    const x = scale.left + pixel * 2;
    const y = side === 'client' ? bottom - height : top;
    const color = familyColor(input.typeOf(row));
    shapes.push({ kind: 'rect', x, y, w: 1.5, h: height, color });
    if (next - at === 1 && input.isInjected(row))
      shapes.push({ kind: 'frame', x: x - 2, y: y - 1, w: 5.5, h: height + 2, color: 'warning' });
    at = next;
  }
  return shapes.concat(errorMarks(input, lane, scale, side));
}

function errorMarks(input: TimelineInput, lane: Lane, scale: TimeScale, side: 'client' | 'server'): Shape[] {
  if (side === 'client') return [];
  const { errors } = input.indexes;
  const shapes: Shape[] = [];
  let at = errors.lowerBound(scale.span.start);
  while (at < errors.count && errors.time(at) <= scale.span.end) {
    const x = scale.x(errors.time(at));
    shapes.push({ kind: 'glyph', x, y: lane.y + lane.h / 2, size: 11, glyph: 'bang', color: 'error' });
    at = Math.max(at + 1, errors.lowerBound(scale.t(x + 8)));
  }
  return shapes;
}

function waveLane(
  input: TimelineInput,
  side: 'client' | 'server',
  lane: Lane,
  scale: TimeScale,
  shapes: Shape[],
  bars: TimelineLayout['bars'],
): void {
  const color: ColorName = side === 'client' ? 'input' : 'response';
  const { view } = input;
  const top = lane.y + 2;
  const h = lane.h - 4;
  for (const block of pieceBlocks(input.pieces[side], view, scale.msPerPixel * 2)) {
    const x = Math.max(scale.left, scale.x(block.start));
    const w = Math.min(input.width, scale.x(block.end)) - x;
    if (w > 0) shapes.push({ kind: 'rect', x, y: top, w: Math.max(1, w), h, color, alpha: 0.12 });
  }
  const labelled: { x: number; text: string }[] = [];
  if (side === 'client')
    for (const span of input.spans) {
      if (span.lane !== 'speech' || !isInView(span, view)) continue;
      const x = Math.max(scale.left, scale.x(span.start));
      const w = Math.max(2, Math.min(input.width, scale.x(span.end ?? view.end)) - x);
      shapes.push({ kind: 'rect', x, y: top, w, h, color, alpha: 0.2 });
      shapes.push({ kind: 'line', x1: x, y1: top + h, x2: x + w, y2: top + h, color, width: 2 });
      bars.push({ x, y: top, w, h, span });
      if (w > labelWidth + 12 && h >= 30) labelled.push({ x: x + 3, text: span.label || 'speech' });
    }
  for (const peaks of input.peaks[side]) {
    const buckets = peaks.min.length;
    if (buckets === 0 || peaks.endMs <= view.start || peaks.startMs >= view.end) continue;
    const x = scale.x(peaks.startMs);
    const step = (scale.x(peaks.endMs) - x) / buckets;
    shapes.push({
      kind: 'wave',
      x,
      step,
      y: lane.y + lane.h / 2,
      half: h / 2,
      min: peaks.min,
      max: peaks.max,
      color,
      left: scale.left,
      right: input.width,
    });
  }
  // Over the waveform, on a ground of their own, or they could not be read.
  for (const { x, text } of labelled) {
    shapes.push({ kind: 'rect', x, y: top + 1, w: labelWidth, h: 13, color: 'background', alpha: 0.75 });
    shapes.push({ kind: 'text', x: x + 4, y: top + 8, text, color: 'foreground', most: labelWidth - 6, clip: true });
  }
}

/** Neighbouring pieces of audio within `gap` ms as one block, only those in view. */
export function pieceBlocks(pieces: readonly AudioPiece[], view: TimeSpan, gap: number): TimeSpan[] {
  const blocks: TimeSpan[] = [];
  let at = firstPieceEndingAfter(pieces, view.start);
  for (; at < pieces.length; at += 1) {
    const piece = pieces[at];
    if (piece === undefined || piece.start > view.end) break;
    const last = blocks[blocks.length - 1];
    const end = piece.start + piece.ms;
    if (last !== undefined && piece.start - last.end <= gap) last.end = Math.max(last.end, end);
    else blocks.push({ start: piece.start, end });
  }
  return blocks;
}

/** Place of the first piece that ends after `t`, by binary search: pieces of a lane never overlap. */
export function firstPieceEndingAfter(pieces: readonly AudioPiece[], t: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const piece = pieces[middle];
    if (piece !== undefined && piece.start + piece.ms <= t) low = middle + 1;
    else high = middle;
  }
  return low;
}

const statusGlyph: Readonly<Record<string, Glyph>> = {
  completed: 'check',
  cancelled: 'stop',
  failed: 'cross',
  incomplete: 'incomplete',
  in_progress: 'running',
};

/** Status stands in shape (glyph, hatch, dashes) as well as in colour. */
function responseBar(span: Span, place: { y: number; h: number }, scale: TimeScale, input: TimelineInput) {
  const { y, h } = place;
  const x = Math.max(scale.left, scale.x(span.start));
  const w = Math.max(3, Math.min(input.width, scale.x(span.end ?? input.view.end)) - x);
  const color: ColorName = span.status === 'failed' ? 'error' : span.status === 'cancelled' ? 'warning' : 'response';
  const shapes: Shape[] = [{ kind: 'rect', x, y, w, h, color, alpha: span.status === 'completed' ? 0.35 : 0.2 }];
  if (span.status === 'cancelled' || span.status === 'failed' || span.status === 'incomplete')
    shapes.push({ kind: 'hatch', x, y, w, h, color });
  const selected = span.key === input.selectedSpan;
  shapes.push({
    kind: 'frame',
    x,
    y,
    w,
    h,
    color: selected ? 'focus' : color,
    ...(span.status === 'in_progress' ? { dashed: true } : {}),
  });
  const glyph = statusGlyph[span.status];
  const room = w - 8;
  if (glyph !== undefined && room > 10) shapes.push({ kind: 'glyph', x: x + 9, y: y + h / 2, size: 9, glyph, color });
  if (room > 34) {
    const words = [spanName(span), span.status === 'completed' ? '' : span.status.replace('_', ' '), span.detail];
    const text = words.filter((word) => word !== '').join(' · ');
    shapes.push({ kind: 'text', x: x + 18, y: y + h / 2, text, color: 'foreground', most: w - 22, clip: true });
  }
  return { shapes, box: { x, y, w, h } };
}

/** Puts overlapping bars below one another; a row is free again where its last bar ends. */
export function packRows(spans: readonly Span[], scale: TimeScale): { span: Span; row: number }[] {
  const ends: number[] = [];
  return spans.map((span) => {
    const x = scale.x(span.start);
    const found = ends.findIndex((end) => end <= x + 1);
    const row = found < 0 ? ends.length : found;
    ends[row] = Math.max(x + 3, span.end === null ? Infinity : scale.x(span.end));
    return { span, row };
  });
}

function labels(lanes: readonly Lane[], gutter: number, input: TimelineInput, shapes: Shape[]): void {
  const [first] = lanes;
  const top = first === undefined ? 0 : first.h;
  shapes.push({ kind: 'rect', x: 0, y: top, w: gutter, h: input.height - top, color: 'background' });
  for (const lane of lanes) {
    if (lane.label === '') continue;
    const narrow = gutter < GUTTER;
    const text = narrow ? lane.label.slice(0, 3) : lane.label;
    const arrow = lane.name === 'client' ? '→ ' : lane.name === 'server' ? '← ' : '';
    const bars = barRows(lane);
    const y = lane.name === 'response' ? bars.y + bars.h / 2 : lane.y + lane.h / 2;
    shapes.push({ kind: 'line', x1: 0, y1: lane.y, x2: gutter, y2: lane.y, color: 'grid' });
    shapes.push({ kind: 'text', x: 8, y, text: narrow ? text : arrow + text, color: 'dim', most: gutter - 10 });
  }
  shapes.push({ kind: 'line', x1: gutter - 0.5, y1: top, x2: gutter - 0.5, y2: input.height, color: 'grid' });
}

/** The whole trace in one strip: density of events, speech and responses as bars, errors, and the window to drag. */
function overviewStrip(input: TimelineInput, lane: Lane, scale: TimeScale, shapes: Shape[]): void {
  const { all, errors } = input.indexes;
  shapes.push({ kind: 'rect', x: 0, y: lane.y, w: input.width, h: lane.h, color: 'background' });
  const bottom = lane.y + lane.h - 3;
  let at = all.lowerBound(scale.span.start);
  while (at < all.count && all.time(at) <= scale.span.end) {
    const pixel = Math.floor((scale.x(all.time(at)) - scale.left) / 2);
    const next = Math.max(at + 1, all.lowerBound(scale.t(scale.left + (pixel + 1) * 2)));
    const h = Math.min(lane.h - 12, 2 + 1.6 * Math.log2(next - at + 1));
    shapes.push({ kind: 'rect', x: scale.left + pixel * 2, y: bottom - h, w: 1.5, h, color: 'other', alpha: 0.8 });
    at = next;
  }
  let drawnTo = { response: -Infinity, speech: -Infinity };
  for (const span of input.spans) {
    if (span.lane !== 'response' && span.lane !== 'speech') continue;
    const x = Math.max(scale.left, scale.x(span.start));
    const right = Math.max(x + 1.5, scale.x(span.end ?? input.extent.end));
    if (right <= drawnTo[span.lane] + 0.5) continue;
    drawnTo = { ...drawnTo, [span.lane]: right };
    const y = lane.y + (span.lane === 'speech' ? 3 : 6);
    const color: ColorName = span.lane === 'speech' ? 'input' : span.status === 'failed' ? 'error' : 'response';
    shapes.push({ kind: 'rect', x, y, w: right - x, h: 2, color });
  }
  at = 0;
  while (at < errors.count) {
    const x = scale.x(errors.time(at));
    shapes.push({ kind: 'rect', x: x - 1, y: lane.y + 2, w: 2, h: lane.h - 4, color: 'error' });
    at = Math.max(at + 1, errors.lowerBound(scale.t(x + 3)));
  }
  const left = scale.x(input.view.start);
  const right = Math.max(left + 4, scale.x(input.view.end));
  const y = lane.y + 1;
  const h = lane.h - 2;
  shapes.push({ kind: 'rect', x: scale.left, y, w: left - scale.left, h, color: 'band', alpha: 0.5 });
  shapes.push({ kind: 'rect', x: right, y, w: input.width - right, h, color: 'band', alpha: 0.5 });
  shapes.push({ kind: 'frame', x: left, y, w: Math.min(right, input.width - 1) - left, h, color: 'focus' });
  if (input.framed)
    shapes.push({ kind: 'frame', x: scale.left, y: lane.y, w: input.width - scale.left - 1, h: lane.h, color: 'grid' });
}

function isInView(span: Span, view: TimeSpan): boolean {
  return span.start <= view.end && (span.end ?? Infinity) >= view.start;
}

/** A response is told by its label and, when that is only its kind, by its id. */
export function spanName(span: Span): string {
  if (span.label === '') return span.response === '' ? span.lane : shortenMiddle(span.response, 14);
  return span.label === span.lane && span.response !== '' ? shortenMiddle(span.response, 14) : span.label;
}
