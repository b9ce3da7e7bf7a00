/** Where a silence of the clip that is played ends, for those who pass over it. */
import { silences } from '../logic/heardAudio';
import type { Clip, Part } from './playback';
import { SHORTEST_SILENCE, SILENCE_LEFT } from './playerLook';

export class SilenceSkip {
  /** Of the last clip: they are looked for once. */
  #known: { of: Clip; list: Part[] } | null = null;

  /** Where to go on, seconds, when `at` lies in a silence that is long enough; null elsewhere. */
  endOf(clip: Clip, at: number): number | null {
    if (this.#known?.of !== clip) this.#known = { of: clip, list: silences(clip.samples, clip.rate, SHORTEST_SILENCE) };
    const inside = this.#known.list.find(({ start, end }) => at > start + SILENCE_LEFT && at < end - SILENCE_LEFT);
    return inside === undefined ? null : inside.end - SILENCE_LEFT / 2;
  }
}
