/** What holds for the events of any session, whatever was said in it. */
import type { ConversationItem, RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { expect } from 'vitest';
import { validateEvent } from '../../../src/protocol';
import type { Side } from '../../../src/protocol/side';

type EventOf<T extends RealtimeServerEvent['type']> = Extract<RealtimeServerEvent, { type: T }>;

export function of<T extends RealtimeServerEvent['type']>(
  events: readonly RealtimeServerEvent[],
  type: T,
): EventOf<T>[] {
  return events.filter((event): event is EventOf<T> => event.type === type);
}

/** Ids are consistent, deltas add up, every response begins and ends once, and nothing was refused. */
export function expectSound(events: readonly RealtimeServerEvent[]): void {
  expect(of(events, 'error')).toEqual([]);
  expect(events.flatMap((event) => problemsOf(event, 'server'))).toEqual([]);
  const ids = events.map((event) => ('event_id' in event ? event.event_id : undefined));
  expect(new Set(ids).size).toBe(ids.length);
  expect(events[0]?.type).toBe('session.created');
  expectItems(events);
  expectResponses(events);
  expectDeltas(events);
}

/** What is wrong with an event by the published types, `from` the end that sent it. */
export function problemsOf(event: unknown, from: Side): string[] {
  const text = JSON.stringify(event);
  return validateEvent(text, from)
    .filter(({ severity }) => severity !== 'note')
    .map(({ path, message }) => `${path}: ${message} ${text.slice(0, 100)}`);
}

/** Each item follows the one added before it, and no event names an item that nobody announced. */
function expectItems(events: readonly RealtimeServerEvent[]): void {
  let previous: string | null = null;
  for (const { item, previous_item_id } of of(events, 'conversation.item.added')) {
    expect(previous_item_id ?? null).toBe(previous);
    previous = item.id ?? null;
  }
  const known = new Set<string>();
  for (const event of events) {
    if (event.type === 'input_audio_buffer.speech_started' || event.type === 'input_audio_buffer.committed')
      known.add(event.item_id);
    else if (event.type === 'response.output_item.added' || event.type === 'conversation.item.added')
      known.add(event.item.id ?? '');
    else if ('item_id' in event && event.item_id !== undefined) expect(known).toContain(event.item_id);
  }
}

function expectResponses(events: readonly RealtimeServerEvent[]): void {
  const created = of(events, 'response.created').map(({ response }) => response.id);
  const done = of(events, 'response.done');
  expect(done.map(({ response }) => response.id)).toEqual(created);
  for (const event of events) if ('response_id' in event) expect(created).toContain(event.response_id);
  for (const { response } of done) {
    const added = of(events, 'response.output_item.added').filter(({ response_id }) => response_id === response.id);
    expect((response.output ?? []).map((item) => item.id)).toEqual(added.map(({ item }) => item.id));
    const { total_tokens, input_tokens = 0, output_tokens = 0 } = response.usage ?? {};
    expect(total_tokens).toBe(input_tokens + output_tokens);
  }
}

/** Text, transcript and arguments of an item are its deltas one after another. */
function expectDeltas(events: readonly RealtimeServerEvent[]): void {
  const said = new Map<string, string>();
  for (const event of events) {
    if (
      event.type === 'response.output_text.delta' ||
      event.type === 'response.output_audio_transcript.delta' ||
      event.type === 'response.function_call_arguments.delta'
    )
      said.set(event.item_id, (said.get(event.item_id) ?? '') + event.delta);
  }
  for (const { item } of of(events, 'response.output_item.done')) expect(wordsOf(item)).toBe(said.get(item.id ?? ''));
  for (const event of of(events, 'response.function_call_arguments.done'))
    expect(event.arguments).toBe(said.get(event.item_id));
}

/** What an item says in letters. */
export function wordsOf(item: ConversationItem): string {
  if (item.type === 'function_call') return item.arguments ?? '';
  if (item.type !== 'message') return '';
  return (item.content ?? [])
    .map((part) => ('text' in part ? part.text : 'transcript' in part ? part.transcript : ''))
    .join('');
}
