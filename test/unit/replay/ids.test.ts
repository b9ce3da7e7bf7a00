import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { Gating, replaced } from '../../../src/replay/client/gating';
import { namedIds, withIdsAt } from '../../../src/replay/client/ids';
import { LiveSession } from '../../../src/replay/client/live';
import { Planner } from '../../../src/replay/client/plan';
import { Recording } from '../../../src/replay/recording';
import type { Json } from '../../../src/simulator/wire';
import { cleanUp } from '../fidelity/bed';
import { linesOf, Tape } from './taped';

afterEach(cleanUp);

/** What a client may do next; numbers choose among what there is. */
type Move =
  | { do: 'say'; after: number | undefined; own: boolean }
  | { do: 'respond'; refer: number | undefined }
  | { do: 'answer calls' }
  | { do: 'delete' | 'retrieve' | 'truncate'; item: number }
  | { do: 'cancel' };

const number = fc.nat(1000);
const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ do: fc.constant('say' as const), after: fc.option(number, { nil: undefined }), own: fc.boolean() }),
  fc.record({ do: fc.constant('respond' as const), refer: fc.option(number, { nil: undefined }) }),
  fc.constant({ do: 'answer calls' as const }),
  fc.record({ do: fc.constantFrom('delete' as const, 'retrieve' as const, 'truncate' as const), item: number }),
  fc.constant({ do: 'cancel' as const }),
);

const CALLS = {
  output: [{ call: 'get_weather' }, { say: 'One moment.' }, { call: 'get_time' }, { call: 'get_weather' }],
};

/** A session in which the client does that. */
function played(moves: readonly Move[]): Tape {
  const tape = new Tape({
    turns: [
      { when: { turn: 1 }, answer: CALLS },
      { when: { turn: 3 }, answer: CALLS },
    ],
  });
  const tool = (name: string) => ({ type: 'function', name, parameters: { type: 'object', properties: {} } });
  tape.send({ type: 'session.update', session: { type: 'realtime', tools: [tool('get_weather'), tool('get_time')] } });
  tape.wait(50);
  const answered = new Set<unknown>();
  for (const [index, step] of moves.entries()) {
    const items = tape.all('conversation.item.added').map(({ item }) => (item as { id: string }).id);
    const pick = (nth: number) => items[nth % Math.max(1, items.length)] ?? 'root';
    if (step.do === 'say') {
      const content = [{ type: 'input_text', text: `Words ${index}` }];
      const own = step.own ? { id: `mine_${index}` } : {};
      tape.send({
        type: 'conversation.item.create',
        ...(step.after === undefined ? {} : { previous_item_id: pick(step.after) }),
        item: { ...own, type: 'message', role: 'user', content },
      });
    } else if (step.do === 'respond') {
      const input =
        step.refer === undefined || items.length === 0 ? undefined : [{ type: 'item_reference', id: pick(step.refer) }];
      tape.send({ type: 'response.create', ...(input ? { response: { input } } : {}) });
      tape.wait(20_000);
    } else if (step.do === 'answer calls') {
      for (const { call_id } of tape.all('response.function_call_arguments.done')) {
        if (answered.has(call_id)) continue;
        answered.add(call_id);
        tape.send({ type: 'conversation.item.create', item: { type: 'function_call_output', call_id, output: 'fog' } });
      }
    } else if (step.do === 'cancel') {
      tape.send({ type: 'response.create' });
      tape.wait(300);
      const { id } = (tape.last('response.created')['response'] ?? {}) as { id?: string };
      if (id !== undefined) tape.send({ type: 'response.cancel', response_id: id });
    } else if (items.length > 0) {
      const more = step.do === 'truncate' ? { content_index: 0, audio_end_ms: 0 } : {};
      tape.send({ type: `conversation.item.${step.do}`, item_id: pick(step.item), ...more });
    }
    tape.wait(100);
  }
  return tape;
}

const MINTED = /\b(item|resp|call|sess|conv|event)_[A-Za-z0-9]{14,}\b/g;
/** The same event of another run: every id the server mints is another one. */
const renamed = (event: Json): Json =>
  JSON.parse(
    JSON.stringify(event).replace(
      MINTED,
      (id, kind: string) => `${kind}_x${[...id.slice(kind.length + 1)].reverse().join('')}`,
    ),
  ) as Json;

describe('ids that a server mints anew', () => {
  it('are put into every later message of the client, whatever it did, and nothing else of it changes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 1, maxLength: 14 }), async (moves) => {
        const file = played(moves).file();
        const planner = new Planner();
        const recording = await Recording.open(file, planner);
        const plan = planner.plan(recording.sessions[0]!);
        await recording.close();
        const live = new LiveSession(plan.within);
        const gating = new Gating(live, 'gated', 1, () => undefined);
        let next = 0;
        for (const { kind, from, event, t = 0 } of linesOf(file)) {
          if (kind !== 'event' || !event) continue;
          if (from === 'server') {
            live.heard(t, JSON.stringify(renamed(event)));
            continue;
          }
          const frame = plan.frames[next++]!;
          const ids = gating.ids(frame);
          expect(ids, JSON.stringify(event)).toMatchObject({ state: 'known' });
          if (ids.state !== 'known') return;
          const text = withIdsAt(JSON.stringify(event), replaced(namedIds(event), ids.ids));
          expect(JSON.parse(text ?? '')).toEqual(renamed(event));
          expect(gating.waits(frame)).toEqual([]);
          live.sent(t, JSON.parse(text ?? '') as Json, frame.name);
        }
        expect(gating.waits({ name: 'the end', gates: plan.end.gates })).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('keep every byte around them', () => {
    const text = '{ "type":"conversation.item.delete" ,  "item_id" : "item_old", "event_id":"é\\u00e9", "n":1.50 }';
    const ids = replaced(namedIds(JSON.parse(text) as Json), new Map([['item_old', 'item_new']]));
    expect(withIdsAt(text, ids)).toBe(text.replace('item_old', 'item_new'));
  });
});
