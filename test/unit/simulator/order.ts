/** The order that the events of each response keep, whatever the client does meanwhile. */
import { isDeepStrictEqual } from 'node:util';
import type { Json, ServerEvent } from '../../../src/simulator/wire';

interface Item {
  index: number;
  id: unknown;
  done?: Json;
  /** Its content part: not begun, open, closed. */
  part: 'none' | 'open' | 'done';
  /** Deltas put together by their family (`response.output_text`), and the families that have ended. */
  said: Map<string, string>;
  ended: Set<string>;
  /** Steps of an MCP call. */
  steps: string[];
}

interface Response {
  items: Item[];
  done: boolean;
}

/** What a family's `.done` event holds of its deltas. */
const WHOLE: Record<string, string> = {
  'response.output_text': 'text',
  'response.output_audio_transcript': 'transcript',
  'response.function_call_arguments': 'arguments',
  'response.mcp_call_arguments': 'arguments',
};
const IN_PART = new Set(['response.output_text', 'response.output_audio_transcript', 'response.output_audio']);

/** What is out of order; empty when nothing is. */
export function disorder(events: readonly ServerEvent[]): string[] {
  const found: string[] = [];
  const responses = new Map<unknown, Response>();
  const byItem = new Map<unknown, Item>();
  for (const [at, event] of events.entries()) {
    const { type } = event;
    if (!type.startsWith('response.')) continue;
    const wrong = (what: string): number => found.push(`${at} ${type}: ${what}`);
    const shown = event['response'] as Json | undefined;
    if (type === 'response.created') {
      if (!isDeepStrictEqual(shown?.['output'], [])) wrong('has output already');
      responses.set(shown?.['id'], { items: [], done: false });
      continue;
    }
    if (type === 'response.done') {
      const response = responses.get(shown?.['id']);
      if (!response || response.done) wrong('is not open');
      else finish(response, shown ?? {}, wrong);
      continue;
    }
    const given = event['item'] as Json | undefined;
    const response = responses.get(event['response_id']);
    // Progress of an MCP call names its item only.
    if (event['response_id'] !== undefined && (!response || response.done)) wrong('belongs to no open response');
    if (type === 'response.output_item.added' && response) {
      const item: Item = {
        index: response.items.length,
        id: given?.['id'],
        part: 'none',
        said: new Map(),
        ended: new Set(),
        steps: [],
      };
      if (event['output_index'] !== item.index) wrong('does not have the next index');
      response.items.push(item);
      byItem.set(item.id, item);
      continue;
    }
    const item = byItem.get(event['item_id'] ?? given?.['id']);
    if (!item) wrong('comes before its item');
    else if (item.done) wrong('comes after its item was done');
    else if (event['output_index'] !== item.index) wrong('names another index');
    else step(event, item, wrong);
  }
  for (const [id, { done }] of responses) if (!done) found.push(`response ${String(id)} is never done`);
  return found;
}

function step(event: ServerEvent, item: Item, wrong: (what: string) => number): void {
  const { type } = event;
  const family = type.slice(0, type.lastIndexOf('.'));
  if (type === 'response.content_part.added') {
    if (item.part !== 'none') wrong('begins a second time');
    item.part = 'open';
  } else if (type === 'response.content_part.done') {
    if (item.part !== 'open') wrong('ends what is not open');
    for (const one of item.said.keys()) if (!item.ended.has(one)) wrong(`comes before the end of ${one}`);
    item.part = 'done';
  } else if (type === 'response.output_item.done') {
    if (item.part === 'open') wrong('comes before the end of its part');
    item.done = event['item'] as Json;
  } else if (family === 'response.mcp_call') {
    item.steps.push(type.slice(type.lastIndexOf('.') + 1));
    if (!item.ended.has('response.mcp_call_arguments')) wrong('comes before the arguments are complete');
    if (!/^in_progress(,(completed|failed))?$/.test(item.steps.join())) wrong(`follows ${item.steps.join()}`);
  } else if (type.endsWith('.delta')) {
    if (item.ended.has(family)) wrong('comes after its end');
    if (IN_PART.has(family) && item.part !== 'open') wrong('comes outside its part');
    item.said.set(family, (item.said.get(family) ?? '') + String(event['delta']));
  } else if (type.endsWith('.done')) {
    if (item.ended.has(family)) wrong('comes a second time');
    item.ended.add(family);
    const whole = WHOLE[family];
    if (whole && event[whole] !== (item.said.get(family) ?? '')) wrong('is not what its deltas make up');
  }
}

function finish(response: Response, shown: Json, wrong: (what: string) => number): void {
  response.done = true;
  for (const { id, done } of response.items) if (!done) wrong(`leaves item ${String(id)} open`);
  const made = response.items.map(({ done }) => done);
  if (!isDeepStrictEqual(shown['output'], made)) wrong('has other output than its items');
}
