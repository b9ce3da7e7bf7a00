/** Voice activity from the energy of the samples: when speech began and ended, in milliseconds of audio. */

/** How speech is told from silence. */
export interface VadSettings {
  /** 0 to 1, as in the API; 0.5 lies at -38 dB below full scale. */
  threshold: number;
  /** Audio kept from before the sound, in ms. */
  prefixMs: number;
  /** Silence that ends a turn, in ms. */
  silenceMs: number;
}

/** `startMs` includes the padding before the sound, `endMs` the silence after it; both count from the first sample. */
export type VadEvent = { kind: 'started'; startMs: number } | { kind: 'stopped'; endMs: number };

const FRAME_MS = 20;
const FRAME_SAMPLES = 480;
/** Frames of sound in a row that make speech: a click is shorter. */
const ONSET_FRAMES = 3;

export class Vad {
  /** Sound heard since the last `reset`, in ms. */
  soundMs = 0;
  #frame = new Int16Array(FRAME_SAMPLES);
  #filled = 0;
  #atMs = 0;
  #run = 0;
  #quietMs = 0;
  #speaking = false;
  /** Audio before this belongs to an earlier turn. */
  #floorMs = 0;

  /** Feeds samples (24 kHz mono); events come for whole 20 ms frames. */
  feed(samples: Int16Array, settings: VadSettings): VadEvent[] {
    const events: VadEvent[] = [];
    for (let at = 0; at < samples.length;) {
      const part = samples.subarray(at, at + FRAME_SAMPLES - this.#filled);
      this.#frame.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < FRAME_SAMPLES) break;
      this.#filled = 0;
      const event = this.#hear(level(this.#frame), settings);
      if (event) events.push(event);
    }
    return events;
  }

  get speaking(): boolean {
    return this.#speaking;
  }

  /** The buffer was committed or cleared: whatever was being said is over, nothing before now is heard again. */
  reset(): void {
    this.soundMs = 0;
    this.#run = 0;
    this.#quietMs = 0;
    this.#speaking = false;
    this.#floorMs = this.#atMs;
  }

  #hear(db: number, { threshold, prefixMs, silenceMs }: VadSettings): VadEvent | undefined {
    this.#atMs += FRAME_MS;
    const limit = -58 + 40 * threshold;
    // Once someone speaks, softer sounds still count, or the tails of words would end the turn.
    const sound = db > (this.#speaking ? limit - 6 : limit);
    if (sound) this.soundMs += FRAME_MS;
    if (!this.#speaking) {
      this.#run = sound ? this.#run + 1 : 0;
      if (this.#run < ONSET_FRAMES) return undefined;
      this.#speaking = true;
      this.#quietMs = 0;
      const startMs = Math.max(this.#floorMs, this.#atMs - this.#run * FRAME_MS - prefixMs);
      this.#run = 0;
      return { kind: 'started', startMs };
    }
    this.#quietMs = sound ? 0 : this.#quietMs + FRAME_MS;
    if (this.#quietMs < silenceMs || sound) return undefined;
    this.#speaking = false;
    this.soundMs = 0;
    this.#floorMs = this.#atMs;
    return { kind: 'stopped', endMs: this.#atMs };
  }
}

/** Loudness of a frame in dB below full scale; digital silence is -100. */
export function level(frame: Int16Array): number {
  let sum = 0;
  for (const sample of frame) sum += sample * sample;
  const rms = Math.sqrt(sum / frame.length) / 32_768;
  return rms < 1e-5 ? -100 : 20 * Math.log10(rms);
}
