/** Every event of the Realtime API, as data. */
import { AUDIO_EVENTS } from './catalogue/audio';
import { CONVERSATION_EVENTS } from './catalogue/conversation';
import { MCP_EVENTS } from './catalogue/mcp';
import { RESPONSE_EVENTS } from './catalogue/response';
import { SESSION_EVENTS } from './catalogue/session';
import { TRANSLATION_EVENTS } from './catalogue/translation';
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

/** All of them, family by family. */
export const CATALOGUE: readonly EventInfo[] = [
  ...SESSION_EVENTS,
  ...CONVERSATION_EVENTS,
  ...AUDIO_EVENTS,
  ...RESPONSE_EVENTS,
  ...MCP_EVENTS,
  ...TRANSLATION_EVENTS,
];

const byKey = new Map(CATALOGUE.map((info) => [`${info.from} ${info.type}`, info]));

/** The event of that type, sent by that end. */
export function findEvent(type: string, from: Side): EventInfo | undefined {
  return byKey.get(`${from} ${type}`);
}
