import type { Side } from './side';

/** Something wrong with an event's text, or worth a note. */
export interface Problem {
  severity: 'error' | 'warning' | 'note';
  /** What is wrong and what to write instead. */
  message: string;
  /** JSON pointer of the value meant; '' for the whole text. */
  path: string;
  /** Offset and length in the text. */
  offset: number;
  length: number;
}

/** Checks the text of one event before it is sent by `from`. Unknown extra fields are notes, never errors. */
export declare function validateEvent(text: string, from: Side): Problem[];
