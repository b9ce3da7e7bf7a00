/** What a check finds, and how it says so. */
import type { Edit } from './fix';
import type { Path } from './json';

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
  /** A rewrite that sets it right: what it does, and the whole event's text after it. */
  fix?: { title: string; text: string };
}

/** Reports a problem with the value at that place; `atKey` marks the property's name instead, `edit` sets it right. */
export type Report = (severity: Problem['severity'], path: Path, message: string, atKey?: boolean, edit?: Edit) => void;
