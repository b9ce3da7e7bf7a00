/** Times of a trace as people write them, and what is wrong with a range of them. */
import { formatPosition } from '../analysis/format';

/** What the positions on the screen leave out, ms. */
const ROUNDED_MS = 0.5;
const SYNTAX = 'Write seconds (12.5) or minutes and seconds (1:02.5).';

interface Goes {
  /** Milliseconds since the trace's start. */
  from: number;
  to: number;
}

/** Milliseconds of `12.5`, `1:02.5` or `1:00:02.5`; undefined for anything else. */
export function timeOf(text: string): number | undefined {
  const match = /^(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)(?: ?s)?$/.exec(text.trim());
  if (!match) return undefined;
  const [, hours = 0, minutes = 0, seconds] = match;
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
}

/** Why a range of the trace cannot begin there; an empty text is its beginning. */
export function whyNotFrom(text: string, { to }: Goes): string | undefined {
  if (text.trim() === '') return undefined;
  const from = timeOf(text);
  if (from === undefined) return SYNTAX;
  return from > to + ROUNDED_MS ? `The trace ends at ${formatPosition(to)}.` : undefined;
}

/** Why a range that begins at `from` cannot end there; an empty text is the trace's end, and so is what lies behind it. */
export function whyNotUntil(text: string, from: number | undefined, goes: Goes): string | undefined {
  if (text.trim() === '') return undefined;
  const to = timeOf(text);
  if (to === undefined) return SYNTAX;
  if (from !== undefined && to < from) return `This is before the beginning of the range, ${formatPosition(from)}.`;
  return to < goes.from - ROUNDED_MS ? `The trace begins at ${formatPosition(goes.from)}.` : undefined;
}
