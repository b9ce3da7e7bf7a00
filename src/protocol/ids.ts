/** The ids an event carries, wherever the API puts them (`response_id` or `response.id`, `item_id` or `item.id`, ...). */
export interface EventIds {
  response?: string;
  item?: string;
  call?: string;
}
export declare function eventIds(event: Record<string, unknown>): EventIds;
