/** What a layout is worked out from, and what it gathers: shared by the files that lay out one kind of lane each. */
import type { Playback, Turn } from '../../src/analysis/model';
import type { BufferSteps, Peaks, Span } from '../../src/document/columns';
import type { AudioLane } from '../state/audioIndex';
import type { LaneIndexes } from '../state/rows';
import type { Sighting } from '../state/sightings';
import type { TimedLane } from '../state/timedIndex';
import type { Lane, LaneGroup, LaneName } from './lanes';
import type { Shape } from './shapes';
import type { TimeScale, TimeSpan } from './timeScale';

/** A cause and its effect, both rows. */
export interface Arrow {
  cause: number;
  effect: number;
  /** One of both is the selected event. */
  direct: boolean;
}

/** A waveform, and whose it is where several sessions have theirs. */
export interface SessionPeaks extends Peaks {
  session?: string;
}

/** Everything a layout depends on. */
export interface TimelineInput {
  indexes: LaneIndexes;
  typeOf(row: number): string;
  timeOf(row: number): number;
  isFromClient(row: number): boolean;
  isInjected(row: number): boolean;
  /** What became of it when it arrived, or instead of going on; '' for what went straight on. */
  fateOf(row: number): 'held' | 'dropped' | '';
  /** Spans of the shown session, by their lane. */
  spans(lane: Span['lane']): TimedLane<Span>;
  turn(key: string): Turn | undefined;
  findings: TimedLane<Sighting>;
  playback: TimedLane<Playback>;
  audio: { client: AudioLane; server: AudioLane };
  peaks: { client: readonly SessionPeaks[]; server: readonly SessionPeaks[] };
  /** Level of the input buffer; null when it is not known or of several sessions. */
  buffer: BufferSteps | null;
  arrows: readonly Arrow[];
  view: TimeSpan;
  extent: TimeSpan;
  /** Time that the axis calls 0, ms; 0 when left out. */
  origin?: number;
  width: number;
  height: number;
  folded: ReadonlySet<LaneGroup>;
  selectedTime: number | null;
  selectedSpan: string;
  range: TimeSpan | null;
  playhead: number | null;
  /** Draw frames around bands, as high contrast wants it. */
  framed: boolean;
}

/** What a bar stands for. */
export type Target =
  | { kind: 'span'; span: Span }
  | { kind: 'spans'; first: Span; count: number }
  | { kind: 'playback'; playback: Playback }
  | { kind: 'finding'; finding: Sighting; count: number };

/** Something that can be pointed at. */
export interface Bar {
  x: number;
  y: number;
  w: number;
  h: number;
  target: Target;
}

export interface TimelineLayout {
  shapes: Shape[];
  lanes: Lane[];
  scale: TimeScale;
  overview: TimeScale;
  /** In the order they are drawn: the last one under a point is on top. */
  bars: Bar[];
}

/** What the lanes are drawn with. */
export interface Picture {
  input: TimelineInput;
  scale: TimeScale;
  shapes: Shape[];
  bars: Bar[];
}

const wideGutter = 104;
const narrowGutter = 40;

/** Width of the label column for a timeline that wide. */
export function gutterFor(width: number): number {
  return width < 560 ? narrowGutter : wideGutter;
}

/** Left edge and width of a stretch of time, cut to what is in view. */
export function boxOf({ scale, input }: Picture, start: number, end: number, least = 3): { x: number; w: number } {
  const x = Math.max(scale.left, scale.x(start));
  const right = Math.min(input.width, scale.x(Math.min(end, input.extent.end)));
  return { x, w: Math.max(least, right - x) };
}

export function laneOf(lanes: readonly Lane[], name: LaneName): Lane | undefined {
  return lanes.find((lane) => lane.name === name);
}
