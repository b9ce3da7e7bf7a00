import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ReplayReport } from '../../../src/cli/replayReport';
import type { SweepRow } from '../../../src/replay/client/sweep';
import { cleanUp, dist, temporaryFolder } from '../fidelity/bed';
import { linesOf, sentence, Tape, written } from './taped';
import { silence } from '../simulator/speech';

afterEach(cleanUp);

/** The built command; it may write beside its recording and into its own folder only. */
async function run(...args: string[]): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const folder = await temporaryFolder();
  const child = spawn(process.execPath, [path.join(dist, 'cli.cjs'), 'replay', ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, EMPTY: '', A_KEY: 'sk-test-0123456789abcdef' },
  });
  const told = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => (told[name] += chunk.toString()));
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, ...told };
}

function typed(): string {
  const tape = new Tape();
  tape.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } });
  tape.wait(100);
  tape.say('Hello');
  tape.send({ type: 'response.create' });
  tape.wait(1000);
  return tape.file();
}

describe('replay on the command line', () => {
  it('writes a trace that says of what, ends with 0 when it is as recorded, and prints the timing error', async () => {
    const file = typed();
    const { status, stdout, stderr } = await run(file, '--to', 'simulator', '--timing', 'original', '--against', file);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^The replay is complete\. s1 of .*, original$/m);
    expect(stdout).toMatch(/timing error +p50 [\d.]+ ms, p95 [\d.]+ ms, most [\d.]+ ms \(3\)/);
    expect(stdout).toMatch(/up to \d+ ms +\d+ #/);
    expect(stdout).toMatch(/: same$/m);
    const made = linesOf(file.replace('.realtime.jsonl', '.replay.realtime.jsonl'));
    expect(made[0]).toMatchObject({ replayOf: { trace: expect.stringMatching(/^tape-/) as string, session: 's1' } });
  });

  it.each(['gated', 'fast'])('prints the distribution of the timing error of a %s run too', async (timing) => {
    const file = typed();
    const { status, stdout } = await run(file, '--to', 'simulator', '--timing', timing);
    expect(status).toBe(0);
    expect(stdout).toMatch(/timing error +p50 [\d.]+ ms, p95 [\d.]+ ms, most [\d.]+ ms \(3\)/);
    const bars = [...stdout.matchAll(/^ +(?:up to \d+ ms|more) +(\d+)(?: #+)?$/gm)];
    expect(bars.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(3);
  });

  it('ends with 1 and writes JUnit when the new trace is not what was expected', async () => {
    const file = typed();
    const expectations = written('turns: 7\n', 'turns.expectations.yaml');
    const junit = path.join(await temporaryFolder(), 'junit.xml');
    const args = ['--to', 'simulator', '--timing', 'fast', '--expect', expectations, '--junit', junit, '--json'];
    const { status, stdout } = await run(file, ...args);
    expect(status).toBe(1);
    const report = JSON.parse(stdout) as ReplayReport;
    expect(report).toMatchObject({ ending: { kind: 'completed' }, session: 's1', expectations: { passed: false } });
    const xml = readFileSync(junit, 'utf8');
    expect(xml).toMatch(/<failure/);
    // The new trace has another name in each build, and the history of a suite goes by its name.
    expect([...xml.matchAll(/<testsuite name="([^"]*)"/g)].map(([, name]) => name)).toEqual([
      `${file} s1: replay`,
      `${file} s1: ${expectations}`,
    ]);
    expect(xml.match(/<property name="trace" value="[^"]+"/g)).toHaveLength(2);
    expect(xml).toContain(`value="${report.trace}"`);
  });

  it('tells no times of a recording that has none in the table of a sweep', async () => {
    const file = written(
      linesOf(typed())
        .flatMap(({ kind, from, event }) => (kind === 'event' ? [JSON.stringify({ direction: from, event })] : []))
        .join('\n'),
      'untimed.jsonl',
    );
    const sweep = written(JSON.stringify({ runs: [{ name: 'again' }] }), 'again.replay.jsonc');
    const { stdout } = await run(file, '--to', 'simulator', '--sweep', sweep, '--json');
    const { table } = JSON.parse(stdout) as { table: SweepRow[] };
    expect(table.map(({ name, toAnswer, heardAudioMs }) => [name, toAnswer === undefined, heardAudioMs])).toEqual([
      ['recorded', true, undefined],
      ['again', false, expect.any(Number)],
    ]);
  });

  it('ends a sweep in which something did not come with 1, and says what', async () => {
    const sweep = written(JSON.stringify({ runs: [{ name: 'as it was' }] }), 'same.replay.jsonc');
    const scenario = written(
      JSON.stringify({ turns: [{ answer: { refuse: { message: 'Not today.' } } }] }),
      'no.scenario.jsonc',
    );
    const args = [
      '--to',
      'simulator',
      '--scenario',
      scenario,
      '--sweep',
      sweep,
      '--timing',
      'fast',
      '--gate-timeout',
      '0.5',
    ];
    const { status, stdout, stderr } = await run(typed(), ...args);
    expect(status).toBe(1);
    expect(stdout).toMatch(/did not come/);
    expect(stderr).toMatch(
      /1 of 1 run did not go as the recording did\. as it was: .*did not come, response to #\d+: created/,
    );
  });

  it('lets no secret that is given on the way, and no key, onto disk or screen', async () => {
    const [own, shaped] = ['only-known-by-its-name', 'sk-proj-abcdefghijklmnop'];
    const folder = await temporaryFolder();
    const [junit, out] = [path.join(folder, 'junit.xml'), path.join(folder, 'out.realtime.jsonl')];
    const tools = [{ type: 'mcp', server_label: 'shop', server_url: 'https://127.0.0.1:9/', authorization: own }];
    const set = [`session.tools=${JSON.stringify(tools)}`, `session.metadata.note=${JSON.stringify(shaped)}`];
    const expectations = written('turns: 7\n', 'turns.expectations.yaml');
    const said = await run(
      ...[typed(), '--to', 'simulator', '--timing', 'fast', '--expect', expectations, '--junit', junit, '--json'],
      ...['--out', out, '--set', set[0] ?? '', '--set', set[1] ?? '', '--set', 'session.tools[0].authorization=bare'],
    );
    const all = [said.stdout, said.stderr, readFileSync(junit, 'utf8'), readFileSync(out, 'utf8')].join('\n');
    for (const secret of [own, shaped, '=bare', '"bare"']) expect(all).not.toContain(secret);
    expect(linesOf(out)[0]).toMatchObject({
      replayOf: { overlay: expect.stringContaining('session.tools[0].authorization="[redacted]"') as string },
    });
  });

  it('runs a sweep: the same sound under several turn detections, in one table', async () => {
    const tape = new Tape();
    tape.hear(sentence());
    tape.hear(silence(3500));
    const file = tape.file();
    const detection = (ms: number) => ({
      name: `after ${ms} ms`,
      set: { 'session.audio.input.turn_detection': { type: 'server_vad', silence_duration_ms: ms } },
    });
    const sweep = written(JSON.stringify({ runs: [detection(200), detection(800)] }), 'silence.replay.jsonc');
    const { status, stdout } = await run(file, '--to', 'simulator', '--sweep', sweep, '--speed', '4', '--json');
    expect(status).toBe(0);
    const { runs, table } = JSON.parse(stdout) as { runs: ReplayReport[]; table: SweepRow[] };
    expect(table.map(({ name, turns }) => [name, turns])).toEqual([
      ['recorded', 1],
      ['after 200 ms', 1],
      ['after 800 ms', 1],
    ]);
    const stoppedAt = runs.map(
      ({ trace }) =>
        linesOf(trace).find(({ event }) => event?.['type'] === 'input_audio_buffer.speech_stopped')?.event?.[
          'audio_end_ms'
        ],
    );
    expect(new Set(stoppedAt).size).toBe(2);
    for (const { trace } of runs)
      expect(linesOf(trace)[0]).toMatchObject({ replayOf: { overlay: expect.stringMatching(/^after/) as string } });
  });

  it('spends the key of the environment, and keeps it out of the trace', async () => {
    const scenario = written(JSON.stringify({ requireKey: true }), 'key.scenario.jsonc');
    const file = typed();
    const without = await run(file, '--to', 'simulator', '--scenario', scenario);
    expect(without.status).toBe(1);
    // The simulator is an upstream of its own there, so the key goes to it as it would to the live service.
    const out = path.join(await temporaryFolder(), 'keyed.realtime.jsonl');
    const simulator = spawn(process.execPath, [
      path.join(dist, 'cli.cjs'),
      'simulate',
      '--listen',
      '127.0.0.1:0',
      '--scenario',
      scenario,
      '--json',
    ]);
    try {
      const line = await new Promise<string>((resolve) =>
        simulator.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString())),
      );
      const { http } = JSON.parse(line) as { http: string };
      const keyed = await run(file, '--to', http, '--key-env', 'A_KEY', '-o', out);
      expect(keyed.stderr).toBe('');
      expect(keyed.status).toBe(0);
      expect(readFileSync(out, 'utf8')).not.toContain('sk-test');
    } finally {
      simulator.kill();
    }
  });

  it.each([
    [['--to', 'nowhere'], /must be "simulator", "openai" or a URL/],
    [['--to', 'simulator', '--set', 'session.voice={'], /The value for session\.voice is not JSON/],
    [['--to', 'simulator', '--set', 'item.x=1'], /must begin with session\. or response\./],
    [['--to', 'simulator', '--key-env', 'EMPTY'], /The environment variable EMPTY is not set/],
    [['--to', 'openai', '--seed', '1'], /are for the simulator/],
    [['--to', 'simulator', '--session', 's7'], /has no session s7; it has s1/],
    [
      ['--to', 'simulator', '--against', 'gone.realtime.jsonl'],
      /gone\.realtime\.jsonl, which --against names, does not/,
    ],
    [['--to', 'simulator', '--expect', 'gone.yaml'], /gone\.yaml cannot be read: it does not exist/],
    [['--to', 'simulator', '--prices', 'gone.json'], /gone\.json cannot be read/],
    [[], /required option '--to/],
  ])('%j is told in a sentence, with 2', async (args, what) => {
    const { status, stdout, stderr } = await run(typed(), ...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(what);
  });

  it('says where in a file of changes something is wrong', async () => {
    const file = written('runs:\n  - name: one\n    set: { model: 1 }\n  - name: one\n', 'bad.replay.yaml');
    const { status, stderr } = await run(typed(), '--to', 'simulator', '--sweep', file);
    expect(status).toBe(2);
    expect(stderr).toMatch(/bad\.replay\.yaml:3:\d+: model must begin with session\. or response\./);
    expect(stderr).toMatch(/bad\.replay\.yaml:4:\d+: There is another run called one\./);
  });
});
