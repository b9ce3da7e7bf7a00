import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import {
  exitCode,
  formatValidation,
  UnreadableError,
  validateFile,
  type ValidateReport,
} from '../../../src/cli/validate';

const folder = mkdtempSync(path.join(tmpdir(), 'validate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function check(text: string | Buffer, options: Parameters<typeof validateFile>[1] = {}): Promise<ValidateReport> {
  const file = path.join(folder, `${(files += 1)}.json`);
  writeFileSync(file, text);
  return validateFile(file, options);
}
const lines = (...records: unknown[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join('');

describe('validate of one event', () => {
  it('is clean when it is, also with notes', async () => {
    const report = await check('{"type":"response.create","extra":1}');
    expect(report).toMatchObject({ kind: 'event', events: 1, errors: 0, warnings: 0, notes: 1 });
    expect(exitCode(report)).toBe(0);
  });

  it('warns of a field that the service would refuse the whole event for, and only notes one that a server sends', async () => {
    const update = await check('{"type":"session.update","session":{"type":"realtime","instructons":"x"}}');
    expect(update).toMatchObject({
      errors: 0,
      warnings: 1,
      problems: [{ fix: { title: 'Rename it to "instructions"' } }],
    });
    expect(exitCode(update)).toBe(1);
    const item = '{"type":"conversation.item.deleted","event_id":"e","item_id":"i","novelty":1}';
    expect(exitCode(await check(item))).toBe(0);
  });

  it('tells line and column of a problem in the file', async () => {
    const report = await check('\n\n{\n  "type": "session.update",\n  "session": { "voice": "alloy" }\n}\n');
    expect(exitCode(report)).toBe(1);
    const [missing, voice] = report.problems;
    expect(missing).toMatchObject({ line: 5, column: 14, path: '/session', type: 'session.update', from: 'client' });
    expect(voice).toMatchObject({ line: 5, column: 16, severity: 'warning' });
    expect(voice?.fix?.title).toBe('Rewrite for the current interface');
  });

  it('knows by its type which end sends it', async () => {
    expect((await check('{"type":"input_audio_buffer.cleared","event_id":"e"}')).problems).toEqual([]);
    const unknown = '{"type":"response.donee","event_id":"e"}';
    expect((await check(unknown, { from: 'server' })).problems[0]?.message).toContain('"response.done"');
  });

  it('that is broken JSON has a problem at its place', async () => {
    const report = await check('{"type": "response.create",,}');
    expect(exitCode(report)).toBe(1);
    expect(report.problems[0]).toMatchObject({ line: 1, column: 28, severity: 'error' });
  });

  it('may come from a stream, in any pieces', async () => {
    const bytes = Buffer.from('{"type":"response.create","response":{"instructions":"Grüße"}}');
    const stdin = Readable.from([...bytes].map((byte) => Buffer.from([byte])));
    expect(await validateFile('-', { stdin })).toMatchObject({ file: 'standard input', events: 1, problems: [] });
  });
});

describe('validate of several events', () => {
  it('takes a list, and places each problem in the file', async () => {
    const report = await check('[\n  {"type":"response.create"},\n  {"type":"conversation.item.delete"}\n]');
    expect(report).toMatchObject({ kind: 'events', events: 2, errors: 1 });
    expect(report.problems[0]).toMatchObject({ line: 3, column: 3, type: 'conversation.item.delete' });
  });

  it('takes one event a line', async () => {
    const report = await check(lines({ type: 'response.create' }, { type: 'response.cancel' }, { type: 7 }));
    expect(report).toMatchObject({ kind: 'events', events: 3, errors: 1 });
    expect(report.problems[0]).toMatchObject({ line: 3 });
  });
});

describe('validate of a trace', () => {
  const header = { kind: 'trace', version: 1, id: 't', startedAt: '2026-11-20T21:00:00.000Z', generator: 'test' };
  const open = (url: string, headers = {}) => ({ kind: 'open', session: 's1', t: 0, url, headers, status: 101 });
  let seq = 0;
  const event = (from: string, body: unknown, session = 's1') => ({
    kind: 'event',
    seq: (seq += 1),
    session,
    t: seq,
    sent: seq,
    from,
    bytes: 1,
    event: body,
  });
  const session = { type: 'realtime', object: 'realtime.session', id: 'sess_1', audio: {} };
  const created = (id = 's1') => event('server', { type: 'session.created', event_id: 'e', session }, id);

  it('follows each session, so that what the session refuses is found', async () => {
    seq = 0;
    const append = { type: 'input_audio_buffer.append', audio: Buffer.alloc(4800).toString('base64') };
    const commit = { type: 'input_audio_buffer.commit' };
    const report = await check(
      lines(
        header,
        open('wss://api.openai.com/v1/realtime?model=m'),
        created(),
        created('s2'),
        event('client', append),
        event('client', commit),
        event('client', commit, 's2'),
      ),
    );
    expect(report).toMatchObject({ kind: 'trace', events: 5, errors: 1 });
    expect(report.problems[0]).toMatchObject({ line: 7, seq: 5, session: 's2', type: 'input_audio_buffer.commit' });
  });

  it('holds a server of another make to its own words, and tells of a beta handshake', async () => {
    seq = 0;
    const delta = event('server', { type: 'response.audio.delta', event_id: 'e', delta: '' });
    const live = await check(lines(header, open('wss://me.services.ai.azure.com/voice-live/realtime?model=m'), delta));
    expect(live.problems).toEqual([]);
    const beta = open('wss://api.openai.com/v1/realtime?model=m', { 'OpenAI-Beta': 'realtime=v1' });
    const report = await check(lines(header, beta));
    expect(report.problems).toMatchObject([{ line: 2, severity: 'error', session: 's1' }]);
  });

  it('goes on after a torn line, and counts what is not JSON', async () => {
    seq = 0;
    const text = { ...event('client', undefined), text: 'hello' };
    const report = await check(`${lines(header, created(), text)}{"kind":"event","seq":9,"ses`);
    expect(report).toMatchObject({ events: 2, errors: 1, warnings: 1 });
    expect(report.problems.map((problem) => problem.line)).toEqual([3, 4]);
  });

  it('reads lines of direction and event as well', async () => {
    const report = await check(
      lines(
        { seq: 0, direction: 'server', event: { type: 'session.created', event_id: 'e', session } },
        { seq: 1, direction: 'client', event: { type: 'response.create' } },
        { seq: 2, direction: 'client', event: { type: 'conversation.item.delete', item_id: 'none' } },
      ),
    );
    expect(report).toMatchObject({ kind: 'trace', events: 3, errors: 1 });
    expect(report.problems[0]).toMatchObject({ line: 3, seq: 2, path: '/item_id' });
  });

  it('lists a bounded number of problems and counts them all', async () => {
    seq = 0;
    const report = await check(lines(header, ...Array.from({ length: 1500 }, () => event('client', { type: 1 }))));
    expect(report.problems).toHaveLength(1000);
    expect(report.errors).toBe(1500);
    expect(formatValidation(report)).toContain('and 500 more');
  });
});

describe('what cannot be read', () => {
  it('is said so: missing, empty, a folder, not JSON at all', async () => {
    const unreadable = expect.any(UnreadableError) as unknown;
    await expect(validateFile(path.join(folder, 'none'))).rejects.toEqual(unreadable);
    await expect(validateFile(folder)).rejects.toEqual(unreadable);
    await expect(check(' \n\n')).rejects.toEqual(unreadable);
    await expect(check(Buffer.from([0, 255, 1, 2]))).rejects.toEqual(unreadable);
    await expect(check('hello')).rejects.toThrow(/\.json is neither JSON nor a trace\./);
  });
});

describe('the report for people', () => {
  it('has a line a problem, and no captured control character', async () => {
    const report = await check('{"type":"response.create","\\u001b[31mred":1}');
    const text = formatValidation(report);
    expect(text).not.toContain('\u001b');
    expect(text.split('\n')[0]).toMatch(/:1:27 note response\.create \["\\u001b\[31mred"\]: /);
    expect(text).toMatch(/1 event, 0 errors, 0 warnings, 1 note\n$/);
  });
});

describe('the place of a problem', () => {
  it('is as the service writes it for people, and a JSON pointer for programs', async () => {
    const tools = [{ type: 'function', name: 'a b' }];
    const report = await check(JSON.stringify({ type: 'session.update', session: { type: 'realtime', tools } }));
    expect(formatValidation(report)).toContain('error session.update session.tools[0].name: ');
    expect(report.problems[0]?.path).toBe('/session/tools/0/name');
  });
});

describe('the command line', () => {
  const bundle = path.join(folder, 'cli.cjs');
  const ready = build({
    entryPoints: [fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url))],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    external: ['bufferutil', 'utf-8-validate'],
    logLevel: 'error',
  });
  const run = async (args: string[], input = '') => {
    await ready;
    return spawnSync(process.execPath, [bundle, ...args], { input, encoding: 'utf8' });
  };

  it('exits with 0 when clean, 1 with problems, 2 when unreadable', async () => {
    const clean = await run(['validate', '-'], '{"type":"response.create"}');
    expect([clean.status, clean.stderr]).toEqual([0, '']);
    const wrong = await run(['validate', '-', '--json'], '{"type":"response.creates"}');
    expect(wrong.status).toBe(1);
    expect(JSON.parse(wrong.stdout)).toMatchObject({ kind: 'event', errors: 1 });
    const missing = await run(['validate', path.join(folder, 'none')]);
    expect([missing.status, missing.stdout]).toEqual([2, '']);
    expect(missing.stderr).toMatch(/cannot be read: it does not exist\./);
  });

  it('prints the whole catalogue into a pipe', async () => {
    const { stdout, status } = await run(['events', '--json']);
    expect(status).toBe(0);
    expect(stdout.length).toBeGreaterThan(65_536);
    expect(JSON.parse(stdout)).toContainEqual(
      expect.objectContaining({ type: 'session.update', direction: 'client', family: 'session', status: 'ga' }),
    );
  });
});
