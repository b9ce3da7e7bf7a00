/** What a message still waits for, and when it is due. */
import type { NamedId } from './ids';
import type { LiveSession } from './live';
import type { Gate, PlannedFrame } from './plan';
import type { Timing } from '../timing';

/** When a message of a lane went: on the clock of the plan, and on that of the run, ms. */
export interface Gone {
  at: number;
  when: number;
}

/** The ids of a message in this run. */
export type Ids =
  | { state: 'known'; ids: Map<string, string> }
  | { state: 'pending'; waits: string[] }
  | { state: 'never'; why: string };

export class Gating {
  readonly #live: LiveSession;
  readonly #timing: Timing;
  readonly #speed: number;
  readonly #gone = new Map<number, Gone>();
  readonly #givenUp = new Set<string>();
  readonly #passedOver: (message: string, gate: string) => void;

  /** `passedOver` is told of what cannot come any more, and that nobody waits for it. */
  constructor(live: LiveSession, timing: Timing, speed: number, passedOver: (message: string, gate: string) => void) {
    this.#live = live;
    this.#timing = timing;
    this.#speed = speed;
    this.#passedOver = passedOver;
  }

  /** A message has gone, or will not go: what comes behind it counts from now. */
  settled(index: number, gone: Gone): void {
    this.#gone.set(index, gone);
  }
  gone(index: number): Gone | undefined {
    return this.#gone.get(index);
  }
  /** Nobody waits for it any longer. */
  giveUp(names: readonly string[]): void {
    for (const name of names) this.#givenUp.add(name);
  }

  /** Messages of the other lane go before it, and have not. */
  isBehind({ after, barrier }: PlannedFrame): boolean {
    const first = this.#timing === 'original' ? after : Math.max(after, barrier);
    return first >= 0 && !this.#gone.has(first);
  }

  /** Moments of the session that have not come and still may. */
  waits(step: Pick<PlannedFrame, 'gates' | 'name'>): string[] {
    return step.gates.flatMap((gate) => (this.#isOpen(gate, step.name) ? [] : [gate.name]));
  }

  ids({ ids, unknownIds }: PlannedFrame): Ids {
    const [unknown] = unknownIds;
    if (unknown !== undefined)
      return {
        state: 'never',
        why: `it names ${unknown.slice(0, 80)}, of which the recording does not say what it is`,
      };
    const found = new Map<string, string>();
    const waits: string[] = [];
    for (const one of ids) {
      const id = this.#live.names.idOf(one.name);
      if (id !== undefined) {
        found.set(one.recorded, id);
        continue;
      }
      const over = this.#live.neverComes(one);
      if (over !== undefined || this.#givenUp.has(one.name))
        return { state: 'never', why: `there was no ${one.name}${over === undefined ? ' in time' : ''}` };
      waits.push(one.name);
    }
    return waits.length > 0 ? { state: 'pending', waits } : { state: 'known', ids: found };
  }

  /** When it is due on the clock of the run, ms; nothing that it waits for is outstanding. */
  due(step: PlannedFrame, previous: PlannedFrame | undefined): number {
    if (this.#timing === 'original') return step.at / this.#speed;
    const last = previous && this.#gone.get(previous.index);
    const others = [step.after, step.barrier].flatMap((index) => this.#gone.get(index) ?? []);
    const counted = [...(last ? [last] : []), ...others];
    const reached = step.gates.flatMap((gate) => {
      const when = this.#reachedAt(gate);
      return when === undefined ? [] : [{ at: gate.at, when }];
    });
    if (this.#timing === 'fast') {
      const soonest = Math.max(0, ...counted.map(({ when }) => when), ...reached.map(({ when }) => when));
      // A server that finds the end of speech by itself is given time to: it would hear the next turn into its answer.
      const isPaced = step.lane === 'audio' && this.#live.detectsTurns && last;
      return isPaced ? Math.max(soonest, this.#later(step, last)) : soonest;
    }
    if (counted.length + reached.length === 0) return step.at / this.#speed;
    return Math.max(...[...counted, ...reached].map((gone) => this.#later(step, gone)));
  }

  #later({ at }: PlannedFrame, gone: Gone): number {
    return gone.when + Math.max(0, at - gone.at) / this.#speed;
  }

  #reachedAt({ name, within, soundMs }: Gate): number | undefined {
    return soundMs === undefined ? this.#live.reachedAt(name) : this.#live.heardSoundAt(within ?? '', soundMs);
  }

  #isOpen(gate: Gate, name: string): boolean {
    if (this.#reachedAt(gate) !== undefined || this.#givenUp.has(gate.name)) return true;
    if (this.#live.neverComes(gate) === undefined) return false;
    // A shorter answer than the recorded one is no matter for what happens in it.
    if (gate.soundMs !== undefined) return true;
    this.#passedOver(`${name} went without “${gate.name}”, which cannot come any more.`, gate.name);
    return true;
  }
}

/** The ids of an event that are others in this run. */
export function replaced(named: readonly NamedId[], ids: ReadonlyMap<string, string>): NamedId[] {
  return named.flatMap(({ path, id }) => {
    const now = ids.get(id);
    return now === undefined || now === id ? [] : [{ path, id: now }];
  });
}
