/**
 * Whether two pieces of sound are the same to a listener, whatever their codec, rate, level and cut into pieces: how strong they are in
 * three bands, every 20 ms, side by side at the best of some lags.
 */

/** All is brought to this rate, samples a second: G.711's, the lowest of the API. */
const RATE = 8000;
const FRAME_MS = 20;
const FRAME = (RATE * FRAME_MS) / 1000;
/** Frames kept of one sound, half an hour; what comes later is not looked at. */
const MOST_FRAMES = 90_000;
/** What a telephone carries: below and above, a codec may have taken something away, Hz. */
const [LOWEST, HIGHEST] = [200, 3000];
const BANDS = 3;
/** Filters of the first order part the bands at 600 and 1500 Hz. */
const [LOW_SHARE, MIDDLE_SHARE] = [shareAt(600), shareAt(1500)];

/** Steps of a byte a dB, and the dB (of full scale) that 0 stands for. */
const STEPS = 2.5;
const FLOOR_DB = -100;
/** Loudest frame of what counts as silence, dB of full scale. */
const SILENT_DB = -60;
/** Frames this far below the loudest are not heard, and bands no further apart than that, dB. */
const HEARD_DB = 35;
const DEEPEST_DB = 40;
/** One of the two may begin so much later than the other, frames. */
const MOST_LAG = 15;
/** Fewer frames tell nothing. */
const LEAST_FRAMES = 3;
/** The same sound differs by a tenth of a dB after another codec, by 2 dB when its frames begin elsewhere; other words by 6 and more. */
const SAME_DB = 2.2;

/** What is kept of a sound: 150 bytes a second. */
export class SoundPrint {
  /** `BANDS` bytes a frame. */
  #bytes = new Uint8Array(64 * BANDS);
  #frames = 0;
  #power = 0;
  #count = 0;
  #rate = 0;
  #filters: Biquad[] = [];
  #phase = 0;
  #low = 0;
  #middle = 0;
  readonly #sums: [number, number, number] = [0, 0, 0];
  #inFrame = 0;

  get frames(): number {
    return this.#frames;
  }

  /** No more is kept of what comes. */
  get isFull(): boolean {
    return this.#frames >= MOST_FRAMES;
  }

  /** Mean strength, dB of full scale; -100 for none. */
  get level(): number {
    return this.#count === 0 ? FLOOR_DB : decibel(this.#power / this.#count);
  }

  /** It is not all silence. */
  get isHeard(): boolean {
    return this.level >= SILENT_DB;
  }

  /** Takes in what comes next, at so many samples a second. */
  add(samples: Int16Array, rate: number): void {
    if (rate !== this.#rate) {
      this.#rate = rate;
      const above = rate > 2.2 * HIGHEST ? [0.541, 1.307].map((q) => Biquad.lowPass(HIGHEST, q, rate)) : [];
      this.#filters = [...above, Biquad.highPass(LOWEST, 0.707, rate)];
    }
    const wave = Float64Array.from(samples);
    for (const filter of this.#filters) filter.run(wave);
    let phase = this.#phase;
    for (let n = 0; n < wave.length; n++) {
      phase += RATE;
      for (; phase >= rate; phase -= rate) this.#sample((wave[n] as number) / 32_768);
    }
    this.#phase = phase;
  }

  /** Strength of a band in a frame, dB of full scale. */
  at(frame: number, band: number): number {
    return (this.#bytes[frame * BANDS + band] as number) / STEPS + FLOOR_DB;
  }

  /** Strength of its strongest band in a frame, dB. */
  loudness(frame: number): number {
    let most = FLOOR_DB;
    for (let band = 0; band < BANDS; band++) most = Math.max(most, this.at(frame, band));
    return most;
  }

  #sample(value: number): void {
    const low = (this.#low += LOW_SHARE * (value - this.#low));
    const middle = (this.#middle += MIDDLE_SHARE * (value - this.#middle));
    this.#sums[0] += low * low;
    this.#sums[1] += (middle - low) ** 2;
    this.#sums[2] += (value - middle) ** 2;
    this.#power += value * value;
    this.#count++;
    if (++this.#inFrame === FRAME) this.#endFrame();
  }

  #endFrame(): void {
    this.#inFrame = 0;
    if (this.#frames < MOST_FRAMES) {
      const at = this.#frames * BANDS;
      if (at + BANDS > this.#bytes.length) {
        const more = new Uint8Array(this.#bytes.length * 2);
        more.set(this.#bytes);
        this.#bytes = more;
      }
      for (let band = 0; band < BANDS; band++) {
        const db = decibel((this.#sums[band] as number) / FRAME);
        this.#bytes[at + band] = Math.round((db - FLOOR_DB) * STEPS);
      }
      this.#frames++;
    }
    this.#sums.fill(0);
  }
}

/** Whether both sound the same for as long as the shorter of them lasts; silence sounds like silence. */
export function soundsAlike(a: SoundPrint, b: SoundPrint): boolean {
  const frames = Math.min(a.frames, b.frames);
  const [peakA, peakB] = [peakOf(a, frames + MOST_LAG), peakOf(b, frames + MOST_LAG)];
  if (peakA < SILENT_DB || peakB < SILENT_DB) return peakA < SILENT_DB && peakB < SILENT_DB;
  if (frames < LEAST_FRAMES) return false;
  const lags = Math.min(MOST_LAG, frames - LEAST_FRAMES);
  for (let lag = 0; lag <= lags; lag++)
    if (distance(a, b, lag, peakA, peakB) < SAME_DB || distance(a, b, -lag, peakA, peakB) < SAME_DB) return true;
  return false;
}

/** Mean difference of the bands where either is heard, each below its own loudest frame, dB; `lag` frames of b come before a's first. */
function distance(a: SoundPrint, b: SoundPrint, lag: number, peakA: number, peakB: number): number {
  const from = Math.max(0, -lag);
  const to = Math.min(a.frames, b.frames - lag);
  let sum = 0;
  let count = 0;
  for (let i = from; i < to; i++) {
    const j = i + lag;
    if (a.loudness(i) < peakA - HEARD_DB && b.loudness(j) < peakB - HEARD_DB) continue;
    for (let band = 0; band < BANDS; band++)
      sum += Math.abs(Math.max(a.at(i, band) - peakA, -DEEPEST_DB) - Math.max(b.at(j, band) - peakB, -DEEPEST_DB));
    count += BANDS;
  }
  return count < LEAST_FRAMES * BANDS ? Infinity : sum / count;
}

function peakOf(print: SoundPrint, frames: number): number {
  let most = FLOOR_DB;
  for (let frame = 0; frame < Math.min(frames, print.frames); frame++) most = Math.max(most, print.loudness(frame));
  return most;
}

function shareAt(hertz: number): number {
  return 1 - Math.exp((-2 * Math.PI * hertz) / RATE);
}

function decibel(power: number): number {
  return Math.max(FLOOR_DB, Math.min(0, 10 * Math.log10(power + 1e-12)));
}

/** A filter of the second order, its coefficients by the audio EQ cookbook (W3C note, 2021). */
class Biquad {
  #x1 = 0;
  #x2 = 0;
  #y1 = 0;
  #y2 = 0;

  private constructor(
    private readonly b: readonly [number, number],
    private readonly a: readonly [number, number],
  ) {}

  static lowPass(hertz: number, q: number, rate: number): Biquad {
    const { cos, alpha } = Biquad.#of(hertz, q, rate);
    return new Biquad(
      [(1 - cos) / 2 / (1 + alpha), (1 - cos) / (1 + alpha)],
      [(-2 * cos) / (1 + alpha), (1 - alpha) / (1 + alpha)],
    );
  }

  static highPass(hertz: number, q: number, rate: number): Biquad {
    const { cos, alpha } = Biquad.#of(hertz, q, rate);
    return new Biquad(
      [(1 + cos) / 2 / (1 + alpha), -(1 + cos) / (1 + alpha)],
      [(-2 * cos) / (1 + alpha), (1 - alpha) / (1 + alpha)],
    );
  }

  static #of(hertz: number, q: number, rate: number): { cos: number; alpha: number } {
    const angle = (2 * Math.PI * hertz) / rate;
    return { cos: Math.cos(angle), alpha: Math.sin(angle) / (2 * q) };
  }

  /** Filters in place, from where it stopped. */
  run(wave: Float64Array): void {
    const [b0, b1] = this.b;
    const [a1, a2] = this.a;
    let [x1, x2, y1, y2] = [this.#x1, this.#x2, this.#y1, this.#y2];
    for (let n = 0; n < wave.length; n++) {
      const x = wave[n] as number;
      const y = b0 * (x + x2) + b1 * x1 - a1 * y1 - a2 * y2;
      x2 = x1;
      x1 = x;
      y2 = y1;
      y1 = y;
      wave[n] = y;
    }
    [this.#x1, this.#x2, this.#y1, this.#y2] = [x1, x2, y1, y2];
  }
}
