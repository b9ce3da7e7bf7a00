import { describe, expect, it } from 'vitest';
import { ProxyController } from '../../../src/extension/proxyController';
import type { Engine, EngineEvents, EngineOptions } from '../../../src/proxy/engine';

/** Engines that start when the test lets them. */
function setUp() {
  const events: string[] = [];
  const listeners = new Map<string, (value: never) => void>();
  let release: (error?: Error) => void = () => undefined;
  let manual = false;
  let count = 0;
  const engine = (name: string): Engine =>
    ({
      file: `/${name}.realtime.jsonl`,
      address: { host: '127.0.0.1', port: 1, http: '', https: '', ca: '', moved: false },
      sessions: () => [],
      on: (event: string, listener: (value: never) => void) => {
        listeners.set(event, listener);
        return () => undefined;
      },
      setUpstream: async () => undefined,
      setSimulation: async (simulation, always) => {
        events.push(`plays ${JSON.stringify(simulation)}${always ? ' always' : ''}`);
        return 'restarted';
      },
      stop: async () => void events.push(`stopped ${name}`),
    }) as Partial<Engine> as Engine;
  const options = { recording: { on: true }, upstream: { kind: 'simulator' } } as EngineOptions;
  const controller = new ProxyController({
    options: async () => options,
    simulation: () => ({ speed: 2 }),
    start: async () => {
      const name = `e${++count}`;
      events.push(`starting ${name}`);
      if (manual) await new Promise<void>((yes, no) => (release = (error) => (error ? no(error) : yes())));
      events.push(`started ${name}`);
      return engine(name);
    },
    log: () => undefined,
  });
  const states: string[] = [];
  controller.onDidChange.on(() => states.push(controller.state.state));
  return {
    controller,
    events,
    states,
    hold: () => (manual = true),
    release: (error?: Error) => release(error),
    tell: <N extends keyof EngineEvents>(event: N, value: Parameters<EngineEvents[N]>[0]) =>
      listeners.get(event)?.(value as never),
    turn: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

describe('the proxy', () => {
  it('is one, however often it is started', async () => {
    const { controller, events } = setUp();
    const [a, b] = await Promise.all([controller.start(), controller.start()]);
    expect(a).toBe(b);
    expect(await controller.start()).toBe(a);
    expect(events).toEqual(['starting e1', 'started e1']);
  });

  it('stopped while starting ends up stopped', async () => {
    const { controller, events, hold, release, turn } = setUp();
    hold();
    const starting = controller.start();
    await turn();
    const stopping = controller.stop();
    release();
    await Promise.all([starting, stopping]);
    expect(events).toEqual(['starting e1', 'started e1', 'stopped e1']);
    expect(controller.state.state).toBe('stopped');
  });

  it('started again while that stop is waiting runs in the end', async () => {
    const { controller, hold, release, turn } = setUp();
    hold();
    void controller.start();
    await turn();
    void controller.stop();
    const again = controller.start();
    release();
    await turn();
    release();
    await again;
    expect(controller.state.state).toBe('running');
    expect(controller.engine?.file).toBe('/e2.realtime.jsonl');
  });

  it('that could not start says why, and can be tried again', async () => {
    const { controller, hold, release, turn } = setUp();
    hold();
    const starting = controller.start();
    await turn();
    release(new Error('no port'));
    await expect(starting).rejects.toThrow('no port');
    expect(controller.state).toEqual({ state: 'failed', message: 'no port' });
    const again = controller.start();
    await turn();
    release();
    await again;
    expect(controller.state.state).toBe('running');
  });

  it('restarts as another engine, the old one stopped first', async () => {
    const { controller, events, states } = setUp();
    await controller.start();
    await controller.restart();
    expect(events).toEqual(['starting e1', 'started e1', 'stopped e1', 'starting e2', 'started e2']);
    expect(states).toEqual(['starting', 'running', 'stopping', 'stopped', 'starting', 'running']);
  });

  it('tells once why sessions of apps did not reach the upstream', async () => {
    const { controller, tell } = setUp();
    const told: string[] = [];
    controller.onDidRefuse.on((reason) => told.push(reason));
    await controller.start();
    const closeReason = 'The upstream h could not be reached: there is no network.';
    for (const id of ['s1', 's2'])
      tell('session', { id, label: '', upstream: 'h', openedAt: 0, own: false, status: 'refused', closeReason });
    expect(told).toEqual([closeReason]);
  });

  it('lets a running simulator play what the settings say, and has nothing to do while stopped', async () => {
    const { controller, events, states, tell } = setUp();
    expect(await controller.playSettings()).toBe('same');
    await controller.start();
    expect(await controller.playSettings(true)).toBe('restarted');
    expect(events.at(-1)).toBe('plays {"speed":2} always');
    const before = states.length;
    tell('simulation', { scenario: '/a', seed: 1, speed: 1, broken: undefined, waiting: false, files: [] });
    expect(states.length).toBe(before + 1);
  });

  it('reports recording and trouble as changes, but not every byte', async () => {
    const { controller, states, tell } = setUp();
    await controller.start();
    const before = states.length;
    const recorded = { file: '/e1.realtime.jsonl', size: 1, recording: true, trouble: '' };
    for (let size = 1; size < 5; size++) tell('recorded', { ...recorded, size });
    expect(states.length).toBe(before);
    tell('recorded', { ...recorded, trouble: 'disk full' });
    expect(states.length).toBe(before + 1);
    expect(controller.trouble).toBe('disk full');
    tell('recorded', { ...recorded, recording: false });
    expect(controller.recording).toBe(false);
    await controller.stop();
    expect(controller.trouble).toBe('');
  });
});
