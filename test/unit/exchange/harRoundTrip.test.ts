/** Trace to HAR to trace: what comes back, what is said to be lost, and what DevTools would show of it. */
import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportHar } from '../../../src/exchange/write/har';
import { importFile } from '../../../src/exchange/import';
import type { ExportReport } from '../../../src/exchange/model';
import { Recording, linesOf, problemsOf, scratch } from '../rewrite/traces';
import { importIntoDevTools } from './devtoolsRules';
import { generator } from './importing';

let folder = '';
let remove: () => Promise<void>;
let trace = '';
let har = '';
let report: ExportReport;
beforeAll(async () => {
  ({ folder, remove } = await scratch());
  trace = everything(path.join(folder, 'all.realtime.jsonl'));
  har = path.join(folder, 'all.har');
  report = await exportHar(trace, har, { generator: 'realtime-inspector/1' });
});
afterAll(() => remove());

/** Two sessions at once, and one of everything a trace can hold. */
function everything(file: string): string {
  const recording = new Recording(file);
  recording.record({ kind: 'note', t: 0.5, text: 'A <b>note</b>' });
  recording.record({
    kind: 'http',
    t: 5.25,
    start: 1.125,
    method: 'POST',
    url: 'https://example.test/v1/realtime/client_secrets?x=1',
    status: 200,
    requestHeaders: { 'Content-Type': 'application/json', Twice: ['a', 'b'] },
    responseHeaders: {},
    requestBody: '{"session":{}}',
    responseBody: '{"value":"[redacted]","expires_at":1}',
    redacted: ['/responseBody/value'],
  });
  recording.open('s1', 10.123, {
    headers: { Authorization: 'Bearer [redacted]', 'Sec-WebSocket-Protocol': 'realtime' },
    subprotocols: ['realtime'],
    responseHeaders: { upgrade: 'websocket' },
    subprotocol: 'realtime',
    extensions: 'permessage-deflate',
    phases: { dns: 0.5, tcp: 1, tls: 2, upgrade: 3 },
  });
  recording.say('s1', 11.001, '<', '{"type":"session.created", "session":{"id":"sess_1"}}', { sent: 11.25 });
  recording.open('s2', 12, { client: 'inspector' });
  recording.record({ kind: 'control', session: 's1', t: 13, op: 'ping', from: 'server', bytes: 4 });
  const held = recording.say(
    's1',
    14,
    '>',
    { type: 'response.create', note: 'as the client sent it' },
    {
      sent: NaN,
      fate: 'held',
    },
  );
  recording.say('s2', 14.5, '<', 'no JSON\nat "all" \u2028 😀');
  recording.say(
    's1',
    15,
    '>',
    { type: 'response.create', note: 'edited' },
    {
      injected: true,
      replaces: held,
      rule: 'A rule',
      breakpoint: 'type:response.create',
    },
  );
  const lost = recording.say(
    's1',
    16,
    '>',
    { type: 'input_audio_buffer.append', item_id: 'item_1' },
    {
      sent: NaN,
      fate: 'held',
    },
  );
  recording.say(
    's1',
    17,
    '>',
    { type: 'input_audio_buffer.append', item_id: 'item_1' },
    {
      sent: NaN,
      fate: 'dropped',
      replaces: lost,
    },
  );
  recording.say('s1', 18, '<', Buffer.from([0, 1, 2, 255]));
  recording.say('s1', 19, '<', Buffer.from([0x22, 0xff, 0x22]), { binary: false });
  recording.say('s1', 20, '>', { type: 'session.update', session: { tools: [{ authorization: 'tok' }] } });
  recording.say('s1', 21, '<', '', { data: undefined, bytes: 123_456_789 });
  recording.record({ kind: 'gap', t: 22, from: 12, to: 14, count: 3, reason: 'The disk was full.', session: 's1' });
  recording.record({ kind: 'gap', t: 22.5, from: 0, to: 0, count: 0, reason: 'Of all.' });
  recording.close('s1', 30.5);
  recording.open('s3', 31, { status: 401, error: 'refused', body: '{"error":{}}' });
  return recording.end();
}

describe('a trace as HAR', () => {
  it('comes back line for line', async () => {
    const out = path.join(folder, 'back.realtime.jsonl');
    const back = await importFile(har, out, { generator });
    const [header, note, ...rest] = (await readFile(out, 'utf8')).trim().split('\n');
    // Messages byte for byte; of other lines the order of keys is nobody's.
    const comparable = (line: string) => (line.startsWith('{"kind":"event"') ? line : (JSON.parse(line) as unknown));
    expect(rest.map(comparable)).toEqual((await linesOf(trace)).map(comparable));
    expect(JSON.parse(header ?? '')).toMatchObject({
      startedAt: '2026-11-20T21:00:00.000Z',
      madeBy: 'import',
      madeFrom: ['all.realtime.jsonl'],
    });
    expect(note).toContain('Imported from all.har');
    expect(back).toMatchObject({ format: 'har', writer: 'realtime-inspector 1', lost: [], guessed: [], problems: [] });
    expect(await problemsOf(out)).toEqual([]);
  });

  it('says what other programs will not see of it', () => {
    expect(report.counts).toEqual({ sessions: 3, messages: 7, calls: 1 });
    const told = report.lost.join('\n');
    for (const word of ['held back', 'Pings', 'Gaps', 'Notes', 'too large', 'UTF-8', 'Secrets', 'not closed'])
      expect(told).toContain(word);
  });

  it('is what DevTools show', async () => {
    const entries = importIntoDevTools(await readFile(har, 'utf8'));
    expect(entries.map(({ status, type, passedOver }) => ({ status, type, passedOver }))).toEqual([
      { status: 200, type: 'fetch', passedOver: 0 },
      { status: 101, type: 'websocket', passedOver: 0 },
      { status: 101, type: 'websocket', passedOver: 0 },
      { status: 401, type: 'websocket', passedOver: 0 },
    ]);
    const [, first] = entries;
    expect(first?.url).toBe('wss://example.test/v1/realtime?model=m&s=s1');
    expect(first?.frames[0]).toMatchObject({
      type: 'receive',
      time: Date.parse('2026-11-20T21:00:00.000Z') / 1000 + 0.011001,
      opcode: 1,
      data: '{"type":"session.created", "session":{"id":"sess_1"}}',
    });
    expect(first?.frames.find(({ opcode }) => opcode === 2)?.data).toBe('AAEC/w==');
    // All of a session lies between its start and its end.
    for (const { issued, ended, frames } of entries)
      for (const { time } of frames) {
        expect(time).toBeGreaterThanOrEqual(issued);
        expect(time).toBeLessThanOrEqual(ended + 0.001);
      }
  });

  it('needs no memory for what was held back, however much it is', async () => {
    const recording = new Recording(path.join(folder, 'held.realtime.jsonl'));
    recording.open('s1', 0);
    const held: number[] = [];
    for (let n = 0; n < 60; n += 1) {
      const event = { type: 'input_audio_buffer.append', audio: String(n).padEnd(1 << 20, 'A') };
      held.push(recording.say('s1', 1 + n, '>', event, { sent: NaN, fate: 'held' }));
    }
    for (const seq of held) recording.say('s1', 200, '>', { type: 'let go' }, { replaces: seq });
    recording.close('s1', 300);
    const file = recording.end();
    const out = path.join(folder, 'held.har');
    // In less memory than these messages take.
    const limits = ['--max-old-space-size=56', '--max-semi-space-size=2'];
    await promisify(execFile)(process.execPath, [...limits, 'dist/cli.cjs', 'export', file, '--as', 'har', '-o', out]);
    expect((await stat(out)).size).toBeGreaterThan(60 << 20);
    const back = path.join(folder, 'held-back.realtime.jsonl');
    await promisify(execFile)(process.execPath, [...limits, 'dist/cli.cjs', 'import', out, '-o', back]);
    expect(await linesOf(back)).toEqual([expect.stringContaining('"kind":"note"'), ...(await linesOf(file))]);
    const { log } = JSON.parse(await readFile(out, 'utf8')) as {
      log: { entries: { _webSocketMessages: unknown[]; _realtimeInspector: { lines: { event: string }[] } }[] };
    };
    expect(log.entries[0]?._webSocketMessages).toHaveLength(60);
    expect(log.entries[0]?._realtimeInspector.lines.map(({ event }) => event.slice(0, 50))).toEqual(
      held.map((_, n) => `{"type":"input_audio_buffer.append","audio":"${n}`.padEnd(50, 'A')),
    );
  });

  it('is written over nothing, and for its owner only', async () => {
    await expect(exportHar(trace, har, { generator })).rejects.toThrow('exists already');
    expect((await stat(har)).mode & 0o077).toBe(0);
  });
});
