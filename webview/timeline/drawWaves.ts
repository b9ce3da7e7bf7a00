/** Waveforms, a column of pixels at a time. */
import type { Shape } from './shapes';

type Wave = Extract<Shape, { kind: 'wave' }>;

const silence = { low: 32_767, high: -32_768 };

/**
 * Draws the waveform at `first` together with those after it that lie over it, and gives the place of the next shape. Sessions
 * that are shown together lie over one another: drawn one by one, a second's frames would not suffice for a dozen of them.
 */
export function drawWaves(
  context: Pick<CanvasRenderingContext2D, 'fillStyle' | 'fillRect'>,
  shapes: readonly Shape[],
  first: number,
  color: string,
): number {
  const head = shapes[first] as Wave;
  const waves: Wave[] = [];
  for (let n = first; n < shapes.length; n += 1) {
    const shape = shapes[n] as Shape;
    if (shape.kind !== 'wave' || shape.y !== head.y || shape.half !== head.half || shape.color !== head.color) break;
    waves.push(shape);
  }
  const ranges = waves.map(columnsOf);
  const from = ranges.reduce((least, range) => Math.min(least, range.from), Infinity);
  const to = ranges.reduce((most, range) => Math.max(most, range.to), -Infinity);
  if (to > from) {
    const low = new Int16Array(to - from).fill(silence.low);
    const high = new Int16Array(to - from).fill(silence.high);
    for (const [n, wave] of waves.entries()) addWave(wave, ranges[n] as Columns, low, high, from);
    context.fillStyle = color;
    for (let x = from; x < to; x += 1) {
      const least = low[x - from] as number;
      const most = high[x - from] as number;
      if (most < least || (most === 0 && least === 0)) continue;
      const top = head.y - loudness(most) * head.half;
      const bottom = head.y - loudness(least) * head.half;
      context.fillRect(x, top, 1, Math.max(1, bottom - top));
    }
  }
  return first + waves.length;
}

/** Columns of pixels a waveform is drawn in: `from` up to, not including, `to`; none when `to` is not greater. */
interface Columns {
  from: number;
  to: number;
}

function columnsOf(wave: Wave): Columns {
  const buckets = Math.min(wave.min.length, wave.max.length);
  if (buckets === 0 || !(wave.step > 0)) return { from: Infinity, to: -Infinity };
  return {
    from: Math.max(Math.floor(wave.left), Math.floor(wave.x)),
    to: Math.min(Math.ceil(wave.right), Math.ceil(wave.x + buckets * wave.step)),
  };
}

/** Takes a waveform's samples into the extremes of its columns: several buckets may fall into one, or one be several wide. */
function addWave(wave: Wave, { from, to }: Columns, low: Int16Array, high: Int16Array, origin: number): void {
  const { min, max } = wave;
  const buckets = Math.min(min.length, max.length);
  for (let x = from; x < to; x += 1) {
    const first = Math.max(0, Math.floor((x - wave.x) / wave.step));
    const last = Math.min(buckets, Math.max(first + 1, Math.floor((x + 1 - wave.x) / wave.step)));
    const at = x - origin;
    for (let bucket = first; bucket < last; bucket += 1) {
      low[at] = Math.min(low[at] as number, min[bucket] as number);
      high[at] = Math.max(high[at] as number, max[bucket] as number);
    }
  }
}

/** Square root: speech stays visible in a lane 30 pixels high. */
function loudness(sample: number): number {
  return Math.sign(sample) * Math.sqrt(Math.min(1, Math.abs(sample) / 32_768));
}
