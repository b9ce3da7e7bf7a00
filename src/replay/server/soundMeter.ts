/**
 * How much a client has said: ms of audio, ms of it that are sound and not silence, and ms of silence at the end. The same
 * sound in other pieces, or with more silence around it, measures the same.
 */
import { decodeAudio } from '../../audio/decode';
import { DEFAULT_FORMAT, type AudioFormat } from '../../audio/format';
import { FRAME_MS, level, limitOf } from '../../audio/vad';

export interface Sound {
  ms: number;
  soundMs: number;
  /** Since the last sound; all of it while there was none. */
  quietMs: number;
}

export const SILENT: Sound = { ms: 0, soundMs: 0, quietMs: 0 };

/** Louder than that is sound: as turn detection at its default takes it. */
const LIMIT_DB = limitOf(0.5);

export class SoundMeter {
  #format: AudioFormat = DEFAULT_FORMAT;
  #rest = new Int16Array(0);
  #sound: Sound = { ...SILENT };

  /** From now on. */
  set format(format: AudioFormat) {
    this.#format = format;
    this.#rest = new Int16Array(0);
  }

  get sound(): Sound {
    return { ...this.#sound };
  }

  feed(base64: string): void {
    const { samples } = decodeAudio(base64, this.#format);
    const size = Math.max(1, Math.round((this.#format.rate * FRAME_MS) / 1000));
    const all = new Int16Array(this.#rest.length + samples.length);
    all.set(this.#rest);
    all.set(samples, this.#rest.length);
    this.#sound.ms += (samples.length / this.#format.rate) * 1000;
    let at = 0;
    for (; at + size <= all.length; at += size) {
      if (level(all.subarray(at, at + size)) > LIMIT_DB) {
        this.#sound.soundMs += FRAME_MS;
        this.#sound.quietMs = 0;
      } else this.#sound.quietMs += FRAME_MS;
    }
    this.#rest = all.slice(at);
  }

  /** A turn was taken out of it: what came beyond belongs to the next. */
  take(turn: Sound): void {
    const { ms, soundMs, quietMs } = this.#sound;
    this.#sound = { ms: Math.max(0, ms - turn.ms), soundMs: Math.max(0, soundMs - turn.soundMs), quietMs };
  }

  /** Committed or cleared: nothing is left. */
  reset(): void {
    this.#sound = { ...SILENT };
    this.#rest = new Int16Array(0);
  }
}
