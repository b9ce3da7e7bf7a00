/**
 * What is to be done in one direction, and when: things in a row, of which each waits for those before it, and things beside
 * it that hold nobody up.
 */

/** Beside the row. */
interface Late {
  due: number;
  run: () => void;
  /** Of a message that stands back: its number, and how many later ones it lets pass. */
  number: number;
  left: number;
}

/** Times are those of `performance.now()`, ms; `-Infinity` is at once. */
export class Schedule {
  #row: { due: number; run: () => void }[] = [];
  #late: Late[] = [];
  #timer: NodeJS.Timeout | undefined;

  get empty(): boolean {
    return this.#row.length === 0 && this.#late.length === 0;
  }

  /** Puts something at the end of the row. */
  add(due: number, run: () => void): void {
    this.#row.push({ due, run });
  }

  /** Does something beside the row: at its time, or when `left` messages with a higher `number` have gone. */
  late(due: number, run: () => void, number = Infinity, left = Infinity): void {
    this.#late.push({ due, run, number, left });
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
    this.#timer = setTimeout(() => this.run(), Math.max(1, Math.ceil(next - performance.now())));
  }

  /** Does everything now, in the order of its time where it stands beside the row. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (let first = this.#row.shift(); first; first = this.#row.shift()) first.run();
    const late = this.#late.splice(0).sort((a, b) => a.due - b.due);
    for (const { run } of late) run();
  }
}
