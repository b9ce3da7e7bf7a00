/** The ids an event carries, wherever the API puts them (`response_id` or `response.id`, `item_id` or `item.id`, ...). */
export interface EventIds {
  response?: string;
  item?: string;
  call?: string;
}

/** Ids at the event's own level win over those inside `response` and `item`; anything but a non-empty string is ignored. */
export function eventIds(event: Record<string, unknown>): EventIds {
  const response = text(event['response_id']) ?? text(member(event['response'], 'id'));
  const item = text(event['item_id']) ?? text(member(event['item'], 'id'));
  const call = text(event['call_id']) ?? text(member(event['item'], 'call_id'));
  // Not spread together: this runs on every message that passes.
  const ids: EventIds = {};
  if (response !== undefined) ids.response = response;
  if (item !== undefined) ids.item = item;
  if (call !== undefined) ids.call = call;
  return ids;
}

/** Seconds between 1970 and the epoch that ids count from. */
const ID_EPOCH = 1_576_800_000;
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The five characters with which the service writes the second (since 1970) an id was minted. */
export function encodeIdTime(seconds: number): string {
  let rest = Math.max(0, Math.floor(seconds) - ID_EPOCH);
  let out = '';
  for (let place = 0; place < 5; place += 1) {
    out = BASE62.charAt(rest % 62) + out;
    rest = Math.floor(rest / 62);
  }
  return out;
}

/**
 * The second (since 1970) in which the service minted an id such as `event_E4GEZUXbZh0dvbymudD3g`; undefined when the id is
 * not of that shape. Checked against `expires_at` in recorded sessions; compatible servers use other shapes.
 */
export function idTime(id: string): number | undefined {
  const match = /^(?:event|sess|item|resp|conv)_([0-9A-Za-z]{5})[0-9A-Za-z]{16}$/.exec(id);
  if (!match?.[1]) return undefined;
  let value = 0;
  for (const char of match[1]) value = value * 62 + BASE62.indexOf(char);
  return value + ID_EPOCH;
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
