/** Which rows of one height a scrolled window shows, also when all of them together are higher than a browser can scroll. */

/** Chromium caps an element's height at about 33 million pixels; Firefox at about 17. */
const mostHeight = 15_000_000;
/** Rows drawn above and below: what comes into view within a frame of scrolling. */
const overscan = 4;

export interface ScrollWindow {
  /** Rows to draw: `first` up to, not including, `last`. */
  first: number;
  last: number;
  /** Rows wholly seen: `firstWhole` up to, not including, `lastWhole`. */
  firstWhole: number;
  lastWhole: number;
  /** Height of the scrolled content, pixels. */
  height: number;
  /** Where row `first` stands in the content, pixels. */
  offset: number;
  /** Scroll position that puts a row at the top. */
  scrollTopOf(row: number): number;
}

export function scrollWindow(input: {
  rows: number;
  rowHeight: number;
  viewHeight: number;
  scrollTop: number;
}): ScrollWindow {
  const { rows, rowHeight, viewHeight } = input;
  const real = rows * rowHeight;
  const height = Math.min(real, mostHeight);
  const scrollable = Math.max(0, height - viewHeight);
  const realScrollable = Math.max(0, real - viewHeight);
  // Beyond the cap a pixel of scrolling is more than a pixel of rows.
  const ratio = scrollable > 0 ? realScrollable / scrollable : 1;
  const scrollTop = Math.max(0, Math.min(input.scrollTop, scrollable));
  const realTop = scrollTop * ratio;
  const first = Math.max(0, Math.floor(realTop / rowHeight) - overscan);
  const last = Math.min(rows, Math.ceil((realTop + viewHeight) / rowHeight) + overscan);
  return {
    first,
    last,
    firstWhole: Math.max(0, Math.ceil(realTop / rowHeight - 1e-6)),
    lastWhole: Math.floor((realTop + viewHeight) / rowHeight + 1e-6),
    height,
    offset: scrollTop + first * rowHeight - realTop,
    scrollTopOf: (row) => Math.min(scrollable, (row * rowHeight) / ratio),
  };
}
