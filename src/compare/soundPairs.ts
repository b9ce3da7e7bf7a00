/** How the sound of two steps compares. */
import type { SoundPair } from './model';
import { soundsAlike } from './sound';
import type { Step, TraceSteps } from './step';

/** Sound of a pair of sessions that is read again, ms of both together; of what comes later only bytes and lengths are compared. */
const MOST_MS = 4 * 3_600_000;

/** Compares the sound of steps, one pair after the other; only the prints of one pair are in memory. */
export class Sounds {
  #read = 0;

  constructor(
    private readonly a: TraceSteps,
    private readonly b: TraceSteps,
  ) {}

  async pair(one: Step, other: Step): Promise<SoundPair> {
    const lengths = { a: one.audioMs, b: other.audioMs };
    if (one.sound === other.sound) return { ...lengths, kind: 'bytes', louder: null };
    this.#read += one.audioMs + other.audioMs;
    if (!one.pieces || !other.pieces || this.#read > MOST_MS) return { ...lengths, kind: 'unknown', louder: null };
    const a = await this.a.soundOf(one.pieces);
    const b = await this.b.soundOf(other.pieces);
    return {
      ...lengths,
      kind: soundsAlike(a, b) ? 'same' : 'other',
      louder: a.isHeard && b.isHeard ? b.level - a.level : null,
    };
  }
}
