import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { parseRules } from '../../../src/rules/ruleFile';
import { cleanUp, sessionOf } from './bed';
import { at, wsHand, type Hand } from './hand';

// What rules have planned for later, when the session ends, the rules change, or a person lets everything go.

afterEach(cleanUp);

const HOUR = 3_600_000;
const event = (type: string, more: object = {}): string => JSON.stringify({ type, ...more });
async function inForce(hand: Pick<Hand, 'engine'>, ...rules: object[]): Promise<void> {
  const file = { text: JSON.stringify({ rules }), file: 'realtime-rules.jsonc' };
  expect(parseRules(file.text, file.file).problems).toEqual([]);
  await hand.engine.setRules(file);
}
const waits = (hand: Hand, messages: number) =>
  expect.poll(() => hand.waiting.map((each) => each.messages)).toEqual([messages]);

describe('when the rules change', () => {
  it('a rule that stays as it was keeps what it planned, and one that has gone or changed does not', async () => {
    const hand = await wsHand();
    const late = (type: string) => ({ to: 'client', event: { type }, delay: 1000 });
    await inForce(
      hand,
      { name: 'stays', match: 'type:a', inject: late('stays') },
      { name: 'goes', match: 'type:a', inject: late('goes'), disconnect: { code: 4001, delay: 1000 } },
      { name: 'changes', match: 'type:a', inject: late('changes') },
    );
    const { client, server, got } = await hand.session('reload');
    client.send(event('a'));
    await expect.poll(() => got.server).toEqual([event('a')]);
    await inForce(
      hand,
      { name: 'changes', match: 'type:a', inject: late('changed') },
      {
        name: 'stays',
        match: 'type:a',
        inject: late('stays'),
      },
    );
    await expect.poll(() => got.client.length, { timeout: 5000 }).toBe(1);
    server.send(event('end'));
    await expect.poll(() => got.client).toEqual([event('stays'), event('end')]);
    expect(hand.engine.logged.filter((line) => line.includes('does not happen any more'))).toEqual([
      expect.stringContaining('“goes”'),
      expect.stringContaining('“changes”'),
    ]);
  });

  it('a session still ends when a rule that stayed as it was said', async () => {
    const hand = await wsHand();
    const expiry = {
      name: 'expiry',
      match: 'type:a',
      times: 1,
      disconnect: { code: 4000, reason: 'over', delay: 700 },
    };
    await inForce(hand, expiry, { match: 'type:b', drop: true });
    const { client } = await hand.session('expiry');
    const closed = once(client, 'close');
    client.send(event('a'));
    await inForce(hand, expiry);
    const [code, reason] = (await closed) as [number, Buffer];
    expect([code, String(reason)]).toEqual([4000, 'over']);
  });

  it('messages go on in their order, those of a rule that stayed at its time', async () => {
    const hand = await wsHand();
    const slow = { name: 'slow', match: 'type:a', delay: 600 };
    await inForce(hand, slow, { name: 'stuck', match: 'type:b', delay: HOUR, duplicate: { delay: HOUR } });
    const { client, got } = await hand.session('order');
    for (const type of ['a', 'b', 'c']) client.send(event(type));
    await waits(hand, 3);
    await inForce(hand, slow);
    await expect.poll(() => got.server.length, { timeout: 5000 }).toBe(4);
    // Copies stand beside the row.
    expect(got.server.filter((text, place) => got.server.indexOf(text) === place && text !== event('b'))).toEqual([
      event('a'),
      event('c'),
    ]);
    client.close();
    const { messages } = await sessionOf(hand.engine.file, 'mark=order');
    const [arrived, gone] = ['held', undefined].map((fate) =>
      messages.find(({ line }) => line['type'] === 'a' && line['fate'] === fate),
    );
    expect(Number(gone?.line['sent']) - Number(arrived?.line['t'])).toBeGreaterThanOrEqual(599);
  });
});

describe('letting everything go', () => {
  it('takes messages along that rules make wait, and leaves what they end later its time', async () => {
    const hand = await wsHand();
    await inForce(
      hand,
      { match: 'type:a', delay: HOUR, inject: { to: 'server', event: { type: 'behind a' } } },
      { match: 'type:b', reorder: { window: 100, ms: HOUR } },
      { match: 'type:d', disconnect: { code: 4002, delay: 500 } },
    );
    await hand.engine.setBreakpoints([at('type:c')]);
    const { client, got } = await hand.session('all');
    const closed = once(client, 'close');
    for (const type of ['d', 'a', 'b', 'c']) client.send(event(type));
    await hand.holds(1);
    expect(got.server).toEqual([event('d')]);
    await hand.engine.releaseAll();
    await expect.poll(() => got.server.length).toBe(5);
    expect(got.server.filter((text) => text !== event('b'))).toEqual(
      ['d', 'a', 'behind a', 'c'].map((type) => event(type)),
    );
    const [code] = (await closed) as [number];
    expect(code).toBe(4002);
  });

  it('frees a throttled line, of which was told how far behind it is', async () => {
    const hand = await wsHand();
    await inForce(hand, { name: 'thin', match: 'from:client', throttle: 20 });
    const { client, got } = await hand.session('thin');
    const long = event('a', { text: 'x'.repeat(2000) });
    for (let i = 0; i < 3; i++) client.send(long);
    await waits(hand, 3);
    await hand.engine.releaseAll();
    await expect.poll(() => got.server).toEqual([long, long, long]);
    client.send('1234');
    await expect.poll(() => got.server.at(-1)).toBe('1234');
    expect(hand.engine.problems).toEqual([
      expect.stringMatching(
        /^The rule “thin” lets fewer bytes per second through than the client of s1 sends: .* 101 s\./,
      ),
    ]);
  });
});

describe('at the end of a session', () => {
  it('what stands back goes without what was to be put in behind it, and the log tells of it', async () => {
    const hand = await wsHand();
    await inForce(
      hand,
      {
        name: 'back',
        match: 'type:a',
        reorder: { window: 10, ms: HOUR },
        inject: { to: 'server', event: { type: 'x' } },
      },
      { name: 'slow', match: 'type:b', delay: HOUR, inject: { to: 'client', event: { type: 'y' }, delay: HOUR } },
      { name: 'end', match: 'type:b', disconnect: { code: 4000, delay: 1 } },
    );
    const { client, server, got } = await hand.session('back');
    client.send(event('a'));
    client.send(event('b'));
    await waits(hand, 2);
    client.terminate();
    await once(server, 'close');
    expect([...got.server].sort()).toEqual([event('a'), event('b')]);
    await expect
      .poll(() => hand.engine.logged.filter((line) => line.includes('does not happen any more')).length)
      .toBeGreaterThan(0);
    expect(hand.engine.logged.join('\n')).toMatch(/rule “slow” .* in s1 does not happen any more/);
    const { records } = await sessionOf(hand.engine.file, 'mark=back');
    expect(records.find(({ kind }) => kind === 'close')).not.toHaveProperty('rule');
  });

  it('by the inspector, messages still being inflated go before its goodbye, also behind one that was changed', async () => {
    const hand = await wsHand({ threshold: 0 });
    await inForce(hand, { name: 'changed', match: 'type:a', set: { '/by': 'rule' } });
    const { client, server, got } = await hand.session('inflating');
    client.send(event('a'));
    await expect.poll(() => got.server).toEqual([event('a', { by: 'rule' })]);
    // Small on the wire, long to inflate; each refers to the one before.
    const burst = Array.from({ length: 60 }, (_, n) => event('words', { n, text: `${n} again `.repeat(40_000) }));
    const closed = Promise.all([once(client, 'close'), once(server, 'close')]);
    for (const text of burst) client.send(text);
    await expect.poll(() => hand.waiting.length).toBeGreaterThan(0);
    await hand.engine.closeSession('s1');
    expect((await closed).map(([code]) => code as number)).toEqual([1001, 1001]);
    expect(got.server.slice(1)).toEqual(burst.slice(0, got.server.length - 1));
    expect(hand.engine.problems).toEqual([]);
  });
});

it('an expression that takes long without repeating anything is stopped too', async () => {
  const hand = await wsHand();
  await hand.engine.setBreakpoints([at(`/${'(a|a)'.repeat(40)}b/`)]);
  const { client, got } = await hand.session('choices');
  client.send(event('t', { text: 'a'.repeat(45) }));
  await expect.poll(() => got.server.length).toBe(1);
  expect(hand.engine.problems).toEqual([expect.stringContaining('was switched off')]);
});
