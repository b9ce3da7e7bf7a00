/** The two lines of a message that was held or changed: on which it arrived, and on which it went on or was taken away. */
import type { Related } from '../../src/analysis/links';

/** Rows of the two lines, and what became of the message. */
export interface HeldPair {
  arrived: number;
  /** Where it went on, or was taken away. */
  end: number;
  became: 'released' | 'edited' | 'dropped';
}

/** The pair that a row is of, from what is related to it; undefined when it is of none, or its end has not come. */
export function heldPair(row: number, { causes, effects }: Related): HeldPair | undefined {
  for (const { cause, effect, kind } of [...causes, ...effects])
    if ((cause === row || effect === row) && (kind === 'released' || kind === 'edited' || kind === 'dropped'))
      return { arrived: cause, end: effect, became: kind };
  return undefined;
}
