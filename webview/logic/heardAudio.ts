/** What of the model's audio the user heard, and where nothing sounds. */
import type { Playback } from '../../src/analysis/model';

/** What is known of one item's playback. */
export type Heard = Pick<Playback, 'session' | 'item' | 'playsFrom' | 'playsTo' | 'cutBy'>;

/** Where the audio of a session's output item lies on the axis, ms; undefined when it has none. */
export type AudioOf = (session: string, item: string) => { start: number; end: number } | undefined;

/** So little is left of an answer's end by rounding, ms. */
const LEAST = 1;

/**
 * Stretches of a session's output that were made and never heard, ms on the axis: of each item's audio (`audioAt`) what lies
 * behind as much of it as was played. The next answer may be heard there: `besides` keeps it.
 */
export function unheard(items: readonly Heard[], session: string, audioOf: AudioOf): { start: number; end: number }[] {
  return items.flatMap(({ session: own, item, cutBy, playsFrom, playsTo }) => {
    const audio = own === session && cutBy !== 'none' ? audioOf(session, item) : undefined;
    if (audio === undefined) return [];
    const start = audio.start + playsTo - playsFrom;
    return audio.end - start > LEAST ? [{ start, end: audio.end }] : [];
  });
}

/** Those stretches without what was heard of a session there, where a clip holds more than one answer. */
export function besides(
  stretches: readonly { start: number; end: number }[],
  items: readonly Heard[],
  session: string,
): { start: number; end: number }[] {
  const heard = items
    .filter((item) => item.session === session && item.playsTo > item.playsFrom)
    .sort((a, b) => a.playsFrom - b.playsFrom);
  return stretches.flatMap((stretch) => {
    const left: { start: number; end: number }[] = [];
    let { start } = stretch;
    for (const { playsFrom, playsTo } of heard) {
      if (playsTo <= start) continue;
      if (playsFrom >= stretch.end) break;
      if (playsFrom > start) left.push({ start, end: playsFrom });
      start = playsTo;
    }
    if (start < stretch.end) left.push({ start, end: stretch.end });
    return left;
  });
}

/** The samples with silence in place of the stretches; the same array when none of them lies in it. */
export function silence(
  clip: { samples: Int16Array; rate: number; startMs: number },
  stretches: readonly { start: number; end: number }[],
): Int16Array {
  const at = (ms: number) =>
    Math.max(0, Math.min(clip.samples.length, Math.round(((ms - clip.startMs) / 1000) * clip.rate)));
  const inside = stretches.map(({ start, end }) => [at(start), at(end)] as const).filter(([from, to]) => to > from);
  if (inside.length === 0) return clip.samples;
  const samples = clip.samples.slice();
  for (const [from, to] of inside) samples.fill(0, from, to);
  return samples;
}

/** Where nothing sounds for at least so long, seconds into the samples. */
export function silences(samples: Float32Array, rate: number, atLeast: number): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  let from = 0;
  for (let n = 0; n <= samples.length; n += 1) {
    if (n < samples.length && samples[n] === 0) continue;
    if (n - from >= atLeast * rate) found.push({ start: from / rate, end: n / rate });
    from = n + 1;
  }
  return found;
}

/** One track as it lies in a clip of that rate, start and length, alone. */
export function layTrack(
  track: { samples: Int16Array; rate: number; startMs: number },
  clip: { rate: number; startMs: number; length: number },
): Float32Array<ArrayBuffer> {
  const laid = new Float32Array(clip.length);
  const offset = Math.round(((track.startMs - clip.startMs) / 1000) * clip.rate);
  const ratio = track.rate / clip.rate;
  const length = Math.min(clip.length - offset, Math.floor(track.samples.length / ratio));
  for (let n = 0; n < length; n += 1) {
    const place = n * ratio;
    const whole = Math.floor(place);
    const a = track.samples[whole] ?? 0;
    const b = track.samples[whole + 1] ?? a;
    laid[offset + n] = (a + (b - a) * (place - whole)) / 32_768;
  }
  return laid;
}
