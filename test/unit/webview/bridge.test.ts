import { expect, it } from 'vitest';
import { Bridge } from '../../../webview/state/bridge';

function connected() {
  const posted: { id: number; request: string; params: unknown }[] = [];
  const timers = new Map<number, { run: () => void; ms: number }>();
  let nextTimer = 1;
  let arrive: (message: unknown) => void = () => undefined;
  const bridge = new Bridge(
    {
      post: (message) => posted.push(message as { id: number; request: string; params: unknown }),
      onMessage: (listener) => (arrive = listener),
    },
    {
      set: (run, ms) => {
        timers.set(nextTimer, { run, ms });
        return nextTimer++;
      },
      clear: (handle) => timers.delete(handle as number),
    },
  );
  const answer = (at: number, result: unknown) => arrive({ id: posted[at]?.id, ok: true, result });
  return { bridge, posted, timers, answer, arrive: (message: unknown) => arrive(message) };
}

it('each answer finds its own request, in whatever order they come', async () => {
  const { bridge, posted, answer, timers } = connected();
  const first = bridge.request('summaries', { rows: [1] });
  const second = bridge.request('summaries', { rows: [2] });
  expect(posted.map((message) => message.params)).toEqual([{ rows: [1] }, { rows: [2] }]);
  answer(1, { summaries: ['two'] });
  answer(0, { summaries: ['one'] });
  expect(await first).toEqual({ summaries: ['one'] });
  expect(await second).toEqual({ summaries: ['two'] });
  expect(timers.size).toBe(0);
});

it('a refusal rejects with the words of the host', async () => {
  const { bridge, posted, arrive } = connected();
  const sent = bridge.request('closeSession', { session: 's1' });
  arrive({ id: posted[0]?.id, ok: false, error: 'Session s1 is closed.' });
  await expect(sent).rejects.toThrow('Session s1 is closed.');
});

it('a request without an answer rejects in time and names itself; a late answer is ignored', async () => {
  const { bridge, timers, answer } = connected();
  const asked = bridge.request('peaks', { session: 's1', from: 'client', startMs: 0, endMs: 1, buckets: 1 });
  for (const timer of timers.values()) timer.run();
  await expect(asked).rejects.toThrow('"peaks"');
  answer(0, {});
});

it('a save dialog may stay open longer than a summary may take', () => {
  const { bridge, timers } = connected();
  void bridge.request('summaries', { rows: [] });
  void bridge.request('saveWav', { session: 's1', from: 'client', name: 'a.wav' });
  const [summary, save] = [...timers.values()].map((timer) => timer.ms);
  expect(save).toBeGreaterThan((summary ?? 0) * 10);
});

it('only notifications of the present generation arrive, those that overtook its answer included', async () => {
  const { bridge, answer, arrive } = connected();
  const heard: unknown[] = [];
  bridge.on('act', (params) => heard.push(params));
  const ready = bridge.ready();
  arrive({ notify: 'act', generation: 1, params: { action: 'play' } });
  arrive({ notify: 'act', generation: 2, params: { action: 'follow' } });
  answer(0, { generation: 2 });
  await ready;
  arrive({ notify: 'act', generation: 2, params: { action: 'openBody' } });
  arrive({ notify: 'act', generation: 1, params: { action: 'filterByType' } });
  expect(heard).toEqual([{ action: 'follow' }, { action: 'openBody' }]);
});

it('the host is told how much has been taken in, when it has been, and anew of each generation', async () => {
  const { bridge, posted, answer, arrive } = connected();
  const told = () => posted.filter((message) => 'taken' in message);
  let before: unknown[] = [];
  bridge.on('columns', () => (before = told()));
  bridge.on('analysis', () => {
    throw new Error('a view could not take it');
  });
  const ready = bridge.ready();
  arrive({ notify: 'columns', generation: 4, params: {} });
  expect(told()).toEqual([]);
  answer(0, { generation: 4 });
  await ready;
  expect(before).toEqual([]);
  expect(told()).toEqual([{ generation: 4, taken: 1 }]);
  expect(() => arrive({ notify: 'analysis', generation: 4, params: {} })).toThrow('could not take it');
  arrive({ notify: 'status', generation: 4, params: {} });
  arrive({ notify: 'columns', generation: 3, params: {} });
  expect(told().slice(1)).toEqual([{ generation: 4, taken: 2 }]);
  const again = bridge.ready();
  answer(posted.length - 1, { generation: 5 });
  await again;
  arrive({ notify: 'columns', generation: 5, params: {} });
  expect(told().slice(2)).toEqual([{ generation: 5, taken: 1 }]);
});

it('what is not a message of the table is dropped', async () => {
  const { bridge, arrive, answer } = connected();
  const heard: unknown[] = [];
  bridge.on('status', (params) => heard.push(params));
  const ready = bridge.ready();
  answer(0, { generation: 1 });
  await ready;
  for (const message of [
    null,
    'x',
    7,
    {},
    { notify: 'constructor', generation: 1, params: {} },
    { notify: 'status', generation: 1 },
    { id: 99, ok: true, result: 1 },
  ])
    arrive(message);
  expect(heard).toEqual([]);
});
