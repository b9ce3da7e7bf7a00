/**
 * Silence for a microphone that was always open: while the recorded user waits for a slower server, it goes on. Without it
 * a server that detects turns would stand still in the middle of one.
 */
import type { Gating } from './gating';
import type { LiveSession } from './live';
import type { PlannedFrame } from './plan';

/** The byte of silence in each codec (G.711 has no 0). */
const QUIET = { pcm16: 0, mulaw: 0xff, alaw: 0xd5 } as const;
const LEAST_MS = 20;
/** A recorded piece that comes so much late needs nothing in its place, ms. */
const GRACE_MS = 80;

export class Silence {
  filledMs = 0;
  /** The recorded piece before which silence has begun. */
  #waitingFor: number | undefined;
  readonly #live: LiveSession;
  readonly #gating: Gating;
  readonly #speed: number;

  constructor(live: LiveSession, gating: Gating, speed: number) {
    this.#live = live;
    this.#gating = gating;
    this.#speed = speed;
  }

  /**
   * A piece of silence when it is time for one, and when to ask again, ms. `at`: when the next recorded piece began, on the
   * clock of the plan; `ready`: when that is due here, Infinity while nobody knows.
   */
  due(now: number, previous: PlannedFrame, at: number, ready: number): { text: string | undefined; next: number } {
    const gone = this.#gating.gone(previous.index);
    if (!gone || !this.#live.detectsTurns) return { text: undefined, next: Infinity };
    const ms = Math.max(LEAST_MS, previous.audioMs);
    const from = gone.when + Math.max(ms, at - gone.at) / this.#speed;
    const grace = this.#waitingFor === at ? 0 : GRACE_MS;
    if (ready <= from + grace) return { text: undefined, next: Infinity };
    if (now < from + grace - 0.5) return { text: undefined, next: from + grace };
    this.#waitingFor = at;
    this.#gating.settled(previous.index, { at: Math.max(gone.at, at - ms), when: from });
    this.filledMs += ms;
    const { codec, rate } = this.#live.input;
    const bytes = Math.round((ms / 1000) * rate) * (codec === 'pcm16' ? 2 : 1);
    const audio = Buffer.alloc(bytes, QUIET[codec]).toString('base64');
    return { text: JSON.stringify({ type: previous.type, audio }), next: from + ms / this.#speed };
  }
}
