/** Tabs of a bar: where keys lead, and which of them have room. */

/** Where a key leads from a tab of a list of tabs; undefined when it does not move. */
export function tabByKey<T>(tabs: readonly T[], from: T, key: string): T | undefined {
  const at = tabs.indexOf(from);
  switch (key) {
    case 'ArrowRight':
      return tabs[(at + 1) % tabs.length];
    case 'ArrowLeft':
      return tabs[(at - 1 + tabs.length) % tabs.length];
    case 'Home':
      return tabs[0];
    case 'End':
      return tabs[tabs.length - 1];
    default:
      return undefined;
  }
}

/** What a bar of tabs has to place, pixels. */
export interface TabRoom {
  widths: readonly number[];
  room: number;
  gap: number;
  /** Width of the button that opens the others. */
  more: number;
}

/**
 * Places of the tabs that go into a menu, as they have no room: the last ones, as in VS Code's panels, but never the one that
 * is open.
 */
export function foldedTabs({ widths, room, gap, more }: TabRoom, open: number): number[] {
  const width = (places: readonly number[]) => places.reduce((sum, at) => sum + (widths[at] ?? 0) + gap, -gap);
  let shown = [...widths.keys()];
  if (width(shown) <= room) return [];
  const left = room - more - gap;
  while (shown.length > 1 && width(shown) > left) {
    const last = shown.findLast((at) => at !== open);
    shown = shown.filter((at) => at !== last);
  }
  return [...widths.keys()].filter((at) => !shown.includes(at));
}
