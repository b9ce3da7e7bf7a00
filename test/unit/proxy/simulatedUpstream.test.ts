import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startEngine, type Engine, type SimulationOptions, type SimulationState } from '../../../src/proxy';
import { cleanUp, dist, later, temporaryFolder } from '../fidelity/bed';

afterEach(cleanUp);

const SPEED = 50;
const saying = (words: string) => JSON.stringify({ turns: [{ answer: words }] });

interface Bed {
  engine: Engine;
  folder: string;
  states: SimulationState[];
}

async function started(simulation: (folder: string) => SimulationOptions, files: Record<string, string>): Promise<Bed> {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  const engine = await startEngine({
    workers: dist,
    listen: { host: '127.0.0.1', port: 0 },
    allowedHosts: [],
    allowedOrigins: [],
    certificates: path.join(folder, 'certificates'),
    upstream: { kind: 'simulator' },
    simulation: { speed: SPEED, ...simulation(folder) },
    recording: { on: false, maxTotalBytes: 1e9, file: path.join(folder, 'x.realtime.jsonl') },
    generator: 'test',
  });
  later(() => engine.stop());
  const states: SimulationState[] = [];
  engine.on('simulation', (state) => states.push(state));
  return { engine, folder, states };
}

async function connect(engine: Engine): Promise<WebSocket> {
  const socket = new WebSocket(`${engine.address.http.replace('http', 'ws')}/realtime?model=m`);
  later(() => socket.terminate());
  await new Promise((resolve, reject) => socket.once('message', resolve).once('error', reject));
  return socket;
}

async function once(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** What a new session says to "Hello". */
async function answer(engine: Engine): Promise<string> {
  const socket = await connect(engine);
  const send = (event: object) => socket.send(JSON.stringify(event));
  const done = new Promise<string>((resolve) =>
    socket.on('message', (data) => {
      const event = JSON.parse(String(data)) as { type: string; text?: string };
      if (event.type === 'response.output_text.done') resolve(event.text ?? '');
    }),
  );
  send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } });
  const content = [{ type: 'input_text', text: 'Hello' }];
  send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
  send({ type: 'response.create' });
  const text = await done;
  socket.close();
  return text;
}

describe('the simulator behind the proxy', () => {
  it('plays the scenario it was given, and the next one without another start of the proxy', async () => {
    const { engine, folder, states } = await started((at) => ({ scenario: path.join(at, 'a.scenario.jsonc') }), {
      'a.scenario.jsonc': saying('From A.'),
      'b.scenario.yaml': 'turns:\n  - answer: From B.\n',
    });
    const scenario = path.join(folder, 'a.scenario.jsonc');
    expect(engine.simulation).toMatchObject({ scenario, broken: undefined, files: [scenario], speed: SPEED });
    expect(await answer(engine)).toBe('From A.');
    const other = path.join(folder, 'b.scenario.yaml');
    const port = engine.address.port;
    await once(() => engine.sessions().length === 0);
    expect(await engine.setSimulation({ speed: SPEED, scenario: other })).toBe('restarted');
    expect(states.map((state) => state.scenario)).toEqual([other]);
    expect(await answer(engine)).toBe('From B.');
    expect(engine.address.port).toBe(port);
    await once(() => engine.sessions().length === 0);
    expect(await engine.setSimulation({ speed: SPEED })).toBe('restarted');
    expect(await answer(engine)).toMatch(/Hello/);
  });

  it('takes a changed file up when its sessions have ended, or ends them when told to; an unchanged one disturbs nobody', async () => {
    const { engine, folder, states } = await started((at) => ({ scenario: path.join(at, 'a.scenario.jsonc') }), {
      'a.scenario.jsonc': saying('Before.'),
    });
    const simulation = { speed: SPEED, scenario: path.join(folder, 'a.scenario.jsonc') };
    const open = await connect(engine);
    expect(await engine.setSimulation(simulation)).toBe('same');
    await writeFile(simulation.scenario, saying('After.'));
    expect(await engine.setSimulation(simulation)).toBe('waiting');
    expect(states.at(-1)).toMatchObject({ scenario: simulation.scenario, waiting: true });
    expect(open.readyState).toBe(WebSocket.OPEN);
    open.close();
    await once(() => engine.sessions().length === 0);
    expect(await engine.setSimulation(simulation)).toBe('restarted');
    expect(states.at(-1)?.waiting).toBe(false);
    expect(await answer(engine)).toBe('After.');

    const ended = await connect(engine);
    const closed = new Promise<number>((resolve) => ended.once('close', resolve));
    await writeFile(simulation.scenario, saying('At once.'));
    expect(await engine.setSimulation(simulation, true)).toBe('restarted');
    expect(await closed).toBe(1001);
    expect(await answer(engine)).toBe('At once.');
  });

  it('goes on with the last good scenario when a file breaks, says where, and takes the mended one', async () => {
    const { engine, folder, states } = await started((at) => ({ scenario: path.join(at, 'a.scenario.jsonc') }), {
      'a.scenario.jsonc': saying('Good.'),
    });
    const simulation = { speed: SPEED, scenario: path.join(folder, 'a.scenario.jsonc') };
    await writeFile(simulation.scenario, '{\n  "turns": [{}, {}, {}]\n}\n');
    expect(await engine.setSimulation(simulation)).toBe('same');
    expect(states.at(-1)).toMatchObject({
      scenario: simulation.scenario,
      broken: { file: simulation.scenario, place: { line: 2, column: 13 }, more: 2 },
    });
    expect(await answer(engine)).toBe('Good.');
    await once(() => engine.sessions().length === 0);
    await writeFile(simulation.scenario, saying('Mended.'));
    expect(await engine.setSimulation(simulation)).toBe('restarted');
    expect(states.at(-1)?.broken).toBeUndefined();
    expect(await answer(engine)).toBe('Mended.');
  });

  it('starts with the default conversation when the scenario is broken or not there', async () => {
    const { engine } = await started((at) => ({ scenario: path.join(at, 'none.scenario.jsonc') }), {});
    expect(engine.simulation).toMatchObject({ scenario: undefined });
    expect(engine.simulation?.broken?.message).toMatch(/none\.scenario\.jsonc cannot be read/);
    expect(await answer(engine)).toMatch(/Hello/);
  });

  it('starts anew when told to, though nothing has changed', async () => {
    const { engine } = await started(() => ({}), {});
    const before = engine.upstream;
    expect(await engine.setSimulation({ speed: SPEED }, true)).toBe('restarted');
    expect(engine.upstream).not.toBe(before);
    expect(await answer(engine)).toMatch(/Hello/);
  });
});
