import { expect, it } from 'vitest';
import { Analysis } from '../../../src/analysis/analysis';
import { Conversation } from '../../../src/analysis/conversation/conversation';
import { Growable } from '../../../src/analysis/growable';
import { traced } from './wire';

type Json = Record<string, unknown>;
type Put = (from: 'client' | 'server', event: Json, audioMs?: number) => void;

interface Sized {
  length?: number;
  size?: number;
}

/**
 * Runs something and counts its work: look-ups in maps and sets, and elements that arrays are searched or copied for. Numbers
 * moved when a typed array grows are counted too.
 */
function workOf(run: () => void): number {
  let steps = 0;
  const undo: (() => void)[] = [];
  const count = (owner: object, names: string[], cost: (self: Sized, args: unknown[]) => number): void => {
    for (const name of names) {
      const property = Object.getOwnPropertyDescriptor(owner, name);
      const original: unknown = property?.value;
      if (!property || typeof original !== 'function') throw new Error(`no method ${name}`);
      const counted = function (this: object, ...args: unknown[]): unknown {
        steps += cost(this, args);
        return Reflect.apply(original, this, args);
      };
      Object.defineProperty(owner, name, { ...property, value: counted });
      undo.push(() => Object.defineProperty(owner, name, property));
    }
  };
  count(Map.prototype, ['get', 'has', 'set', 'delete'], () => 1);
  count(Set.prototype, ['has', 'add', 'delete'], () => 1);
  for (const owner of [Map.prototype, Set.prototype]) count(owner, ['values'], ({ size = 0 }) => size);
  const searches = [
    'filter',
    'find',
    'findIndex',
    'indexOf',
    'lastIndexOf',
    'includes',
    'some',
    'map',
    'splice',
    'shift',
    'slice',
  ];
  count(Array.prototype, searches, ({ length = 0 }) => length);
  count(Growable.prototype, ['at', 'push'], () => 1);
  const typed = Object.getPrototypeOf(Float64Array.prototype) as object;
  count(typed, ['slice', 'set', 'sort'], ({ length = 0 }) => length);
  count(typed, ['fill'], (_, [, from, to]) => Number(to) - Number(from));
  try {
    run();
  } finally {
    for (const one of undo) one();
  }
  return steps;
}

/** A turn after another, with speech, words, audio, a tool, a barge-in and requests that nobody answers. */
function converse(events: number, put: Put): void {
  let made = 0;
  const say: Put = (from, event, audioMs) => {
    made++;
    put(from, event, audioMs);
  };
  for (let n = 0; made < events; n++) {
    const [u, r, a, c] = [`u${n}`, `r${n}`, `a${n}`, `c${n}`];
    const ids = { response_id: r, item_id: a };
    for (let i = 0; i < 30; i++) say('client', { type: 'input_audio_buffer.append' }, 20);
    say('server', { type: 'input_audio_buffer.speech_started', item_id: u, audio_start_ms: n * 600 });
    say('server', { type: 'input_audio_buffer.speech_stopped', item_id: u, audio_end_ms: n * 600 + 500 });
    say('server', { type: 'input_audio_buffer.committed', item_id: u });
    say('server', { type: 'response.created', response: { id: r, status: 'in_progress', conversation_id: 'c' } });
    say('server', { type: 'response.output_item.added', response_id: r, item: { id: a, type: 'message' } });
    for (let i = 0; i < 30; i++) {
      say('server', { type: 'response.output_audio_transcript.delta', ...ids });
      say('server', { type: 'response.output_audio.delta', ...ids }, 250);
    }
    const call = { id: `f${n}`, type: 'function_call', call_id: c, name: 'x' };
    say('server', { type: 'response.output_item.added', response_id: r, item: call });
    say('server', { type: 'response.function_call_arguments.done', ...ids, call_id: c });
    say('client', { type: 'conversation.item.create', item: { type: 'function_call_output', call_id: c } });
    say('client', { type: 'conversation.item.delete', item_id: 'nobody' });
    // Every other response never ends, nor does its item.
    if (n % 2) say('server', { type: 'response.done', response: { id: r, status: 'cancelled' } });
  }
}

/** Work for each event of a session of so many, looked at as often as a live trace is. */
function workPerEvent(events: number): number {
  const analysis = new Analysis();
  let row = 0;
  const steps = workOf(() => {
    converse(events, (from, event, audioMs = 0) => {
      analysis.event(traced(row, row * 10, from, event, { audioMs }));
      if (++row % 500 === 0) analysis.take();
    });
  });
  return steps / row;
}

it('an event of a session of 100,000 costs what one of a session of 10,000 does', () => {
  const short = workPerEvent(10_000);
  const long = workPerEvent(100_000);
  expect(short).toBeGreaterThan(1);
  expect(long / short).toBeLessThan(1.5);
});

/** Work for each item of a conversation whose server says of every item that it follows the first. */
function workPerItem(items: number): number {
  const conversation = new Conversation('s1');
  let row = 0;
  const put = (event: Json) => {
    conversation.event(traced(row, row * 10, 'server', event), { links: [], counts: true });
    row++;
  };
  const added = (n: number, previous: string | null) => {
    const item = { id: `item_${n}`, type: 'message', role: 'user', status: 'completed', content: [] };
    put({ type: 'conversation.item.added', previous_item_id: previous, item });
  };
  const steps = workOf(() => {
    added(0, null);
    // Ends of responses stand where they came, and must not be looked through for every item.
    for (let n = 0; n < items; n++) put({ type: 'response.created', response: { id: `r${n}` } });
    for (let n = 1; n < items; n++) added(n, 'item_0');
  });
  expect(conversation.slice(0, 3).map(({ item }) => item)).toEqual([
    'item_0',
    `item_${items - 1}`,
    `item_${items - 2}`,
  ]);
  expect(conversation.length).toBe(2 * items);
  return steps / items;
}

it('an item that is put among 40,000 others costs hardly more than one among 4,000', () => {
  const few = workPerItem(4000);
  const many = workPerItem(40_000);
  expect(few).toBeGreaterThan(1);
  expect(many / few).toBeLessThan(1.5);
});
