/**
 * Who gets how much of a page's height. Each pane first has the least that it is of any use with; what is left goes to one after
 * the other: sizes the user pulled, comfortable ones, those that were wished for. Where not even the least is there, the composer
 * takes the place of the list. What is left is never negative, so that nothing is drawn over another.
 */

/** Height of the timeline when only its overview is left, and the least that holds all lanes, pixels. */
export const stripHeight = 28;
export const leastLanes = 104;
/** The tabs, the list's head and five rows; beside it the inspector's head, tabs and a few lines. */
export const leastMain = 164;
/** Nine rows under the tabs: what nobody asked to be high comes second. */
const comfortableMain = 250;
/** Bars and a few lines of text; a little more to work in. */
export const leastComposer = 150;
const comfortableComposer = 196;
/** Its head, a message or two, a line of text and what to do with it. */
const leastIntercept = 150;
const comfortableIntercept = 190;
/** On a narrow page its list stands above its editor. */
const narrowMore = 40;

/** A pane that may be there: its height in pixels, null where it is not; and whether the user pulled it to that. */
export interface PaneWish {
  height: number | null;
  isSet: boolean;
}

export interface PaneWishes {
  /** Pixels for all panes together: the page without its bars. */
  room: number;
  timeline: PaneWish;
  composer: PaneWish;
  /** The held messages, unfolded. */
  intercept: PaneWish;
  narrow: boolean;
}

export type SizedPane = 'timeline' | 'composer' | 'intercept';

export interface PaneHeights extends Record<SizedPane, number> {
  /** List and inspector (or what stands there instead); 0 while the composer has their place. */
  main: number;
  /** True when the composer stands in the list's place. */
  sheet: boolean;
  /** The most the user can give to a pane by its splitter, pixels. */
  most: Record<SizedPane, number>;
}

/** Shares the room out; the four heights add up to it. */
export function paneHeights(wishes: PaneWishes): PaneHeights {
  const { timeline, composer, intercept, narrow } = wishes;
  const room = Math.max(0, wishes.room);
  const has = ({ height }: PaneWish, least: number) => (height === null ? 0 : least);
  const more = narrow ? narrowMore : 0;
  const least = {
    timeline: Math.min(has(timeline, stripHeight), room),
    composer: has(composer, leastComposer),
    intercept: has(intercept, leastIntercept + more),
  };
  const comfortable = {
    timeline: leastLanes,
    composer: comfortableComposer,
    intercept: comfortableIntercept + more,
  };
  const sum = least.timeline + least.composer + least.intercept;
  const sheet = composer.height !== null && sum + leastMain > room;
  const main = sheet ? 0 : leastMain;
  // On a page too low for anything even the queue gives way, and at last the list.
  const heights = { ...least, intercept: Math.min(least.intercept, room - least.timeline) };
  heights.composer = Math.min(least.composer, room - heights.timeline - heights.intercept);
  let left = Math.max(0, room - main - sum);

  const grow = (pane: SizedPane, to: number) => {
    const by = Math.min(left, Math.max(0, to - heights[pane]));
    // Lanes are all there or not at all.
    if (pane === 'timeline' && heights.timeline + by < leastLanes) return;
    heights[pane] += by;
    left -= by;
  };
  const wished = { timeline, composer, intercept };
  const order = ['intercept', 'composer', 'timeline'] as const;
  const present = order.filter((pane) => wished[pane].height !== null);
  for (const pane of present) if (wished[pane].isSet) grow(pane, wished[pane].height ?? 0);
  for (const pane of present)
    if (!wished[pane].isSet) grow(pane, Math.min(comfortable[pane], wished[pane].height ?? 0));
  const kept = sheet ? 0 : Math.min(left, comfortableMain - leastMain);
  left -= kept;
  for (const pane of present) grow(pane, wished[pane].height ?? 0);

  // In the list's place the composer has all that the others leave.
  if (sheet) heights.composer = Math.max(0, room - heights.timeline - heights.intercept);
  const taken = (pane: SizedPane) => (wished[pane].isSet ? heights[pane] : least[pane]);
  return {
    ...heights,
    main: sheet ? 0 : Math.max(0, room - heights.timeline - heights.composer - heights.intercept),
    sheet,
    most: {
      timeline: room - main - taken('composer') - taken('intercept'),
      composer: room - main - least.timeline - taken('intercept'),
      intercept: room - main - least.timeline - least.composer,
    },
  };
}
