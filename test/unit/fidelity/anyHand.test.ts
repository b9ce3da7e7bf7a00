import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { cleanUp, readTrace } from './bed';
import { at, wsHand, type Ends } from './hand';

// Whatever hands and rules do, in whatever order: each end gets what follows from what was decided, and the record agrees.

afterEach(cleanUp);

type Fate = 'pass' | 'release' | 'edit' | 'drop';
type Act =
  | { do: 'say'; from: 'client' | 'server'; fate: Fate; long: number; ping: boolean }
  | { do: 'switch'; on: boolean }
  | { do: 'decide'; last: boolean };

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('say' as const),
      from: fc.constantFrom('client' as const, 'server' as const),
      fate: fc.constantFrom<Fate>('pass', 'pass', 'pass', 'release', 'edit', 'drop'),
      long: fc.constantFrom(0, 1, 40, 3000, 70_000),
      ping: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('switch' as const), on: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('decide' as const), last: fc.boolean() }) },
);

describe.each<[string, object | false]>([
  ['plain', false],
  ['compressed', { threshold: 0 }],
  ['compressed one by one', { threshold: 0, serverNoContextTakeover: true, clientNoContextTakeover: true }],
])('%s messages', (_how, deflate) => {
  it('arrive as was decided', async () => {
    const hand = await wsHand(deflate);
    let sessions = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 60 }), async (acts) => {
        const ends = await hand.session(`any-${_how.replaceAll(' ', '-')}-${++sessions}`);
        await play(hand, ends, acts);
        ends.client.terminate();
      }),
      { numRuns: 30, endOnFailure: true },
    );
    expect(hand.engine.problems).toEqual([]);
    await hand.engine.stop();
    const { messages } = await readTrace(hand.engine.file);
    // What was held has one end, and what did not end was never let go.
    const held = messages.filter(({ line }) => line['fate'] === 'held').map(({ seq }) => seq);
    const ended = messages.map(({ line }) => line['replaces']).filter((seq) => seq !== undefined);
    expect(ended.sort()).toEqual(held.sort());
  }, 60_000);
});

async function play(hand: Awaited<ReturnType<typeof wsHand>>, ends: Ends, acts: readonly Act[]): Promise<void> {
  const expected: Record<'client' | 'server', string[]> = { client: [], server: [] };
  let on = false;
  let count = 0;
  /** Messages that breakpoints are to hold, and those that were decided about. */
  let toHold = 0;
  let decided = 0;
  const decide = async (last: boolean): Promise<void> => {
    const held = hand.engine.held();
    const message = held[last ? held.length - 1 : 0];
    if (!message) return;
    const { fate } = JSON.parse(message.text ?? '') as { fate: Fate };
    if (fate === 'drop') await hand.engine.drop(message.id);
    else
      await hand.engine.release(message.id, fate === 'edit' ? message.text?.replace('"edit"', '"EDITED"') : undefined);
    decided++;
  };
  const done = () =>
    expect
      .poll(() => [ends.got.client, ends.got.server], { timeout: 10_000 })
      .toEqual([expected.server, expected.client]);
  for (const each of acts) {
    if (each.do === 'switch') {
      // What was said under the breakpoints of before has come to them, so that what is expected is known.
      await expect
        .poll(
          async () => {
            await decide(false);
            return { ...ends.got, decided };
          },
          { timeout: 10_000 },
        )
        .toEqual({ client: expected.server, server: expected.client, decided: toHold });
      on = each.on;
      await hand.engine.setBreakpoints(on ? [at('/"fate":"(release|edit|drop)"/')] : []);
    } else if (each.do === 'decide') await decide(each.last);
    else {
      const text = JSON.stringify({
        type: 't',
        n: count++,
        fate: each.fate,
        text: 'words and '.repeat(each.long / 10),
      });
      if (each.ping) ends[each.from].ping('p');
      ends[each.from].send(text);
      if (on && each.fate !== 'pass') toHold++;
      if (!on || each.fate === 'pass' || each.fate === 'release') expected[each.from].push(text);
      else if (each.fate === 'edit') expected[each.from].push(text.replace('"edit"', '"EDITED"'));
    }
  }
  while (
    ends.got.client.length < expected.server.length ||
    ends.got.server.length < expected.client.length ||
    decided < toHold
  ) {
    await decide(true);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await done();
  await hand.engine.setBreakpoints([]);
}
