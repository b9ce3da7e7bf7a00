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

describe('a note of the user', () => {
  const about = { by: 'user', id: 'n1', session: 's1', seq: 2 };
  /** Two sessions and their notes; the last lines are of the moment of the last message, as a rewritten trace has them. */
  async function noted(name: string, startedAt = '2026-11-20T21:00:00.000Z'): Promise<string> {
    const recording = new Recording(path.join(folder, name), startedAt);
    recording.open('s1', 0).open('s2', 1);
    recording.say('s1', 1.5, '>', { type: 'response.create' });
    recording.say('s2', 20.001, '>', { type: 'response.create' });
    recording.say('s1', 20.001, '<', { type: 'response.created' });
    const notes = [
      { t: 20.001, text: 'Old words.', ...about, seq: 1, at: 1.5 },
      { t: 20.001, text: 'A remark.' },
      { t: 20.001, text: '', ...about, id: 'bookmark', session: 's2', at: 20.001 },
      { t: 21, text: 'Of no session.', by: 'user', id: 'n3', at: 7 },
      { t: 30, text: 'Gone words.', ...about, id: 'n4', at: 3 },
      { t: 30.5, text: 'Words.', ...about, seq: 3, at: 1.5 },
      { t: 31, text: '', ...about, id: 'n4', at: 3, removed: true },
      { t: 32, text: 'Of a session that is not here.', ...about, id: 'n5', session: 's9', seq: 99, at: 4 },
    ];
    const trace = recording.end();
    await appendFile(trace, notes.map((note) => `${JSON.stringify({ kind: 'note', ...note })}\n`).join(''));
    return trace;
  }
  const kept = [
    { kind: 'note', t: 20.001, text: 'A remark.' },
    { kind: 'note', t: 20.001, text: '', ...about, id: 'bookmark', session: 's2', at: 20.001 },
    { kind: 'note', t: 21, text: 'Of no session.', by: 'user', id: 'n3', at: 7 },
    { kind: 'note', t: 30.5, text: 'Words.', ...about, seq: 3, at: 1.5 },
    { kind: 'note', t: 31, text: '', ...about, id: 'n4', at: 3, removed: true },
    // What it is about is not in the file.
    { kind: 'note', t: 32, text: 'Of a session that is not here.', by: 'user', id: 'n5', at: 4 },
  ];

  it('is one again, as it was last, straight from a trace and by way of a HAR', async () => {
    const trace = await noted('noted.realtime.jsonl');
    const exported = path.join(folder, 'noted.har');
    const { lost } = await exportFile(trace, 'har', exported, { generator });
    expect(lost).toContain(
      'Notes of the user stand under _realtimeInspector, where other programs do not show them (3 times).',
    );
    expect(await readFile(exported, 'utf8')).not.toMatch(/Old words|Gone words/);
    for (const file of [trace, exported]) {
      const { report, lines, out } = await importInto(folder, file);
      expect(report.lost).toEqual([]);
      expect(lines.filter(({ kind }) => kind === 'note')).toEqual(kept);
      expect(await readFile(out, 'utf8')).not.toMatch(/Old words|Gone words/);
      // It is about a moment of the trace, and its session lasts no longer for it.
      expect(lines.find(({ seq, kind }) => kind === 'event' && seq === 3)).toMatchObject({ session: 's1', t: 20.001 });
    }
    const { log } = JSON.parse(await readFile(exported, 'utf8')) as { log: { entries: { time: number }[] } };
    expect(log.entries.map(({ time }) => time)).toEqual([20.001, 19.001]);
  });

  it('names its message and session as the new trace has them', async () => {
    // Joined traces: names and numbers begin anew.
    const [first, second] = [
      await noted('one.realtime.jsonl'),
      await noted('two.realtime.jsonl', '2026-11-20T21:00:10.000Z'),
    ];
    const joined = path.join(folder, 'joined.realtime.jsonl');
    const later = (await readFile(second, 'utf8')).replaceAll('"id":"n1"', '"id":"m1"');
    await writeFile(joined, (await readFile(first, 'utf8')) + later);
    const exported = path.join(folder, 'joined.har');
    await exportFile(joined, 'har', exported, { generator });
    for (const file of [joined, exported]) {
      const { lines } = await importInto(folder, file);
      const note = lines.find(({ id }) => id === 'm1');
      expect(note).toMatchObject({ text: 'Words.', at: 10_001.5 });
      const message = lines.find(({ kind, seq }) => kind === 'event' && seq === note?.['seq']);
      expect(message).toMatchObject({ type: 'response.created', t: 10_020.001, session: note?.['session'] });
    }
  });
});
