/** Sound on the time axis: what was said with speech and buffer level, and what came back, when it arrived and when it is heard. */
import type { Peaks } from '../../src/document/columns';
import { clusters } from './clusters';
import type { Lane } from './lanes';
import { boxOf, type Picture } from './picture';
import type { ColorName } from './shapes';

const speechLabel = 46;
/** Strip under the microphone for the level of the buffer, and over the speaker for arrivals, pixels. */
const levelStrip = 9;
const arrivalStrip = 5;
/** Answers drawn one by one at most; with more in view none is wide enough to tell where it was cut. */
const mostPlayed = 300;

function blocks(picture: Picture, side: 'client' | 'server', y: number, h: number, color: ColorName): void {
  const { input, scale, shapes } = picture;
  for (const { start, end } of input.audio[side].blocks(input.view, scale.msPerPixel * 2)) {
    const { x, w } = boxOf(picture, start, end, 1);
    shapes.push({ kind: 'rect', x, y, w, h, color, alpha: 0.12 });
  }
}

/** @param shift Pixels by which it stands elsewhere; `from` and `to` cut it. */
function wave(
  { input, scale, shapes }: Picture,
  peaks: Peaks,
  place: { y: number; h: number; color: ColorName; shift: number; from: number; to: number },
): void {
  const buckets = peaks.min.length;
  const x = scale.x(peaks.startMs) + place.shift;
  const step = (scale.x(peaks.endMs) + place.shift - x) / buckets;
  const left = Math.max(scale.left, place.from, x);
  const right = Math.min(input.width, place.to, x + step * buckets);
  if (buckets === 0 || right <= left) return;
  const { min, max } = peaks;
  shapes.push({
    kind: 'wave',
    x,
    step,
    y: place.y + place.h / 2,
    half: place.h / 2,
    min,
    max,
    color: place.color,
    left,
    right,
  });
}

/** What was sent, the speech the server found in it, and how much waits in the buffer. */
export function microphoneLane(picture: Picture, lane: Lane): void {
  const { input, scale, shapes, bars } = picture;
  const hasLevel = lane.h >= 34 && input.buffer !== null && !lane.folded;
  const y = lane.y + 2;
  const h = lane.h - 4 - (hasLevel ? levelStrip : 0);
  blocks(picture, 'client', y, h, 'input');
  const labelled: number[] = [];
  for (const { entry: span, count, start, end } of clusters(input.spans('speech'), scale)) {
    const { x, w } = boxOf(picture, start, end, 2);
    shapes.push({ kind: 'rect', x, y, w, h, color: 'input', alpha: 0.2 });
    shapes.push({ kind: 'line', x1: x, y1: y + h, x2: x + w, y2: y + h, color: 'input', width: 2 });
    if (span.key === input.selectedSpan) shapes.push({ kind: 'frame', x, y, w, h, color: 'focus', width: 2 });
    bars.push({ x, y, w, h, target: count > 1 ? { kind: 'spans', first: span, count } : { kind: 'span', span } });
    if (count === 1 && w > speechLabel + 12 && h >= 26) labelled.push(x + 3);
  }
  for (const peaks of input.peaks.client)
    wave(picture, peaks, { y, h, color: 'input', shift: 0, from: scale.left, to: input.width });
  // Over the waveform, on a ground of their own, or they could not be read.
  for (const x of labelled) {
    shapes.push({ kind: 'rect', x, y: y + 1, w: speechLabel, h: 13, color: 'background', alpha: 0.75 });
    shapes.push({ kind: 'text', x: x + 4, y: y + 8, text: 'speech', color: 'foreground', most: speechLabel - 6 });
  }
  if (hasLevel) bufferLevel(picture, lane.y + lane.h - 1);
}

/** Level of the input buffer as an area, as high as the greatest in view. */
function bufferLevel({ input, scale, shapes }: Picture, bottom: number): void {
  const { buffer } = input;
  if (buffer === null || buffer.t.length === 0) return;
  let most = 1;
  for (const ms of buffer.ms) if (ms > most) most = ms;
  const full = levelStrip - 2;
  const xs: number[] = [];
  const hs: number[] = [];
  for (let n = 0; n < buffer.t.length; n += 1) {
    const x = Math.max(scale.left, scale.x(buffer.t[n] ?? 0));
    if (x > input.width) break;
    const h = ((buffer.ms[n] ?? 0) / most) * full;
    const last = xs.length - 1;
    // Of several steps on one pixel the highest: a level that was reached is not lost.
    if (last >= 0 && x - (xs[last] ?? 0) < 1 && x > scale.left) hs[last] = Math.max(hs[last] ?? 0, h);
    else if (last >= 0 && x === scale.left) hs[last] = h;
    else {
      xs.push(x);
      hs.push(h);
    }
  }
  const line = bottom + 0.5;
  shapes.push({ kind: 'line', x1: scale.left, y1: line - 1, x2: input.width, y2: line - 1, color: 'grid' });
  shapes.push({
    kind: 'steps',
    bottom,
    x: Float32Array.from(xs),
    h: Float32Array.from(hs),
    right: Math.min(input.width, scale.x(input.extent.end)),
    color: 'conversation',
    alpha: 0.65,
  });
}

/**
 * Over the lane when answers arrived, in it where they are heard by a client that plays them as they come; what was cut
 * off and never heard is hatched.
 */
export function speakerLane(picture: Picture, lane: Lane): void {
  const { input, scale, shapes, bars } = picture;
  const hasArrivals = lane.h >= 22 && !lane.folded;
  const y = lane.y + 2 + (hasArrivals ? arrivalStrip + 1 : 0);
  const h = lane.h - 4 - (hasArrivals ? arrivalStrip + 1 : 0);
  const played = clusters(input.playback, scale);
  const alone = played.filter(({ count, entry }) => count === 1 && entry.item !== '');
  // A session without items (translation) is one stream, and so is one seen from too far away.
  const isPlain = alone.length === 0 || alone.length < played.length || alone.length > mostPlayed;
  if (hasArrivals)
    for (const { entry, count, start } of played) {
      const { x, w } = boxOf(picture, start, count > 1 ? start + scale.msPerPixel * 3 : entry.arrivedTo, 2);
      shapes.push({ kind: 'rect', x, y: lane.y + 2, w, h: arrivalStrip - 1, color: 'server', alpha: 0.75 });
    }
  if (isPlain) {
    blocks(picture, 'server', y, h, 'response');
    for (const peaks of input.peaks.server)
      wave(picture, peaks, { y, h, color: 'response', shift: 0, from: scale.left, to: input.width });
  }
  const inView = alone.flatMap(({ entry: playback }, n) => {
    const { playsFrom, playsTo, generatedMs, cutBy } = playback;
    // What nobody heard makes way for what was heard in its place.
    const next = alone[n + 1]?.entry.playsFrom ?? Infinity;
    const whole = playsFrom + generatedMs;
    const isCut = cutBy !== 'none' && whole - playsTo > 1;
    const end = Math.min(isCut ? whole : playsTo, Math.max(playsTo, next));
    const left = scale.x(playsFrom);
    const right = scale.x(end);
    return right < scale.left || left > input.width ? [] : [{ playback, isCut, end, left, right }];
  });
  if (!isPlain) {
    for (const { playback } of inView) {
      const { x, w } = boxOf(picture, playback.playsFrom, playback.playsTo, 1);
      if (scale.x(playback.playsTo) > scale.left)
        shapes.push({ kind: 'rect', x, y, w, h, color: 'response', alpha: 0.14 });
    }
    // One after the other, so that they are drawn together: answers of several sessions lie over one another.
    for (const { playback, left, right } of inView) {
      const audio = input.audio.server.ofItem(playback.item);
      const shift = audio === undefined ? 0 : left - scale.x(audio.start);
      for (const peaks of input.peaks.server)
        if (peaks.session === undefined || peaks.session === playback.session)
          wave(picture, peaks, { y, h, color: 'response', shift, from: left, to: right });
    }
  }
  for (const { playback, isCut, end, right } of inView) {
    const { playsFrom, playsTo } = playback;
    const { x, w } = boxOf(picture, playsFrom, end, 2);
    if (isCut) {
      const cut = Math.max(scale.left, scale.x(playsTo));
      if (end > playsTo && right - cut > 1) {
        shapes.push({ kind: 'rect', x: cut, y, w: right - cut, h, color: 'background', alpha: 0.55 });
        shapes.push({ kind: 'hatch', x: cut, y, w: Math.min(input.width, right) - cut, h, color: 'warning' });
      }
      if (scale.x(playsTo) >= scale.left)
        shapes.push({ kind: 'line', x1: cut, y1: y, x2: cut, y2: y + h, color: 'warning', width: 2 });
    }
    bars.push({ x, y, w, h, target: { kind: 'playback', playback } });
  }
}
