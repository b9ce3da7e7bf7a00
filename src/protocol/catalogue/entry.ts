import type { Side } from '../side';
import type { BaseInfo } from './info';

/** JSON type a field may have; `any` is left unchecked. */
export type FieldType = BaseInfo['fields'][string];

/** Where ids sit in the objects that events carry. */
const INNER_IDS: Record<string, string[]> = {
  session: ['session.id'],
  conversation: ['conversation.id'],
  response: ['response.id', 'response.conversation_id'],
  item: ['item.id', 'item.call_id'],
  error: ['error.event_id'],
};

/**
 * Builds a catalogue entry. `fields` is a list of words `name[?][:type]`: `?` marks an optional field, the type is
 * `string` unless given. `type` and `event_id` are added: the server always mints the latter, a client may leave it out.
 */
export function entry(from: Side, type: string, fields: string, summary: string, doc: string): BaseInfo {
  const known: BaseInfo['fields'] = { type: 'string', event_id: 'string' };
  const required: string[] = from === 'server' ? ['event_id'] : [];
  for (const word of fields.split(' ').filter((part) => part !== '')) {
    const [head = '', kind = 'string'] = word.split(':');
    const optional = head.endsWith('?');
    const name = optional ? head.slice(0, -1) : head;
    known[name] = kind as FieldType;
    if (!optional) required.push(name);
  }
  const ids = Object.keys(known).flatMap((name) => {
    if (name === 'event_id') return [];
    if (name.endsWith('_id')) return [name];
    // What a client sends has no ids of its own but those it chooses for items.
    if (from === 'client' && name !== 'item') return [];
    return INNER_IDS[name] ?? [];
  });
  const family = type.split('.')[0] ?? type;
  const delta = type.endsWith('.delta') || type.endsWith('input_audio_buffer.append');
  return { type, from, family, summary, doc, required, fields: known, ids, delta };
}
