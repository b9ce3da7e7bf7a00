/** The state of one of two traces on one axis: both count from their session's start, and show the same stretch. */
import { Store } from '../state/store';
import type { TimeSpan } from '../timeline/timeScale';

export class CompareStore extends Store {
  /** The other trace's; set once, by `onOneAxis`. */
  other: CompareStore | undefined;

  /** It has no counterpart of the session that is compared, and no length on the axis. */
  absent = false;

  /** What there is of this one alone. */
  get own(): TimeSpan {
    return this.absent ? { start: 0, end: 0 } : super.extent;
  }
  override get origin(): number {
    return this.own.start;
  }
  /** As long as the longer of both, so that a pixel is as long in either. */
  override get extent(): TimeSpan {
    const { start, end } = this.own;
    const other = this.other?.own;
    return { start, end: start + Math.max(end - start, other ? other.end - other.start : 0) };
  }
  /** Shows what the other one shows. */
  follows(other: CompareStore): void {
    const by = this.origin - other.origin;
    const view = { start: other.view.start + by, end: other.view.end + by };
    const isThere = Math.abs(view.start - this.view.start) < 1e-6 && Math.abs(view.end - this.view.end) < 1e-6;
    if (!isThere) this.setView(view);
  }
}

/** Keeps both at the same stretch; gives what ends that. */
export function onOneAxis(a: CompareStore, b: CompareStore): () => void {
  a.other = b;
  b.other = a;
  const mirror = (from: CompareStore, to: CompareStore) =>
    from.subscribe(['view'], () => {
      // A trace that grows (or comes) while all is shown: both fit again.
      if (from.fitted && to.fitted) {
        const { start, end } = to.extent;
        if (to.view.start !== start || to.view.end !== end) to.fit();
      } else to.follows(from);
    });
  const stops = [mirror(a, b), mirror(b, a)];
  return () => stops.forEach((stop) => stop());
}
