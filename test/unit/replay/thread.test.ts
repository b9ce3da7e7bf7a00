import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Progress } from '../../../src/replay/client/run';
import { replayInThread, sessionsInThread } from '../../../src/replay/client/thread';
import { cleanUp, dist, temporaryFolder } from '../fidelity/bed';
import { until } from '../proxy/runningEngine';
import { ladderOf, Tape, written } from './taped';

afterEach(cleanUp);

function typed(): string {
  const tape = new Tape();
  tape.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } });
  for (const words of ['Hello', 'And now?']) {
    tape.wait(200);
    tape.say(words);
    tape.send({ type: 'response.create' });
    tape.wait(1500);
  }
  return tape.file();
}

const watcher = () => {
  const told = { traces: [] as string[], progress: [] as Progress[], problems: [] as string[] };
  return {
    told,
    begun: (trace: string) => void told.traces.push(trace),
    progress: (progress: Progress) => void told.progress.push(progress),
    problem: (message: string) => void told.problems.push(message),
  };
};

it('a replay in a thread is paused, stepped and let go on, and tells how far it is', async () => {
  const file = typed();
  expect(await sessionsInThread(dist, file)).toMatchObject([
    { id: 's1', messages: 5, timed: true, problem: undefined },
  ]);
  const folder = await temporaryFolder();
  const trace = path.join(folder, 'new.realtime.jsonl');
  const watched = watcher();
  const thread = replayInThread(
    {
      ...{ file, trace, timing: 'gated', upstream: { kind: 'recorded' }, workers: dist, generator: 'test', speed: 2 },
      certificates: path.join(folder, 'certificates'),
    },
    watched,
  );
  const last = () => watched.told.progress.at(-1);
  await until(() => watched.told.traces.length === 1);
  thread.tell('step');
  await until(() => last()?.state === 'paused' && last()?.sent === 1);
  thread.tell('step');
  await until(() => last()?.sent === 2);
  thread.tell('resume');
  const result = await thread.done;
  expect(result).toMatchObject({ trace, sent: 5, ending: { kind: 'completed' } });
  expect(ladderOf(trace).filter((type) => type !== 'rate_limits.updated')).toEqual(
    ladderOf(file).filter((type) => type !== 'rate_limits.updated'),
  );
});

it('a replay in a thread that cannot begin says why', async () => {
  const folder = await temporaryFolder();
  const nothing = written(
    '{"kind":"trace","version":1,"id":"T","startedAt":"2026-11-20T21:00:00.000Z","generator":"x"}\n',
  );
  await expect(sessionsInThread(dist, nothing)).rejects.toThrow(/holds no session/);
  const options = {
    timing: 'gated' as const,
    upstream: { kind: 'recorded' as const },
    workers: dist,
    generator: 'test',
  };
  const { done } = replayInThread(
    { ...options, file: nothing, trace: path.join(folder, 'x.realtime.jsonl'), certificates: folder },
    watcher(),
  );
  await expect(done).rejects.toThrow(/holds no session/);
});
