import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { loadScenario } from '../../../src/cli/simulate';
import type { Json } from '../../../src/simulator/wire';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const cli = path.resolve(root, process.env['REALTIME_INSPECTOR_DIST'] ?? 'dist', 'cli.cjs');
const run = promisify(execFile);
const folder = mkdtempSync(path.join(tmpdir(), 'simulate-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A trace with the times of a text answer in two pieces, 300 ms apart. */
function trace(): string {
  const at = { kind: 'event', session: 's1', bytes: 0 };
  const ids = { response_id: 'resp_a', item_id: 'item_a', output_index: 0 };
  const part = { ...ids, content_index: 0 };
  const item = { id: 'item_a', type: 'message', role: 'assistant', content: [] };
  const delta = 'response.output_text.delta';
  const server: [number, Json][] = [
    [5, { type: 'session.created', session: { type: 'realtime', model: 'gpt-realtime', voice_of: 'a newer server' } }],
    [20, { type: 'response.created', response: { id: 'resp_a' } }],
    [120, { type: 'response.output_item.added', response_id: 'resp_a', output_index: 0, item }],
    [140, { type: delta, ...part, delta: 'Recorded' }],
    [440, { type: delta, ...part, delta: ' words' }],
    [445, { type: 'response.output_text.done', ...part, text: 'Recorded words' }],
    [446, { type: 'response.output_item.done', response_id: 'resp_a', output_index: 0, item }],
    [447, { type: 'response.done', response: { id: 'resp_a', status: 'completed', usage: { total_tokens: 77 } } }],
  ];
  const lines: Json[] = [
    { kind: 'trace', version: 1, id: 'x', startedAt: '2026-11-20T21:00:00.000Z', generator: 'test' },
    { kind: 'open', session: 's1', t: 1, url: 'wss://x/v1/realtime?model=gpt-realtime', status: 101 },
    ...server.map(([t, event], seq) => ({ ...at, seq, t, sent: t, from: 'server', type: event['type'], event })),
  ];
  const file = path.join(folder, 'one.realtime.jsonl');
  writeFileSync(file, lines.map((line) => JSON.stringify(line)).join('\n'));
  return file;
}

describe('the scenario a command asks for', () => {
  it('is made from a recording with its words, its pace and its usage', async () => {
    const scenario = await loadScenario({ from: trace() });
    expect(scenario?.session).toMatchObject({ voice_of: 'a newer server' });
    expect(scenario?.turns).toEqual([
      {
        when: { turn: 1 },
        answer: {
          delayMs: 100,
          output: [{ say: 'Recorded words', pieces: ['Recorded', ' words'] }],
          order: ['open 0', 'wait 20', 'say 0', 'wait 300', 'say 0', 'wait 5', 'close 0', 'wait 2'],
          usage: { total_tokens: 77 },
        },
      },
    ]);
  });

  it('is refused when there are two of them, or no such session', async () => {
    await expect(loadScenario({ from: 'a', scenario: 'b' })).rejects.toThrow(/not both/);
    await expect(loadScenario({ from: trace(), session: 's9' })).rejects.toThrow(/no session s9; it has s1/);
  });
});

/** The built command, and the line of JSON it says first. */
async function startedCommand(...args: string[]): Promise<{ child: ChildProcess; http: string }> {
  const child = spawn(process.execPath, [cli, ...args, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, http: (JSON.parse(line) as { http: string }).http };
}

/** What a text session at that address answers, and what it is said to cost. */
async function answerAt(http: string): Promise<{ said: string; usage: unknown; session: unknown }> {
  const socket = new WebSocket(`${http.replace('http', 'ws')}/realtime?model=gpt-realtime`);
  let said = '';
  let session: unknown;
  const response = await new Promise<Json>((resolve) => {
    socket.on('message', (data: Buffer) => {
      const event = JSON.parse(data.toString()) as Json;
      if (event['type'] === 'session.created') {
        session = (event['session'] as Json)['id'];
        const update = { type: 'realtime', output_modalities: ['text'] };
        socket.send(JSON.stringify({ type: 'session.update', session: update }));
        socket.send('{"type":"response.create"}');
      }
      if (event['type'] === 'response.output_text.delta') said += String(event['delta']);
      if (event['type'] === 'response.done') resolve(event['response'] as Json);
    });
  });
  socket.terminate();
  return { said, usage: response['usage'], session };
}

async function interrupted(child: ChildProcess): Promise<unknown> {
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  return (await ended)[0];
}

describe('the built command', () => {
  it('simulates a recording, faster than it was', async () => {
    const { child, http } = await startedCommand('simulate', '--from', trace(), '--speed', '20', '--listen', '0');
    expect(await answerAt(http)).toMatchObject({ said: 'Recorded words', usage: { total_tokens: 77 } });
    expect(await interrupted(child)).toBe(0);
  });

  const proxy = (...more: string[]): string[] => [
    ...['proxy', '--listen', '127.0.0.1:0', '--record', mkdtempSync(path.join(folder, 'traces-'))],
    ...['--certificates', path.join(folder, 'certificates'), ...more],
  ];

  it('puts a scenario or a recording behind the proxy, fast and the same again', async () => {
    const scenario = path.join(folder, 'good.scenario.jsonc');
    writeFileSync(
      scenario,
      '{ "turns": [{ "answer": { "output": [{ "say": "Scripted words" }], "delayMs": 60000 } }] }',
    );
    const fast = ['--seed', '7', '--speed', '1000'];
    const { child, http } = await startedCommand(...proxy('--scenario', scenario, ...fast));
    const first = await answerAt(http);
    expect(first.said).toBe('Scripted words');
    expect(await interrupted(child)).toBe(0);
    const again = await startedCommand(...proxy('--scenario', trace(), ...fast));
    const second = await answerAt(again.http);
    expect(second.said).toBe('Recorded words');
    // The first characters of an id tell the second it was made in.
    expect(String(second.session).slice(10)).toBe(String(first.session).slice(10));
    expect(await interrupted(again.child)).toBe(0);
  });

  it('says the name of a model without what would steer the terminal', async () => {
    const { child, http } = await startedCommand(...proxy());
    const told = once(
      createInterface({ input: child.stderr! }).on('line', (line) => lines.push(line)),
      'close',
    );
    const lines: string[] = [];
    const socket = new WebSocket(`${http.replace('http', 'ws')}/realtime?model=a%1b%5d0%3bowned%07b`);
    await once(socket, 'message');
    socket.terminate();
    expect(await interrupted(child)).toBe(0);
    await told;
    expect(lines.filter((line) => line.includes('owned'))[0]).toMatch(/^s1 \w+ a \]0;owned b$/);
    expect(lines.join('\n')).not.toMatch(/[\u001b\u0007]/);
  });

  it('takes no scenario that is broken, and none for another upstream, behind the proxy', async () => {
    const file = path.join(folder, 'broken.scenario.jsonc');
    writeFileSync(file, '{\n  "trns": []\n}');
    await expect(run(process.execPath, [cli, ...proxy('--scenario', file)])).rejects.toMatchObject({
      code: 1,
      stderr: `${file}:2:3: Unknown field "trns".\n`,
    });
    await expect(run(process.execPath, [cli, ...proxy('--speed', '2', '--upstream', 'openai')])).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/are for the simulator/) as string,
    });
  });

  it('ends with 1 and the line of a mistake in the scenario', async () => {
    const file = path.join(folder, 'bad.scenario.jsonc');
    writeFileSync(file, '{\n  "trns": []\n}');
    await expect(run(process.execPath, [cli, 'simulate', '--scenario', file])).rejects.toMatchObject({
      code: 1,
      stderr: `${file}:2:3: Unknown field "trns".\n`,
    });
  });

  it('ends a ladder that differs with 1 and its report as JSON', async () => {
    const failed = await run(process.execPath, [cli, 'ladder', trace(), '--json']).catch((cause: unknown) => cause);
    expect(failed).toMatchObject({ code: 1 });
    const report = JSON.parse((failed as { stdout: string }).stdout) as Json;
    expect(report).toMatchObject({ same: false, sessions: [{ session: 's1' }] });
  });
});
