import { execFile, spawn } from 'node:child_process';
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

describe('the built command', () => {
  it('simulates a recording, faster than it was', async () => {
    const child = spawn(process.execPath, [
      cli,
      'simulate',
      '--from',
      trace(),
      '--speed',
      '20',
      '--listen',
      '0',
      '--json',
    ]);
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const { http } = JSON.parse(line) as { http: string };
    const socket = new WebSocket(`${http.replace('http', 'ws')}/realtime?model=gpt-realtime`);
    let said = '';
    const done = new Promise<Json>((resolve) => {
      socket.on('message', (data: Buffer) => {
        const event = JSON.parse(data.toString()) as Json;
        if (event['type'] === 'session.created') {
          const update = { type: 'realtime', output_modalities: ['text'] };
          socket.send(JSON.stringify({ type: 'session.update', session: update }));
          socket.send('{"type":"response.create"}');
        }
        if (event['type'] === 'response.output_text.delta') said += String(event['delta']);
        if (event['type'] === 'response.done') resolve(event['response'] as Json);
      });
    });
    expect((await done)['usage']).toEqual({ total_tokens: 77 });
    expect(said).toBe('Recorded words');
    socket.terminate();
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    expect((await ended)[0]).toBe(0);
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
