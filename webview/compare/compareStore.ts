/** The state of one of two traces on one axis: both count from their session's start, and show the same stretch. */
import { Store } from '../state/store';
import type { Which } from '../../src/compare/model';
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
  /** All of this one in the whole width, however long the other is. */
  fitOwn(): void {
    if (!this.absent) this.setView(this.own);
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

/** Nothing is shown closer than this, ms: the surroundings of a moment are wanted with it. */
const LEAST_SHOWN = 500;
/** What is shown before and after, as a part of it, and at most, ms. */
const MARGIN = 0.1;
const MOST_MARGIN = 1000;

/** Shows a stretch of each on their one axis: what either has of it, with a little before and after. */
export function showBoth(
  stores: Record<Which, CompareStore>,
  stretches: Readonly<Record<Which, TimeSpan | null>>,
): void {
  const places = (['a', 'b'] as const).flatMap((which) => {
    const [stretch, { origin }] = [stretches[which], stores[which]];
    return stretch ? [{ start: stretch.start - origin, end: stretch.end - origin }] : [];
  });
  if (places.length === 0) return;
  const start = Math.min(...places.map((place) => place.start));
  const end = Math.max(...places.map((place) => place.end));
  const around = Math.max(Math.min((end - start) * MARGIN, MOST_MARGIN), (LEAST_SHOWN - (end - start)) / 2);
  const store = stores.a.absent ? stores.b : stores.a;
  store.setView({ start: store.origin + start - around, end: store.origin + end + around });
}
