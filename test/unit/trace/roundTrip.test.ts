import { describe, expect, it } from 'vitest';
import { messageText } from '../../../src/document/eventBody';
import { messageLine, type Message } from '../../../src/trace/line';
import { HeadScan } from '../../../src/trace/headScan';
import { parseLine } from '../../../src/trace/parseLine';
import { REPLACEMENT } from '../../../src/trace/redact';

/** The line the recorder writes of a message, without its line feed. */
function lineOf(data: Buffer | undefined, more: Partial<Message> = {}): Buffer {
  const message: Message = {
    session: 's1',
    t: 0,
    sent: 0,
    from: 'client',
    data,
    bytes: data?.length ?? 99,
    binary: false,
    fate: undefined,
    rule: undefined,
    injected: false,
    replaces: undefined,
    ...more,
  };
  const line = messageLine(7, 12.345678, more.sent ?? 12.5, message);
  const whole = Buffer.concat([Buffer.from(line.head), line.body ?? Buffer.alloc(0), Buffer.from(line.tail)]);
  expect(whole.at(-1)).toBe(10);
  return whole.subarray(0, -1);
}

describe('what the recorder writes, the reader reads back', () => {
  const texts: [why: string, text: string, format: 'event' | 'text'][] = [
    ['an event', '{"type":"response.create"}', 'event'],
    ['odd spacing, numbers and escapes', ' {"type" : "x","n":1.50E+2,"s":"\\u00e9\\ud800\\/"} ', 'event'],
    ['JSON that is no object', '[1,2]', 'event'],
    ['a body that looks like a head', '{"type":"x","seq":9,"event":{"text":"}"}}', 'event'],
    ['JSON with line feeds', '{\n "type": "x"\n}', 'text'],
    ['JSON with a carriage return', '{"type":"x"}\r', 'text'],
    ['broken JSON', '{"type":"x"', 'text'],
    ['nothing', '', 'text'],
    ['quotes, backslashes, emoji', 'a "b" \\ c \u2028 🎉', 'text'],
  ];
  it.each(texts)('%s', (_why, text, format) => {
    const line = lineOf(Buffer.from(text));
    const parsed = parseLine(line);
    if (parsed.kind !== 'event' || !parsed.body) throw new Error('no event with a body');
    expect(parsed.head).toMatchObject({ seq: 7, session: 's1', t: 12.346, sent: 12.5, bytes: Buffer.byteLength(text) });
    expect(parsed.body.format).toBe(format);
    expect(messageText(line, parsed.body)).toBe(text);
    expect(parsed.body.format === 'event' ? line.subarray(parsed.body.start, parsed.body.end).toString() : text).toBe(
      text,
    );
  });

  it('a message held, one sent in its place by a rule, and one dropped', () => {
    const data = Buffer.from('{"type":"response.create"}');
    const heads = [
      { sent: NaN, fate: 'held' as const },
      { injected: true, replaces: 7, rule: 'say “é”\n' },
      { sent: NaN, replaces: 7, fate: 'dropped' as const, rule: 'no', breakpoint: 'type:"a"' },
    ].map((more) => {
      const line = lineOf(data, more);
      const scan = new HeadScan();
      expect(scan.scan(line, 0, line.length)).toBe(true);
      const parsed = parseLine(line);
      return parsed.kind === 'event' ? parsed.head : parsed;
    });
    const head = { kind: 'event', seq: 7, session: 's1', t: 12.346, from: 'client', bytes: data.length };
    const type = 'response.create';
    expect(heads).toEqual([
      { ...head, type, fate: 'held' },
      { ...head, type, sent: 12.5, origin: 'inspector', replaces: 7, rule: 'say “é”\n' },
      { ...head, type, replaces: 7, fate: 'dropped', rule: 'no', breakpoint: 'type:"a"' },
    ]);
  });

  it.each([true, false])('bytes that are no text (binary frame: %s)', (binary) => {
    const data = Buffer.of(0xff, 0, 10, 13, 0x22, 0x80);
    const line = lineOf(data, { binary });
    const parsed = parseLine(line);
    if (parsed.kind !== 'event' || !parsed.body) throw new Error('no event with a body');
    expect(parsed.head.opcode).toBe(binary ? 2 : 1);
    expect(Buffer.from(line.toString('latin1', parsed.body.start, parsed.body.end), 'base64')).toEqual(data);
  });

  it('a message too large to keep, and one made from another', () => {
    expect(parseLine(lineOf(undefined))).toMatchObject({ kind: 'event', head: { bytes: 99 }, body: undefined });
    expect(parseLine(lineOf(Buffer.from('{}'), { injected: true, replaces: 3 }))).toMatchObject({
      kind: 'event',
      head: { origin: 'inspector', replaces: 3 },
    });
  });

  it('a message with a secret, which is nowhere in the line', () => {
    const text = '{"type":"session.update","session":{"tools":[{"authorization":"hush"}]},"k":"sk-abcdefgh12345678"}';
    const line = lineOf(Buffer.from(text));
    expect(line.toString()).not.toMatch(/hush|sk-abc/);
    const parsed = parseLine(line);
    if (parsed.kind !== 'event' || !parsed.body) throw new Error('no event with a body');
    expect(parsed.head).toMatchObject({ bytes: text.length, redacted: ['/session/tools/0/authorization', '/k'] });
    expect(messageText(line, parsed.body)).toBe(
      text.replace('hush', REPLACEMENT).replace('sk-abcdefgh12345678', REPLACEMENT),
    );
  });
});
