import { afterEach, describe, expect, it } from 'vitest';
import { cleanUp, closeFrame, frame, sessionOf, type TraceContent } from './bed';
import { rawHand } from './hand';

// Behind the close frame that the inspector itself sends nothing goes to that end (RFC 6455, 5.5.1), and the record tells
// what still came.

afterEach(cleanUp);

const event = (type: string, more: object = {}): string => JSON.stringify({ type, ...more });
const fromServer = (type: string): Buffer => frame(Buffer.from(event(type)));
const fromClient = (type: string): Buffer => frame(Buffer.from(event(type)), { mask: true });

/** Frames in a stream of bytes: `opcode` and the payload without its mask. */
function frames(bytes: Buffer): [number, string][] {
  const found: [number, string][] = [];
  for (let at = 0; at < bytes.length;) {
    const masked = ((bytes[at + 1] as number) & 0x80) !== 0;
    const short = (bytes[at + 1] as number) & 0x7f;
    const head = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0);
    const size =
      short === 126 ? bytes.readUInt16BE(at + 2) : short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short;
    const begin = at + head + (masked ? 4 : 0);
    const payload = Buffer.from(bytes.subarray(begin, begin + size));
    if (masked) payload.forEach((byte, i) => (payload[i] = byte ^ (bytes[begin - 4 + (i & 3)] as number)));
    found.push([(bytes[at] as number) & 0x0f, payload.toString('latin1')]);
    at = begin + size;
  }
  return found;
}

const goodbye = (code: number, reason: string): [number, string] => [
  8,
  Buffer.concat([Buffer.of(code >> 8, code & 255), Buffer.from(reason)]).toString('latin1'),
];
const CLOSED = goodbye(1001, 'closed by Realtime Inspector');

/** What the trace tells of one end's messages: type, what became of it, and the rule. */
const told = ({ messages }: TraceContent, side: 'client' | 'server') =>
  messages
    .filter(({ from }) => from === side)
    .map(({ line }) => [line['type'], line['fate'] ?? (line['sent'] === undefined ? 'unsent' : 'sent'), line['rule']]);

describe('a session that the inspector closes', () => {
  it('sends nothing behind its close frame to either end, and records what still came as arrived and lost', async () => {
    const hand = await rawHand();
    const [client, server] = await hand.session('flood');
    await server.write(fromServer('before'));
    await client.until(fromServer('before').length);
    await hand.engine.closeSession('s1');
    const toClient = fromServer('before').length + closeFrame(1001, 'closed by Realtime Inspector', false).length;
    const toServer = closeFrame(1001, 'closed by Realtime Inspector', true).length;
    await Promise.all([client.until(toClient), server.until(toServer)]);
    await server.write(
      Buffer.concat([fromServer('late 1'), frame(Buffer.from('p'), { opcode: 9 }), fromServer('late 2')]),
    );
    await client.write(fromClient('late'));
    await client.write(closeFrame(1001, '', true));
    await server.write(closeFrame(1001, '', false));
    server.socket.end();
    await Promise.all([client.ended, server.ended]);
    expect(frames(client.received)).toEqual([[1, event('before')], CLOSED]);
    expect(frames(server.received)).toEqual([CLOSED]);
    const trace = await sessionOf(hand.engine.file, 'flood', ({ messages }) => messages.length === 7);
    expect(told(trace, 'server')).toEqual([
      ['before', 'sent', undefined],
      ['late 1', 'held', undefined],
      ['late 1', 'lost', undefined],
      ['late 2', 'held', undefined],
      ['late 2', 'lost', undefined],
    ]);
    expect(told(trace, 'client')).toEqual([
      ['late', 'held', undefined],
      ['late', 'lost', undefined],
    ]);
    const lost = trace.messages.filter(({ line }) => line['fate'] === 'lost');
    expect(lost.map(({ line }) => line['replaces'])).toEqual(lost.map(({ seq }) => seq - 1));
    expect(trace.messages.filter(({ line }) => line['fate'] === 'held').map(({ data }) => String(data))).toEqual(
      expect.arrayContaining([event('late 1'), event('late 2'), event('late')]),
    );
    expect(trace.records.filter(({ kind }) => kind === 'control')).toHaveLength(1);
    expect(trace.records.filter(({ kind }) => kind === 'close')).toMatchObject([{ origin: 'inspector', code: 1001 }]);
  });

  it('lets a message that has begun come to its end first, and nothing that came in the same bytes behind it', async () => {
    const hand = await rawHand();
    const [client, server] = await hand.session('half');
    const [first, rest] = [
      frame(Buffer.from('{"type":'), { fin: false }),
      frame(Buffer.from('"whole"}'), { opcode: 0 }),
    ];
    await server.write(first);
    await client.until(first.length);
    await hand.engine.closeSession('s1');
    await server.until(1);
    // Asked for while the close frame waits for its place: it would come behind it.
    await expect(hand.engine.inject('s1', 'client', event('injected'))).rejects.toThrow('is closing');
    await server.write(Buffer.concat([rest, fromServer('behind'), closeFrame(1000, 'bye', false)]));
    server.socket.end();
    await client.ended;
    expect(frames(client.received)).toEqual([[1, '{"type":'], [0, '"whole"}'], CLOSED]);
    const trace = await sessionOf(hand.engine.file, 'half', ({ messages }) => messages.length === 3);
    expect(told(trace, 'server')).toEqual([
      ['whole', 'sent', undefined],
      ['behind', 'held', undefined],
      ['behind', 'lost', undefined],
    ]);
  });

  it('by a rule does so too, also where its messages are taken apart, and the rule is named', async () => {
    const hand = await rawHand();
    const rules = [{ name: 'over', match: 'type:end from:server', disconnect: { code: 4001, reason: 'enough' } }];
    await hand.engine.setRules({ text: JSON.stringify({ rules }), file: 'realtime-rules.jsonc' });
    const [client, server] = await hand.session('rule');
    await server.write(Buffer.concat(['a', 'end', 'b', 'c'].map(fromServer)));
    await server.until(closeFrame(4001, 'enough', true).length);
    await server.write(fromServer('d'));
    await client.write(Buffer.concat([fromClient('e'), closeFrame(4001, 'enough', true)]));
    await server.write(closeFrame(4001, 'enough', false));
    server.socket.end();
    await Promise.all([client.ended, server.ended]);
    expect(frames(client.received).at(-1)).toEqual(goodbye(4001, 'enough'));
    expect(frames(client.received).filter(([opcode]) => opcode === 8)).toHaveLength(1);
    expect(frames(server.received)).toEqual([goodbye(4001, 'enough')]);
    const trace = await sessionOf(hand.engine.file, 'rule', ({ messages }) =>
      messages.some(({ line }) => line['type'] === 'e' && line['fate'] === 'lost'),
    );
    const gone = told(trace, 'server').filter(([, fate]) => fate === 'sent');
    expect(gone.map(([type]) => type)).toEqual(
      frames(client.received)
        .slice(0, -1)
        .map(([, text]) => (JSON.parse(text) as { type: string }).type),
    );
    expect(told(trace, 'server').slice(-2)).toEqual([
      ['d', 'held', undefined],
      ['d', 'lost', 'over'],
    ]);
    expect(told(trace, 'client')).toEqual([
      ['e', 'held', undefined],
      ['e', 'lost', 'over'],
    ]);
  });
});
