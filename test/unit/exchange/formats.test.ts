/** Every format that can be imported, told by its content, with what it lacks. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeIdTime } from '../../../src/protocol/ids';
import { formatOf } from '../../../src/exchange/recognise';
import { Recording, linesOf, problemsOf, scratch } from '../rewrite/traces';
import { importInto, importText } from './importing';

let folder = '';
let remove: () => Promise<void>;
beforeAll(async () => ({ folder, remove } = await scratch()));
afterAll(() => remove());

const SECOND = Date.UTC(2026, 6, 7, 12) / 1000;
const id = (prefix: string, second: number, name: string) => `${prefix}_${encodeIdTime(second)}${name.padEnd(16, '0')}`;
const created = (second = SECOND, name = 'a') => ({
  type: 'session.created',
  event_id: id('event', second, `c${name}`),
  session: { id: id('sess', second, name), model: 'gpt-realtime', expires_at: second + 3600 },
});
const update = { type: 'session.update', session: { instructions: 'Be brief.' } };
const done = (second: number) => ({
  type: 'response.done',
  event_id: id('event', second, 'd'),
  response: { id: 'resp_x' },
});
const jsonl = (...lines: unknown[]) => lines.map((line) => JSON.stringify(line)).join('\n');
const types = (events: { type?: string; from?: string }[]) =>
  events.map(({ type, from }) => `${String(from)} ${String(type)}`);
const TWO = ['server session.created', 'client session.update'];

/** A HAR entry with these messages. */
const entry = (messages: unknown, more: object = {}, url = 'wss://api.openai.com/v1/realtime?model=gpt-realtime') => ({
  _resourceType: 'websocket',
  _webSocketMessages: messages,
  startedDateTime: '2026-07-07T12:00:00.000Z',
  time: 5000,
  request: {
    method: 'GET',
    url,
    httpVersion: 'HTTP/1.1',
    headers: [
      { name: 'Authorization', value: 'Bearer sk-abcdefghijklmnop' },
      { name: 'Sec-WebSocket-Protocol', value: 'realtime, openai-insecure-api-key.sk-abcdefghijklmnop' },
    ],
  },
  response: {
    status: 101,
    statusText: 'Switching Protocols',
    headers: [],
    content: { size: 0, mimeType: 'x-unknown' },
  },
  timings: { blocked: 1, dns: 2, connect: 10, ssl: 6, send: 0, wait: 20, receive: 0 },
  ...more,
});
const har = (creator: string, ...entries: unknown[]) =>
  JSON.stringify({ log: { version: '1.2', creator: { name: creator, version: '1' }, pages: [], entries } }, null, 2);
const send = (time: number, event: unknown) => ({ type: 'send', time, opcode: 1, data: JSON.stringify(event) });
const receive = (time: number, event: unknown) => ({ ...send(time, event), type: 'receive' });

describe('a HAR', () => {
  it('of Chrome: times in seconds, errors among the messages, secrets in the handshake', async () => {
    const messages = [
      receive(SECOND + 0.125001, created()),
      { type: 'error', time: SECOND + 0.2, opcode: -1, data: 'Connection reset' },
      send(SECOND + 0.5, { ...update, key: 'sk-abcdefghijklmnop' }),
      { type: 'receive', time: SECOND + 0.75, opcode: 2, data: 'AAEC/w==' },
    ];
    const page = {
      request: { method: 'GET', url: 'https://app.test/' },
      response: {},
      startedDateTime: '2026-07-07T12:00:00Z',
    };
    const { report, lines, events, out } = await importText(folder, har('WebInspector', page, entry(messages)));
    expect(report).toMatchObject({ format: 'har', writer: 'WebInspector 1', messages: 3, redacted: 1, problems: [] });
    expect(report.lost.join('\n')).toMatch(/Connection reset[\s\S]*not of the Realtime API/);
    const [open] = lines;
    expect(open).toMatchObject({
      kind: 'open',
      t: 0,
      status: 101,
      subprotocols: ['realtime', 'openai-insecure-api-key.[redacted]'],
      phases: { dns: 2, tcp: 4, tls: 6, upgrade: 20 },
    });
    expect(events.map(({ t }) => t as number)).toEqual([92.001, 467, 717]);
    // The handshake took 33 ms, and with its answer the trace begins.
    expect(report.startedAt).toBe('2026-07-07T12:00:00.033Z');
    expect(events[2]).toMatchObject({ base64: 'AAEC/w==', opcode: 2 });
    expect((await linesOf(out)).join()).not.toContain('sk-abcdef');
    expect(await problemsOf(out)).toEqual([]);
  });

  it('of mitmproxy: other connections beside it, a timing that is null', async () => {
    const chat = entry([send(SECOND, { op: 'hello' })], {}, 'wss://chat.test/socket');
    const own = entry([receive(SECOND + 1, created()), send(SECOND + 2, update)], {
      startedDateTime: '2026-07-07T12:00:00.250000+00:00',
      timings: { connect: null, ssl: null, send: 1, receive: 0, wait: 2 },
    });
    const { report, events, lines } = await importText(folder, har('mitmproxy', chat, own));
    expect(types(events)).toEqual(TWO);
    expect(report.lost.join('\n')).toContain('left out: wss://chat.test/socket');
    expect(lines[0]).toMatchObject({ kind: 'open', phases: { upgrade: 2 } });
  });

  it('of HTTP Toolkit: how it ended', async () => {
    const closed = entry([receive(SECOND + 1, created())], {
      _webSocketClose: { code: 4000, reason: 'invalid_request_error', timestamp: SECOND + 1.5 },
    });
    const aborted = entry([receive(SECOND + 1, created(SECOND, 'b'))], { _webSocketClose: 'aborted' });
    const { lines } = await importText(folder, har('HTTP Toolkit', closed, aborted));
    const closes = lines.filter(({ kind }) => kind === 'close');
    expect(closes.map(({ session, t, code }) => [session, t, code] as unknown)).toEqual([
      ['s2', 967, 1006],
      ['s1', 1467, 4000],
    ]);
  });

  it('of Firefox: handshakes without messages', async () => {
    const { report, lines } = await importText(folder, har('Firefox', entry(undefined)));
    expect(report.lost.join()).toContain('Firefox writes the handshakes');
    expect(lines).toMatchObject([{ kind: 'open', status: 101 }]);
  });

  it('of Playwright without times: they are from ids', async () => {
    const { report, events } = await importText(
      folder,
      har('Playwright', entry([receive(-1, created()), send(-1, update), receive(-1, done(SECOND + 3))])),
    );
    expect(report.sessions).toMatchObject([{ times: 'ids' }]);
    expect(events.map(({ t }) => t as number)).toEqual([0, 1, 3000]);
    expect(report.startedAt).toBe(new Date(SECOND * 1000).toISOString());
  });

  it('of Playwright with its messages in a file beside: only there, and said when it is gone', async () => {
    const attached = (file: string) =>
      har('Playwright', entry(undefined, { response: { status: 101, headers: [], content: { _file: file } } }));
    await writeFile(
      path.join(folder, 'frames.jsonl'),
      jsonl(receive(SECOND * 1000, created()), send(SECOND * 1000 + 5, update)),
    );
    const { events } = await importText(folder, attached('../../../../frames.jsonl'));
    expect(types(events)).toEqual(TWO);
    expect((await importText(folder, attached('gone.jsonl'))).report.lost.join()).toContain('not beside the HAR');
  });

  it('in which a call and two sessions at once are: woven by their times', async () => {
    const call = {
      startedDateTime: '2026-07-07T12:00:00.000Z',
      time: 100,
      request: {
        method: 'POST',
        url: 'https://api.openai.com/v1/realtime/client_secrets',
        headers: [],
        postData: { text: '{}' },
      },
      response: { status: 200, headers: [], content: { text: '{"value":"ek_abcdefghijklmnop","expires_at":1}' } },
      timings: {},
    };
    const one = entry([receive(SECOND + 1, created()), send(SECOND + 3, update)]);
    const other = entry([receive(SECOND + 2, created(SECOND, 'b')), send(SECOND + 4, update)]);
    const { lines, events } = await importText(folder, har('x', one, other, call));
    expect(events.map(({ session, seq }) => [session, seq] as unknown)).toEqual([
      ['s1', 1],
      ['s2', 2],
      ['s1', 3],
      ['s2', 4],
    ]);
    expect(lines.find(({ kind }) => kind === 'http')).toMatchObject({
      start: 0,
      t: 100,
      responseBody: '{"value":"[redacted]","expires_at":1}',
      redacted: ['/responseBody/value'],
    });
  });

  it('that is torn or has bad messages: the rest is there, and where it broke is told', async () => {
    const whole = har('x', entry([receive(SECOND, created()), send(SECOND + 1, update), 5, { type: 'send', time: 1 }]));
    const bad = await importText(folder, whole);
    expect(bad.events).toHaveLength(2);
    expect(bad.report.problems).toEqual([
      'Message 3 of entry 1 is no object and was left out.',
      'Message 4 of entry 1 has no data and was left out.',
    ]);
    const torn = await importText(folder, whole.slice(0, whole.indexOf('"type": "send"')));
    expect(types(torn.events)).toEqual(TWO.slice(0, 1));
    expect(torn.report.problems.join()).toContain('ends in the middle');
    const broken = await importText(folder, whole.replace('"startedDateTime"', 'startedDateTime'));
    expect(broken.events).toHaveLength(2);
    expect(broken.report.problems.join()).toContain('no JSON after about byte');
  });

  it('without a session is refused, and leaves nothing behind', async () => {
    const own = path.join(folder, 'own');
    await mkdir(own);
    await expect(importText(own, har('x', entry([send(1, {})], {}, 'wss://chat.test/')))).rejects.toThrow(
      /holds no session of the Realtime API\. .*chat\.test/,
    );
    expect(await readdir(own)).toHaveLength(1);
  });
});

describe('messages with their direction', () => {
  it.each([
    [
      'lines of {direction, event}',
      jsonl({ direction: 'server', event: created() }, { direction: 'client', event: update }),
    ],
    [
      'lines of {source, event, time}',
      jsonl(
        { source: 'server', event: created(), time: '2026-07-07T12:00:00Z' },
        { source: 'client', event: update, time: '2026-07-07T12:00:01Z' },
      ),
    ],
    [
      'lines of {type: sent, data} as text',
      jsonl(
        { direction: 'received', data: JSON.stringify(created()) },
        { direction: 'sent', data: JSON.stringify(update) },
      ),
    ],
    [
      'a list',
      JSON.stringify([
        { direction: 'server', event: created() },
        { direction: 'client', event: update },
      ]),
    ],
    [
      'the cassette of LiteLLM',
      JSON.stringify({
        schema_version: 1,
        sessions: [
          {
            frames: [
              { direction: 'server', opcode: 'text', text: JSON.stringify(created()) },
              { direction: 'client', opcode: 'text', text: JSON.stringify(update) },
            ],
          },
        ],
      }),
    ],
    [
      'the cassette of opencode',
      JSON.stringify({
        transport: 'websocket',
        open: { url: 'wss://x.test/v1/realtime', headers: {} },
        events: [
          { direction: 'server', kind: 'text', body: JSON.stringify(created()) },
          { direction: 'client', kind: 'text', body: JSON.stringify(update) },
        ],
      }),
    ],
    [
      'the output of wscat',
      `Connected (press CTRL+C to quit)\n< ${JSON.stringify(created())}\n> ${JSON.stringify(update)}\n`,
    ],
    [
      'the log of a console',
      `2026-07-07T12:00:00.000Z server: ${JSON.stringify(created())}\n2026-07-07T12:00:01.000Z client: ${JSON.stringify(update)}\n`,
    ],
  ])('%s', async (_what, text) => {
    const { events, out } = await importText(folder, text);
    expect(types(events)).toEqual(TWO);
    expect(events.map(({ event }) => event as unknown)).toEqual([created(), update]);
    expect((await problemsOf(out)).every((problem) => /times were not recorded/.test(problem))).toBe(true);
  });

  it('keep the bytes of a message that was kept as text', async () => {
    const text = '{ "type": "session.update",  "session": {} }';
    const { out } = await importText(folder, jsonl({ direction: 'client', data: text }));
    expect((await linesOf(out)).at(-1)).toContain(`"event":${text}}`);
  });

  it('of several sessions in one log are parted, and what cannot be read is told by line', async () => {
    const line = (event: unknown) => JSON.stringify({ direction: 'server', event });
    const text = [
      line(created()),
      line(created()),
      'nonsense',
      line(created(SECOND + 60, 'b')),
      '{"a":1}',
      '{"torn',
    ].join('\n');
    const { report, events } = await importText(folder, text);
    expect(events.map(({ session }) => session as string)).toEqual(['s1', 's1', 's2']);
    expect(events.map(({ t }) => t as number)).toEqual([0, 1, 60_000]);
    expect(report.problems).toEqual([
      'Line 3 is no JSON.',
      'Line 5 is neither a message with its direction nor an event.',
      'The last line (6) is torn, after 6 bytes.',
    ]);
  });

  it('that a display counted together or trimmed are said to be', async () => {
    const { report } = await importText(
      folder,
      jsonl(
        { source: 'server', event: created(), time: '2026-07-07T12:00:00Z' },
        {
          source: 'server',
          event: { type: 'response.audio.delta', delta: '[trimmed: 9600 bytes]' },
          count: 12,
          time: '2026-07-07T12:00:02Z',
        },
      ),
    );
    expect(report.lost.join('\n')).toMatch(/counted together.*\(11 times\)[\s\S]*Sound that the recorder left out/);
  });

  it('get the address that the user names', async () => {
    const url = 'wss://api.openai.com/v1/realtime?model=gpt-realtime&api-key=secret';
    const { lines, report } = await importText(
      folder,
      jsonl({ direction: 'server', event: created() }, { direction: 'client', event: update }),
      { url },
    );
    expect(lines[0]).toMatchObject({ kind: 'open', upstream: 'api.openai.com' });
    expect(report.sessions[0]?.url).toBe('wss://api.openai.com/v1/realtime?model=gpt-realtime&api-key=[redacted]');
  });
});

describe('bare events', () => {
  it('are told apart by their types, and those that no type tells by their ids', async () => {
    const odd = [{ type: 'made.up', response_id: 'resp_1' }, { type: 'made.up.too' }];
    const { events, report } = await importText(folder, JSON.stringify([created(), update, ...odd]));
    expect(types(events)).toEqual([...TWO, 'server made.up', 'client made.up.too']);
    expect(report.guessed.filter((text) => text.includes('does not tell'))).toHaveLength(2);
  });

  it('listed with the newest first, with the time of day that the console adds, are turned over', async () => {
    const shown = [update, created()].map((event) => ({ ...event, timestamp: '12:00:01 PM' }));
    const { events, report } = await importText(folder, JSON.stringify(shown));
    expect(events.map(({ event }) => event as unknown)).toEqual([created(), update]);
    expect(report.guessed.join()).toContain('newest event first');
  });

  it('of a server without such ids have an order and no times', async () => {
    const { events, report } = await importText(
      folder,
      jsonl({ type: 'session.created', session: { id: 'x' } }, update, { type: 'response.done' }),
    );
    expect(events.map(({ t }) => t as number)).toEqual([0, 10, 20]);
    expect(report.guessed.join()).toContain('no latency means anything');
  });
});

describe('traces of ours', () => {
  it('of another version and with a key in them come as far as they are known', async () => {
    const recording = new Recording(path.join(folder, 'old.realtime.jsonl'));
    recording.open('talk', 1);
    recording.say('talk', 2, '<', created());
    const file = recording.end();
    const [open = '', event = ''] = await linesOf(file);
    const header = {
      kind: 'trace',
      version: 9,
      id: 'new',
      startedAt: '2026-07-07T12:00:00.000Z',
      generator: 'later/9',
    };
    const leaky = event.replace('"gpt-realtime"', '"sk-abcdefghijklmnop"');
    const text = [JSON.stringify(header), open, leaky, '{"kind":"hologram","t":3}', '{"kind":'].join('\n');
    const { report, lines, out } = await importText(folder, text);
    expect(report).toMatchObject({ format: 'trace', writer: 'later/9', messages: 1, redacted: 1 });
    expect(report.lost.join()).toContain('format 9');
    expect(report.problems.join()).toMatch(/hologram[\s\S]*torn/);
    expect(lines.map(({ kind, session }) => [kind, session] as unknown)).toEqual([
      ['open', 'talk'],
      ['event', 'talk'],
    ]);
    expect(await problemsOf(out)).toEqual([]);
  });
});

describe('what a file is', () => {
  it.each([
    ['{"kind":"trace","version":1}\n', 'trace'],
    ['{"log": {"version": "1.2"', 'har'],
    ['  [\n {"type":"x"}]', 'events'],
    ['{\n "type": "session.update"\n}', 'events'],
    ['version: 1\ninteractions:\n- direction: sent', 'cassette'],
    ['damaged\n{"kind":"event","seq":1,"t":1}\n', 'trace'],
    ['<html>', undefined],
    ['just words', undefined],
    ['{"a":', undefined],
  ])('%j', (head, format) => expect(formatOf(head)).toBe(format));

  it('is told to people when it is nothing known', async () => {
    await expect(importText(folder, '<html></html>')).rejects.toThrow('looks like HTML');
    await expect(importText(folder, 'PK\u0003\u0004')).rejects.toThrow('ZIP archive. Unpack it');
    await expect(importText(folder, '')).rejects.toThrow('it is empty');
    await expect(importInto(folder, path.join(folder, 'none'))).rejects.toThrow('it does not exist');
  });
});
