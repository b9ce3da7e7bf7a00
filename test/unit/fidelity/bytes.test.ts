import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brief, cleanUp, closeFrame, frame, RawUpstream, sessionOf, startProxy } from './bed';
import type { RawEnd, RunningProxy } from './bed';

// Both ends are raw sockets here: the bytes one end received must be the bytes the other end sent, frame for frame.

let upstream: RawUpstream;
let proxy: RunningProxy;
beforeAll(async () => {
  upstream = await RawUpstream.start();
  proxy = await startProxy(upstream.url);
});
afterAll(cleanUp);

interface Message {
  data: Buffer;
  binary?: boolean;
  /** How the trace holds it. */
  how: 'event' | 'text' | 'base64';
}
const event = (text: string): Message => ({ data: Buffer.from(text), how: 'event' });
const text = (plain: string): Message => ({ data: Buffer.from(plain), how: 'text' });
const base64 = (data: Buffer, binary: boolean): Message => ({ data, binary, how: 'base64' });

const MESSAGES: Record<string, Message> = {
  'an event': event('{"type":"session.update","session":{"type":"realtime"}}'),
  'an event with odd spaces, keys twice and large numbers': event(
    '{ "type" : "response.create" ,\t"n":1.0000000000000000001e+400, "type":"x", "a":[ ] }  ',
  ),
  'an event of unknown type and fields': event('{"type":"from.the.future","\\u0000":{"deep":[[[[1]]]]}}'),
  'an event with every kind of character': event('{"type":"t","text":"\u00e9\u{1f600}\u2028\u2029\\u2028\\/"}'),
  'lone surrogates, escaped': event('{"type":"t","text":"\\ud800 \\udc00x\\ud83d"}'),
  'JSON that is no object': event('[1,2]'),
  'a JSON string': event('"text"'),
  null: event('null'),
  'JSON with line feeds': text('{\n  "type": "session.update"\n}\n'),
  'JSON with carriage returns': text('{\r"type":"session.update"\r\n}'),
  'JSON behind a byte order mark': text('\ufeff{"type":"session.update"}'),
  'invalid JSON': text('{"type":"session.update",}'),
  'two JSON values': text('{"type":"a"}{"type":"b"}'),
  'no JSON at all': text('hello, \u4e16\u754c \u0000\u0001\u007f'),
  'a single space': text(' '),
  'nothing, as text': text(''),
  'nothing, as binary': base64(Buffer.alloc(0), true),
  'every byte, as binary': base64(Buffer.from(Array.from({ length: 256 }, (_, i) => i)), true),
  'JSON, as binary': base64(Buffer.from('{"type":"session.update"}'), true),
  'invalid UTF-8, as text': base64(Buffer.from('7b2274797065223a22ff22c0807d', 'hex'), false),
  'lone surrogates, encoded (not UTF-8)': base64(Buffer.from('22eda08022', 'hex'), false),
  'UTF-8 cut in the middle of a character': base64(Buffer.from('e4b896e7', 'hex'), false),
  '125 bytes': event(`{"type":"${'a'.repeat(114)}"}`),
  '126 bytes': event(`{"type":"${'a'.repeat(115)}"}`),
  '65 535 bytes': event(`{"type":"${'a'.repeat(65_524)}"}`),
  '65 536 bytes': event(`{"type":"${'a'.repeat(65_525)}"}`),
};

/** Sends both ways at once, compares what came, ends the session, and gives what the trace holds of it. */
async function exchange(
  name: string,
  up: Buffer,
  down: Buffer,
  messages: number,
  sizes?: number[],
): Promise<Awaited<ReturnType<typeof sessionOf>>> {
  const [client, server] = await upstream.session(proxy, `bytes=${name}`);
  const closing = [closeFrame(1000, 'done', true), closeFrame(1000, 'done', false)] as const;
  await Promise.all([
    client.write(Buffer.concat([up, closing[0]]), sizes),
    server.write(Buffer.concat([down, closing[1]]), sizes),
  ]);
  expect((await server.until(up.length + closing[0].length)).equals(Buffer.concat([up, closing[0]]))).toBe(true);
  expect((await client.until(down.length + closing[1].length)).equals(Buffer.concat([down, closing[1]]))).toBe(true);
  client.socket.end();
  server.socket.end();
  return sessionOf(proxy.file, `bytes=${name}`, (trace) => trace.messages.length >= messages);
}

const opcodeOf = (message: Message): number => (message.binary === true ? 2 : 1);

describe.each(Object.entries(MESSAGES))('%s', (name, message) => {
  it('arrives as it was sent, both ways, and stands in the trace as it was', async () => {
    const up = frame(message.data, { opcode: opcodeOf(message), mask: true });
    const down = frame(message.data, { opcode: opcodeOf(message) });
    const trace = await exchange(`one-${Object.keys(MESSAGES).indexOf(name)}`, up, down, 2);
    expect(brief(trace.messages)).toEqual(brief([message, message]));
    expect(trace.messages.map((one) => one.from).sort()).toEqual(['client', 'server']);
    for (const one of trace.messages) {
      expect(one.how).toBe(message.how);
      expect(one.line).toMatchObject({ bytes: message.data.length });
    }
  });
});

const all = Object.values(MESSAGES);
const stream = (mask: boolean): Buffer =>
  Buffer.concat(all.map((message) => frame(message.data, { opcode: opcodeOf(message), mask })));

describe('all of them behind each other', () => {
  it.each([
    ['in one write', undefined],
    ['in pieces of odd sizes', [1, 2, 3, 5, 8, 13, 21, 34, 4096, 20_000]],
    ['in pieces that end within heads', [7, 1, 1, 1, 60_000]],
  ])('%s', async (how, sizes) => {
    const trace = await exchange(`all-${how.length}`, stream(true), stream(false), 2 * all.length, sizes);
    for (const from of ['client', 'server']) {
      const told = trace.messages.filter((one) => one.from === from);
      expect(brief(told)).toEqual(brief(all));
      expect(told.map((one) => one.how)).toEqual(all.map((one) => one.how));
    }
    const seqs = trace.messages.map((one) => one.seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    const times = trace.records.map((record) => record.t);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('byte by byte', async () => {
    const few = all.slice(0, 24);
    const bytes = (mask: boolean): Buffer =>
      Buffer.concat(few.map((message) => frame(message.data, { opcode: opcodeOf(message), mask })));
    const trace = await exchange('bytewise', bytes(true), bytes(false), 2 * few.length, [1]);
    expect(brief(trace.messages.filter((one) => one.from === 'server'))).toEqual(brief(few));
    expect(brief(trace.messages.filter((one) => one.from === 'client'))).toEqual(brief(few));
  });
});

describe('fragments', () => {
  const parts = ['{"type":"in', 'put_audio_buffer.', '', 'clear"}'];
  const fragments = (mask: boolean, between: (i: number) => Buffer[]): Buffer =>
    Buffer.concat(
      parts.flatMap((part, i) => [
        frame(part, { opcode: i === 0 ? 1 : 0, fin: i === parts.length - 1, mask }),
        ...between(i),
      ]),
    );

  it('pass as fragments and are one message in the trace', async () => {
    const trace = await exchange(
      'fragments',
      fragments(true, () => []),
      fragments(false, () => []),
      2,
    );
    expect(brief(trace.messages)).toEqual(brief([event(parts.join('')), event(parts.join(''))]));
  });

  it('keep the pings and pongs between them, which are in the trace too', async () => {
    const control = (mask: boolean) => (i: number) => [
      frame(`ping ${i}`, { opcode: 9, mask }),
      frame('', { opcode: 10, mask }),
    ];
    const trace = await exchange(
      'fragments-control',
      fragments(true, control(true)),
      fragments(false, control(false)),
      2,
    );
    expect(brief(trace.messages)).toEqual(brief([event(parts.join('')), event(parts.join(''))]));
    const controls = trace.records.filter((record) => record.kind === 'control');
    expect(controls.length).toBe(2 * 2 * parts.length);
    expect(controls.filter((one) => one.from === 'client' && one.op === 'ping').map((one) => one.bytes)).toEqual([
      6, 6, 6, 6,
    ]);
  });

  it('may be cut within a character and a hundred deep', async () => {
    const whole = Buffer.from('{"type":"t","text":"\u4e16\u754c\u{1f600}"}'.padEnd(400, ' '));
    const pieces = Array.from({ length: 102 }, (_, i) => whole.subarray(i * 4, i * 4 + 4));
    const bytes = (mask: boolean): Buffer =>
      Buffer.concat(
        pieces.map((piece, i) => frame(piece, { opcode: i === 0 ? 1 : 0, fin: i === pieces.length - 1, mask })),
      );
    const trace = await exchange('fragments-deep', bytes(true), bytes(false), 2);
    expect(brief(trace.messages)).toEqual(brief([{ data: whole }, { data: whole }]));
  });
});

describe('15 MiB', () => {
  const audio = Buffer.alloc(15 * 1024 * 1024 - 60, 'UklGRg');
  const large = Buffer.from(`{"type":"input_audio_buffer.append","audio":"${audio.toString('latin1')}"}`);

  it('passes both ways at once and stands whole in the trace', async () => {
    const trace = await exchange('large', frame(large, { mask: true }), frame(large), 2);
    expect(brief(trace.messages)).toEqual(brief([{ data: large }, { data: large }]));
    expect(trace.messages.map((one) => one.line['type'])).toEqual([
      'input_audio_buffer.append',
      'input_audio_buffer.append',
    ]);
  }, 30_000);

  it('passes in fragments too', async () => {
    const bytes = (mask: boolean): Buffer => {
      const half = large.length >> 1;
      return Buffer.concat([
        frame(large.subarray(0, half), { fin: false, mask }),
        frame('', { opcode: 9, mask }),
        frame(large.subarray(half), { opcode: 0, mask }),
      ]);
    };
    const trace = await exchange('large-fragments', bytes(true), bytes(false), 2);
    expect(brief(trace.messages)).toEqual(brief([{ data: large }, { data: large }]));
  }, 30_000);
});

describe('what is no WebSocket any more', () => {
  it('still passes untouched, and the trace says from where it could not be decoded', async () => {
    const [client, server] = await upstream.session(proxy, 'bytes=broken');
    const good = frame('{"type":"a"}', { mask: true });
    const broken = Buffer.concat([
      frame('x', { opcode: 0x0b, mask: true }),
      Buffer.from('\xff\xff nonsense', 'latin1'),
    ]);
    await client.write(Buffer.concat([good, broken]));
    expect((await server.until(good.length + broken.length)).equals(Buffer.concat([good, broken]))).toBe(true);
    await server.write(frame('{"type":"b"}'));
    expect((await client.until(14)).equals(frame('{"type":"b"}'))).toBe(true);
    client.socket.end();
    server.socket.end();
    const trace = await sessionOf(proxy.file, 'bytes=broken', ({ records }) => records.some((r) => r.kind === 'gap'));
    expect(brief(trace.messages.filter((one) => one.how !== 'none'))).toEqual([
      'text 12 {"type":"a"}',
      'text 12 {"type":"b"}',
    ]);
    const told = trace.records.filter((record) => record.kind === 'gap');
    expect(told.length).toBe(1);
    expect(told[0]?.reason).not.toBe('');
  });

  it('a message that the client left in the middle of reaches the server as far as it went', async () => {
    const [client, server]: RawEnd[] = await upstream.session(proxy, 'bytes=vanish');
    const whole = frame('{"type":"whole"}', { mask: true });
    const torn = frame('x'.repeat(1000), { mask: true }).subarray(0, 500);
    await client?.write(Buffer.concat([whole, torn]));
    await server?.until(whole.length + torn.length);
    client?.socket.destroy();
    await server?.ended;
    server?.socket.end();
    expect(server?.received.equals(Buffer.concat([whole, torn]))).toBe(true);
    const trace = await sessionOf(proxy.file, 'bytes=vanish');
    expect(brief(trace.messages)).toEqual(['text 16 {"type":"whole"}']);
    expect(trace.records.at(-1)).toMatchObject({ kind: 'close', code: 1006, by: 'client' });
  });
});
