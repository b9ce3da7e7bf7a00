/** Every event of the Realtime API, as data. */
import type { Side } from './side';

/** What the inspector knows of an event type. */
export interface EventInfo {
  type: string;
  /** Which end sends it. */
  from: Side;
  /** First words of the type, e.g. `session`, `response`, `input_audio_buffer`. */
  family: string;
  /** One line. */
  summary: string;
  /** A paragraph or two of documentation, plain text, written for this project. */
  doc: string;
  /** Top-level fields that must be there besides `type`. */
  required: string[];
  /** All top-level fields known, with the JSON type each must have. */
  fields: Record<string, 'string' | 'number' | 'boolean' | 'object' | 'array' | 'any'>;
  /** True when it is one of a run (`.delta`, append) that a list may fold. */
  delta: boolean;
}

/** All of them, by type; `session.update` and a few others exist once per direction they occur in. */
export declare const CATALOGUE: readonly EventInfo[];
/** The event of that type, sent by that end. */
export declare function findEvent(type: string, from: Side): EventInfo | undefined;
