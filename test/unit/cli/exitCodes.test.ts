import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { dist } from '../fidelity/bed';

const folder = mkdtempSync(path.join(tmpdir(), 'exit-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const place = path.join(folder, name);
  writeFileSync(place, content);
  return place;
}

/** The built command in a folder of its own; what it says for people has the folder's name taken out. */
function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(dist, 'cli.cjs'), ...args], {
    encoding: 'utf8',
    cwd: folder,
  });
  const told = (text: string): string => text.replaceAll(`${folder}${path.sep}`, '').replaceAll(folder, 'FOLDER');
  return { status, stdout: told(stdout), stderr: told(stderr) };
}

const binary = Uint8Array.from({ length: 4000 }, (_, index) => (index * 151) % 256);
const READERS: [string, string[]][] = [
  ['validate', ['validate']],
  ['inspect', ['inspect']],
  ['ladder', ['ladder']],
  ['rules', ['rules']],
  ['simulate --from', ['simulate', '--listen', '127.0.0.1:0', '--from']],
  ['simulate --scenario', ['simulate', '--listen', '127.0.0.1:0', '--scenario']],
  ['proxy --rules', ['proxy', '--listen', '127.0.0.1:0', '--rules']],
  ['proxy --scenario', ['proxy', '--listen', '127.0.0.1:0', '--scenario']],
];

describe.each(READERS)('%s ends with 2 and one line of what is wrong, of', (_name, args) => {
  it('a file that is not there', () => {
    const { status, stdout, stderr } = run(...args, 'none.jsonc');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^.*none\.jsonc cannot be (read|opened): it does not exist\.\n$/);
  });

  it('a folder', () => {
    const { status, stderr } = run(...args, folder);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^.*FOLDER cannot be (read|opened): it is a folder\.\n$/);
  });

  it('a file that is no text', () => {
    const { status, stdout, stderr } = run(...args, file('noise.bin', binary));
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^.*noise\.bin .*\.\n$/);
    expect(stderr).not.toContain('empty');
  });
});

describe('a command that cannot be begun', () => {
  it.each<[string, RegExp]>([
    ['simulate --nope', /unknown option '--nope'/],
    ['frob', /unknown command 'frob'/],
    ['inspect', /missing required argument 'trace'/],
    ['simulate --listen x', /It must be HOST:PORT/],
    ['validate x --from nobody', /Allowed choices are client, server/],
    ['simulate --from a --scenario b', /not both/],
    ['simulate --scenario b.jsonc --session s1', /give that with --from/],
    ['proxy --upstream openai --seed 1', /are for the simulator/],
  ])('for its words (%s) ends with 2', (line, message) => {
    const { status, stderr } = run(...line.split(' '));
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('is told with the others in --help, which ends with 0', () => {
    const { status, stdout } = run('--help');
    expect(status).toBe(0);
    expect(stdout).toMatch(/Exit codes:\n {2}0 .*(?:\n {5}.*)*\n {2}1 .*(?:\n {5}.*)*\n {2}2 .*missing or unreadable/);
  });
});

describe('inspect', () => {
  const TRACE =
    '{"kind":"trace","version":1,"id":"x","startedAt":"2026-11-20T21:00:00.000Z","generator":"test"}\n' +
    '{"kind":"open","session":"s1","t":1,"url":"wss://api.openai.com/v1/realtime?model=m","headers":{},"subprotocols":[],"status":101}\n';
  const event = (seq: number, t: number, body: object): string =>
    `${JSON.stringify({ kind: 'event', seq, session: 's1', t, from: 'server', type: (body as { type: string }).type, bytes: 9, event: body })}\n`;
  const error = { type: 'error', error: { type: 'invalid_request_error', code: 'unknown_parameter', message: 'No.' } };
  const warning = {
    type: 'response.done',
    response: { id: 'r1', status: 'incomplete', status_details: { reason: 'max_output_tokens' }, output: [] },
  };
  const clean = file('clean.jsonl', TRACE);
  const warned = file('warned.jsonl', TRACE + event(1, 5, warning));
  const failed = file('failed.jsonl', TRACE + event(1, 5, warning) + event(2, 6, error));

  it('ends with 0 when the trace could be read, whatever it found', () => {
    for (const trace of [clean, warned, failed]) expect(run('inspect', trace)).toMatchObject({ status: 0, stderr: '' });
  });

  it.each<[string, string, string, number, string]>([
    ['nothing', clean, 'warning', 0, ''],
    ['a warning', warned, 'error', 0, ''],
    ['a warning', warned, 'warning', 1, 'Ends with 1 (--fail-on warning): 1 warning among the findings.\n'],
    ['an error', failed, 'error', 1, 'Ends with 1 (--fail-on error): 1 error among the findings.\n'],
    ['both', failed, 'warning', 1, 'Ends with 1 (--fail-on warning): 1 error and 1 warning among the findings.\n'],
  ])('of a trace with %s (%s) --fail-on %s ends with %i', (_what, trace, least, status, stderr) => {
    const told = run('inspect', trace, '--fail-on', least);
    expect(told).toMatchObject({ status, stderr });
    expect(told.stdout).toContain('Findings');
    // The report is the same in whatever form it is asked for.
    expect(run('inspect', trace, '--fail-on', least, '--json')).toMatchObject({ status, stderr });
    expect(run('inspect', trace, '--fail-on', least, '--html')).toMatchObject({ status, stderr });
  });

  it('ends with 2 for a severity there is none of', () => {
    expect(run('inspect', clean, '--fail-on', 'info')).toMatchObject({ status: 2 });
  });
});

describe('what was read and is wrong', () => {
  it('ends with 1: a scenario with a mistake, told once, with its place', () => {
    const slip = file('slip.scenario.jsonc', '{\n  "turns": [,,]\n}');
    expect(run('simulate', '--listen', '127.0.0.1:0', '--scenario', slip)).toMatchObject({
      status: 1,
      stderr: 'slip.scenario.jsonc:2:13: Value expected.\n',
    });
  });

  it('ends with 1: an event with a slip in its JSON, told once', () => {
    const slip = file('slip.json', '{"type": "response.create",,}');
    expect(run('validate', slip)).toMatchObject({
      status: 1,
      stdout:
        'slip.json:1:28 error: Not valid JSON at line 1, column 28: property name expected.\n' +
        'slip.json: 1 event, 1 error, 0 warnings, 0 notes\n',
    });
  });
});

describe('what cannot be read', () => {
  const trace = [
    '{"kind":"trace","version":1,"id":"x","startedAt":"2026-11-20T21:00:00.000Z","generator":"test/1"}',
    '{"kind":"open","session":"s1","t":0,"url":"ws://e.test/v1/realtime","headers":{},"subprotocols":[],"status":101,"upstream":"e.test","phases":{}}',
    '{"kind":"event","seq":1,"session":"s1","t":1,"sent":1,"from":"client","type":"response.create","bytes":26,"event":{"type":"response.create"}}',
    '{"kind":"event","seq":2,"ses',
    '{"kind":"close","session":"s1","t":2,"code":1000,"reason":"","by":"client"}',
    '',
  ];
  const torn = file('torn.realtime.jsonl', trace.join('\n'));
  const whole = file('whole.realtime.jsonl', trace.filter((line) => !line.endsWith('"ses')).join('\n'));
  const lines = file(
    'torn.log',
    '{"direction":"sent","event":{"type":"response.create"}}\n{"direction":"sent","event":{"ty\n',
  );
  const ways: [string, (from: string, to: string) => string[]][] = [
    ['import', (from, to) => ['import', from === torn ? lines : from, '-o', to]],
    ['import of a trace', (from, to) => ['import', from, '-o', to]],
    ['export', (from, to) => ['export', from, '--as', 'har', '-o', to]],
    ['trim', (from, to) => ['trim', from, '-o', to]],
    ['split', (from, to) => ['split', from, '--by', 'session', '-o', to]],
    ['merge', (from, to) => ['merge', from, '-o', to]],
    ['recover', (from, to) => ['recover', from, '-o', to]],
    ['share', (from, to) => ['share', from, '-o', to]],
  ];
  it.each(ways)(
    'is told by %s, which ends with 0; with --fail-on unreadable with 1, and its file stays',
    (name, way) => {
      const out = (what: string) => path.join(folder, `${name} ${what}`);
      const asked = ['--fail-on', 'unreadable'];
      expect(run(...way(torn, out('a')))).toMatchObject({ status: 0 });
      const failed = run(...way(torn, out('b')), ...asked);
      expect(failed.status).toBe(1);
      expect(failed.stderr).toMatch(/Ends with 1 \(--fail-on unreadable\): \d problems? with what was read\.\n$/);
      expect(existsSync(out('b'))).toBe(true);
      expect(run(...way(whole, out('c')), ...asked)).toMatchObject({ status: 0 });
    },
  );
});
