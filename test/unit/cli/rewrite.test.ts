/** The commands that make traces of traces, as a person runs them. */
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { splitBy, time } from '../../../src/cli/rewrite';
import { Recording, scratch } from '../rewrite/traces';

const cli = path.resolve('dist/cli.cjs');
interface Ended {
  code: number;
  out: string;
  err: string;
}
const run = (...args: string[]) =>
  new Promise<Ended>((resolve) =>
    execFile(process.execPath, [cli, ...args], (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    ),
  );

let folder = '';
let remove: () => Promise<void>;
let trace = '';
beforeAll(async () => {
  ({ folder, remove } = await scratch());
  const recording = new Recording(path.join(folder, 'talk.realtime.jsonl'));
  // A name of a session is whatever a file says.
  for (const session of ['s1', '../../evil']) {
    recording.open(session, 0);
    recording.say(session, 1000, '<', { type: 'session.created', session: { instructions: 'Rosebud \u001b[31m' } });
    recording.close(session, 2000);
  }
  trace = recording.end();
});
afterAll(() => remove());

describe('traces made of traces', () => {
  it('are split into the folder and nowhere else', async () => {
    const { code, err } = await run('split', trace, '--by', 'session', '-o', path.join(folder, 'parts'));
    expect({ code, err }).toMatchObject({ code: 0 });
    expect((await readdir(path.join(folder, 'parts'))).sort()).toEqual([
      'talk.______evil.realtime.jsonl',
      'talk.s1.realtime.jsonl',
    ]);
  });
  it('are shared with a report, on the screen and as JSON', async () => {
    const out = path.join(folder, 'copy.realtime.jsonl');
    const shown = await run('share', trace, '--remove', 'instructions,audio', '-o', out);
    expect(shown.code).toBe(0);
    expect(shown.out).toContain('masked  instructions: 2 values');
    expect(shown.out).not.toContain('Rosebud');
    const { made, report } = JSON.parse((await run('share', trace, '--json')).out) as {
      made: unknown[];
      report: { found: { instructions: unknown } };
    };
    expect(made).toEqual([]);
    expect(report.found.instructions).toEqual({ values: 2, size: 26 });
  });
  it('end with 2 and one line where nothing was begun, with 1 where nothing was found', async () => {
    const there = await run('trim', trace, '-o', trace);
    expect(there).toMatchObject({ code: 2, out: '' });
    expect(there.err).toContain('exists already');
    const missing = await run('merge', path.join(folder, 'none.jsonl'), '-o', path.join(folder, 'x.realtime.jsonl'));
    expect(missing).toMatchObject({ code: 2 });
    expect(missing.err.trimEnd().split('\n')).toHaveLength(1);
    const none = await run('trim', trace, '--from', '1:00', '-o', path.join(folder, 'y.realtime.jsonl'));
    expect(none).toMatchObject({ code: 1 });
    expect(none.err).toContain('from 0.000 to 2.000 s');
    expect((await run('share', trace, '--remove', 'everything')).code).toBe(2);
  });
});

describe('times and sizes', () => {
  it.each([
    ['12.5', 12_500],
    ['1:02.5', 62_500],
    ['1:00:00', 3_600_000],
  ])('%s', (text, ms) => expect(time(text)).toBe(ms));
  it.each(['', 'x', '1:', '-1'])('not %j', (text) => expect(() => time(text)).toThrow('seconds'));
  it.each([
    ['session', { kind: 'session' }],
    ['10m', { kind: 'time', ms: 600_000 }],
    ['1.5GB', { kind: 'size', bytes: 1.5e9 }],
  ])('%s', (text, by) => expect(splitBy(text)).toEqual(by));
  it.each(['10', '0s', '5 m', 'B'])('not %j', (text) => expect(() => splitBy(text)).toThrow('It must be'));
});
