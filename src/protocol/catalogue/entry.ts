import type { Side } from '../side';
import type { EventInfo } from '../catalogue';

/** JSON type a field may have; `any` is left unchecked. */
export type FieldType = EventInfo['fields'][string];

/**
 * Builds a catalogue entry. `fields` is a list of words `name[?][:type]`: `?` marks an optional field, the type is
 * `string` unless given. `type` and `event_id` are added: the server always mints the latter, a client may leave it out.
 */
export function entry(from: Side, type: string, fields: string, summary: string, doc: string): EventInfo {
  const known: EventInfo['fields'] = { type: 'string', event_id: 'string' };
  const required: string[] = from === 'server' ? ['event_id'] : [];
  for (const word of fields.split(' ').filter((part) => part !== '')) {
    const [head = '', kind = 'string'] = word.split(':');
    const optional = head.endsWith('?');
    const name = optional ? head.slice(0, -1) : head;
    known[name] = kind as FieldType;
    if (!optional) required.push(name);
  }
  const family = type.split('.')[0] ?? type;
  const delta = type.endsWith('.delta') || type.endsWith('input_audio_buffer.append');
  return { type, from, family, summary, doc, required, fields: known, delta };
}
