/** What the list needs to know to give each column the room it wants. */
import { formatPosition } from './format';

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
export function columnWidths(trace: { lastNumber: number; lastTime: number }): { number: number; time: number } {
  // A digit of the widest interface fonts takes 8.3 pixels at 13.
  const digit = 8.3;
  const digits = Math.max(3, String(trace.lastNumber).length);
  const time = Math.max(8, formatPosition(trace.lastTime).length);
  return { number: Math.ceil(digits * digit) + 2, time: Math.ceil(time * digit) };
}
