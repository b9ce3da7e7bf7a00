/** Ids of an event as the analysis uses them, and keys made of them. */
import { eventIds } from '../protocol/ids';
import type { TracedEvent } from './model';

/** Longest id that is told apart from others; the service's have 26 characters. */
const ID_LENGTH = 200;

/** The event with its ids filled in from its body where the line's head had none, and cut where no sane id is so long. */
export function withIds(event: TracedEvent): TracedEvent {
  const { response, item, call } = event;
  const long = response.length > ID_LENGTH || item.length > ID_LENGTH || call.length > ID_LENGTH;
  if (!long && response !== '' && item !== '' && call !== '') return event;
  const ids = eventIds(event.event);
  if (!long && !ids.response && !ids.item && !ids.call) return event;
  return {
    ...event,
    response: (response || ids.response || '').slice(0, ID_LENGTH),
    item: (item || ids.item || '').slice(0, ID_LENGTH),
    call: (call || ids.call || '').slice(0, ID_LENGTH),
  };
}
