import { expect, it } from 'vitest';
import { UPDATE_PARTS } from '../../../webview/messages';
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
  const columns = { notify: 'update', params: { columns: {} } };
  arrive({ ...columns, generation: 4 });
  expect(told()).toEqual([]);
  answer(0, { generation: 4 });
  await ready;
  expect(before).toEqual([]);
  expect(told()).toEqual([{ generation: 4, taken: 1 }]);
  expect(() => arrive({ notify: 'update', generation: 4, params: { analysis: {} } })).toThrow('could not take it');
  arrive({ notify: 'act', generation: 4, params: {} });
  arrive({ ...columns, generation: 3 });
  expect(told().slice(1)).toEqual([{ generation: 4, taken: 2 }]);
  const again = bridge.ready();
  answer(posted.length - 1, { generation: 5 });
  await again;
  arrive({ ...columns, generation: 5 });
  expect(told().slice(2)).toEqual([{ generation: 5, taken: 1 }]);
});

it('the parts of an update are taken in in their order, also when one of them cannot be', async () => {
  const { bridge, posted, answer, arrive } = connected();
  const heard: string[] = [];
  for (const part of UPDATE_PARTS)
    bridge.on(part, () => {
      heard.push(part);
      if (part === 'document') throw new Error('not this one');
    });
  const ready = bridge.ready();
  answer(0, { generation: 1 });
  await ready;
  const whole = { analysis: {}, columns: {}, document: {}, status: {} };
  expect(() => arrive({ notify: 'update', generation: 1, params: whole })).toThrow('not this one');
  expect(heard).toEqual(['status', 'document', 'columns', 'analysis']);
  heard.length = 0;
  arrive({ notify: 'update', generation: 1, params: { columns: {} } });
  expect(heard).toEqual(['columns']);
  expect(posted.at(-1)).toEqual({ generation: 1, taken: 2 });
});

it('an update that makes the page begin anew ends there', async () => {
  const { bridge, posted, answer, arrive } = connected();
  let rows = 0;
  bridge.on('document', () => void bridge.ready());
  bridge.on('columns', () => (rows += 1));
  const ready = bridge.ready();
  answer(0, { generation: 1 });
  await ready;
  arrive({ notify: 'update', generation: 1, params: { document: {}, columns: {} } });
  expect(rows).toBe(0);
  expect(posted.filter((message) => 'taken' in message)).toEqual([]);
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
    { notify: 'update', generation: 1 },
    { notify: 'status', generation: 1, params: {} },
    { id: 99, ok: true, result: 1 },
  ])
    arrive(message);
  expect(heard).toEqual([]);
});
