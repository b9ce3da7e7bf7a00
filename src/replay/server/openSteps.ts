/** Which messages of the client are still to come. However many there are, a message costs a look at a few of them. */
import type { ClientStep } from './script';

/** Of the messages of one type that are to come, so many are looked at for one that comes out of its order. */
const MOST_AHEAD = 256;

/** Places in a list that are taken out one after another. */
class Places {
  readonly #next: number[];

  constructor(private readonly length: number) {
    this.#next = Array.from({ length: length + 1 }, (_, place) => place);
  }

  remove(place: number): void {
    this.#next[place] = place + 1;
  }

  /** The first place at or behind one that is left; undefined where none is. */
  from(place: number): number | undefined {
    let end = Math.min(place, this.length);
    while (this.#next[end] !== end) end = this.#next[end] as number;
    // Whoever comes this way again need not go step by step.
    for (let at = Math.min(place, this.length); at !== end;) {
      const next = this.#next[at] as number;
      this.#next[at] = end;
      at = next;
    }
    return end < this.length ? end : undefined;
  }
}

/** Steps that are looked for together, in their order. */
class Group {
  readonly #places: Places;
  readonly #placeOf = new Map<ClientStep, number>();

  constructor(private readonly steps: readonly ClientStep[]) {
    this.#places = new Places(steps.length);
    for (const [place, step] of steps.entries()) this.#placeOf.set(step, place);
  }

  remove(step: ClientStep): void {
    const place = this.#placeOf.get(step);
    if (place !== undefined) this.#places.remove(place);
  }

  get first(): ClientStep | undefined {
    const place = this.#places.from(0);
    return place === undefined ? undefined : this.steps[place];
  }

  *open(): Generator<ClientStep> {
    let left = MOST_AHEAD;
    for (let at = this.#places.from(0); at !== undefined && left > 0; at = this.#places.from(at + 1)) {
      yield this.steps[at] as ClientStep;
      left -= 1;
    }
  }
}

export class OpenSteps {
  readonly #required: Group;
  readonly #optional: Group;
  readonly #byType = new Map<string, Group>();

  constructor(steps: readonly ClientStep[]) {
    const required = steps.filter(({ optional }) => !optional);
    this.#required = new Group(required);
    this.#optional = new Group(steps.filter(({ optional }) => optional));
    const types = new Map<string, ClientStep[]>();
    for (const step of required) {
      const known = types.get(step.type);
      if (known) known.push(step);
      else types.set(step.type, [step]);
    }
    for (const [type, own] of types) this.#byType.set(type, new Group(own));
  }

  /** It has come, or is not waited for any longer. */
  close(step: ClientStep): void {
    const group = step.optional ? this.#optional : this.#required;
    group.remove(step);
    if (!step.optional) this.#byType.get(step.type)?.remove(step);
  }

  /** The first that has to come; undefined when all have. */
  get due(): ClientStep | undefined {
    return this.#required.first;
  }

  /** Those that a message of that type may be, in the order of the recording: the one that is due, optional ones, and its type. */
  *candidates(type: string): Generator<ClientStep> {
    const { due } = this;
    const optional = [...this.#optional.open()];
    while (optional[0] && (!due || optional[0].index < due.index)) yield optional.shift() as ClientStep;
    if (!due) return;
    yield due;
    for (const step of this.#byType.get(type)?.open() ?? []) {
      if (step === due) continue;
      while (optional[0] && optional[0].index < step.index) yield optional.shift() as ClientStep;
      yield step;
    }
    yield* optional;
  }
}
