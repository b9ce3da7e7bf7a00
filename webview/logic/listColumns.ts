/** Columns of the list: which there are, which fit, what their times mean, and the room each wants. */
import { formatPosition } from './format';

/** In the order in which they stand. */
export const COLUMNS = ['number', 'time', 'delta', 'session', 'turn', 'direction', 'type', 'summary', 'size'] as const;
export type Column = (typeof COLUMNS)[number];
/** What the time column tells. */
export const TIME_MODES = ['trace', 'clock', 'delta', 'turn'] as const;
export type TimeMode = (typeof TIME_MODES)[number];

/** How the user wants the list. */
export interface ListLook {
  /** Columns not wanted; `type` is always there. */
  hidden: readonly Column[];
  time: TimeMode;
  order: 'arrival' | 'conversation';
  /** Pixels the user gave the type's column; null for as much as suits the list. */
  typeWidth: number | null;
}
export const usualListLook: ListLook = { hidden: [], time: 'trace', order: 'arrival', typeWidth: null };
/** The least the type's column can be made, pixels. */
export const leastTypeWidth = 80;

export const COLUMN_NAMES: Readonly<Record<Column, string>> = {
  number: 'Number',
  time: 'Time',
  delta: 'Delta to the row above',
  session: 'Session',
  turn: 'Turn',
  direction: 'Direction',
  type: 'Type',
  summary: 'Summary',
  size: 'Size',
};

/** What goes first where there is no room, and the least width, pixels, of the list that still shows it. */
const leastWidths: readonly (readonly [Column, number])[] = [
  ['size', 681],
  ['summary', 581],
  ['turn', 501],
  ['number', 431],
  ['session', 341],
  ['delta', 381],
];

/**
 * The columns shown in a list so wide (pixels), and their track list for a grid. The session's column stands only where rows of
 * several are mixed, and that of turns only where there are any.
 */
export function listColumns(
  look: Pick<ListLook, 'hidden' | 'time'> & Partial<Pick<ListLook, 'typeWidth'>>,
  list: { width: number; sessions: boolean; turns: boolean; numberWidth: number; timeWidth: number },
): { shown: Column[]; tracks: string } {
  const shown = COLUMNS.filter((column) => {
    if (column !== 'type' && look.hidden.includes(column)) return false;
    if (column === 'session' && !list.sessions) return false;
    if (column === 'turn' && !list.turns) return false;
    // The same number twice tells nothing.
    if (column === 'delta' && look.time === 'delta') return false;
    return list.width >= (leastWidths.find(([name]) => name === column)?.[1] ?? 0);
  });
  const takesRest = shown.includes('summary') ? 'summary' : 'type';
  // Room for the longest of the usual types (`response.output_audio_transcript.delta`) and its badge, where there is any.
  const usual = 'clamp(170px, 32cqi, 330px)';
  const typeWidth =
    takesRest === 'type' ? 'minmax(96px, 1fr)' : look.typeWidth ? `min(${look.typeWidth}px, 70cqi)` : usual;
  const track: Readonly<Record<Column, string>> = {
    number: `${list.numberWidth}px`,
    time: `${list.timeWidth}px`,
    delta: '74px',
    session: '26px',
    turn: '34px',
    direction: '16px',
    type: typeWidth,
    summary: 'minmax(40px, 1fr)',
    size: '54px',
  };
  return { shown, tracks: shown.map((column) => track[column]).join(' ') };
}

/** A cut between words is taken when what it leaves fills this much of the room; else the cut is in a word. */
const worthwhile = 0.6;

/**
 * The type in at most `most` pixels. What tells events apart stands at the end, and the family at the start has a colour
 * besides, so it is the start that goes: `…audio_transcript.delta`. `width` measures a text, pixels.
 */
export function fitType(type: string, most: number, width: (text: string) => number): string {
  if (width(type) <= most) return type;
  for (let at = 1; at < type.length; at += 1) {
    if (!/[._]/.test(type[at - 1] ?? '')) continue;
    const text = `…${type.slice(at)}`;
    const taken = width(text);
    if (taken > most) continue;
    if (taken >= most * worthwhile) return text;
    break;
  }
  let low = 1;
  let high = type.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (width(`…${type.slice(middle)}`) <= most) high = middle;
    else low = middle + 1;
  }
  // Half a pair of surrogates would show as a box.
  return `…${type.slice(low).replace(/^[\udc00-\udfff]/, '')}`;
}

/** Widths in pixels of the columns whose text grows with a trace: event number and time. */
export function columnWidths(
  trace: { lastNumber: number; lastTime: number },
  mode: TimeMode = 'trace',
): { number: number; time: number } {
  // A digit of the widest interface fonts takes 8.3 pixels at 13.
  const digit = 8.3;
  const digits = Math.max(3, String(trace.lastNumber).length);
  const time = mode === 'clock' ? 12 : Math.max(mode === 'trace' ? 8 : 9, formatPosition(trace.lastTime).length);
  return { number: Math.ceil(digits * digit) + 2, time: Math.ceil(time * digit) };
}
