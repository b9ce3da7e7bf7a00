import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { brief, cleanUp, closeFrame, frame, readTrace, sessionOf } from './bed';
import { at, rawHand, wsHand, type Ends } from './hand';

// Messages held, changed and let go by hand. What nobody touches stays what it was, in its order.

afterEach(cleanUp);

const event = (type: string, more: object = {}): string => JSON.stringify({ type, ...more });
/** Lines of the trace's messages, without what differs from run to run. */
const lines = (trace: Awaited<ReturnType<typeof sessionOf>>) =>
  trace.messages.map(({ line, data }) => {
    const { from, sent, origin, replaces, fate, seq, rule, breakpoint } = line;
    const extra = Object.fromEntries(
      Object.entries({ origin, replaces, rule, breakpoint }).filter(([, value]) => value !== undefined),
    );
    return [seq, from, String(data), fate ?? (sent === undefined ? 'unsent' : 'sent'), extra];
  });

describe('a message held at a breakpoint', () => {
  it('waits with all behind it, while the other direction and other sessions go on, until it is let go', async () => {
    const hand = await wsHand();
    const [one, two] = [await hand.session('one'), await hand.session('two')];
    await hand.engine.setBreakpoints([at('type:session.update', { session: 's1' })]);
    const [held, behind] = [event('session.update', { session: { instructions: 'a' } }), event('response.create')];
    one.client.send(event('before'));
    one.client.send(held);
    one.client.send(behind);
    two.client.send(event('session.update'));
    one.server.send(event('session.created'));
    const [message] = await hand.holds(1);
    expect(message).toMatchObject({ session: 's1', from: 'client', text: held, bytes: held.length, binary: false });
    expect(Math.abs(Date.now() - (message?.at ?? 0))).toBeLessThan(60_000);
    await expect.poll(() => hand.waiting).toMatchObject([{ session: 's1', from: 'client', messages: 2 }]);
    await expect
      .poll(() => [two.got.server, one.got.client])
      .toEqual([[event('session.update')], [event('session.created')]]);
    expect(one.got.server).toEqual([event('before')]);

    await hand.engine.release(message?.id ?? '');
    await expect.poll(() => one.got.server).toEqual([event('before'), held, behind]);
    expect(hand.settled).toEqual(['h1 released']);
    await expect.poll(() => hand.waiting).toEqual([]);
    one.client.close();
    const trace = await sessionOf(hand.engine.file, 'mark=one', ({ messages }) => messages.length === 6);
    expect(lines(trace).filter(([, from]) => from === 'client')).toEqual([
      [expect.any(Number), 'client', event('before'), 'sent', {}],
      [expect.any(Number), 'client', held, 'held', {}],
      [expect.any(Number), 'client', behind, 'held', {}],
      [
        expect.any(Number),
        'client',
        held,
        'sent',
        { replaces: trace.messages.find((m) => m.line['fate'])?.seq, breakpoint: 'type:session.update' },
      ],
      [expect.any(Number), 'client', behind, 'sent', { replaces: trace.messages.findLast((m) => m.line['fate'])?.seq }],
    ]);
  });

  it('is edited, dropped or answered, in the order in which they came, whichever is decided first', async () => {
    const hand = await wsHand();
    const ends = await hand.session('edit');
    await hand.engine.setBreakpoints([at('type:/^x/ from:client')]);
    for (const type of ['x.1', 'x.2', 'y', 'x.3', 'x.4']) ends.client.send(event(type));
    const held = await hand.holds(4);
    const id = (place: number) => held[place]?.id ?? '';
    await hand.engine.drop(id(2));
    await hand.engine.release(id(3), 'not JSON at all');
    await hand.engine.answer(id(1), event('error', { error: { message: 'no' } }));
    await expect.poll(() => ends.got.client).toEqual([event('error', { error: { message: 'no' } })]);
    expect(ends.got.server).toEqual([]);
    await hand.engine.release(id(0), event('x.one'));
    await expect.poll(() => ends.got.server).toEqual([event('x.one'), event('y'), 'not JSON at all']);
    await expect(hand.engine.release(id(0))).rejects.toThrow(/not held any more/);
    await expect(hand.engine.answer(id(1), '')).rejects.toThrow(/not held any more/);
    expect(hand.settled.sort()).toEqual(['h1 edited', 'h2 answered', 'h3 dropped', 'h4 edited']);

    ends.client.close();
    const trace = await sessionOf(hand.engine.file, 'mark=edit', ({ messages }) => messages.length >= 11);
    const breakpoint = 'type:/^x/ from:client';
    expect(lines(trace)).toEqual([
      [1, 'client', event('x.1'), 'held', {}],
      [2, 'client', event('x.2'), 'held', {}],
      [3, 'client', event('y'), 'held', {}],
      [4, 'client', event('x.3'), 'held', {}],
      [5, 'client', event('x.4'), 'held', {}],
      [6, 'server', event('error', { error: { message: 'no' } }), 'sent', { origin: 'inspector' }],
      [7, 'client', event('x.one'), 'sent', { origin: 'inspector', replaces: 1, breakpoint }],
      [8, 'client', '', 'dropped', { replaces: 2, breakpoint }],
      [9, 'client', event('y'), 'sent', { replaces: 3 }],
      [10, 'client', '', 'dropped', { replaces: 4, breakpoint }],
      [11, 'client', 'not JSON at all', 'sent', { origin: 'inspector', replaces: 5, breakpoint }],
    ]);
  });

  it('goes after the time-out of its breakpoint, or with everything', async () => {
    const hand = await wsHand();
    const [one, two] = [await hand.session('slow'), await hand.session('all')];
    await hand.engine.setBreakpoints([at('timed', { timeoutMs: 30 }), at('stays')]);
    one.client.send(event('timed'));
    await expect.poll(() => one.got.server).toEqual([event('timed')]);
    expect(hand.settled).toEqual(['h1 timed out']);
    for (const { client, server } of [one, two]) {
      client.send(event('stays'));
      server.send(event('stays'));
    }
    await hand.holds(4);
    await hand.engine.releaseAll('s2');
    await expect.poll(() => [two.got.server, two.got.client]).toEqual([[event('stays')], [event('stays')]]);
    expect(one.got.client).toEqual([]);
    await hand.engine.releaseAll();
    await expect.poll(() => one.got.client).toEqual([event('stays')]);
    await hand.holds(0);
  });

  it('by a breakpoint that holds once is the only one; a wrong filter holds nothing and says why', async () => {
    const hand = await wsHand();
    const ends = await hand.session('once');
    let told: unknown;
    hand.engine.on('breakpoints', (states) => (told = states.map(({ id, hits, enabled }) => [id, hits, enabled])));
    const states = await hand.engine.setBreakpoints([
      at('a', { once: true }),
      at('turn:3'),
      at('b', { enabled: false }),
    ]);
    expect(states.map(({ problem }) => problem)).toEqual(['', expect.stringContaining('turn:'), '']);
    for (const n of [1, 2, 3]) ends.client.send(event('a', { n }));
    ends.client.send(event('b'));
    const [first] = await hand.holds(1);
    expect(told).toEqual([
      ['a', 1, false],
      ['turn:3', 0, true],
      ['b', 0, false],
    ]);
    await hand.engine.drop(first?.id ?? '');
    await expect.poll(() => ends.got.server).toEqual([event('a', { n: 2 }), event('a', { n: 3 }), event('b')]);
  });

  it('of 15 MiB is edited while another session goes on', async () => {
    const hand = await wsHand();
    const [one, two] = [await hand.session('large'), await hand.session('small')];
    await hand.engine.setBreakpoints([at('type:input_audio_buffer.append')]);
    const audio = 'A'.repeat(15 << 20);
    one.client.send(event('input_audio_buffer.append', { audio }));
    one.client.send(event('after'));
    const [message] = await hand.holds(1);
    two.client.send(event('small'));
    await expect.poll(() => two.got.server).toEqual([event('small')]);
    await hand.engine.release(message?.id ?? '', message?.text?.replace('"AAAA', '"BBBB'));
    await expect.poll(() => one.got.server.length).toBe(2);
    expect(one.got.server[0]).toBe(event('input_audio_buffer.append', { audio: `BBBB${audio.slice(4)}` }));
    one.client.close();
    const trace = await sessionOf(hand.engine.file, 'mark=large', ({ messages }) => messages.length === 4);
    expect(brief(trace.messages).map((text) => text.split(' ')[1])).toEqual(['15728687', '16', '15728687', '16']);
  }, 20_000);
});

describe('a breakpoint that was answered', () => {
  it('holds the very next message, also one whose first bytes come behind half of another', async () => {
    const hand = await rawHand();
    const [client, server] = await hand.session('at-once');
    const large = frame(event('before', { text: 'x'.repeat(1 << 20) }), { mask: true });
    const next = frame(event('next'), { mask: true });
    await client.write(large.subarray(0, 700_000));
    // Some of it has gone by, so that the message is under way there.
    await server.until(1);
    await hand.engine.setBreakpoints([at('type:next')]);
    await client.write(Buffer.concat([large.subarray(700_000), next]));
    const [message] = await hand.holds(1);
    expect((await server.until(large.length)).equals(large)).toBe(true);
    await hand.engine.release(message?.id ?? '');
    await server.until(large.length + next.length);
  });

  it('holds the first message of a session that opens later, and of one that has said nothing', async () => {
    const hand = await wsHand({ threshold: 0 });
    const silent = await hand.session('silent');
    await hand.engine.setBreakpoints([at('type:a from:client')]);
    silent.client.send(event('a'));
    const later = await hand.session('later');
    later.client.send(event('a'));
    await hand.holds(2);
    expect([silent.got.server, later.got.server]).toEqual([[], []]);
  });
});

describe('while a message is held', () => {
  it('pings pass and are answered, both ways', async () => {
    const hand = await wsHand();
    const { client, server } = await hand.session('ping');
    await hand.engine.setBreakpoints([at('')]);
    client.send(event('a'));
    server.send(event('b'));
    await hand.holds(2);
    client.ping('up');
    const [up] = (await once(client, 'pong')) as [Buffer];
    server.ping('down');
    const [down] = (await once(server, 'pong')) as [Buffer];
    expect([String(up), String(down)]).toEqual(['up', 'down']);
  });

  it.each<[string, (ends: Ends) => void]>([
    ['client closes', ({ client }) => client.close(1000, 'bye')],
    ['server closes', ({ server }) => server.close(1001, 'bye')],
    ['client is gone', ({ client }) => client.terminate()],
    ['server is gone', ({ server }) => server.terminate()],
    ['server resets', ({ sockets }) => sockets.server.resetAndDestroy()],
  ])('and the %s, the holder is told and nothing hangs', async (_how, leave) => {
    const hand = await wsHand();
    const ends = await hand.session('leave');
    await hand.engine.setBreakpoints([at('type:a')]);
    const closed = Promise.all([once(ends.client, 'close'), once(ends.server, 'close')]);
    for (const end of [ends.client, ends.server]) {
      end.send(event('a'));
      end.send(event('b'));
      end.on('error', () => undefined);
    }
    const [first] = await hand.holds(2);
    leave(ends);
    await closed;
    await hand.holds(0);
    expect(hand.settled.sort()).toEqual(['h1 lost', 'h2 lost']);
    expect([ends.got.client, ends.got.server]).toEqual([[], []]);
    await expect(hand.engine.release(first?.id ?? '')).rejects.toThrow(/not held any more/);
    const trace = await sessionOf(hand.engine.file, 'mark=leave', ({ messages }) => messages.length === 8);
    expect(trace.messages.map(({ line }) => `${line['fate']}`).sort()).toEqual([
      ...['held', 'held', 'held', 'held', 'lost', 'lost', 'lost', 'lost'],
    ]);
  });

  it('and the session is dropped or the proxy stopped, everything goes', async () => {
    const hand = await wsHand();
    const [one, two] = [await hand.session('goodbye'), await hand.session('stop')];
    await hand.engine.setBreakpoints([at('type:a')]);
    for (const { client, server } of [one, two])
      for (const end of [client, server]) for (const type of ['a', 'b']) end.send(event(type));
    await hand.holds(4);
    const closed = once(one.client, 'close');
    await hand.engine.closeSession('s1');
    expect((await closed)[0]).toBe(1001);
    await expect
      .poll(() => [one.got.server, one.got.client])
      .toEqual([
        [event('a'), event('b')],
        [event('a'), event('b')],
      ]);
    await hand.engine.stop();
    await expect
      .poll(() => [two.got.server, two.got.client])
      .toEqual([
        [event('a'), event('b')],
        [event('a'), event('b')],
      ]);
    expect(hand.settled.sort()).toEqual(['h1 released', 'h2 released', 'h3 released', 'h4 released']);
  });

  it('no more is read than a bound, and all of it goes on in the end', async () => {
    const hand = await rawHand();
    const [client, server] = await hand.session('bound');
    await hand.engine.setBreakpoints([at('type:first')]);
    const first = frame(event('first'), { mask: true });
    const next = frame(event('next', { text: 'x'.repeat(1 << 20) }), { mask: true });
    await client.write(first);
    const [message] = await hand.holds(1);
    for (let i = 0; i < 80; i++) client.socket.write(next);
    // More than 32 MiB wait in the proxy, and the kernel's buffers are full: the rest stays with the client.
    await expect.poll(() => hand.waiting[0]?.bytes ?? 0, { timeout: 10_000 }).toBeGreaterThan(32 << 20);
    const bytes = () => hand.waiting[0]?.bytes;
    for (let before; before !== bytes();) {
      before = bytes();
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    expect(bytes()).toBeLessThan(35 << 20);
    expect(client.socket.writableLength).toBeGreaterThan(20 << 20);
    await hand.engine.release(message?.id ?? '');
    const all = Buffer.concat([first, ...Array.from({ length: 80 }, () => next)]);
    expect((await server.until(all.length)).equals(all)).toBe(true);
  }, 30_000);

  it('all sessions together hold no more than a bound, and one that holds little goes on', async () => {
    const hand = await rawHand();
    await hand.engine.setRecording(false);
    const total = () => hand.waiting.reduce((sum, { bytes }) => sum + bytes, 0);
    await hand.engine.setBreakpoints([at('type:first')]);
    const first = frame(event('first'), { mask: true });
    const next = frame(event('next', { text: 'x'.repeat(1 << 20) }), { mask: true });
    const little = await hand.session('little');
    const crowd: Awaited<ReturnType<typeof hand.session>>[] = [];
    for (let n = 0; n < 10; n++) {
      const ends = await hand.session(`crowd-${n}`);
      crowd.push(ends);
      await ends[0].write(first);
      for (let i = 0; i < 31; i++) ends[0].socket.write(next);
    }
    await hand.holds(10);
    await expect.poll(total, { timeout: 20_000 }).toBeGreaterThan(256 << 20);
    const small = frame(event('small'), { mask: true });
    for (let sent = 1; sent <= 3; sent++) {
      await little[0].write(small);
      // Long before a socket that is not read is looked at again (30 s).
      await expect.poll(() => little[1].bytes, { timeout: 15_000 }).toBe(small.length * sent);
    }
    expect(total()).toBeLessThan(270 << 20);
    await hand.engine.releaseAll();
    const all = first.length + 31 * next.length;
    for (const [, server] of crowd) expect((await server.until(all)).length).toBe(all);
  }, 60_000);

  it('what the inspector sends passes what is held', async () => {
    const hand = await wsHand();
    const { client, got } = await hand.session('compose');
    await hand.engine.setBreakpoints([at('type:a')]);
    client.send(event('a'));
    await hand.holds(1);
    await hand.engine.inject('s1', 'server', event('composed'));
    await expect.poll(() => got.server).toEqual([event('composed')]);
    await hand.engine.releaseAll();
    await expect.poll(() => got.server).toEqual([event('composed'), event('a')]);
  });
});

describe.each([true, false])('a direction that is taken apart (from the client: %s)', (mask) => {
  it('carries what nobody touches byte for byte, as often as it is begun and ended', async () => {
    const hand = await rawHand();
    const [client, server] = await hand.session(`bytes-${mask}`);
    const [speaker, listener] = mask ? [client, server] : [server, client];
    const messages: Buffer[] = [];
    const wire: Buffer[] = [];
    const say = (data: Buffer, ...parts: Buffer[]) => {
      messages.push(data);
      wire.push(...parts);
    };
    for (let i = 0; i < 60; i++) {
      for (const text of [event('t', { i }), '{ "odd" :\t1e400 }', 'no JSON', '', event('u', { s: 'é\u{1f600}' })])
        say(Buffer.from(text), frame(text, { mask }));
      const long = Buffer.alloc(70_000 + i, 'long ');
      say(long, frame(long, { mask }));
      say(Buffer.of(0xff, i), frame(Buffer.of(0xff, i), { mask, opcode: 2 }));
      say(Buffer.of(0xc0), frame(Buffer.of(0xc0), { mask }));
      const [a, b] = [Buffer.from('{"type":"frag'), Buffer.from('mented"}')];
      say(Buffer.concat([a, b]), frame(a, { mask, fin: false }), frame(b, { mask, opcode: 0 }));
      wire.push(frame(`ping ${i}`, { mask, opcode: 9 }));
    }
    const bytes = Buffer.concat([...wire, closeFrame(1000, 'done', mask)]);
    const writing = speaker.write(bytes, [1, 7, 4_099, 60_000, 13]);
    let on = true;
    let isWriting = true;
    const switching = (async () => {
      for (; isWriting; on = !on) await hand.engine.setBreakpoints(on ? [at('type:none')] : []);
    })();
    await writing;
    isWriting = false;
    await switching;
    expect((await listener.until(bytes.length)).equals(bytes)).toBe(true);
    client.socket.end();
    server.socket.end();
    const trace = await sessionOf(hand.engine.file, `bytes-${mask}`, (all) => all.messages.length === messages.length);
    expect(brief(trace.messages.map(({ data }) => ({ data })))).toEqual(brief(messages.map((data) => ({ data }))));
    expect(trace.records.filter(({ kind }) => kind === 'control').length).toBe(60);
    expect(hand.engine.problems).toEqual([]);
  }, 30_000);
});

describe('compressed messages', () => {
  const words = (i: number) => event('words', { i, text: 'the same words again and again, '.repeat(1 + (i % 40)) });

  it.each([
    ['that refer to earlier ones', {}],
    ['that do not', { serverNoContextTakeover: true, clientNoContextTakeover: true }],
    ['with a small window', { serverMaxWindowBits: 9, clientMaxWindowBits: 9 }],
  ])('%s are held, edited and dropped from the middle of a session on', async (_which, options) => {
    const hand = await wsHand({ threshold: 0, ...options });
    const { client, server, got } = await hand.session('squeezed');
    expect(client.extensions).toContain('permessage-deflate');
    const plain = Array.from({ length: 50 }, (_, i) => words(i));
    for (const text of plain) {
      client.send(text);
      server.send(text);
    }
    await expect.poll(() => [got.client.length, got.server.length]).toEqual([50, 50]);
    await hand.engine.setBreakpoints([at('/"i":(3|5|8)\\b/')]);
    for (const text of plain.slice(0, 20)) {
      client.send(text);
      server.send(text);
    }
    const held = await hand.holds(6);
    for (const from of ['client', 'server']) {
      const [three, five, eight] = held.filter((message) => message.from === from).map(({ id }) => id);
      await hand.engine.release(five ?? '');
      await hand.engine.drop(eight ?? '');
      await hand.engine.release(three ?? '', event('edited'));
    }
    const expected = plain.slice(0, 20).map((text, i) => (i === 3 ? event('edited') : text));
    expected.splice(8, 1);
    await expect.poll(() => [got.client.length, got.server.length]).toEqual([69, 69]);
    expect(got.client.slice(50)).toEqual(expected);
    expect(got.server.slice(50)).toEqual(expected);
    await hand.engine.setBreakpoints([]);
    for (const text of plain) {
      client.send(text);
      server.send(text);
    }
    await expect.poll(() => [got.client.length, got.server.length]).toEqual([119, 119]);
    expect(got.client.slice(69)).toEqual(plain);
    expect(got.server.slice(69)).toEqual(plain);
    expect(hand.engine.problems).toEqual([]);
    client.close();
    await sessionOf(hand.engine.file, 'mark=squeezed', ({ messages }) => messages.length >= 2 * 121);
    const { messages } = await readTrace(hand.engine.file);
    const sentOn = messages.filter(({ line }) => line['from'] === 'client' && line['sent'] !== undefined);
    expect(sentOn.map(({ data }) => String(data))).toEqual([...plain, ...expected, ...plain]);
  });

  it('stay compressed when they are only held and let go, and are spliced again afterwards', async () => {
    const hand = await wsHand({ threshold: 0 });
    const { client, got, sockets } = await hand.session('tight');
    const plain = Array.from({ length: 30 }, (_, i) => words(i));
    for (let round = 0; round < 4; round++) {
      await hand.engine.setBreakpoints(round % 2 === 0 ? [at('/"i":7\\b/')] : []);
      for (const text of plain) client.send(text);
      if (round % 2 === 0) {
        await hand.holds(1);
        await hand.engine.releaseAll();
      }
      await expect.poll(() => got.server.length).toBe(30 * (round + 1));
    }
    expect(got.server).toEqual([...plain, ...plain, ...plain, ...plain]);
    const whole = plain.reduce((sum, text) => sum + text.length, 0) * 4;
    expect(sockets.server.bytesRead).toBeLessThan(whole / 4);
  });
});

it('a message that nobody could keep ends its session, instead of filling the memory', async () => {
  const hand = await rawHand();
  await hand.engine.setBreakpoints([at('type:never from:client')]);
  const [client, server] = await hand.session('huge');
  const head = Buffer.alloc(14);
  head.writeUInt16BE(0x81ff);
  head.writeBigUInt64BE(2n ** 40n, 2);
  await client.write(Buffer.concat([head, Buffer.alloc(1000)]));
  await Promise.all([client.ended, server.ended]);
  await expect
    .poll(() => hand.engine.problems)
    .toEqual([expect.stringMatching(/^The session s1 was ended: a message of the client has 1,048,576 MiB, too many/)]);
});
