/** Breakpoints in words for the tree and the status bar, and the filter of "events like this". Free of `vscode`. */
import { compileMessageFilter } from '../protocol/messageFilter';
import { quoteValue } from '../protocol/filter';
import type { Side } from '../protocol/side';
import type { BreakpointState } from '../proxy';
import { oneLine } from './plainText';

/** A line of the view. */
export interface BreakpointLine {
  label: string;
  description: string;
  tooltip: string;
}

/** What the view shows of one. */
export function breakpointLine(breakpoint: BreakpointState): BreakpointLine {
  const { filter, hits, once, timeoutMs, problem } = breakpoint;
  const label = oneLine(filter) || 'every message';
  if (problem !== '') {
    // Nothing is wrong with the filter itself: it took too long on a message, and is tried again when it is switched on.
    const isOut = compileMessageFilter(filter).problem === '';
    const why = isOut ? `out of force: ${problem}` : problem;
    const again = isOut ? '\nSwitch it on to try again.' : '';
    return { label, description: oneLine(why), tooltip: `${oneLine(why, 1000)}${again}` };
  }
  const way = directionOf(filter);
  const count = hits === 0 ? '' : hits === 1 ? '1 hit' : `${hits} hits`;
  const onlyOnce = once ? 'only once' : '';
  const time = timeoutMs === undefined ? '' : `lets go after ${seconds(timeoutMs)}`;
  const description = [count, way, onlyOnce, time].filter(Boolean).join(' · ');
  const what = filter === '' ? 'Holds every message' : `Holds messages that match ${oneLine(filter)}`;
  const ends = [
    `${what}, ${wayInWords(way)}.`,
    once ? 'Its first hit switches it off.' : '',
    timeoutMs === undefined
      ? 'A message waits until you let it go.'
      : `A message goes on as it came after ${seconds(timeoutMs)}.`,
    hits === 0 ? 'It has held nothing yet.' : `It has held ${hits === 1 ? 'one message' : `${hits} messages`}.`,
  ];
  return { label, description, tooltip: ends.filter(Boolean).join('\n') };
}

/** Which ends' messages a filter can match, as an arrow. */
export function directionOf(filter: string): '→ server' | '← client' | '↔' | '' {
  const compiled = compileMessageFilter(filter);
  if (!('sides' in compiled)) return '';
  if (compiled.sides.length === 2) return '↔';
  return compiled.sides[0] === 'client' ? '→ server' : compiled.sides[0] === 'server' ? '← client' : '';
}

function wayInWords(way: string): string {
  if (way === '→ server') return 'from the client to the server';
  if (way === '← client') return 'from the server to the client';
  return way === '↔' ? 'both ways' : 'of neither end';
}

/** `2.5 s`. */
export const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

/** The filter of messages like a recorded one; undefined for a row that is no message. */
export function filterLike(type: string, from: Side, isBinary: boolean): string | undefined {
  if (isBinary) return `is:binary from:${from}`;
  return type === '' ? undefined : `type:${quoteValue(type)} from:${from}`;
}

/** What the status bar says of held messages: `2 held`. */
export const heldText = (count: number): string => `${count} held`;
