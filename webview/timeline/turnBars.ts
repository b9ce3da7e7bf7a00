/** Turns with their latency bar: from the end of the user's speech over commit and response to the first sound or word. */
import type { SpanMark, Turn } from '../../src/analysis/model';
import type { Span } from '../../src/document/columns';
import { formatDuration } from '../logic/format';
import { answerLatency } from '../logic/turnTable';
import { clusters } from './clusters';
import type { Lane } from './lanes';
import { boxOf, type Picture } from './picture';
import type { ColorName } from './shapes';

/** A stretch of a turn's wait. */
export interface Segment {
  /** What was waited for. */
  name: string;
  short: string;
  start: number;
  end: number;
  color: ColorName;
}

/**
 * The wait of a turn, piece by piece, each beginning where the one before ended. What was not told is left out; what came
 * out of order (a commit of earlier speech) too.
 */
export function turnSegments(span: Span, turn: Turn | undefined): Segment[] {
  const at = (name: string): number | null => mark(span.marks, name)?.t ?? null;
  const wait = turn?.latencies.find(({ name }) => name === 'toAnswer');
  // What was measured is what the answer began with; a later response may have more to mark.
  const answer =
    span.marks.find(({ row }) => row === wait?.toRow) ??
    mark(span.marks, 'first audio') ??
    mark(span.marks, 'first text');
  const hasAudio = answer?.name === 'first audio';
  const steps: [string, string, number | null, ColorName][] = [
    ['end of speech told', 'end', turn?.speechEnd ?? at('speech end'), 'input'],
    ['committed', 'commit', at('committed'), 'conversation'],
    ['response created', 'created', at('response'), 'limits'],
    [hasAudio ? 'first audio' : 'first text', hasAudio ? 'audio' : 'text', answer?.t ?? null, 'response'],
  ];
  const segments: Segment[] = [];
  let from: number | null = turn?.voiceEnd ?? null;
  // Without speech the wait begins with what was asked.
  if (from === null && (turn?.speechEnd ?? at('speech end')) === null) {
    // Measured from the request; its items may have come before it.
    from = wait === undefined || answer?.row !== wait.toRow ? span.start : answer.t - wait.ms;
  }
  for (const [name, short, t, color] of steps) {
    if (t === null) continue;
    if (from !== null && t >= from) segments.push({ name, short, start: from, end: t, color });
    if (from === null || t >= from) from = t;
  }
  return segments;
}

function mark(marks: readonly SpanMark[], name: string): SpanMark | undefined {
  return marks.find((candidate) => candidate.name === name);
}

/** Room for the whole wait in words. */
const waitWidth = 44;

export function turnLane(picture: Picture, lane: Lane): void {
  const { scale, input, shapes, bars } = picture;
  const y = lane.y + 2;
  const h = lane.h - 4;
  const shown = clusters(input.spans('turn'), scale);
  for (const [n, { entry: span, count, start, end }] of shown.entries()) {
    const { x, w } = boxOf(picture, start, end);
    if (count > 1) {
      shapes.push({ kind: 'rect', x, y, w, h, color: 'other', alpha: 0.5 });
      bars.push({ x, y, w, h, target: { kind: 'spans', first: span, count } });
      continue;
    }
    const selected = span.key === input.selectedSpan;
    shapes.push({ kind: 'rect', x, y, w, h, color: 'other', alpha: 0.1 });
    const turn = input.turn(span.key);
    const segments = turnSegments(span, turn);
    const next = shown[n + 1]?.start ?? Infinity;
    drawSegments(picture, segments, y, h);
    shapes.push({
      kind: 'frame',
      x,
      y,
      w,
      h,
      color: selected ? 'focus' : 'other',
      ...(span.end === null ? { dashed: true } : {}),
      ...(selected ? { width: 2 } : {}),
    });
    bars.push({ x, y, w, h, target: { kind: 'span', span } });
    if (h < 10) continue;
    const first = segments[0];
    const before = Math.min(x + w, first === undefined ? Infinity : scale.x(first.start)) - x;
    if (before > 24) text(picture, x + 4, lane, span.label, before - 6, 'foreground');
    const wait = turn === undefined ? undefined : answerLatency(turn);
    const last = segments[segments.length - 1];
    if (wait === undefined || last === undefined) continue;
    // Beside the bar's last segment, within the turn or, where that is too short, behind it.
    const inner = Math.max(scale.left, scale.x(last.end)) + 5;
    const outer = x + w + 4;
    const until = Math.min(input.width, scale.x(next)) - 4;
    const at = x + w - inner > waitWidth ? inner : outer;
    const most = (at === inner ? x + w : until) - at;
    if (most > waitWidth && scale.x(last.end) > scale.left - 60)
      text(picture, at, lane, formatDuration(wait.ms), most, 'foreground');
  }
}

function drawSegments({ scale, input, shapes }: Picture, segments: readonly Segment[], y: number, h: number): void {
  for (const [n, { start, end, color, short }] of segments.entries()) {
    const x = Math.max(scale.left, scale.x(start));
    const right = Math.min(input.width, scale.x(end));
    if (right <= scale.left || x >= input.width) continue;
    const w = Math.max(1, right - x);
    shapes.push({ kind: 'rect', x, y, w, h, color, alpha: 0.5 });
    // The wait for the silence is the server's choice, not its work: it looks different.
    if (n === 0 && short === 'end' && w > 4) shapes.push({ kind: 'hatch', x, y, w, h, color });
    shapes.push({ kind: 'line', x1: right, y1: y, x2: right, y2: y + h, color: 'foreground', alpha: 0.7 });
    const told = `${short} ${formatDuration(end - start)}`;
    if (w > 30 && h >= 10)
      shapes.push({
        kind: 'text',
        x: x + 3,
        y: y + h / 2 + 0.5,
        text: told,
        color: 'foreground',
        most: w - 5,
        clip: true,
      });
  }
}

function text({ shapes }: Picture, x: number, lane: Lane, words: string, most: number, color: ColorName): void {
  shapes.push({ kind: 'text', x, y: lane.y + lane.h / 2 + 0.5, text: words, color, most, clip: true });
}
