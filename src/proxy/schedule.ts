/**
 * What is to be done in one direction, and when: things in a row, of which each waits for those before it, and things beside
 * it that hold nobody up. Messages are what was received and what is made of it; everything else is extra, and is forgotten
 * when its time can come no more.
 */

/** What a thing is: only messages are owed to the receiver. */
export type Matter = 'message' | 'extra';

interface Planned {
  due: number;
  matter: Matter;
  run: () => void;
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

  get empty(): boolean {
    return this.#row.length === 0 && this.#late.length === 0;
  }

  /** Puts something at the end of the row. */
  add(due: number, matter: Matter, run: () => void): void {
    this.#row.push({ due, matter, run });
  }

  /** Does something beside the row: at its time, or when `left` messages with a higher `number` have gone. */
  late(due: number, matter: Matter, run: () => void, number = Infinity, left = Infinity): void {
    this.#late.push({ due, matter, run, number, left });
  }

  /** A message of that number has gone on, or never will. */
  passed(number: number): void {
    const ready = this.#late.filter((late) => number > late.number && --late.left <= 0);
    if (ready.length === 0) return;
    this.#late = this.#late.filter((late) => !ready.includes(late));
    for (const { run } of ready) run();
  }

  /** Does what is due, and sees to the rest in time. */
  run(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const now = performance.now();
    for (let first = this.#row[0]; first && first.due <= now; first = this.#row[0]) {
      this.#row.shift();
      first.run();
    }
    const due = this.#late.filter((late) => late.due <= now).sort((a, b) => a.due - b.due);
    if (due.length > 0) {
      this.#late = this.#late.filter((late) => !due.includes(late));
      for (const { run } of due) run();
    }
    const next = this.#late.reduce((least, late) => Math.min(least, late.due), this.#row[0]?.due ?? Infinity);
    if (next === Infinity) return;
    clearTimeout(this.#timer);
    // A timer may come up to 1 ms early.
    const wait = Math.min(LONGEST_TIMER, Math.max(1, Math.ceil(next - performance.now())));
    this.#timer = setTimeout(() => this.run(), wait);
  }

  /** Lets messages beside the row go now, in the order of their times, and forgets what is extra there. */
  settle(): void {
    const late = this.#late.splice(0).sort((a, b) => a.due - b.due);
    for (const { matter, run } of late) if (matter === 'message') run();
  }

  /** Lets all messages go now, those in the row first, and forgets everything extra. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (let first = this.#row.shift(); first; first = this.#row.shift()) if (first.matter === 'message') first.run();
    this.settle();
  }
}
