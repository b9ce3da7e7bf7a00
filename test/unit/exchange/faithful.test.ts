/** Messages come out of a file of another program as they stand there, and without what nobody may read. */
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cell } from '../../../src/exchange/write/csv';
import { exportFile } from '../../../src/exchange/export';
import { generator, importInto, importText } from './importing';
import { Recording, scratch } from '../rewrite/traces';

let folder = '';
let remove: () => Promise<void>;
beforeAll(async () => ({ folder, remove } = await scratch()));
afterAll(() => remove());
const KEY = 'sk-abcdefghijklmnopqrstuvwx';
const har = (messages: unknown[] | undefined, more: object = {}, log: object = {}) =>
  JSON.stringify({
    log: {
      version: '1.2',
      creator: { name: 'Playwright', version: '1' },
      ...log,
      entries: [
        {
          _resourceType: 'websocket',
          ...(messages ? { _webSocketMessages: messages } : {}),
          startedDateTime: '2026-07-07T12:00:00.000Z',
          request: { method: 'GET', url: 'wss://api.openai.com/v1/realtime?model=m', headers: [] },
          response: { status: 101, headers: [], content: {} },
          timings: {},
          ...more,
        },
      ],
    },
  });

describe('a message', () => {
  it('in a file beside a HAR of Playwright may hold what Unicode calls the end of a line', async () => {
    const data = JSON.stringify({ type: 'session.update', session: { instructions: 'a\u2028b\u2029c\u0085d' } });
    await writeFile(
      path.join(folder, 'odd.jsonl'),
      `${JSON.stringify({ type: 'send', time: 1783425600000, opcode: 1, data })}\r\n`,
    );
    const { events, report, out } = await importText(
      folder,
      har(undefined, { response: { status: 101, headers: [], content: { _file: 'odd.jsonl' } } }),
    );
    expect(report.problems).toEqual([]);
    expect(events).toHaveLength(1);
    expect(await readFile(out, 'utf8')).toContain(`"event":${data}}`);
  });
  it('in the log of a console ends where its line ends, whatever ends it', async () => {
    const { events, out } = await importText(folder, '< {"type":"session.created", "session":{}}\r\nbye\r\n');
    expect(events[0]).not.toHaveProperty('text');
    expect(await readFile(out, 'utf8')).toContain('"event":{"type":"session.created", "session":{}}}');
  });
  it('that is no text is said to be changed', async () => {
    const line = Buffer.concat([
      Buffer.from('{"direction":"client","data":"{\\"type\\":\\"x\\",\\"a\\":\\"'),
      Buffer.from([0xff]),
      Buffer.from('\\"}"}\n'),
    ]);
    const { report } = await importText(folder, Buffer.concat([line, line]), { format: 'lines' });
    expect(report.problems[0]).toContain('Line 1 is not valid UTF-8');
  });
});

describe('secrets', () => {
  it('in notes, refusals and names that another trace has do not reach the new one', async () => {
    const lines = [
      { kind: 'trace', version: 1, id: 'x', startedAt: '2026-07-07T12:00:00.000Z', generator: 'x' },
      { kind: 'open', session: 's1', t: 1, url: 'wss://a/v1/realtime', status: 401, body: `no ${KEY}`, error: KEY },
      { kind: 'note', t: 2, text: `try ${KEY}` },
      { kind: 'gap', t: 3, from: 0, to: 0, count: 0, reason: KEY },
      { kind: 'event', seq: 1, session: 's1', t: 4, from: 'client', bytes: 2, rule: KEY, breakpoint: KEY, event: {} },
      { kind: 'close', session: 's1', t: 5, code: 1000, reason: KEY, by: 'client', origin: 'inspector', rule: KEY },
    ];
    const { out, lines: made } = await importText(folder, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    expect(await readFile(out, 'utf8')).not.toContain(KEY);
    expect(made.map(({ kind }) => kind as string)).toEqual(['open', 'note', 'gap', 'event', 'close']);
  });
});

describe('what is told of a file that is nothing known', () => {
  it('says what to do about its encoding', async () => {
    const text = '{"direction":"client","data":"{}"}\n';
    await expect(importText(folder, Buffer.from(`\ufeff${text}`, 'utf16le'))).rejects.toThrow('Save it as UTF-8');
    await expect(importText(folder, Buffer.from([0x1f, 0x8b, 8, 0, 0]))).rejects.toThrow('Unpack it first');
  });
});

describe('what is exported', () => {
  it.each(['=1', '+1', '-1', '@x', '\t=1', '\n=1', '\uff1d1'])('is no formula to a spreadsheet: %j', (text) =>
    expect(cell(text).replace(/^"/, '')).toMatch(/^'/),
  );
  it('has its captions in the order of their beginnings', async () => {
    const trace = new Recording(path.join(folder, 'late.realtime.jsonl'));
    trace.open('s1', 0);
    const item = (id: string, role: string, type: string, text: string) => ({
      id,
      type: 'message',
      role,
      status: 'completed',
      content: [{ type, text }],
    });
    // What was said first is put behind what was said later.
    trace.say('s1', 1000, '<', {
      type: 'conversation.item.added',
      previous_item_id: null,
      item: item('a', 'user', 'input_text', 'one'),
    });
    trace.say('s1', 2000, '<', {
      type: 'conversation.item.added',
      previous_item_id: 'a',
      item: item('b', 'user', 'input_text', 'two'),
    });
    trace.say('s1', 3000, '<', {
      type: 'conversation.item.added',
      previous_item_id: 'a',
      item: item('c', 'user', 'input_text', 'three'),
    });
    const out = path.join(folder, 'late.vtt');
    await exportFile(trace.end(), 'vtt', out, { generator });
    const starts = [...(await readFile(out, 'utf8')).matchAll(/^(\S+) -->/gm)].map(([, start]) => start);
    expect(starts).toEqual(['00:00:01.000', '00:00:02.000', '00:00:03.000']);
  });
});

describe('a trace and its HAR', () => {
  it('agree on a held message to the last byte', async () => {
    const trace = new Recording(path.join(folder, 'held.realtime.jsonl'));
    trace.open('s1', 0);
    const odd = '{"type":"x.odd",  "n":1.0e2,"big":12345678901234567890,"s":"\\u00e9\\/","type":"x.odd"}';
    const held = trace.say('s1', 1, '>', odd, { fate: 'held', sent: NaN });
    trace.say('s1', 5, '>', odd, { sent: 6, replaces: held });
    const file = path.join(folder, 'held.har');
    await exportFile(trace.end(), 'har', file, { generator });
    const { out } = await importInto(folder, file);
    const bodies = (await readFile(out, 'utf8')).split('\n').filter((line) => line.endsWith(`"event":${odd}}`));
    expect(bodies).toHaveLength(2);
  });
});

it('a note of the user is told to be a plain remark, straight from a trace and by way of a HAR', async () => {
  const recording = new Recording(path.join(folder, 'noted.realtime.jsonl'));
  recording.open('s1', 0);
  recording.say('s1', 1, '>', { type: 'response.create' });
  const trace = recording.end();
  const note = { kind: 'note', t: 3, text: 'Here.', id: 'n1', by: 'user', at: 1, session: 's1', seq: 1 };
  await appendFile(trace, `${JSON.stringify(note)}\n`);
  const exported = path.join(folder, 'noted.har');
  await exportFile(trace, 'har', exported, { generator });
  for (const file of [trace, exported]) {
    const { report } = await importInto(folder, file);
    expect(report.lost.join('\n')).toContain('Notes of the user are plain remarks here');
  }
});
