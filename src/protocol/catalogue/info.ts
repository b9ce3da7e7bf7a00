/** What is known of an event type. */
import type { Side } from '../side';

/**
 * How current an event is: `ga` (sent and taken today), `legacy` (in the published types, but GA sessions no longer carry
 * it), `retired` (a beta name with a successor), `translation` (sessions of the translation endpoint only).
 */
export type EventStatus = 'ga' | 'legacy' | 'retired' | 'translation';

/** What is written down of an event type by hand. */
export interface BaseInfo {
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
  /** Where it carries ids of other things, e.g. `response_id`, `item.call_id`. */
  ids: string[];
  /** True when it is one of a run (`.delta`, append) that a list may fold. */
  delta: boolean;
}

/** What the inspector knows of an event type. */
export interface EventInfo extends BaseInfo {
  status: EventStatus;
  /** Over what it travels: `webrtc` means calls (WebRTC and SIP) and their sidebands, `websocket` everything but calls. */
  transport: 'any' | 'websocket' | 'webrtc' | 'sip';
  /** Of a legacy or retired event: what carries the same news now. Empty for the others. */
  replacedBy: string[];
  /** Of a delta: the event that carries the whole, or ends the run. */
  deltaOf?: string;
  /** What usually comes shortly before and after it, from either end; a hint, never a promise. */
  precededBy: string[];
  followedBy: string[];
}
