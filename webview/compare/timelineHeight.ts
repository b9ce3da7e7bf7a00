/** How high the two timelines are: as the window allows, as somebody pulled them, or folded to their overviews. */
import { leastLanes, stripHeight } from '../logic/paneHeights';
import type { Splitter } from '../views/splitter';
import type { DifferenceMarks } from './differenceMarks';

/** Both together leave so much of the window to what is below them. */
const MOST_SHARE = 0.72;

/** What is kept of it. */
export interface KeptHeight {
  /** Of one timeline, pixels; null for the usual one. */
  height: number | null;
  folded: boolean;
}

/** What was kept, where it is a height. */
export function heightOf({ height, folded }: Partial<KeptHeight>): KeptHeight {
  const isHeight = typeof height === 'number' && Number.isFinite(height) && height >= stripHeight;
  return { height: isHeight ? height : null, folded: folded === true };
}

/**
 * Gives the timelines of a page their height, where it is not the usual one. It never takes more than its share of a window that became
 * low. Set by script: what runs in a page of VS Code may have no `style` attributes.
 */
export function applyHeight({ style }: HTMLElement, { height, folded }: KeptHeight): void {
  if (folded) style.setProperty('--timeline', `${stripHeight}px`);
  else if (height === null) style.removeProperty('--timeline');
  else style.setProperty('--timeline', `min(${height}px, ${(MOST_SHARE * 50).toFixed(0)}vh)`);
}

/** The height after the bar below both was pulled by so many pixels, from what one has now; each takes half of it. */
export function pulled(now: number, by: number, windowHeight: number): KeptHeight {
  const most = Math.max(stripHeight, (windowHeight * MOST_SHARE) / 2);
  return { height: Math.max(stripHeight, Math.min(most, now + by / 2)), folded: false };
}

/** Tells what stands beside the timelines how high one of them has become, pixels. */
export function tellHeight(height: number, marks: DifferenceMarks | null, splitter: Splitter | null): void {
  if (marks) marks.whole = height < leastLanes;
  if (splitter) splitter.value = Math.min(100, (height * 200) / Math.max(1, window.innerHeight));
}
