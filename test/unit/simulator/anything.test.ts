import { describe, expect, it } from 'vitest';
import { CATALOGUE, eventTemplate, validateEvent } from '../../../src/protocol';
import { Random } from '../../../src/protocol/random';
import type { Json } from '../../../src/simulator/wire';
import { Script } from './script';

const TEMPLATES = CATALOGUE.filter((info) => info.from === 'client').map(
  (info) => JSON.parse(eventTemplate(info.type, 'client') ?? '') as Json,
);
const ODD = [
  null,
  '',
  'x',
  0,
  -1,
  1.5,
  1e308,
  true,
  [],
  {},
  [null],
  { type: 'message' },
  'root',
  '__proto__',
  '\ud800',
];

/** The event with one value somewhere in it replaced, removed, or joined by another. */
function mutated(event: Json, random: Random): Json {
  const copy = structuredClone(event);
  let holder = copy as Json | unknown[];
  for (;;) {
    const keys = Object.keys(holder);
    const key = keys[random.between(0, keys.length - 1)];
    if (key === undefined) return copy;
    const inner = (holder as Json)[key];
    if (typeof inner === 'object' && inner !== null && random.next() < 0.7) {
      holder = inner as Json;
      continue;
    }
    const odd = structuredClone(ODD[random.between(0, ODD.length - 1)]);
    if (random.next() < 0.2) delete (holder as Json)[key];
    else (holder as Json)[random.next() < 0.2 ? 'extra' : key] = odd;
    return copy;
  }
}

describe('whatever a client sends', () => {
  it.each(Array.from({ length: 20 }, (_, index) => index + 1))(
    'the session (seed %i) lives on, and all it sends is as the catalogue says',
    (seed) => {
      const random = new Random(seed);
      const script = new Script({ seed, model: seed % 2 === 0 ? 'gpt-realtime' : 'gpt-realtime-2.1' });
      for (let step = 0; step < 120; step += 1) {
        const template = TEMPLATES[random.between(0, TEMPLATES.length - 1)] as Json;
        // Items that exist, so that cuts and deletions do something.
        const items = script.all.flatMap(({ event }) =>
          typeof event['item_id'] === 'string' ? [event['item_id']] : [],
        );
        const aimed = 'item_id' in template && items.length > 0 ? { ...template, item_id: items.at(-1) } : template;
        script.send(random.next() < 0.5 ? aimed : mutated(aimed, random));
        script.wait(random.between(0, 300));
      }
      script.wait(120_000);
      const open = new Set<unknown>();
      for (const { event } of script.all) {
        if (event.type === 'error') expect(event['error']).toMatchObject({ type: 'invalid_request_error' });
        if (event.type === 'response.created') open.add((event['response'] as Json)['id']);
        if (event.type === 'response.done') expect(open.delete((event['response'] as Json)['id'])).toBe(true);
        expect(validateEvent(JSON.stringify(event), 'server'), event.type).toEqual([]);
      }
      expect(open.size).toBe(0);
      const times = script.all.map(({ atMs }) => atMs);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(script.say('Still there?')[0]?.type).toBe('conversation.item.added');
    },
  );
});
