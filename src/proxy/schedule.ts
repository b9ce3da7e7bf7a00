/**
 * What is to be done in one direction, and when: things in a row, of which each waits for those before it, and things beside
 * it that hold nobody up. Messages are what was received and what is made of it; everything else is extra, and is forgotten
 * when its time can come no more.
 */

/** Something to be done. */
export interface Plan {
  /** Of what was received: only that is owed to the receiver, whatever becomes of the rules and the session. */
  isMessage: boolean;
  /** The rules it comes of (`RuleSet.keys`). */
  keys: readonly string[];
  /** `isAlone`: without anything extra that stands with it. */
  run: (isAlone: boolean) => void;
}

interface Planned extends Plan {
  due: number;
  isAlone: boolean;
}

/** Beside the row. */
interface Late extends Planned {
  /** Of a message that stands back: its number, and how many later ones it lets pass. */
  number: number;
  left: number;
}

/** What a timer of Node's bears, ms; a longer one would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Times are those of `performance.now()`, ms; `-Infinity` is at once. */
export class Schedule {
  #row: Planned[] = [];
  #late: Late[] = [];
  #timer: NodeJS.Timeout | undefined;
  readonly #forgotten: (keys: readonly string[]) => void;

  /** `forgotten` is told of which rules there were extras that will not be done. */
  constructor(forgotten: (keys: readonly string[]) => void) {
    this.#forgotten = forgotten;
  }

  get empty(): boolean {
    return this.#row.length === 0 && this.#late.length === 0;
  }

  /** Puts something at the end of the row. */
  add(due: number, plan: Plan): void {
    this.#row.push({ ...plan, due, isAlone: false });
  }

  /** Does something beside the row: at its time, or when `left` messages with a higher `number` have gone. */
  late(due: number, plan: Plan, number = Infinity, left = Infinity): void {
    this.#late.push({ ...plan, due, isAlone: false, number, left });
  }

  /** A message of that number has gone on, or never will. */
  passed(number: number): void {
    const ready = this.#late.filter((late) => number > late.number && --late.left <= 0);
    if (ready.length === 0) return;
    this.#late = this.#late.filter((late) => !ready.includes(late));
    for (const late of ready) late.run(late.isAlone);
  }

  /** Does what is due, and sees to the rest in time. */
  run(): void {
    this.#stop();
    const now = performance.now();
    for (let first = this.#row[0]; first && first.due <= now; first = this.#row[0]) {
      this.#row.shift();
      first.run(first.isAlone);
    }
    const due = this.#late.filter((late) => late.due <= now).sort(byTime);
    for (const late of due) {
      // One before it may have ended everything.
      const at = this.#late.indexOf(late);
      if (at < 0) continue;
      this.#late.splice(at, 1);
      late.run(late.isAlone);
    }
    const next = this.#late.reduce((least, late) => Math.min(least, late.due), this.#row[0]?.due ?? Infinity);
    this.#stop();
    if (next === Infinity) return;
    // A timer may come up to 1 ms early.
    const wait = Math.min(LONGEST_TIMER, Math.max(1, Math.ceil(next - performance.now())));
    this.#timer = setTimeout(() => this.run(), wait);
  }

  /** Lets messages go that wait: those in the row take what stands between them along, what else is extra keeps its time. */
  hurry(): void {
    for (const planned of this.#row) planned.due = -Infinity;
    this.#late.sort(byTime);
    for (const late of this.#late) if (late.isMessage) late.due = -Infinity;
    this.run();
  }

  /** Other rules are in force: messages that the others made wait go as soon as their place allows, their extras never. */
  lift(isInForce: (key: string) => boolean): void {
    const isOver = ({ keys }: Plan) => !keys.every(isInForce);
    const extras = new Set<Planned>([...this.#row, ...this.#late].filter((plan) => !plan.isMessage && isOver(plan)));
    this.#row = this.#row.filter((plan) => !extras.has(plan));
    this.#late = this.#late.filter((plan) => !extras.has(plan)).sort(byTime);
    for (const plan of [...this.#row, ...this.#late])
      if (isOver(plan)) Object.assign(plan, { due: -Infinity, isAlone: true });
    this.#forget([...extras]);
    this.run();
  }

  /** Lets messages beside the row go now, in the order of their times, and forgets what is extra there. */
  settle(): void {
    this.#end(this.#late.splice(0).sort(byTime));
  }

  /** Lets all messages go now, those in the row first, and forgets everything extra. */
  flush(): void {
    this.#stop();
    this.#end(this.#row.splice(0));
    this.settle();
  }

  #end(planned: readonly Planned[]): void {
    for (const { isMessage, run } of planned) if (isMessage) run(true);
    this.#forget(planned.filter(({ isMessage }) => !isMessage));
  }

  #forget(extras: readonly Planned[]): void {
    if (extras.length > 0) this.#forgotten([...new Set(extras.flatMap(({ keys }) => keys))]);
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/** Both may be `-Infinity`. */
function byTime(one: Planned, other: Planned): number {
  return one.due === other.due ? 0 : one.due - other.due;
}
