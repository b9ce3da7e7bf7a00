/**
 * Who gets how much of a page's height. The timeline gives way first (its lanes get thin, then only the overview stays),
 * then the composer takes the place of the list; what is left is never negative, so that nothing is drawn over another.
 */

/** Height of the timeline when only its overview is left, and the least that holds all lanes, pixels. */
export const stripHeight = 28;
export const leastLanes = 104;
/** The list's head and five rows; beside it the inspector's head, tabs and a few lines. */
const leastMain = 134;
/** Nine rows under the tabs: over it lanes that nobody asked to be high come second. */
const comfortableMain = 250;
/** Bars and a few lines of text; under the comfortable height the timeline gives its lanes up for the editor. */
const leastComposer = 150;
const comfortableComposer = 196;

export interface PaneWishes {
  /** Pixels for timeline, list and composer together: the page without its bars. */
  room: number;
  /** What the user set, pixels; null when the pane is not there. */
  timeline: number | null;
  composer: number | null;
  /** The user has pulled the timeline to its height: it does not make room for the list. */
  isTimelineSet?: boolean;
}
export interface PaneHeights {
  timeline: number;
  /** List and inspector (or what stands there instead); 0 while the composer has their place. */
  main: number;
  composer: number;
  /** True when the composer stands in the list's place. */
  sheet: boolean;
  /** The most the user can give to a pane by its splitter, pixels. */
  most: { timeline: number; composer: number };
}

/** Shares the room out; the three heights add up to it. */
export function paneHeights(wishes: PaneWishes): PaneHeights {
  const room = Math.max(0, wishes.room);
  const strip = wishes.timeline === null ? 0 : Math.min(stripHeight, room);
  if (wishes.composer === null) {
    const most = room - leastMain;
    const fair = wishes.isTimelineSet === true ? most : Math.min(most, Math.max(leastLanes, room - comfortableMain));
    const timeline = wishes.timeline === null ? 0 : lanes(wishes.timeline, fair, strip);
    return result(room, timeline, 0, false, { timeline: most, composer: 0 });
  }
  const mostComposer = room - leastMain - strip;
  if (mostComposer < leastComposer) {
    const timeline = wishes.timeline === null ? 0 : lanes(wishes.timeline, room - comfortableComposer, strip);
    return result(room, timeline, room - timeline, true, { timeline: room - comfortableComposer, composer: room });
  }
  const composer = Math.min(Math.max(wishes.composer, leastComposer), mostComposer);
  if (wishes.timeline === null) return result(room, 0, composer, false, { timeline: 0, composer: mostComposer });
  const comfortable = Math.min(composer, comfortableComposer);
  const timeline = lanes(wishes.timeline, room - leastMain - comfortable, strip);
  // With room for thin lanes or more the composer comes second; with only the strip it takes what the lanes left.
  const lanesBeside = lanes(wishes.timeline, room - leastMain - composer, timeline > strip ? leastLanes : strip);
  const shown = timeline > strip ? Math.min(timeline, lanesBeside) : strip;
  return result(room, shown, Math.min(composer, room - leastMain - shown), false, {
    timeline: room - leastMain - comfortable,
    composer: mostComposer,
  });
}

/** All lanes within `most`, or `otherwise` where not even thin ones fit or are wished for. */
function lanes(wished: number, most: number, otherwise: number): number {
  const height = Math.min(wished, most);
  return height >= leastLanes ? height : otherwise;
}

function result(
  room: number,
  timeline: number,
  composer: number,
  sheet: boolean,
  most: PaneHeights['most'],
): PaneHeights {
  return { timeline, composer, sheet, main: Math.max(0, room - timeline - composer), most };
}
