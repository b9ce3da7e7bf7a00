/** Every event of the Realtime API, as data. */
import { AUDIO_EVENTS } from './catalogue/audio';
import { CONVERSATION_EVENTS } from './catalogue/conversation';
import { factsOf } from './catalogue/facts';
import type { BaseInfo, EventInfo } from './catalogue/info';
import { MCP_EVENTS } from './catalogue/mcp';
import { RESPONSE_EVENTS } from './catalogue/response';
import { RETIRED_EVENTS } from './catalogue/retired';
import { SESSION_EVENTS } from './catalogue/session';
import { TRANSLATION_EVENTS } from './catalogue/translation';
import type { Side } from './side';

function complete(infos: BaseInfo[]): EventInfo[] {
  return infos.map((info) => ({ ...info, ...factsOf(info.type) }));
}

/** All that the published types name, family by family. */
export const CATALOGUE: readonly EventInfo[] = complete([
  ...SESSION_EVENTS,
  ...CONVERSATION_EVENTS,
  ...AUDIO_EVENTS,
  ...RESPONSE_EVENTS,
  ...MCP_EVENTS,
  ...TRANSLATION_EVENTS,
]);

/** The beta names, kept apart: nobody should write one, but traces and compatible servers hold them. */
export const RETIRED: readonly EventInfo[] = complete(RETIRED_EVENTS);

const byKey = new Map([...CATALOGUE, ...RETIRED].map((info) => [`${info.from} ${info.type}`, info]));

/** The event of that type, sent by that end; retired beta names included (their `status` says so). */
export function findEvent(type: string, from: Side): EventInfo | undefined {
  return byKey.get(`${from} ${type}`);
}
