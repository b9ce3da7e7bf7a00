/** Waveforms: the least and greatest sample of every 10 ms, small enough to keep for hours of audio. */

/** How much audio one pair stands for, ms. */
export const PEAK_MS = 10;

/** Pairs (least, greatest, least, greatest, ...), one for every begun 10 ms. */
export function peaksOf(samples: Int16Array, rate: number): Int16Array {
  const count = Math.ceil((samples.length * 1000) / rate / PEAK_MS);
  const pairs = new Int16Array(count * 2);
  for (let peak = 0; peak < count; peak++) {
    const from = Math.round((peak * PEAK_MS * rate) / 1000);
    const to = Math.min(samples.length, Math.round(((peak + 1) * PEAK_MS * rate) / 1000));
    let least = samples[from] ?? 0;
    let greatest = least;
    for (let i = from + 1; i < to; i++) {
      const sample = samples[i] as number;
      if (sample < least) least = sample;
      else if (sample > greatest) greatest = sample;
    }
    pairs[peak * 2] = least;
    pairs[peak * 2 + 1] = greatest;
  }
  return pairs;
}

/** Waveform over a stretch of time in equal buckets; a bucket without audio is 0, 0. */
export class PeakBuckets {
  readonly min: Int16Array;
  readonly max: Int16Array;
  #filled: Uint8Array;
  #start: number;
  #perMs: number;

  constructor(startMs: number, endMs: number, buckets: number) {
    this.min = new Int16Array(buckets);
    this.max = new Int16Array(buckets);
    this.#filled = new Uint8Array(buckets);
    this.#start = startMs;
    this.#perMs = endMs > startMs ? buckets / (endMs - startMs) : 0;
  }

  /** Enters the sound between two times; what lies outside is left out. */
  add(startMs: number, endMs: number, least: number, greatest: number): void {
    if (this.#perMs === 0) return;
    const first = Math.max(0, Math.floor((startMs - this.#start) * this.#perMs));
    const last = Math.min(this.min.length - 1, Math.ceil((endMs - this.#start) * this.#perMs) - 1);
    for (let bucket = first; bucket <= last; bucket++) {
      if (!this.#filled[bucket]) {
        this.#filled[bucket] = 1;
        this.min[bucket] = least;
        this.max[bucket] = greatest;
        continue;
      }
      if (least < (this.min[bucket] as number)) this.min[bucket] = least;
      if (greatest > (this.max[bucket] as number)) this.max[bucket] = greatest;
    }
  }
}
