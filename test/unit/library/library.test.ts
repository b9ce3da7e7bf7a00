import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { pythonHome } from '../clients/pythonHome';
import { simulatedTrace, type Told } from '../expect/simulatedTrace';
import { root } from '../fidelity/bed';
import { scratch } from '../rewrite/traces';

// The examples of docs/ci.md, run as they stand there in a project of their own, which has this package installed.

let project: string;
let remove: () => Promise<void>;
const examples = new Map<string, string>();

/** The session that the examples are about. */
function recorded(begin: (options: object) => Told): void {
  const told = begin({
    scenario: {
      turns: [
        { when: { turn: 1 }, answer: { output: [{ call: 'get_weather', arguments: {} }] } },
        { answer: 'It is foggy and 12 degrees in London.' },
      ],
    },
  });
  const tool = { type: 'function', name: 'get_weather', description: 'Current weather', parameters: {} };
  told.update({ output_modalities: ['text'], tools: [tool] });
  told.ask('What is the weather in London?');
  const call_id = told.last('response.function_call_arguments.done')['call_id'];
  const item = { type: 'function_call_output', call_id, output: '{"sky":"fog","degrees":12}' };
  told.send({ type: 'conversation.item.create', item });
  told.send({ type: 'response.create' });
  told.wait(20_000);
  told.close();
}

beforeAll(async () => {
  ({ folder: project, remove } = await scratch());
  const text = await readFile(path.join(root, 'docs', 'ci.md'), 'utf8');
  for (const [, name = '', body = ''] of text.matchAll(/```\w+ file=(\S+)\n(.*?)```/gs)) examples.set(name, body);
  const modules = path.join(project, 'node_modules');
  await mkdir(path.join(modules, '.bin'), { recursive: true });
  await symlink(root, path.join(modules, 'realtime-inspector'));
  for (const name of ['vitest', 'openai', 'typescript', '@types', 'ws', 'vite'])
    await symlink(path.join(root, 'node_modules', name), path.join(modules, name));
  await writeFile(
    path.join(modules, '.bin', 'realtime-inspector'),
    `#!/bin/sh\nexec "${process.execPath}" "${path.join(root, 'dist', 'cli.cjs')}" "$@"\n`,
    { mode: 0o755 },
  );
  await symlink(path.join(root, 'node_modules', '.bin', 'vitest'), path.join(modules, '.bin', 'vitest'));
  await mkdir(path.join(project, 'traces'));
  simulatedTrace(path.join(project, 'traces', 'weather.realtime.jsonl'), recorded);
  const expectations =
    'turns: 1\nladder: [session.created, session.updated, response.function_call_arguments.done, response.done]\n';
  await writeFile(path.join(project, 'traces', 'weather.expectations.yaml'), `${expectations}never: [error]\n`);
  await writeFile(path.join(project, 'package.json'), '{ "type": "module", "private": true }\n');
  for (const [name, body] of examples) {
    await mkdir(path.dirname(path.join(project, name)), { recursive: true });
    await writeFile(path.join(project, name), body);
  }
});
afterAll(() => remove());

/** Runs a command in the project; what it said and how it ended. */
function run(command: string, args: string[]): Promise<{ code: number | null; said: string }> {
  const bin = path.join(project, 'node_modules', '.bin');
  const env = {
    PATH: `${bin}:${path.dirname(process.execPath)}:${process.env['PATH']}`,
    HOME: project,
    PYTHONDONTWRITEBYTECODE: '1',
  };
  const child = spawn(command, args, { cwd: project, env });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, said })));
}

describe('the examples of the documentation', () => {
  it('are there', () => {
    expect([...examples.keys()]).toEqual([
      'weather.test.ts',
      'app.ts',
      'test_weather.py',
      'test_recording.py',
      '.github/workflows/realtime.yml',
    ]);
  });

  it('pass as a vitest project that imports this package', async () => {
    const { code, said } = await run('npx', ['vitest', 'run']);
    expect(said).toContain('2 passed');
    expect(code, said).toBe(0);
  });

  it('pass with the globals of jest, without the import of vitest', async () => {
    const [first = '', ...rest] = (examples.get('weather.test.ts') ?? '').split('\n');
    expect(first).toMatch(/ from 'vitest';$/);
    const file = path.join(project, 'jestlike.test.ts');
    await writeFile(file, rest.join('\n'));
    try {
      const { code, said } = await run('npx', ['vitest', 'run', '--globals', 'jestlike']);
      expect(said).toContain('2 passed');
      expect(code, said).toBe(0);
    } finally {
      await rm(file);
    }
  });

  it('pass in plain Python, and fail with what differs', async () => {
    const right = await run('python3', ['-m', 'unittest', 'test_recording']);
    expect(right.said).toMatch(/Ran 2 tests[^]*OK/);
    expect(right.code).toBe(0);
    const other = (examples.get('test_recording.py') ?? '').replace('weather.expectations', 'other.expectations');
    await writeFile(path.join(project, 'traces', 'other.expectations.yaml'), 'turns: 7\n');
    await writeFile(path.join(project, 'test_other.py'), other);
    const wrong = await run('python3', ['-m', 'unittest', 'test_other']);
    expect(wrong.said).toMatch(/Number of turns: expected 7, came 1[^]*FAILED \(failures=2\)/);
    expect(wrong.code).toBe(1);
  });

  it.each(['Bundler', 'NodeNext'])('have types, as module resolution "%s" finds them', async (moduleResolution) => {
    // By other names: the test runner must not find them.
    const files = { 'typed/weather.ts': 'weather.test.ts', 'typed/app.ts': 'app.ts' };
    await mkdir(path.join(project, 'typed'), { recursive: true });
    const app = moduleResolution === 'NodeNext' ? "'./app.js'" : "'./app'";
    for (const [file, name] of Object.entries(files))
      await writeFile(path.join(project, file), (examples.get(name) ?? '').replace("'./app'", app));
    const flags = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'ES2023', '--types', 'node'];
    const module = moduleResolution === 'NodeNext' ? 'NodeNext' : 'ESNext';
    const { code, said } = await run(process.execPath, [
      path.join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
      ...flags,
      ...['--module', module, '--moduleResolution', moduleResolution],
      ...Object.keys(files),
    ]);
    expect(said).toBe('');
    expect(code).toBe(0);
  });

  it('pass in Python, by the command', async ({ skip }) => {
    const home = await pythonHome();
    if ('missing' in home) return skip(home.missing);
    const script =
      'import test_weather; test_weather.test_the_app_does_what_it_did_when_it_was_recorded(); print("passed")';
    const { code, said } = await run(home.python, ['-c', script]);
    expect(said).toContain('passed');
    expect(code, said).toBe(0);
  });

  it('have commands for GitHub Actions that run as they stand', async () => {
    const workflow = parse(examples.get('.github/workflows/realtime.yml') ?? '') as {
      jobs: Record<string, { steps: { run?: string }[] }>;
    };
    const commands = Object.values(workflow.jobs).flatMap(({ steps }) =>
      steps.flatMap(({ run: command }) => command ?? []),
    );
    const ours = commands.filter((command) => !command.startsWith('npm ci'));
    expect(ours).toHaveLength(4);
    for (const command of ours) {
      const { code, said } = await run('bash', ['-e', '-c', command]);
      expect(code, `${command}\n${said}`).toBe(0);
    }
    const junit = await readFile(path.join(project, 'results', 'check.xml'), 'utf8');
    expect(junit).toContain('failures="0"');
  });
});

it('a replay by the library writes a trace that can be checked at once', async () => {
  const script = `
    import { replayTrace } from 'realtime-inspector';
    const told = await replayTrace({ trace: 'traces/weather.realtime.jsonl', to: 'simulator', timing: 'fast',
      expect: { turns: 1, tools: [{ name: 'get_weather', times: 1 }], never: ['error'] } });
    console.log(JSON.stringify({ completed: told.completed, passed: told.check.passed, problems: told.problems }));
    await replayTrace({ trace: 'traces/weather.realtime.jsonl', to: 'nowhere' }).catch((error) => console.log(error.message));
    process.exit(0);`;
  await writeFile(path.join(project, 'replay.mjs'), script);
  const { said } = await run(process.execPath, ['replay.mjs']);
  expect(said).toContain('{"completed":true,"passed":true,"problems":[]}');
  expect(said).toContain('There is no upstream "nowhere"');
});
