/**
 * Speech played slower or faster at its own pitch: overlap-add with the best-matching offset (WSOLA). A plain change of
 * playback rate would make voices deep or squeaky, which hides what one listens for.
 */

/**
 * @param samples Mono samples.
 * @param rate Samples per second.
 * @param speed 0.5 plays half as fast, 2 twice as fast.
 * @returns About `samples.length / speed` samples.
 */
export function stretch(samples: Float32Array, rate: number, speed: number): Float32Array<ArrayBuffer> {
  if (speed === 1 || samples.length === 0) return new Float32Array(samples);
  const frame = Math.round(rate * 0.03) & ~1;
  const hop = frame / 2;
  const seek = Math.round(rate * 0.008);
  const length = Math.round(samples.length / speed);
  const out = new Float32Array(length + frame);
  const window = Float32Array.from({ length: frame }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / frame));
  let previous = 0;
  for (let at = 0; at < length; at += hop) {
    const wanted = Math.round(at * speed);
    const from = at === 0 ? 0 : bestOffset(samples, previous + hop, wanted, seek, hop);
    for (let n = 0; n < frame; n += 1) {
      const value = (samples[from + n] ?? 0) * (at === 0 && n < hop ? 1 : (window[n] ?? 0));
      out[at + n] = (out[at + n] ?? 0) + value;
    }
    previous = from;
  }
  return out.slice(0, length);
}

/** The start near `wanted` whose samples look most like those that would have followed (`natural`). */
function bestOffset(samples: Float32Array, natural: number, wanted: number, seek: number, length: number): number {
  let best = wanted;
  let bestScore = -Infinity;
  const first = Math.max(0, wanted - seek);
  const last = Math.min(samples.length - length, wanted + seek);
  // Every fourth sample is enough to line up pitch periods of a voice.
  for (let candidate = first; candidate <= last; candidate += 2) {
    let product = 0;
    let energy = 1e-9;
    for (let n = 0; n < length; n += 4) {
      const value = samples[candidate + n] ?? 0;
      product += value * (samples[natural + n] ?? 0);
      energy += value * value;
    }
    const score = product / Math.sqrt(energy);
    if (score > bestScore) {
      bestScore = score;
      best = candidate;
    }
  }
  return best;
}

/** Tracks laid over one another on one axis, as samples of the first one's rate. `at` is in seconds. */
export function mix(tracks: readonly { samples: Int16Array; rate: number; startMs: number }[]): {
  samples: Float32Array<ArrayBuffer>;
  rate: number;
  startMs: number;
} {
  const rate = Math.max(1, ...tracks.map((track) => track.rate));
  const filled = tracks.filter((track) => track.samples.length > 0);
  const startMs = filled.length > 0 ? Math.min(...filled.map((track) => track.startMs)) : 0;
  const ends = filled.map((track) => track.startMs - startMs + (track.samples.length / track.rate) * 1000);
  const samples = new Float32Array(Math.round((Math.max(0, ...ends) / 1000) * rate));
  for (const track of filled) {
    const offset = Math.round(((track.startMs - startMs) / 1000) * rate);
    const ratio = track.rate / rate;
    const length = Math.min(samples.length - offset, Math.floor(track.samples.length / ratio));
    if (ratio === 1) {
      // Nearly always so, and minutes of it: without reckoning between samples the page does not stand still.
      const from = track.samples;
      for (let n = 0; n < length; n += 1) {
        const value = (samples[offset + n] as number) + (from[n] as number) / 32_768;
        samples[offset + n] = value > 1 ? 1 : value < -1 ? -1 : value;
      }
      continue;
    }
    for (let n = 0; n < length; n += 1) {
      const place = n * ratio;
      const whole = Math.floor(place);
      const a = track.samples[whole] ?? 0;
      const b = track.samples[whole + 1] ?? a;
      const value = (samples[offset + n] ?? 0) + (a + (b - a) * (place - whole)) / 32_768;
      samples[offset + n] = Math.max(-1, Math.min(1, value));
    }
  }
  return { samples, rate, startMs };
}

/** Least and greatest sample of each of `buckets` equal parts, for a waveform. */
export function waveform(samples: Float32Array, buckets: number): { min: Float32Array; max: Float32Array } {
  const min = new Float32Array(buckets);
  const max = new Float32Array(buckets);
  const each = samples.length / buckets;
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const end = Math.min(samples.length, Math.max(Math.floor(bucket * each) + 1, Math.floor((bucket + 1) * each)));
    let least = 0;
    let most = 0;
    for (let n = Math.floor(bucket * each); n < end; n += 1) {
      const value = samples[n] as number;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    min[bucket] = least;
    max[bucket] = most;
  }
  return { min, max };
}
