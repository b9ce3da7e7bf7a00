import { describe, expect, it } from 'vitest';
import { parseLine } from '../../../src/trace/parseLine';
import { eventLine, HEADER, openLine } from './traceLines';

/** The line's body as the reader places it. */
function bodyOf(line: string): string | undefined {
  const data = Buffer.from(line);
  const parsed = parseLine(data);
  if (parsed.kind !== 'event') throw new Error(`not an event: ${JSON.stringify(parsed)}`);
  return parsed.body && data.toString('utf8', parsed.body.start, parsed.body.end);
}

describe('parseLine', () => {
  const json = '{"type":"response.output_text.delta", "x" : 1.0e2,"delta":"é \\" ,\\"event\\": 🎉"}';

  it('reads the head of an event and finds its body, byte for byte', () => {
    const more = { response: 'resp_1', item: 'item_1', call: 'call_1', origin: 'inspector' as const, replaces: 3 };
    const line = eventLine(7, 12.345, 'server', json, { ...more, sent: 12.395 });
    const parsed = parseLine(Buffer.from(line));
    expect(parsed).toMatchObject({
      kind: 'event',
      head: {
        seq: 7,
        session: 's1',
        t: 12.345,
        sent: 12.395,
        from: 'server',
        type: 'response.output_text.delta',
        ...more,
      },
    });
    expect(bodyOf(line)).toBe(json);
  });

  it('is not misled by a session whose name looks like a head', () => {
    const line = eventLine(1, 1, 'client', '{"type":"x"}', { session: 'a","event":{"b\\' });
    expect(parseLine(Buffer.from(line))).toMatchObject({ head: { session: 'a","event":{"b\\', type: 'x' } });
    expect(bodyOf(line)).toBe('{"type":"x"}');
  });

  it('finds a redacted body, whose size differs from the payload it stands for', () => {
    const line = eventLine(1, 1, 'client', json, { redacted: ['/a/0', '/b'] }).replace(/"bytes":\d+/, '"bytes":999');
    expect(parseLine(Buffer.from(line))).toMatchObject({ head: { redacted: ['/a/0', '/b'], bytes: 999 } });
    expect(bodyOf(line)).toBe(json);
  });

  it('finds text and base64 bodies, and tells when none was kept', () => {
    const head = '{"kind":"event","seq":1,"session":"s1","t":1,"from":"client","bytes":5';
    expect(bodyOf(`${head},"text":"a\\nb\\"c"}`)).toBe('a\\nb\\"c');
    expect(bodyOf(`${head},"opcode":2,"base64":"AAEC"}`)).toBe('AAEC');
    expect(bodyOf(`${head}}`)).toBeUndefined();
  });

  const record = JSON.parse(
    eventLine(7, 12.5, 'server', '{"type":"x","a":["é",{"b":1}]}', { response: 'r' }),
  ) as Record<string, unknown>;
  const foreign: [why: string, line: string][] = [
    [
      'sorted keys',
      JSON.stringify(Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => a.localeCompare(b)))),
    ],
    ['the body first', JSON.stringify({ event: record.event, ...record })],
    ['more keys behind the body', JSON.stringify({ ...record, extra: { event: '}' } })],
    ['spaces', JSON.stringify(record, null, 1).replaceAll('\n', ' ')],
    ['a carriage return at its end', `${JSON.stringify(record)}\r`],
    ['a byte order mark', `\ufeff${JSON.stringify(record)}`],
  ];
  it.each(foreign)('reads a line with %s', (_why, line) => {
    expect(parseLine(Buffer.from(line))).toMatchObject({
      kind: 'event',
      head: { seq: 7, t: 12.5, from: 'server', type: 'x', response: 'r' },
    });
    expect(JSON.parse(bodyOf(line) ?? '')).toEqual(record.event);
  });

  const head = '{"kind":"event","seq":1,"session":"s1","t":1,"from":"client","bytes":5';
  const torn: [why: string, line: string][] = [
    ['text behind an escaped quote and a brace', `${head},"text":"say \\"{}\\"}`],
    ['text behind a quote escaped after a backslash', `${head},"text":"a\\\\\\"}`],
    ['base64', `${head},"base64":"AAEC}`],
    ['a redacted event behind a brace of its own', `${head},"redacted":["/a/b"],"event":{"a":{"b":"[redacted]"}}`],
    ['a redacted event within a string', `${head},"redacted":["/a"],"event":{"a":"[redacted] }`],
  ];
  it.each(torn)('takes a line torn in %s for what it is', (_why, line) => {
    expect(parseLine(Buffer.from(line))).toMatchObject({ kind: 'unreadable' });
  });

  const behind: [body: string, expected: string][] = [
    ['"text":"abc","note":"y"', 'abc'],
    ['"text":"a\\\\","note":"y"', 'a\\\\'],
    ['"base64":"AAEC","note":"y"', 'AAEC'],
    ['"redacted":["/a"],"event":{"a":"[redacted]"},"note":{"b":1}', '{"a":"[redacted]"}'],
    ['"redacted":[""],"event":"[redacted]","note":2', '"[redacted]"'],
  ];
  it.each(behind)('ends the body where it ends in {...,%s}', (body, expected) => {
    expect(bodyOf(`${head},${body}}`)).toBe(expected);
  });

  it('keeps the white space around a redacted body', () => {
    expect(bodyOf(`${head},"redacted":["/a"],"event": \t{"a":"[redacted]"} \t}`)).toBe(' \t{"a":"[redacted]"} \t');
  });

  it('finds the end of a text full of backslashes and quotes', () => {
    const text = JSON.stringify('\\"'.repeat(100_000)).slice(1, -1);
    expect(bodyOf(`${head},"text":"${text}"}`)).toBe(text);
  });

  it('reads the head of a line of which only the beginning is there', () => {
    const long = eventLine(1, 1, 'client', `{"type":"input_audio_buffer.append","audio":"${'A'.repeat(5000)}"}`);
    const parsed = parseLine(Buffer.from(long).subarray(0, 1000), long.length);
    expect(parsed).toMatchObject({ kind: 'event', head: { type: 'input_audio_buffer.append' } });
    expect(parsed.kind === 'event' && parsed.body?.end).toBe(long.length - 1);
  });

  it('reads headers and records, filling in what other writers leave out', () => {
    expect(parseLine(Buffer.from(HEADER))).toMatchObject({ kind: 'header', header: { version: 1, id: 't1' } });
    expect(parseLine(Buffer.from(openLine()))).toMatchObject({ kind: 'record', record: { kind: 'open', status: 101 } });
    expect(parseLine(Buffer.from('{"kind":"close","session":"s","t":5,"code":1006}'))).toEqual({
      kind: 'record',
      record: { kind: 'close', session: 's', t: 5, code: 1006, reason: '', by: 'server' },
    });
  });

  const bad: [line: string, problem: RegExp][] = [
    ['{"kind":"event","seq":1', /not JSON/],
    ['[1]', /not a JSON object/],
    ['null', /not a JSON object/],
    ['{"kind":"hologram"}', /unknown kind \(hologram\)/],
    ['{"kind":"constructor"}', /unknown kind/],
    ['{}', /unknown kind/],
    ['{"kind":"event","seq":-1,"session":"s","t":1,"from":"client","bytes":0}', /number/],
    ['{"kind":"event","seq":1,"session":"s","t":1,"from":"me","bytes":0}', /neither/],
    ['{"kind":"event","seq":1,"session":"s","t":"1","from":"client"}', /time/],
    ['{"kind":"event","seq":1,"session":{},"t":1,"from":"client"}', /session/],
    ['{"kind":"event","seq":1,"session":"s","t":1,"from":"client","text":{}}', /text is not a string/],
    ['{"kind":"close","session":"s","t":1,"code":"x"}', /code is not a number/],
    ['{"kind":"trace","version":"one"}', /header/],
  ];
  it.each(bad)('says what is wrong with %s', (line, problem) => {
    const parsed = parseLine(Buffer.from(line));
    expect(parsed).toMatchObject({ kind: 'unreadable' });
    expect(parsed.kind === 'unreadable' && parsed.problem).toMatch(problem);
  });
});
