/** Ids in a client's event that a server may have minted: where they stand, and other ones in their place. */
import { asList, asObject, asText, dig, type JsonObject } from '../../analysis/json';
import { setAt } from '../../rules/edit';
import type { EventPath } from '../../rules/path';

/** An id that an event refers to. */
export interface NamedId {
  path: EventPath;
  id: string;
}

const path = (...steps: (string | number)[]): EventPath =>
  steps.map((step) => (typeof step === 'number' ? { index: step } : { name: step }));

/** Places at which a client's events refer to something that was there before. */
const PLACES = [
  ['item_id'],
  ['previous_item_id'],
  ['response_id'],
  ['item', 'call_id'],
  ['item', 'approval_request_id'],
] as const;

/** All of them, in a fixed order. `root` stands for the beginning of the conversation and is no id. */
export function namedIds(event: JsonObject): NamedId[] {
  const found: NamedId[] = [];
  const add = (id: unknown, ...steps: (string | number)[]) => {
    if (typeof id === 'string' && id !== '' && id !== 'root') found.push({ path: path(...steps), id });
  };
  for (const place of PLACES) add(dig(event, ...place), ...place);
  for (const [index, item] of asList(dig(event, 'response', 'input')).entries()) {
    if (dig(item, 'type') === 'item_reference') add(dig(item, 'id'), 'response', 'input', index, 'id');
    for (const name of ['call_id', 'approval_request_id']) add(dig(item, name), 'response', 'input', index, name);
  }
  return found;
}

/** Ids that an event gives to what it creates: the client's own, which stay as they are. */
export function ownIds(event: JsonObject): string[] {
  const made = [event.item, ...asList(dig(event, 'response', 'input'))].map(asObject);
  return made
    .flatMap((item) => [
      item?.type === 'item_reference' ? '' : asText(item?.id),
      item?.type === 'function_call' ? asText(item.call_id) : '',
    ])
    .filter((id) => id !== '');
}

/** The text with other ids; everything else stays byte for byte. Undefined when a place is not there. */
export function withIdsAt(text: string, ids: readonly NamedId[]): string | undefined {
  let changed: string | undefined = text;
  for (const { path: at, id } of ids) changed = changed && setAt(changed, at, JSON.stringify(id));
  return changed;
}
