import { once } from 'node:events';
import http from 'node:http';
import type net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { parseRules } from '../../../src/rules/ruleFile';
import { cleanUp, frame, listen, readTrace, sessionOf } from './bed';
import { at, rawHand, wsHand, type Hand } from './hand';
import { runEngine } from '../proxy/runningEngine';

// Rules in force on real connections: what the ends get, and what the record says of it.

afterEach(cleanUp);

const event = (type: string, more: object = {}): string => JSON.stringify({ type, ...more });
async function inForce(hand: Pick<Hand, 'engine'>, ...rules: object[]): Promise<void> {
  const file = { text: JSON.stringify({ rules }), file: 'realtime-rules.jsonc' };
  expect(parseRules(file.text, file.file).problems).toEqual([]);
  await hand.engine.setRules(file);
}

describe('rules', () => {
  it('change, drop, double and add messages, and the record says which did what', async () => {
    const hand = await wsHand();
    let hits: number[] = [];
    hand.engine.on('ruleHits', (counts) => (hits = counts));
    await inForce(
      hand,
      { name: 'louder', match: 'type:session.update', set: { '/session/voice': 'marin' } },
      { name: 'deaf', match: 'type:input_audio_buffer.append', drop: true, skip: 1 },
      { name: 'twice', match: 'type:response.create', duplicate: 2 },
      {
        name: 'chatty',
        match: 'type:x',
        inject: [
          { to: 'server', place: 'before', event: { type: 'before' } },
          { to: 'client', event: { type: 'back' } },
          { to: 'server', event: { type: 'after' } },
        ],
      },
    );
    const { client, got } = await hand.session('rules');
    const update = '{ "type": "session.update",  "session": { "voice": "alloy" } }';
    const append = (n: number) => event('input_audio_buffer.append', { audio: 'AAAA', n });
    for (const text of [update, append(1), append(2), event('response.create'), event('x'), event('y')])
      client.send(text);
    await expect.poll(() => got.server.length).toBe(9);
    expect(got.server).toEqual([
      update.replace('alloy', 'marin'),
      append(1),
      event('response.create'),
      event('response.create'),
      event('response.create'),
      event('before'),
      event('x'),
      event('after'),
      event('y'),
    ]);
    await expect.poll(() => got.client).toEqual([event('back')]);
    await expect.poll(() => hits).toEqual([1, 1, 1, 1]);
    client.close();
    const trace = await sessionOf(hand.engine.file, 'mark=rules', ({ messages }) => messages.length >= 13);
    expect(
      trace.messages.map(({ line: { seq, type, from, origin, replaces, fate, rule, sent } }) =>
        [
          seq,
          from,
          type,
          fate ?? '',
          sent === undefined ? 'not sent' : '',
          origin ?? '',
          replaces ?? 0,
          rule ?? '',
        ].join(' '),
      ),
    ).toEqual([
      '1 client session.update held not sent  0 ',
      '2 client session.update   inspector 1 louder',
      '3 client input_audio_buffer.append    0 ',
      '4 client input_audio_buffer.append held not sent  0 ',
      '5 client input_audio_buffer.append dropped not sent  4 deaf',
      '6 client response.create    0 ',
      '7 client response.create   inspector 6 twice',
      '8 client response.create   inspector 6 twice',
      '9 client before   inspector 0 chatty',
      '10 client x    0 ',
      ...['11 client after   inspector 0 chatty', '12 server back   inspector 0 chatty'],
      '13 client y    0 ',
    ]);
  });

  it('delay a direction in its order, and the other not at all', async () => {
    const hand = await wsHand();
    await inForce(hand, { name: 'slow', match: 'type:/^[ac]$/ from:client', delay: 120 });
    const { client, server, got } = await hand.session('delay');
    const sequence = ['a', 'b', 'c', 'd', 'a'].map((type, n) => event(type, { n }));
    for (const text of sequence) client.send(text);
    server.send(event('a'));
    await expect.poll(() => got.client).toEqual([event('a')]);
    await expect.poll(() => got.server).toEqual(sequence);
    client.close();
    const { messages } = await sessionOf(hand.engine.file, 'mark=delay', (trace) => trace.messages.length === 11);
    const arrived = new Map(messages.map(({ seq, line }) => [seq, Number(line['t'])]));
    const gone = messages.filter(({ line }) => line['replaces'] !== undefined);
    expect(gone.map(({ line }) => line['rule'] ?? '')).toEqual(['slow', '', 'slow', '', 'slow']);
    for (const { line } of gone)
      if (line['rule'])
        expect(Number(line['sent']) - (arrived.get(Number(line['replaces'])) ?? NaN)).toBeGreaterThanOrEqual(119);
  });

  it('let a delayed message out before the close frame behind it', async () => {
    const hand = await wsHand();
    await inForce(hand, { match: 'type:a', delay: 150 });
    const { client, server, got } = await hand.session('closing');
    client.send(event('a'));
    client.close(4001, 'done');
    const [code] = (await once(server, 'close')) as [number];
    expect([code, got.server]).toEqual([4001, [event('a')]]);
  });

  it('let messages stand back, each to come once', async () => {
    const hand = await wsHand();
    await inForce(hand, { match: 'type:a', reorder: { window: 3, ms: 50 } });
    const { client, got } = await hand.session('reorder');
    const sequence = Array.from({ length: 60 }, (_, n) => event(n % 4 === 0 ? 'a' : 'b', { n }));
    for (const text of sequence) client.send(text);
    await expect.poll(() => got.server.length).toBe(60);
    expect([...got.server].sort()).toEqual([...sequence].sort());
    expect(got.server).not.toEqual(sequence);
    const rest = (texts: string[]) => texts.filter((text) => text.includes('"b"'));
    expect(rest(got.server)).toEqual(rest(sequence));
  });

  it.each([
    [4000, 4000, 'because'],
    [1006, 1006, ''],
  ])('end a session with %s', async (code, told, reason) => {
    const hand = await wsHand();
    await inForce(hand, {
      name: 'flaky',
      match: 'type:response.create',
      disconnect: { code, ...(reason ? { reason } : {}) },
    });
    const { client, server } = await hand.session('end');
    for (const end of [client, server]) end.on('error', () => undefined);
    const closed = [once(client, 'close'), once(server, 'close')];
    client.send(event('response.create'));
    const ends = (await Promise.all(closed)) as [number, Buffer][];
    expect(ends.map(([each, why]) => [each, String(why)])).toEqual([
      [told, reason],
      [told, reason],
    ]);
    const trace = await sessionOf(hand.engine.file, 'mark=end');
    expect(trace.records.at(-1)).toMatchObject({ kind: 'close', code, origin: 'inspector', rule: 'flaky' });
  });

  it('refuse a handshake in the place of the server', async () => {
    let asked = 0;
    const server = http.createServer();
    server.on('upgrade', (_request, socket) => {
      asked++;
      socket.destroy();
    });
    const engine = await runEngine(await listen(server));
    await inForce(
      { engine },
      {
        name: 'busy',
        refuse: {
          status: 429,
          headers: { 'Retry-After': '7' },
          body: { error: { message: 'later' } },
        },
      },
    );
    const client = new WebSocket(`${engine.address.http.replace(/^http/, 'ws')}/realtime?mark=refused`, {
      headers: { Authorization: 'Bearer sk-abcdefghijklmnopqrstuvwx' },
    });
    client.on('error', () => undefined);
    const [, answer] = (await once(client, 'unexpected-response')) as [unknown, http.IncomingMessage];
    const body = Buffer.concat((await answer.toArray()) as Buffer[]).toString();
    expect([answer.statusCode, answer.headers['retry-after'], JSON.parse(body), asked]).toEqual([
      ...[429, '7', { error: { message: 'later' } }, 0],
    ]);
    await expect.poll(async () => (await readTrace(engine.file)).records.length).toBe(1);
    const [open] = (await readTrace(engine.file)).records;
    expect(open).toMatchObject({ kind: 'open', status: 429, origin: 'inspector', rule: 'busy', body });
    expect(JSON.stringify(open)).not.toContain('sk-abc');
    expect(engine.sessionsSeen.at(-1)).toMatchObject({
      status: 'refused',
      closeReason: expect.stringContaining('busy'),
    });
  });

  it('are changed in the middle of a session, compressed too, and lifted', async () => {
    const hand = await wsHand({ threshold: 0 });
    const { client, got } = await hand.session('hot');
    const words = (n: number) => event('words', { n, text: 'again and again '.repeat(20) });
    const say = (from: number) => {
      for (let n = from; n < from + 20; n++) client.send(words(n));
    };
    say(0);
    await expect.poll(() => got.server.length).toBe(20);
    await inForce(hand, { match: '/"n":2[05]/', duplicate: true }, { match: '/"n":23/', drop: true });
    say(20);
    await expect.poll(() => got.server.length).toBe(41);
    await inForce(hand, { match: '/"n":4[05]/', set: { '/text': 'changed' } });
    say(40);
    await expect.poll(() => got.server.length).toBe(61);
    await hand.engine.setRules(undefined);
    say(60);
    await expect.poll(() => got.server.length).toBe(81);
    const expected = Array.from({ length: 80 }, (_, n) => n).flatMap((n) => {
      if (n === 23) return [];
      if (n === 20 || n === 25) return [words(n), words(n)];
      return [n === 40 || n === 45 ? event('words', { n, text: 'changed' }) : words(n)];
    });
    expect(got.server).toEqual(expected);
    expect(hand.engine.problems).toEqual([]);
  });

  it('act on what a breakpoint lets go as it came, not on what a person wrote', async () => {
    const hand = await wsHand();
    await inForce(hand, { match: 'type:a', set: { '/by': 'rule' } });
    await hand.engine.setBreakpoints([at('type:a')]);
    const { client, got } = await hand.session('both');
    client.send(event('a'));
    client.send(event('a'));
    const [first, second] = await hand.holds(2);
    await hand.engine.release(first?.id ?? '');
    await hand.engine.release(second?.id ?? '', event('a', { by: 'hand' }));
    await expect.poll(() => got.server).toEqual([event('a', { by: 'rule' }), event('a', { by: 'hand' })]);
  });
});

describe('what rules still wanted to do', () => {
  const closeOf = async (engine: Hand['engine'], mark: string) =>
    (await sessionOf(engine.file, `mark=${mark}`)).records.find(({ kind }) => kind === 'close');

  it('does not happen once the session has ended', async () => {
    const hand = await wsHand();
    await inForce(hand, {
      name: 'expiry',
      match: 'type:a',
      disconnect: { code: 4000, delay: 60_000 },
      inject: { to: 'client', event: { type: 'late' }, delay: 60_000 },
    });
    const { client, server, got } = await hand.session('normal');
    client.send(event('a'));
    await expect.poll(() => got.server).toEqual([event('a')]);
    client.close(4001, 'my own');
    const [code, reason] = (await once(server, 'close')) as [number, Buffer];
    expect([code, String(reason), got.client]).toEqual([4001, 'my own', []]);
    expect(await closeOf(hand.engine, 'normal')).toMatchObject({ code: 4001, reason: 'my own', by: 'client' });
    expect(await closeOf(hand.engine, 'normal')).not.toHaveProperty('rule');
  });

  it('leaves a stop of the proxy its own close code', async () => {
    const hand = await wsHand();
    await inForce(hand, { match: 'type:a', disconnect: { code: 4000, delay: 60_000 } });
    const { client, got } = await hand.session('stopped');
    client.send(event('a'));
    await expect.poll(() => got.server).toEqual([event('a')]);
    const closed = once(client, 'close');
    await hand.engine.stop();
    const [code] = (await closed) as [number];
    expect(code).not.toBe(4000);
  });

  it('is forgotten with the rules, and what they made wait goes on at once', async () => {
    const hand = await wsHand();
    await inForce(hand, {
      match: 'type:a',
      delay: 3_600_000,
      inject: { to: 'client', event: { type: 'late' }, delay: 200 },
      disconnect: { code: 4000, delay: 200 },
    });
    const { client, got } = await hand.session('lifted');
    client.send(event('a'));
    client.send(event('b'));
    await expect.poll(() => hand.waiting.map(({ messages }) => messages)).toEqual([2]);
    await inForce(hand, { match: 'type:c', set: { '/by': 'new' } });
    await expect.poll(() => got.server).toEqual([event('a'), event('b')]);
    client.send(event('c'));
    await expect.poll(() => got.server.at(-1)).toBe(event('c', { by: 'new' }));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([client.readyState, got.client]).toEqual([WebSocket.OPEN, []]);
  });

  it('is done before the close frame behind it: what stands back, and copies that were to come later', async () => {
    const hand = await wsHand();
    await inForce(
      hand,
      { name: 'back', match: 'type:a', reorder: { window: 10, ms: 60_000 } },
      { name: 'twice', match: 'type:b', duplicate: { times: 1, delay: 60_000 } },
    );
    const { client, server, got } = await hand.session('before-close');
    client.send(event('a'));
    client.send(event('b'));
    client.close(4001);
    await once(server, 'close');
    expect([...got.server].sort()).toEqual([event('a'), event('b'), event('b')]);
    const { messages } = await sessionOf(hand.engine.file, 'mark=before-close');
    expect(messages.filter(({ line }) => line['sent'] !== undefined)).toHaveLength(3);
  });

  it('holds nobody up where its message was dropped', async () => {
    const hand = await wsHand();
    await inForce(hand, {
      match: 'type:a',
      drop: true,
      inject: { to: 'server', event: { type: 'instead' }, delay: 300 },
    });
    const { client, got } = await hand.session('dropped');
    client.send(event('a'));
    client.send(event('b'));
    await expect.poll(() => got.server.length).toBe(1);
    expect(got.server).toEqual([event('b')]);
    await expect.poll(() => got.server).toEqual([event('b'), event('instead')]);
  });
});

describe('a sender that closes at once behind what it said', () => {
  // Small on the wire, long to inflate.
  const burst = Array.from({ length: 150 }, (_, n) =>
    event('words', { n, text: `${n} again and again `.repeat(20_000) }),
  );
  const socketOf = (end: WebSocket) => (end as unknown as { _socket: net.Socket })._socket;

  it.each([
    ['a close frame', (end: WebSocket) => end.close(4001, 'bye'), 4001],
    ['a reset of the connection', (end: WebSocket) => void setTimeout(() => socketOf(end).resetAndDestroy(), 60), 1006],
  ])('has all of it delivered, compressed, under rules, before %s', async (_name, bye, told) => {
    const hand = await wsHand({ threshold: 0 });
    await inForce(hand, { match: 'type:never', drop: true });
    const { client, server, got } = await hand.session(`burst-${told}`);
    for (const end of [client, server]) end.on('error', () => undefined);
    await Promise.all(burst.map((text) => new Promise<void>((resolve) => client.send(text, () => resolve()))));
    bye(client);
    const [code] = (await once(server, 'close')) as [number];
    expect(got.server.length).toBe(burst.length);
    expect(got.server).toEqual(burst);
    expect(code).toBe(told);
    const { messages } = await sessionOf(hand.engine.file, `mark=burst-${told}`);
    expect(messages).toHaveLength(burst.length);
  });
});

it('what rules hold is data and nothing else', async () => {
  const hand = await wsHand();
  const hostile = [
    '<img src=x onerror=alert(1)>',
    '../../../../etc/passwd',
    '__proto__',
    '$(sync~spin)',
    '[x](command:y)',
  ];
  await inForce(
    hand,
    ...hostile.map((name, n) => ({
      name,
      match: `type:t${n}`,
      set: { '/constructor': name, '/prototype': { toString: name } },
    })),
  );
  const { client, got } = await hand.session('hostile');
  for (const n of hostile.keys()) client.send(event(`t${n}`));
  await expect.poll(() => got.server.length).toBe(hostile.length);
  for (const [n, text] of got.server.entries())
    expect(text).toBe(JSON.stringify({ type: `t${n}`, constructor: hostile[n], prototype: { toString: hostile[n] } }));
  client.close();
  const { messages } = await sessionOf(hand.engine.file, 'mark=hostile');
  expect(messages.flatMap(({ line }) => line['rule'] ?? [])).toEqual(hostile);
  expect(({} as Record<string, unknown>)['toString']).toBe(Object.prototype.toString);
});

describe('an expression that takes too long', () => {
  // Twice as long for each further letter.
  const trap = event('words', { text: `${'a'.repeat(60)}!` });
  const after = event('words', { text: 'and so on' });

  it('puts its rule out of force, and traffic goes on', async () => {
    const hand = await wsHand();
    await inForce(
      hand,
      { name: 'trap', match: '/(a+)+b/', drop: true },
      { name: 'good', match: '/so\\s+on/', set: { '/seen': true } },
    );
    const { client, got } = await hand.session('slow-rule');
    for (const text of [trap, after, trap, after]) client.send(text);
    await expect.poll(() => got.server.length).toBe(4);
    const seen = event('words', { text: 'and so on', seen: true });
    expect(got.server).toEqual([trap, seen, trap, seen]);
    await expect.poll(() => hand.engine.problems.length).toBe(1);
    expect(hand.engine.problems[0]).toMatch(/^The rule "trap" is out of force: .* longer than 50 ms/);
  });

  it('costs nothing from then on: its direction is not taken apart any more', async () => {
    const hand = await rawHand();
    await inForce(hand, { name: 'trap', match: '/(a+)+b/', drop: true });
    const [client, server] = await hand.session('spliced');
    const [whole, next] = [frame(trap, { mask: true }), frame(after, { mask: true })];
    await client.write(whole);
    await server.until(whole.length);
    await expect.poll(() => hand.engine.problems.length).toBe(1);
    // Only a direction that is spliced hands half a message on.
    await client.write(next.subarray(0, 10));
    expect(await server.until(whole.length + 10)).toEqual(Buffer.concat([whole, next.subarray(0, 10)]));
  });

  it('switches its breakpoint off, and says so', async () => {
    const hand = await wsHand();
    let states: { filter: string; enabled: boolean; problem: string }[] = [];
    hand.engine.on('breakpoints', (told) => (states = told));
    await hand.engine.setBreakpoints([at('/(a+)+b/'), at('type:/^(x+)+$/')]);
    const { client, got } = await hand.session('slow-breakpoint');
    client.send(trap);
    client.send(event(`${'x'.repeat(60)}!`));
    client.send(after);
    await expect.poll(() => got.server.length).toBe(3);
    await expect.poll(() => states.map(({ enabled }) => enabled)).toEqual([false, false]);
    expect(states[0]?.problem).toContain('longer than 50 ms');
    expect(hand.engine.problems).toHaveLength(2);
  });
});
