/** `import` and `export` as a person runs them. */
import { execFile } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dist } from '../fidelity/bed';
import { voiceTrace } from '../exchange/voiceTrace';
import { scratch } from '../rewrite/traces';

const cli = path.join(dist, 'cli.cjs');
const run = (...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) =>
    execFile(process.execPath, [cli, ...args], (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    ),
  );

let folder = '';
let remove: () => Promise<void>;
let trace = '';
beforeAll(async () => {
  ({ folder, remove } = await scratch());
  trace = voiceTrace(path.join(folder, 'voice.realtime.jsonl'));
});
afterAll(() => remove());

describe('import', () => {
  it('makes a trace beside the file, and says what it lacks', async () => {
    const file = path.join(folder, 'pasted.json');
    await writeFile(
      file,
      JSON.stringify([{ type: 'session.created', session: { id: 'x' } }, { type: 'response.create' }]),
    );
    const { code, out, err } = await run('import', file, '--json');
    expect({ code, err }).toMatchObject({ code: 0 });
    expect(err).toContain('list of events; 1 session, 2 messages.');
    expect(err).toContain('Guessed: Times of s1 are not known');
    expect(JSON.parse(out)).toMatchObject({ format: 'events', messages: 2 });
    expect((await stat(path.join(folder, 'pasted.realtime.jsonl'))).size).toBeGreaterThan(0);
    const again = await run('import', file);
    expect(again).toMatchObject({ code: 2, out: '' });
    expect(again.err.trim().split('\n')).toHaveLength(1);
  });
  it('refuses what it does not know with one line', async () => {
    const file = path.join(folder, 'page.html');
    await writeFile(file, '<html></html>');
    const { code, err } = await run('import', file);
    expect(code).toBe(2);
    expect(err).toContain('looks like HTML');
  });
});

describe('export', () => {
  it('writes text to stdout, and its report beside it', async () => {
    const { code, out, err } = await run('export', trace, '--as', 'csv');
    expect(code).toBe(0);
    expect(out.split('\r\n')[0]).toContain('session,turn,began_by');
    expect(err).toContain('csv: 2 sessions, 2 turns.');
  });
  it('has the page of inspect, also as a file, and of the whole trace only', async () => {
    const page = await run('export', trace, '--as', 'html');
    expect(page).toMatchObject({ code: 0, out: (await run('inspect', trace, '--html')).out });
    expect(page.out).toMatch(/^<!doctype html>/);
    expect(page.err).toContain('html: 2 sessions, 2 turns.');
    const file = path.join(folder, 'voice.html');
    expect((await run('export', trace, '--as', 'html', '-o', file)).code).toBe(0);
    expect(await readFile(file, 'utf8')).toBe(page.out);
    const part = await run('export', trace, '--as', 'html', '--session', 's1');
    expect(part).toMatchObject({ code: 1, out: '' });
    expect(part.err).toContain('of the whole trace');
  });
  it('writes a file once', async () => {
    const file = path.join(folder, 'voice.har');
    expect((await run('export', trace, '--as', 'har', '-o', file)).err).toContain('Not carried over');
    expect(JSON.parse(await readFile(file, 'utf8'))).toHaveProperty('log.entries');
    expect((await run('export', trace, '--as', 'har', '-o', file)).code).toBe(2);
  });
  it('shows what would be sent to a collector, and sends nothing', async () => {
    const { code, out, err } = await run('export', trace, '--as', 'otlp', '--dry-run', '--to', 'http://localhost:4318');
    expect(code).toBe(0);
    const keys = (JSON.parse(out) as object[]).map((request) => Object.keys(request).join());
    expect(keys).toEqual(['resourceSpans', 'resourceMetrics']);
    expect(err).toContain('Nothing was sent. This would go to http://localhost:4318/v1/traces.');
  });
  it.each([
    [['--as', 'wav'], '-o is needed'],
    [['--as', 'otlp'], '--to is needed'],
    [['--as', 'csv', '--to', 'http://x'], 'are for otlp'],
    [['--as', 'csv', '--session', 's9'], 'has no session s9'],
  ])('%j ends with 2 and says why', async (args, why) => {
    const { code, out, err } = await run('export', trace, ...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(why);
  });
});
