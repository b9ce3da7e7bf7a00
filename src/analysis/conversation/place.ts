/** Where the server says that an item stands. */
import type { ConversationEntry } from './model';
import type { Order } from './order';

/** Ends of responses and entries outside the conversation that are looked at between an item and the place it is told to have. */
const MOST_BETWEEN = 64;

/** Brings an item behind the one it follows (`previous_item_id`), unless it is there but for what has no place of its own. */
export function moveBehind(
  entries: Order<ConversationEntry>,
  entry: ConversationEntry,
  before: ConversationEntry,
): void {
  // The response that made the item before it ends before this one.
  const next = entries.after(before).next().value;
  const place = next?.kind === 'response' && next.response === before.response ? next : before;
  const isBehind = entries.isBefore(place, entry);
  let seen = 0;
  for (const each of entries.after(isBehind ? place : entry)) {
    if (each === (isBehind ? entry : place)) {
      if (isBehind || isLoose(each)) return;
      break;
    }
    if (!isLoose(each) || ++seen > MOST_BETWEEN) break;
  }
  entries.moveTo(entry, place, 1);
}

/** Ends of responses, and what is outside the conversation, stand where they came. */
function isLoose({ kind, aside }: ConversationEntry): boolean {
  return kind === 'response' || aside;
}
