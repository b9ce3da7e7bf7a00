/** What a client has done of what is expected of it, and where it did otherwise. */
import { asObject, asText, type JsonObject } from '../../analysis/json';
import { OpenSteps } from './openSteps';
import type { Divergence, DivergenceKind } from './sessionReport';
import { differencesOf, pairsOf, type OwnIds } from './sameEvent';
import type { ClientStep, ServerScript } from './script';
import type { Sound } from './soundMeter';

const MOST_DIVERGENCES = 100;
/** Sound that differs by less is the same: an onset cut a little earlier, another resampler. */
const LESS = { part: 0.75, ms: 100 };
const MORE = { part: 1.25, ms: 300 };

export class Expected {
  /** When each step came, ms; undefined for those that have not. */
  readonly arrivedAt: (number | undefined)[] = [];
  /** When steps were given up, ms: nothing waits for them any longer. */
  readonly missing = new Map<number, number>();
  readonly divergences: Divergence[] = [];
  count = 0;
  /** Messages that were as recorded, and those that came in the place of a recorded one and were otherwise. */
  matched = 0;
  otherwise = 0;
  /** Messages that came when all that was recorded of the client had come. */
  beyond = 0;
  /** Ids of the client's own, to those of the recording. */
  readonly own: OwnIds = new Map();
  /** The same the other way round. */
  readonly recorded: OwnIds = new Map();
  /** Event ids of the recording, to the client's own. */
  readonly eventIds: OwnIds = new Map();
  #script: ServerScript;
  #open: OpenSteps;
  /** Steps that came before any later one had, and when. */
  #ahead: { step: number; at: number }[] = [];

  constructor(
    script: ServerScript,
    private readonly ignore: readonly string[],
    private readonly strict: boolean,
  ) {
    this.#script = script;
    this.#open = new OpenSteps(script.client);
  }

  get script(): ServerScript {
    return this.#script;
  }

  /** Another recorded session fits better; nothing has come yet. */
  change(script: ServerScript): void {
    this.#script = script;
    this.#open = new OpenSteps(script.client);
  }

  has(step: number): boolean {
    return step < 0 || this.arrivedAt[step] !== undefined || this.missing.has(step);
  }

  /** The first step that has not come. */
  get next(): ClientStep | undefined {
    return this.#open.due;
  }

  /** When something later came first, ms; undefined while nothing has. */
  passedAt(step: number): number | undefined {
    // The first to come behind it was the furthest of all until then. The last of those is looked at first: mostly it is about that.
    let found: number | undefined;
    for (let at = this.#ahead.length - 1; at >= 0; at--) {
      const one = this.#ahead[at];
      if (!one || one.step <= step) break;
      found = one.at;
    }
    return found;
  }

  /** Whether that message begins the session as it was recorded. */
  begins(script: ServerScript, text: string): boolean {
    const [first] = script.client;
    return first !== undefined && differencesOf(first, asObject(json(text)), text, this.own, this.ignore).length === 0;
  }

  /** Takes a message that is no sound. Answers the divergence, if it is one. */
  take(text: string, t: number, sound: Sound): Divergence | undefined {
    this.count += 1;
    const came = asObject(json(text));
    const type = asText(came?.type);
    const { due } = this.#open;
    const differs = (step: ClientStep) => differencesOf(step, came, text, this.own, this.ignore);
    // What the inspector sent while it was recorded may come or not.
    const same = this.#find(type, (step) => differs(step).length === 0);
    if (same) {
      this.#match(same, came, t);
      if (!same.optional) this.matched += 1;
      if (same !== due && !same.optional && this.strict) {
        const message = `${named(type)} came before ${due ? `${named(due.type)} (#${due.seq})` : 'what was due'}`;
        return this.#tell('order', t, message, due, type);
      }
      return this.#soundOf(same, sound, t);
    }
    if (!due) return this.#beyond(type, t);
    if (due.type !== type) {
      return this.#tell(
        'unexpected',
        t,
        `${named(type)} came where ${named(due.type)} (#${due.seq}) was expected`,
        due,
        type,
      );
    }
    const differences = differs(due);
    const places = differences.map(({ path }) => path || 'the whole of it');
    const more = places.length > 3 ? ` and ${places.length - 3} more` : '';
    this.#match(due, came, t);
    this.otherwise += 1;
    const message = `${named(type)} differs from the recorded one (#${due.seq}) in ${places.slice(0, 3).join(', ')}${more}`;
    return { ...this.#tell('changed', t, message, due, type, differences) };
  }

  /** Goes on without a step. */
  giveUp(step: number, t: number): Divergence | undefined {
    this.missing.set(step, t);
    const due = this.#script.client[step];
    if (due) this.#open.close(due);
    return due && this.#tell('missing', t, `${named(due.type)} (#${due.seq}) did not come`, due, undefined);
  }

  /** Says of sound that it is other than was recorded. */
  sound(t: number, message: string): Divergence {
    return this.#tell('sound', t, message, undefined, undefined);
  }

  /**
   * The session is over; answers the first thing in the order of the recording that was still to come of the client. `sound` is what
   * is waited for before the recorded message `seq`, if it is.
   */
  left(t: number, sound?: { seq: number; what: string }): Divergence | undefined {
    const due = this.next;
    if (sound && (!due || sound.seq < due.seq))
      return this.#tell('left', t, `The session ended before ${sound.what} had come`, undefined, undefined);
    if (!due) return undefined;
    const message = `The session ended before ${named(due.type)} (#${due.seq}) came`;
    return this.#tell('left', t, message, due, undefined);
  }

  #find(type: string, is: (step: ClientStep) => boolean): ClientStep | undefined {
    for (const step of this.#open.candidates(type)) if (is(step)) return step;
    return undefined;
  }

  /** Told once: the client goes on where the recording does not. */
  #beyond(type: string, t: number): Divergence | undefined {
    this.beyond += 1;
    if (this.beyond > 1) return undefined;
    const message = `The recording is used up: ${named(type)} came where nothing more was expected, and what comes from here on is not answered`;
    return this.#tell('used up', t, message, undefined, type);
  }

  address(t: number, message: string): Divergence {
    return this.#tell('address', t, message, undefined, undefined);
  }

  #match(step: ClientStep, came: JsonObject | undefined, t: number): void {
    this.arrivedAt[step.index] = t;
    this.#open.close(step);
    if (step.index > (this.#ahead.at(-1)?.step ?? -1)) this.#ahead.push({ step: step.index, at: t });
    if (!came) return;
    for (const [now, recorded] of pairsOf(step, came)) {
      if (now === recorded) continue;
      this.own.set(now, recorded);
      this.recorded.set(recorded, now);
    }
    const [recorded, now] = [asText(step.event?.event_id), asText(came.event_id)];
    if (recorded !== '' && now !== '' && recorded !== now) this.eventIds.set(recorded, now);
  }

  #soundOf({ sound: recorded, type, seq }: ClientStep, came: Sound, t: number): Divergence | undefined {
    if (!recorded) return undefined;
    const { soundMs } = recorded;
    if (came.soundMs >= soundMs * LESS.part - LESS.ms && came.soundMs <= soundMs * MORE.part + MORE.ms)
      return undefined;
    const message = `${Math.round(came.soundMs)} ms of sound came before ${named(type)} (#${seq}) where ${Math.round(soundMs)} ms were recorded`;
    return this.#tell('sound', t, message, undefined, type);
  }

  #tell(
    kind: DivergenceKind,
    t: number,
    message: string,
    due: ClientStep | undefined,
    type: string | undefined,
    differences: Divergence['differences'] = [],
  ): Divergence {
    const divergence: Divergence = {
      kind,
      t: Math.round(t * 1000) / 1000,
      message: `${message}.`,
      expected: due ? { seq: due.seq, type: due.type } : null,
      came: type === undefined ? null : { number: this.count, type },
      differences: differences.slice(0, 50),
    };
    if (this.divergences.length < MOST_DIVERGENCES) this.divergences.push(divergence);
    return divergence;
  }
}

/** The type of a message in a sentence. */
function named(type: string): string {
  return type === '' ? 'A message without a type' : type;
}

/** The value of a JSON text; undefined when it is none. */
export function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
